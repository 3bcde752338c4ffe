import Conversation
import Wire

/// One wire protocol, spoken in both directions.
///
/// Readers never narrow; writers do, and declare what they leave out.
///
/// Implementations are values without state, I/O, clock or randomness: whatever they need comes in as an argument, so
/// the same input gives the same bytes.
public protocol Dialect: Sendable {
  /// Which protocol it is.
  var id: DialectID { get }

  /// What this protocol allows in tool names and ids.
  var naming: NamingRule { get }

  /// What this protocol calls a setting: paths from the top of a request, the usual one first.
  func names(of setting: Setting) -> [String]

  /// What this protocol calls the field of a tool declared at `path`, the usual name first.
  func names(of field: ToolField, ofToolAt path: String) -> [String]

  /// Where this protocol has a piece of an answer; `part` counts the parts of the candidate.
  func name(of field: AnswerField, candidate: Int, part: Int) -> String

  /// Reads a client's request. `line` carries what the protocol says outside the body.
  func readRequest(_ body: JSON, line: RequestLine) throws(DialectError) -> ConversationRequest

  /// Writes a request for an upstream. The model and the stream flag go into the body where the protocol has them
  /// there.
  ///
  /// - Throws: `DialectError` where the request cannot be said at all; what can be left out becomes a loss.
  func writeRequest(
    _ request: ConversationRequest, for target: RequestTarget, losses: inout Losses
  ) throws(DialectError) -> [UInt8]

  /// Reads an upstream's whole answer. Reasoning state is marked with `origin`.
  func readResponse(_ body: JSON, origin: SealOrigin?) throws(DialectError) -> ConversationResponse

  /// The facts of a whole answer that is text and nothing else; nil for every other.
  func readPlainAnswer(_ body: JSON) -> PlainAnswer?

  /// Writes an answer for a client.
  func writeResponse(_ response: ConversationResponse, for reply: ReplyContext, losses: inout Losses) -> [UInt8]

  /// Reads an upstream's error answer; `body` may be anything, HTML included. The HTTP `retry-after` is the caller's.
  func readFailure(status: Int, body: [UInt8]) -> UpstreamFailure

  /// Writes an error for a client.
  func writeFailure(_ failure: UpstreamFailure, requestID: String) -> FailureReply

  /// A reader for one upstream stream. Reasoning state is marked with `origin`.
  func makeEventReader(origin: SealOrigin?) -> any EventReader

  /// A writer for one client stream.
  func makeEventWriter(for reply: ReplyContext) -> any EventWriter
}

/// What a request says outside its body: Gemini puts the model and the stream flag into the URL.
public struct RequestLine: Sendable, Hashable {
  /// The model named by the URL; nil where the protocol names it in the body.
  public var model: String?
  /// Whether the URL asks for a stream; nil where the body says so.
  public var isStream: Bool?
  /// The mark of the seals that the reader may open.
  public var seals: SealMark

  /// Makes a line; with neither, the body says everything.
  public init(model: String? = nil, isStream: Bool? = nil, seals: SealMark = .none) {
    self.model = model
    self.isStream = isStream
    self.seals = seals
  }
}

/// The upstream a request is written for.
public struct RequestTarget: Sendable {
  /// The model's name there.
  public var model: String
  /// How the provider departs from the protocol.
  public var quirks: Quirks
  /// Who will answer: reasoning state of another origin is left out and declared.
  public var origin: SealOrigin?
  /// Whether reasoning state was left out because the upstream refused it: the writer then mends what the protocol
  /// demands of turns without their reasoning, also in its own dialect.
  public var repairsReasoning = false
  /// A name of the agent's session, the same on every turn; nil where the client told none.
  public var session: String?

  /// Makes a target; without `origin` any reasoning state of its protocol counts as its own.
  public init(model: String, quirks: Quirks = Quirks(), origin: SealOrigin? = nil) {
    self.model = model
    self.quirks = quirks
    self.origin = origin
  }
}

/// What a client's answer needs to know besides the upstream's answer.
public struct ReplyContext: Sendable {
  /// How a streamed answer is framed.
  public enum Framing: Sendable, Hashable {
    case serverSentEvents
    /// Gemini without `alt=sse`: one JSON array.
    case jsonArray
  }

