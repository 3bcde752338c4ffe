import Conversation
import Dialects
import Wire

/// One translation, as the gateway would do it for the same bytes.
struct Translation: Sendable {
  /// The protocol of what is read.
  var source: DialectID
  /// The protocol of what is written.
  var target: DialectID
  /// How the upstream departs from its protocol.
  var quirks = QuirkSource.plain
  /// The upstream's model in a request, the client's in an answer; nil keeps the one in the body.
  var model: String?

  /// A body, and what is known besides.
  struct Input: Sendable {
    var body: [UInt8]
    /// The HTTP status an answer came with.
    var status: Int?
    /// Whether the answer is a stream.
    var isStream = false
  }

  /// Translates one body.
  typealias Work = (Translation, Input) throws(Failure) -> Output

  /// What came of it.
  struct Output: Sendable {
    var bytes: [UInt8]
    var losses = Losses()
    /// Set where the client gets an error instead of an answer.
    var errorStatus: Int?
  }

  /// Why nothing came of it: a lower-case sentence.
  struct Failure: Error, Sendable {
    var message: String
  }
}

// MARK: - Requests

extension Translation {
  /// Translates a client's request for an upstream; `isStream` counts where the protocol says it in the URL.
  func request(_ body: [UInt8], isStream: Bool) throws(Failure) -> Output {
    do throws(DialectError) {
      let crossing = try RequestWay(self, body, isStream: isStream).crossing()
      return Output(bytes: crossing.body.bytes(from: body), losses: crossing.losses)
    } catch {
      throw Failure(message: error.description)
    }
  }
}

/// A client's request on its way to an upstream.
struct RequestWay {
  private let translation: Translation
  private let body: [UInt8]
  private let line: RequestLine
  private let inbound: InboundRequest
  private let upstream: RequestTarget

  init(_ translation: Translation, _ body: [UInt8], isStream: Bool) throws(DialectError) {
    self.translation = translation
    self.body = body
    var line =
      translation.source == .gemini
      ? RequestLine(model: translation.model ?? Self.unnamed, isStream: isStream) : RequestLine()
    var inbound = try Self.scan(body, translation.source, line)
    if inbound.model == nil {
      // Vertex AI names the model in the URL, whatever the protocol.
      line = RequestLine(model: translation.model ?? Self.unnamed)
      inbound = try Self.scan(body, translation.source, line)
    }
    self.line = line
    self.inbound = inbound
    let model = translation.model ?? inbound.model ?? Self.unnamed
    upstream = RequestTarget(model: model, quirks: translation.quirks.quirks(forModel: model))
  }

  /// Stands where a protocol demands a model and nobody named one.
  static let unnamed = "unknown"

  private static func scan(
    _ body: [UInt8], _ source: DialectID, _ line: RequestLine
  ) throws(DialectError) -> InboundRequest {
    try body.withUnsafeBytes { bytes in
      Result { () throws(DialectError) in try InboundRequest(bytes, dialect: source, line: line) }
    }.get()
  }

  /// The model the client asks for, where it says so.
  var model: String? { inbound.model.flatMap { $0 == Self.unnamed ? nil : $0 } }
  /// Whether the client wants a stream.
  var isStream: Bool { inbound.isStream }

  func crossing() throws(DialectError) -> Crossing {
    let (refusal, direct) = body.withUnsafeBytes { bytes in
      (
        Crossing.storedResponseRefusal(
          inbound, bytes, to: translation.target, quirks: upstream.quirks, provider: translation.quirks.name),
        Crossing.direct(ifPossible: inbound, bytes, to: translation.target, for: upstream)
      )
    }
    if let refusal { throw refusal }
    if let direct { return direct }
    // Gemini's upstream is told the model in the URL, which nobody sees here.
    if upstream.model.isEmpty, translation.target != .gemini {
      throw DialectError("the request names no model: name one with `--model`")
    }
    return try Crossing.translated(
      read(), from: translation.source, to: DialectCatalog.dialect(translation.target), for: upstream)
  }

  func read() throws(DialectError) -> ConversationRequest {
    try DialectCatalog.dialect(translation.source).readRequest(body, line: line)
  }
}
