import Wire

/// One piece of a message.
public struct Part: Sendable {
  /// What the piece is.
  public indirect enum Content: Sendable {
    case text(Text)
    /// The model's words of refusal.
    case refusal(String)
    case image(Media)
    case audio(Media)
    case video(Media)
    /// PDFs, text documents, anything with a name.
    case file(Media)
    case reasoning(Reasoning)
    case toolCall(ToolCall)
    case toolResult(ToolResult)
    /// A block only one protocol knows: server tools, compaction, … Only its owner may write it.
    case opaque(OpaquePart)
  }

  /// What the piece is.
  public var content: Content
  /// Opaque reasoning state that must return with this part next turn.
  public var state: ReasoningState?
  /// What the reader did not understand of the part's object.
  public var extensions: Extensions?
  /// Responses: the message item this part stood in, where it has a life of its own.
  public var frame: ItemFrame?
  /// Where the part stood, once its extensions are gone.
  private var formerPath: String?

  /// Makes a part.
  public init(_ content: Content, state: ReasoningState? = nil, extensions: Extensions? = nil) {
    self.content = content
    self.state = state
    self.extensions = extensions
  }

  /// Where the part stood in its protocol's words; nil where that is not known.
  public var path: String? {
    if let extensions { return extensions.path }
    if case .opaque(let opaque) = content, !opaque.path.isEmpty { return opaque.path }
    return frame?.extensions?.path ?? formerPath
  }

  /// The same part without what only the protocol it was read from knows, still known by its place.
  public func bare(_ content: Content) -> Part {
    var part = Part(content, state: state)
    part.frame = frame
    part.formerPath = path
    return part
  }

  /// A text part.
  public static func text(_ text: String) -> Part { Part(.text(Text(text))) }

  /// A text part of words as they stand in a document.
  public static func text(_ words: JSONText) -> Part { Part(.text(Text(words))) }
}

/// The message item a part of a model's turn stood in.
///
/// Responses lets one turn hold several, each with an id and fields of its own; the parts of one item share one frame,
/// told apart by identity.
public final class ItemFrame: Sendable {
  /// The item's own id (`msg_…`).
  public let id: String?
  /// What the reader did not understand of the item.
  public let extensions: Extensions?

  /// Makes a frame, distinct from all others even with equal members.
  public init(id: String?, extensions: Extensions?) {
    self.id = id
    self.extensions = extensions
  }
}

/// Words, and what they rest on.
public struct Text: Sendable {
  /// The words as they came; what is only passed on need not be read.
  public private(set) var words: JSONText
  /// Citations, in the order they came.
  public var annotations: [Annotation]
  /// Token log probabilities in OpenAI's shape.
  public var logprobs: JSON?

  /// Makes a text.
  public init(_ text: String, annotations: [Annotation] = [], logprobs: JSON? = nil) {
    self.init(JSONText(text), annotations: annotations, logprobs: logprobs)
  }

  /// Makes a text of words as they stand in a document.
  public init(_ words: JSONText, annotations: [Annotation] = [], logprobs: JSON? = nil) {
    self.words = words
    self.annotations = annotations
    self.logprobs = logprobs
  }

  /// The words, read anew each time where they stand in a document.
  public var text: String {
    get { words.string }
    _modify {
      // Let go of while it changes, so that it grows in place.
      var text = words.string
      words = JSONText("")
      defer { words = JSONText(text) }
      yield &text
    }
  }
}

/// A citation: where a piece of text comes from.
public struct Annotation: Sendable {
  /// What is cited.
  public enum Source: Sendable, Hashable {
    case url(String)
    case file(id: String)
    /// The index of a document in the request.
    case document(Int)
    case other
  }

  /// What is cited.
  public var source: Source
  /// The cited page's or document's title.
  public var title: String?
  /// The passage cited, word for word.
  public var citedText: String?
  /// Where the span of the answer it supports begins, in Unicode scalars of the part's text.
  ///
  /// Nil where the protocol ties the annotation to the whole part.
  public var start: Int?
  /// Where the span ends, exclusive.
  public var end: Int?
  /// The annotation as its protocol wrote it, for its owner to write back.
  public var original: OpaquePart?

  /// Makes a citation of the whole part unless a span is given.
  public init(
    _ source: Source, title: String? = nil, citedText: String? = nil, start: Int? = nil, end: Int? = nil,
    original: OpaquePart? = nil
  ) {
    self.source = source
    self.title = title
    self.citedText = citedText
    self.start = start
    self.end = end
    self.original = original
  }
}

/// Bytes, or where they are.
public struct Media: Sendable, Hashable {
  /// Where the bytes are.
  public enum Source: Sendable, Hashable {
    /// Standard base64.
    case base64(String)
    case url(String)
    /// An id at the vendor whose protocol the request came in.
    case fileID(String)
    /// A text document, as text.
    case text(String)
  }

  /// The bytes, or where they are.
  public var source: Source
  /// As declared, `image/png`; nil where the protocol left it out.
  public var mediaType: String?
  /// The file's name, where given.
  public var filename: String?
  /// OpenAI image `detail`.
  public var detail: String?

