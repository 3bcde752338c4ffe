import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// One exchange as the gateway takes it, but for the sockets: a client's whole body in, the upstream's whole body out,
/// and the upstream's whole answer or stream back to the client.
///
/// Only the public surface is used, so that what is tested here survives any change behind it.
struct Passage {
  /// The asked name of every Gemini request here; the upstream calls every model `up`.
  static let model = "asked"

  let client: any Dialect
  let upstream: any Dialect
  let crossing: Crossing
  /// What the upstream is sent.
  let body: JSON
  /// The same, byte for byte.
  let text: String
  private let request: String
  private let line: RequestLine
  private let origin: SealOrigin?

  var losses: [Loss] { crossing.losses.list }
  /// Where something was lost.
  var lost: [String] { losses.map(\.path) }
  var path: Crossing.Path { crossing.path }
  var raising: AnswerRaising { crossing.raising }

  /// Takes a request to the upstream, on whichever of the three paths is due.
  ///
  /// - Throws: `DialectError` where it is refused.
  init(
    _ request: String, from client: DialectID, to upstream: DialectID, quirks: Quirks = Quirks(),
    origin: SealOrigin? = SealOrigin("up/a"), isStream: Bool? = nil
  ) throws {
    self.client = DialectCatalog.dialect(client)
    self.upstream = DialectCatalog.dialect(upstream)
    self.request = request
    self.origin = origin
    let line = Self.line(client, isStream: isStream)
    self.line = line
    let target = RequestTarget(model: "up", quirks: quirks, origin: origin)
    let direct = try Array(request.utf8).withUnsafeBytes { bytes -> (Crossing, [UInt8])? in
      let inbound = try InboundRequest(bytes, dialect: client, line: line)
      guard Crossing.isDirect(inbound, bytes, to: upstream, quirks) else { return nil }
      let crossing = Crossing.direct(inbound, bytes, for: target)
      guard case .spliced(let splice) = crossing.body else { return nil }
      return (crossing, splice.applied(to: bytes))
    }
    var sent: [UInt8] = []
    if let direct {
      (crossing, sent) = direct
    } else {
      crossing = try Crossing.translated(
        Self.read(request, client, line), from: client, to: self.upstream, for: target)
      if case .written(let bytes) = crossing.body { sent = bytes }
    }
    text = String(decoding: sent, as: UTF8.self)
    body = try JSON(parsing: sent)
  }

  /// The same to an upstream that made no state and departs from its protocol as `edit` says.
  static func send(
    _ body: String, from client: DialectID, to upstream: DialectID, origin: SealOrigin? = nil,
    _ edit: (inout Quirks) -> Void = { _ in }
  ) throws -> Passage {
    var quirks = Quirks()
    edit(&quirks)
    return try Passage(body, from: client, to: upstream, quirks: quirks, origin: origin)
  }

  static func line(_ dialect: DialectID, isStream: Bool? = nil) -> RequestLine {
    dialect == .gemini ? RequestLine(model: model, isStream: isStream ?? false) : RequestLine()
  }

  static func read(_ body: String, _ client: DialectID, _ line: RequestLine? = nil) throws -> ConversationRequest {
    try DialectCatalog.dialect(client).readRequest(JSON(parsing: Array(body.utf8)), line: line ?? Self.line(client))
  }

  /// A client's question with one member more.
  static func asking(_ client: DialectID, _ said: String) -> String {
    switch client {
    case .openAIChat: #"{"model":"asked","messages":[{"role":"user","content":"q"}],\#(said)}"#
    case .openAIResponses: #"{"model":"asked","input":"q",\#(said)}"#
    case .anthropic: #"{"model":"asked","max_tokens":50000,"messages":[{"role":"user","content":"q"}],\#(said)}"#
    case .gemini: #"{"contents":[{"role":"user","parts":[{"text":"q"}]}],\#(said)}"#
    }
  }

  // MARK: - The way back

  private func reply() throws -> ReplyContext {
    let asked = try Self.read(request, client.id, line)
    return ReplyContext(request: asked.summary(), model: asked.model, exchangeID: "x1", createdAt: 1_700_000_000)
  }

  /// The client's answer to an upstream's whole answer.
  func answer(_ text: String) throws -> JSON {
    if crossing.relaysAnswer { return try JSON(parsing: text) }
    var response = raising.raise(try upstream.readResponse(try JSON(parsing: text), origin: origin))
    if response.candidates.first?.stop?.reason == .malformedToolCall { throw DialectError("malformed tool call") }
    let reply = try reply()
    CallIDs.name(&response, exchangeID: reply.exchangeID)
    var losses = Losses()
    return try JSON(parsing: client.writeResponse(response, for: reply, losses: &losses))
  }

  private func raisedOneByOne(_ events: [ConversationEvent]) -> [ConversationEvent] {
    var (raising, raised) = (raising, [ConversationEvent]())
    for event in events { raising.raise(event, into: &raised) }
    return raised
  }

  /// The data of the client's events for an upstream's stream of these; `[DONE]` is left out on both sides.
  func stream(_ data: [String]) throws -> [JSON] {
    let frames = data.map { text in
      let type = (try? JSON(parsing: text))?["type"]?.string
      return (type.map { "event: \($0)\n" } ?? "") + "data: \(text)\n\n"
    }
    let done = upstream.id == .openAIChat ? "data: [DONE]\n\n" : ""
    let read = StreamDriver.events(Array((frames.joined() + done).utf8), upstream, origin: origin)
    var (raising, raised) = (raising, read)
    raising.raise(&raised)
    #expect(EventTrace.lines(raised) == EventTrace.lines(raisedOneByOne(read)))
    let reply = try reply()
    for position in raised.indices { CallIDs.name(&raised[position], exchangeID: reply.exchangeID) }
    return try StreamDriver.frames(StreamDriver.bytes(raised, client, reply: reply)).compactMap {
      try? JSON(parsing: $0.data)
    }
  }
}