  /// The client's request, without its messages and tools.
  public var request: ConversationRequest
  /// The model name the client asked for, which it is answered.
  public var model: String
  /// Unique per exchange, `[A-Za-z0-9]+`: missing response, item and call ids derive from it and the part's index.
  public var exchangeID: String
  /// Seconds since 1970, for answers whose upstream tells no time.
  public var createdAt: Int
  /// How the stream is framed.
  public var framing: Framing
  /// The mark of the seals that the writer makes.
  public var seals: SealMark

  /// Makes a context, of a server-sent event stream unless told otherwise.
  public init(
    request: ConversationRequest, model: String, exchangeID: String, createdAt: Int,
    framing: Framing = .serverSentEvents, seals: SealMark = .none
  ) {
    self.request = request
    self.model = model
    self.exchangeID = exchangeID
    self.createdAt = createdAt
    self.framing = framing
    self.seals = seals
  }
}

/// An error answer in a client's protocol.
public struct FailureReply: Sendable {
  /// The HTTP status this protocol answers such an error with.
  public var status: Int
  /// The error as the protocol's JSON.
  public var body: [UInt8]

  /// Makes an error answer.
  public init(status: Int, body: [UInt8]) {
    self.status = status
    self.body = body
  }
}

/// Why a body cannot be read or written in a protocol.
public struct DialectError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The field at fault, as in `messages[2].role`; empty for the whole body.
  public var path: String
  /// A lower-case sentence.
  public var message: String
  /// OpenAI `code` where one exists (`previous_response_not_found`, `unsupported_parameter`).
  public var code: String?

  /// Makes an error at a field, or of the whole body.
  public init(_ message: String, path: String = "", code: String? = nil) {
    self.message = message
    self.path = path
    self.code = code
  }

  /// The message, behind the path where there is one.
  public var description: String { path.isEmpty ? message : "\(path): \(message)" }

  /// The same as a failure of the client's request.
  public var failure: UpstreamFailure {
    UpstreamFailure(
      code == "previous_response_not_found" ? .previousResponseNotFound : .invalidRequest, status: 400,
      message: description, code: code, param: path.isEmpty ? nil : path)
  }
}

/// Turns an upstream's stream into conversation events, in the grammar of `ConversationEvent`.
///
/// A state machine without I/O. Must tolerate anything: repeated terminal events, data after the end, missing starts.
public protocol EventReader: Sendable {
  /// Reads the next event.
  mutating func read(_ event: ServerSentEvent, into events: inout [ConversationEvent])

  /// Reads the events at the beginning of a stream's bytes that are like the one read last but for their words, as
  /// `read` would; returns how many bytes they take, which may be none.
  ///
  /// The bytes begin outside of any event.
  mutating func readAlike(_ bytes: UnsafeRawBufferPointer, into events: inout [ConversationEvent]) -> Int

  /// The stream ended. Emits `failed` unless a terminal event was read or may honestly be concluded.
  mutating func end(into events: inout [ConversationEvent])
}

/// Turns conversation events into a client's stream.
///
/// A state machine without I/O that relies on the grammar of `ConversationEvent`.
public protocol EventWriter: Sendable {
  /// Appends what `event` becomes to `output`; often nothing, sometimes several frames.
  mutating func write(_ event: ConversationEvent, into output: inout [UInt8])

  /// Appends what several events become, one after the other.
  mutating func write(_ events: ArraySlice<ConversationEvent>, into output: inout [UInt8])

  /// Appends the protocol's own keep-alive. May come at any time, also before `started`.
  mutating func keepAlive(into output: inout [UInt8])

  /// What could not be said so far.
  var losses: Losses { get }
}

extension EventWriter {
  /// Appends what several events become, one after the other.
  public mutating func write(_ events: ArraySlice<ConversationEvent>, into output: inout [UInt8]) {
    for event in events { write(event, into: &output) }
  }
}

/// What a protocol allows in names.
public struct NamingRule: Sendable, Hashable {
  /// In names of tools.
  public var tools: Alphabet
  /// In names of properties at the root of a tool's schema; nil for anything.
  public var properties: Alphabet?

  /// Makes a rule.
  public init(tools: Alphabet, properties: Alphabet? = nil) {
    self.tools = tools
    self.properties = properties
  }
}