  /// The text of a text document for protocols that have no such thing: behind its title, where it has one.
  public func titled(_ text: String) -> String { filename.map { "\($0):\n\(text)" } ?? text }

  /// Makes media.
  public init(_ source: Source, mediaType: String? = nil, filename: String? = nil, detail: String? = nil) {
    self.source = source
    self.mediaType = mediaType
    self.filename = filename
    self.detail = detail
  }
}

/// What the model thought, as far as it is shown.
public struct Reasoning: Sendable {
  /// One stretch of thinking.
  public struct Segment: Sendable, Hashable {
    /// Full text, or the vendor's summary of it.
    public enum Kind: Sendable, Hashable { case text, summary }
    /// Whether the text is the thinking itself or its summary.
    public var kind: Kind
    /// The words shown.
    public var text: String

    /// Makes a segment.
    public init(_ kind: Kind, _ text: String) {
      self.kind = kind
      self.text = text
    }
  }

  /// Empty where the thinking is withheld and only `Part.state` remains.
  public var segments: [Segment]
  /// Responses' item id (`rs_…`).
  public var id: String?

  /// Makes reasoning; without segments it is withheld thinking.
  public init(_ segments: [Segment] = [], id: String? = nil) {
    self.segments = segments
    self.id = id
  }

  /// All segments, a blank line between two.
  public var text: String { segments.map(\.text).joinedTexts(by: "\n\n") }
}

/// The model asks for a tool.
public struct ToolCall: Sendable, Hashable {
  /// How the input is to be read.
  public enum Kind: Sendable, Hashable {
    /// Input is a JSON object.
    case function
    /// Input is free text (Responses and Chat `custom` tools).
    case custom
  }

  /// The id its result refers to.
  ///
  /// Nil only between reading and `ToolCallIDs.assign`.
  public var id: String?
  /// How `input` is to be read.
  public var kind: Kind
  /// The tool's name as declared.
  public var name: String
  /// Responses: the namespace the tool was declared in.
  public var namespace: String?
  /// JSON text for functions, exactly as sent; free text for custom tools.
  public var input: String
  /// Responses: the item's own id (`fc_…`), which is not the call's.
  public var itemID: String?

  /// Makes a call.
  public init(
    id: String?, kind: Kind = .function, name: String, namespace: String? = nil, input: String, itemID: String? = nil
  ) {
    self.id = id
    self.kind = kind
    self.name = name
    self.namespace = namespace
    self.input = input
    self.itemID = itemID
  }

  /// The input as a JSON object; nil if it is not one.
  ///
  /// An empty input is `{}`.
  public var object: JSON? {
    if let object = JSON(objectIn: input) { return object }
    return input.utf8.allSatisfy(\.isJSONWhitespace) ? .emptyObject : nil
  }
}

/// What a tool answered.
public struct ToolResult: Sendable {
  /// The id of the call it answers.
  ///
  /// Nil only between reading and `ToolCallIDs.assign`.
  public var callID: String?
  /// The kind of the call it answers.
  public var kind: ToolCall.Kind
  /// The tool's name, where the protocol repeats it (Gemini) or the reader looked it up.
  public var name: String?
  /// Text, images and files.
  public var parts: [Part]
  /// Gemini: the whole `response` object.
  public var structured: JSON?
  /// Whether the tool failed.
  public var isError: Bool
  /// Responses: the item's own id, which is not the call's.
  public var itemID: String?

  /// Makes a result, a success unless told otherwise.
  public init(
    callID: String?, kind: ToolCall.Kind = .function, name: String? = nil, parts: [Part], structured: JSON? = nil,
    isError: Bool = false, itemID: String? = nil
  ) {
    self.callID = callID
    self.kind = kind
    self.name = name
    self.parts = parts
    self.structured = structured
    self.isError = isError
    self.itemID = itemID
  }
}

extension ToolResult {
  /// The text parts, joined by line feeds.
  public var text: String {
    parts.compactMap { part -> String? in
      switch part.content {
      case .text(let text): text.text
      case .refusal(let text): text
      default: nil
      }
    }.joinedTexts(by: "\n")
  }
}

/// JSON that one protocol owns.
public struct OpaquePart: Sendable {
  /// The protocol that owns it; only its writer may emit it.
  public var dialect: DialectID
  /// The value as it was sent.
  public var json: JSON
  /// What the value says, where it tells of a call that its vendor ran: other writers may tell it in their own words.
  public var hosted: HostedCall?
  /// Where it stood, as in `output[3]`; empty where that is not known.
  public var path: String

  /// Makes an opaque value of `dialect`.
  public init(_ dialect: DialectID, _ json: JSON, path: String = "", hosted: HostedCall? = nil) {
    self.dialect = dialect
    self.json = json
    self.path = path
    self.hosted = hosted
  }

  /// The block's `type`, for messages.
  public var type: String { json["type"]?.string ?? "unknown" }
}
