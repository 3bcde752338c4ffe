import Conversation
import Dialects
import Testing
import Wire

/// One exchange as the gateway takes it, but for the sockets: a client's whole body in, the upstream's whole body out,
/// and the upstream's whole answer or stream back to the client.
struct WholeCrossing {
  let client: any Dialect
  let upstream: any Dialect
  let crossing: Crossing
  /// What the upstream is sent.
  let body: JSON
  /// The same, byte for byte.
  let text: String
  private let reply: ReplyContext
  private let origin: SealOrigin

  /// Where something was lost.
  var losses: [String] { crossing.losses.list.map(\.path) }

  /// Takes a request to the upstream.
  ///
  /// - Throws: `DialectError` where it is refused.
  init(
    _ request: String, from client: DialectID, to upstream: DialectID, quirks: Quirks = Quirks(),
    origin: SealOrigin = SealOrigin("up/a"), isStream: Bool = false
  ) throws {
    self.client = DialectCatalog.dialect(client)
    self.upstream = DialectCatalog.dialect(upstream)
    self.origin = origin
    let bytes = Array(request.utf8)
    let line = client == .gemini ? RequestLine(model: "asked", isStream: isStream) : RequestLine()
    let target = RequestTarget(model: "up", quirks: quirks, origin: origin)
    let conversation = try self.client.readRequest(try JSON(parsing: bytes), line: line)
    let direct = try bytes.withUnsafeBytes { bytes -> (Crossing, [UInt8])? in
      let inbound = try InboundRequest(bytes, dialect: client, line: line)
      guard Crossing.isDirect(inbound, bytes, to: upstream, quirks) else { return nil }
      let crossing = Crossing.direct(inbound, bytes, for: target)
      guard case .spliced(let splice) = crossing.body else { return nil }
      var output: [UInt8] = []
      splice.apply(to: bytes) { output.append(contentsOf: $0) }
      return (crossing, output)
    }
    var sent: [UInt8] = direct?.1 ?? []
    if let direct {
      crossing = direct.0
    } else {
      crossing = try Crossing.translated(conversation, from: client, to: self.upstream, for: target)
      if case .written(let bytes) = crossing.body { sent = bytes }
    }
    text = String(decoding: sent, as: UTF8.self)
    body = try JSON(parsing: sent)
    reply = ReplyContext(
      request: conversation.summary(), model: conversation.model, exchangeID: "x1", createdAt: 1_700_000_000)
  }

  /// The client's answer to an upstream's whole answer.
  func answer(_ text: String) throws -> JSON {
    if crossing.relaysAnswer { return try JSON(parsing: text) }
    var response = crossing.raising.raise(try upstream.readResponse(try JSON(parsing: text), origin: origin))
    if response.candidates.first?.stop?.reason == .malformedToolCall { throw DialectError("malformed tool call") }
    CallIDs.name(&response, exchangeID: reply.exchangeID)
    var losses = Losses()
    return try JSON(parsing: client.writeResponse(response, for: reply, losses: &losses))
  }

  /// The data of the client's events for an upstream's stream of these; `[DONE]` is left out on both sides.
  func stream(_ data: [String]) throws -> [JSON] {
    var reader = upstream.makeEventReader(origin: origin)
    var read: [ConversationEvent] = []
    let frames = data.map { text in
      let type = (try? JSON(parsing: text))?["type"]?.string
      return (type.map { "event: \($0)\n" } ?? "") + "data: \(text)\n\n"
    }
    let done = upstream.id == .openAIChat ? "data: [DONE]\n\n" : ""
    var parser = EventStreamParser()
    try parser.feed(Array((frames.joined() + done).utf8)) {
      if case .event(let event) = $0 { reader.read(event, into: &read) }
    }
    reader.end(into: &read)
    var raising = crossing.raising
    var writer = client.makeEventWriter(for: reply)
    var output: [UInt8] = []
    for event in read {
      var raised: [ConversationEvent] = []
      raising.raise(event, into: &raised)
      for var event in raised {
        CallIDs.name(&event, exchangeID: reply.exchangeID)
        writer.write(event, into: &output)
      }
    }
    return try Self.data(of: output)
  }

  private static func data(of bytes: [UInt8]) throws -> [JSON] {
    var parser = EventStreamParser()
    var data: [JSON] = []
    try parser.feed(bytes) {
      guard case .event(let event) = $0, let json = try? JSON(parsing: Array(event.data)) else { return }
      data.append(json)
    }
    return data
  }
}

extension JSON {
  /// What stands at a path of member names and indices, as in `messages.1.content`; null where nothing does.
  func place(_ path: String) -> JSON {
    path.split(separator: ".").reduce(self) { value, step in
      guard let index = Int(step) else { return value[name: String(step)] ?? .null }
      let elements = Array(value.elements)
      return elements.indices.contains(index) ? elements[index] : .null
    }
  }
}
