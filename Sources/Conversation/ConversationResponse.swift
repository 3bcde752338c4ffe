import Wire

/// A whole answer in no protocol's words.
public struct ConversationResponse: Sendable {
  /// The upstream's id; nil where it gave none, and the writer derives one from the exchange's.
  public var id: String?
  /// The model as the upstream names it.
  public var model: String?
  /// Seconds since 1970.
  public var createdAt: Int?
  /// The answers in order of `index`, usually one.
  public var candidates: [Candidate]
  /// Tokens counted; nil where the upstream told none.
  public var usage: Usage?
  /// The tier that served the request, in the vendor's word.
  public var serviceTier: String?
  /// Set where the answer itself says it failed (Responses `status: "failed"`, a blocked Gemini prompt).
  public var failure: UpstreamFailure?
  /// What the reader did not understand at the answer's top level.
  public var extensions: Extensions?

  /// Makes an answer without usage or failure.
  public init(id: String? = nil, model: String? = nil, createdAt: Int? = nil, candidates: [Candidate] = []) {
    self.id = id
    self.model = model
    self.createdAt = createdAt
    self.candidates = candidates
  }
}

extension ConversationResponse {
  /// Adds an answer in its place; one whose number is another's or none gets the next behind the last.
  public mutating func add(_ candidate: Candidate) {
    var candidate = candidate
    var place = candidates.place(of: candidate.index)
    if place.isTaken || !(0...65_535).contains(candidate.index) {
      // At most 65,535 and one for each answer, which cannot overflow.
      candidate.index = candidates.last.map { $0.index + 1 } ?? 0
      place.position = candidates.count
    }
    candidates.insert(candidate, at: place.position)
  }
}

extension [Candidate] {
  /// Where the candidate of that number stands or belongs, in a list in order of numbers.
  func place(of index: Int) -> (position: Int, isTaken: Bool) {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].index < index { low = middle + 1 } else { high = middle }
    }
    return (low, low < count && self[low].index == index)
  }
}

/// One of the answers.
public struct Candidate: Sendable {
  /// The candidate's number among the answers asked for, counted from 0.
  public var index: Int
  /// What the model said and called, in order.
  public var parts: [Part]
  /// Nil while unfinished.
  public var stop: Stop?
  /// What the reader did not understand of the candidate.
  public var extensions: Extensions?

  /// Makes a candidate; without `stop` it is unfinished.
  public init(index: Int = 0, parts: [Part] = [], stop: Stop? = nil) {
    self.index = index
    self.parts = parts
    self.stop = stop
  }
}

/// Why a candidate ended.
public struct Stop: Sendable, Hashable {
  /// The reason, in the union of the protocols' words.
  public enum Reason: Sendable, Hashable {
    case endTurn
    case stopSequence
    case maxTokens
    /// The context window is full (Anthropic `model_context_window_exceeded`).
    case contextWindow
    case toolUse
    /// The model or its vendor would not answer: refusals, safety, recitation, blocklists.
    case refusal
    /// The vendor paused a long turn; sending it back goes on (Anthropic `pause_turn`).
    case pauseTurn
    /// The model's call could not be parsed (Gemini `MALFORMED_FUNCTION_CALL` and kin).
    case malformedToolCall
    case other
  }

  /// The neutral reason.
  public var reason: Reason
  /// The stop sequence that was hit, where told.
  public var sequence: String?
  /// The protocol's own word, where the answer held one.
  public var original: String?
  /// The protocol that `original` is a word of.
  public var dialect: DialectID?
  /// The vendor's explanation, where given.
  public var message: String?

  /// Makes a stop of a neutral reason.
  public init(
    _ reason: Reason, sequence: String? = nil, original: String? = nil, dialect: DialectID? = nil,
    message: String? = nil
  ) {
    self.reason = reason
    self.sequence = sequence
    self.original = original
    self.dialect = dialect
    self.message = message
  }
}

