import Wire

/// One step of a streamed answer, in no protocol's words.
///
/// Every reader produces this grammar and every writer may rely on it: `started`, then per candidate
/// `(partStarted partDelta* partFinished)* candidateFinished`, then `finished` or `failed`. `usage` (cumulative, last
/// wins), `keepAlive` and `opaque` may come anywhere after `started`; `failed` may come first and at any time, and
/// nothing follows it. Parts of one candidate do not interleave and their indices count up from 0.
///
/// Nearly all events of a stream are deltas of a few words: what is large and comes once stands outside of the event, so
/// that those are cheap to hand on.
public enum ConversationEvent: Sendable {
  indirect case started(ResponseStart)
  indirect case partStarted(PartStart)
  case partDelta(PartDelta)
  case partFinished(PartEnd)
  indirect case candidateFinished(index: Int, Stop)
  indirect case usage(Usage)
  case keepAlive
  /// An event only one protocol knows.
  indirect case opaque(OpaqueEvent)
  case finished
  indirect case failed(UpstreamFailure)
}

/// What is known of an answer when it begins.
public struct ResponseStart: Sendable {
  /// The upstream's id of the answer; nil where it tells none, and the writer derives one from the exchange's.
  public var id: String?
  /// The model as the upstream names it.
  public var model: String?
  /// Seconds since 1970.
  public var createdAt: Int?
  /// The tier that serves the request, in the vendor's word.
  public var serviceTier: String?

  /// Makes a start; everything may still be unknown.
  public init(id: String? = nil, model: String? = nil, createdAt: Int? = nil, serviceTier: String? = nil) {
    self.id = id
    self.model = model
    self.createdAt = createdAt
    self.serviceTier = serviceTier
  }
}

/// A part begins: its kind and what is known of it (a tool call's id and name).
///
/// Text that is known at once may already be in `part`; deltas append to it. Opaque parts come whole.
public struct PartStart: Sendable {
  /// The `index` of the candidate the part belongs to.
  public var candidate: Int
  /// The part's position in its candidate, counted from 0.
  public var index: Int
  /// The part as far as it is known.
  public var part: Part

  /// Makes the start of a part, of the first candidate unless told otherwise.
  public init(candidate: Int = 0, index: Int, part: Part) {
    self.candidate = candidate
    self.index = index
    self.part = part
  }
}

/// A part grows.
public struct PartDelta: Sendable {
  /// What a part grows by.
  public enum Delta: Sendable {
    /// Of a text or refusal part.
    case text(String)
    /// Of a reasoning part; a new `segment` number begins a new segment.
    case reasoning(String, kind: Reasoning.Segment.Kind, segment: Int)
    /// Of a tool call's input.
    case input(String)
    indirect case annotation(Annotation)
    /// In OpenAI's shape, an array to be appended.
    case logprobs(JSON)
    /// Sets the part's `state`.
    indirect case state(ReasoningState)
  }

  /// The `index` of the candidate the part belongs to.
  public var candidate: Int
  /// The position of the part that grows: the one begun last in its candidate.
  public var index: Int
  /// What is appended or set.
  public var delta: Delta

  /// Makes a delta, of the first candidate unless told otherwise.
  public init(candidate: Int = 0, index: Int, _ delta: Delta) {
    self.candidate = candidate
    self.index = index
    self.delta = delta
  }
}

/// A part is whole.
public struct PartEnd: Sendable {
  /// The `index` of the candidate the part belongs to.
  public var candidate: Int
  /// The position of the part that ends.
  public var index: Int

  /// Makes the end of a part, of the first candidate unless told otherwise.
  public init(candidate: Int = 0, index: Int) {
    self.candidate = candidate
    self.index = index
  }
}

/// A stream event that one protocol owns.
public struct OpaqueEvent: Sendable {
  /// The protocol whose event it is; only its writer may emit it.
  public var dialect: DialectID
  /// The event's name, where its protocol names events; in Chat and Gemini, which do not, what the members are of:
  /// `chunk`, `choice` or `delta`, and `response` or `candidate`.
  public var name: String?
  /// The event's data: in Chat and Gemini an object of the members that nobody understood, with the `index` of the
  /// choice or candidate they are of.
  public var json: JSON

  /// Where the members stood; nil where the protocol has events of its own.
  var place: String? {
    let index = json["index"]?.int ?? 0
    switch (dialect, name) {
    case (.openAIChat, "choice"): return "choices[\(index)]"
    case (.openAIChat, "delta"): return "choices[\(index)].delta"
    case (.gemini, "candidate"): return "candidates[\(index)]"
    case (.openAIChat, _), (.gemini, _): return ""
    case (.openAIResponses, _), (.anthropic, _): return nil
    }
  }

  /// Makes an event of `dialect`.
  public init(_ dialect: DialectID, name: String?, _ json: JSON) {
    self.dialect = dialect
    self.name = name
    self.json = json
  }
}