/// Tokens counted, with one meaning for all protocols.
///
/// `input` includes cache reads and writes, `output` includes reasoning. Counts that were not told are nil.
public struct Usage: Sendable, Hashable {
  /// Tokens of the prompt, cache reads and writes included.
  public var input: Int?
  /// Tokens generated, reasoning included.
  public var output: Int?
  /// Part of `input` that was read from a cache.
  public var cacheRead: Int?
  /// Part of `input` that was written to a cache.
  public var cacheWrite: Int?
  /// Part of `cacheWrite` that is kept for five minutes (Anthropic `ephemeral_5m_input_tokens`).
  public var cacheWrite5m: Int?
  /// Part of `cacheWrite` that is kept for one hour (Anthropic `ephemeral_1h_input_tokens`).
  public var cacheWrite1h: Int?
  /// Part of `output` spent thinking.
  public var reasoning: Int?
  /// Searches the vendor ran and bills by the piece (Anthropic `server_tool_use.web_search_requests`).
  public var webSearches: Int?
  /// As told, or `input + output`.
  public var total: Int?
  /// The tier that served a stream, in the vendor's word, where it is told at the end; what `ResponseStart` told is then
  /// only what was asked for.
  public var serviceTier: String?
  /// The counts as their protocol wrote them, for its own writer.
  public var original: Original?

  /// A usage object as its protocol wrote it, compared by value.
  public struct Original: Sendable, Hashable {
    /// The usage object and the protocol it belongs to.
    public var part: OpaquePart

    /// Wraps a usage object.
    public init(_ part: OpaquePart) { self.part = part }

    /// Compares dialect and JSON value.
    public static func == (left: Original, right: Original) -> Bool {
      left.part.dialect == right.part.dialect && left.part.json == right.part.json
    }

    /// Hashes the dialect only, which is enough: equal values share it.
    public func hash(into hasher: inout Hasher) { hasher.combine(part.dialect) }
  }

  /// Makes counts; those not given were not told.
  public init(
    input: Int? = nil, output: Int? = nil, cacheRead: Int? = nil, cacheWrite: Int? = nil, reasoning: Int? = nil,
    total: Int? = nil
  ) {
    self.input = input
    self.output = output
    self.cacheRead = cacheRead
    self.cacheWrite = cacheWrite
    self.reasoning = reasoning
    self.total = total
  }

  /// `input` without what came from or went to a cache; never below 0.
  public var uncachedInput: Int { max(0, Usage.difference(input ?? 0, Usage.sum(cacheRead ?? 0, cacheWrite ?? 0))) }
  /// `output` without reasoning; never below 0.
  public var visibleOutput: Int { max(0, Usage.difference(output ?? 0, reasoning ?? 0)) }
  /// `total`, or the saturated sum.
  public var totalTokens: Int { total ?? Usage.sum(input ?? 0, output ?? 0) }

  /// Adds without trapping; stays at the largest integer, or the smallest.
  public static func sum(_ left: Int, _ right: Int) -> Int {
    let (value, overflow) = left.addingReportingOverflow(right)
    return overflow ? (left < 0 ? .min : .max) : value
  }

  /// Subtracts without trapping; stays at the largest integer, or the smallest.
  static func difference(_ left: Int, _ right: Int) -> Int {
    let (value, overflow) = left.subtractingReportingOverflow(right)
    return overflow ? (left < 0 ? .min : .max) : value
  }

  /// Takes over every count that `newer` tells.
  public mutating func merge(_ newer: Usage) {
    input = newer.input ?? input
    output = newer.output ?? output
    cacheRead = newer.cacheRead ?? cacheRead
    cacheWrite = newer.cacheWrite ?? cacheWrite
    cacheWrite5m = newer.cacheWrite5m ?? cacheWrite5m
    cacheWrite1h = newer.cacheWrite1h ?? cacheWrite1h
    reasoning = newer.reasoning ?? reasoning
    webSearches = newer.webSearches ?? webSearches
    total = newer.total ?? total
    serviceTier = newer.serviceTier ?? serviceTier
    original = newer.original ?? original
  }
}
