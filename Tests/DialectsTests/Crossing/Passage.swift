import Conversation
import Dialects
import TestSupport
import Wire

/// Whole bodies through everything between two protocols, as the gateway sends them: text in, JSON out.
///
/// Only the public surface is used, so that what is tested here survives any change behind it.
enum Passage {
  /// A client's request as the upstream gets it.
  struct Sent {
    var body: JSON
    var text: String
    var losses: [Loss]
    var path: Crossing.Path
    var raising: AnswerRaising
  }

  /// One event of a client's stream.
  struct Frame {
    var name: String?
    var text: String
    var json: JSON
  }

  /// The asked name of every request here; the upstream calls it `up`.
  static let model = "asked"

  static func line(_ dialect: DialectID, isStream: Bool? = nil) -> RequestLine {
    dialect == .gemini ? RequestLine(model: model, isStream: isStream ?? false) : RequestLine()
  }

  static func read(_ body: String, _ client: DialectID) throws -> ConversationRequest {
    try DialectCatalog.dialect(client).readRequest(JSON(parsing: Array(body.utf8)), line: line(client))
  }

  /// Takes a request across, on whichever of the three paths is due.
  static func send(
    _ body: String, from client: DialectID, to upstream: DialectID, origin: SealOrigin? = nil,
    _ edit: (inout Quirks) -> Void = { _ in }
  ) throws -> Sent {
    var quirks = Quirks()
    edit(&quirks)
    let target = RequestTarget(model: "up", quirks: quirks, origin: origin)
    let bytes = Array(body.utf8)
    let direct = try bytes.withUnsafeBytes { buffer -> ([UInt8], Crossing)? in
      let inbound = try InboundRequest(buffer, dialect: client, line: line(client))
      guard Crossing.isDirect(inbound, buffer, to: upstream, quirks) else { return nil }
      let crossing = Crossing.direct(inbound, buffer, for: target)
      guard case .spliced(let splice) = crossing.body else { return nil }
      return (splice.applied(to: buffer), crossing)
    }
    if let (bytes, crossing) = direct { return try sent(bytes, crossing) }
    let crossing = try Crossing.translated(
      read(body, client), from: client, to: DialectCatalog.dialect(upstream), for: target)
    guard case .written(let bytes) = crossing.body else { throw DialectError("not written") }
    return try sent(bytes, crossing)
  }

  private static func sent(_ bytes: [UInt8], _ crossing: Crossing) throws -> Sent {
    Sent(
      body: try JSON(parsing: bytes), text: String(decoding: bytes, as: UTF8.self), losses: crossing.losses.list,
      path: crossing.path, raising: crossing.raising)
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

  // MARK: - Answers

  /// What a client asks that wants to see and keep everything.
  static func curious(_ client: DialectID) -> String {
    switch client {
    case .openAIChat:
      #"{"model":"asked","reasoning_effort":"high","stream_options":{"include_usage":true},"stream":true,"messages":[]}"#
    case .openAIResponses:
      #"{"model":"asked","reasoning":{"effort":"high","summary":"auto"},"include":["reasoning.encrypted_content"],"input":[]}"#
    case .anthropic: #"{"model":"asked","max_tokens":9,"thinking":{"type":"adaptive"},"messages":[]}"#
    case .gemini: #"{"generationConfig":{"thinkingConfig":{"includeThoughts":true}},"contents":[]}"#
    }
  }

  static func reply(_ client: DialectID, asked: String? = nil) throws -> ReplyContext {
    let request = try read(asked ?? curious(client), client)
    return ReplyContext(request: request, model: model, exchangeID: "x1", createdAt: 1_700_000_000)
  }

  /// A whole answer as the client gets it.
  static func answer(
    _ body: String, from upstream: DialectID, to client: DialectID, asked: String? = nil, origin: SealOrigin? = nil
  ) throws -> JSON {
    try answerAndLosses(body, from: upstream, to: client, asked: asked, origin: origin).0
  }

  static func answerAndLosses(
    _ body: String, from upstream: DialectID, to client: DialectID, asked: String? = nil, origin: SealOrigin? = nil
  ) throws -> (JSON, [Loss]) {
    let response = try DialectCatalog.dialect(upstream).readResponse(
      JSON(parsing: Array(body.utf8)), origin: origin)
    var losses = Losses()
    let bytes = DialectCatalog.dialect(client).writeResponse(
      response, for: try reply(client, asked: asked), losses: &losses)
    return (try JSON(parsing: bytes), losses.list)
  }

  /// A stream's events as the client gets them; `data` holds what stands behind each `data:` of the upstream's.
  static func stream(
    _ data: [String], from upstream: DialectID, to client: DialectID, asked: String? = nil, origin: SealOrigin? = nil
  ) throws -> [Frame] {
    let bytes = Array(data.map { "data: \($0)\n\n" }.joined().utf8)
    let events = StreamDriver.events(bytes, DialectCatalog.dialect(upstream), origin: origin)
    return try frames(StreamDriver.bytes(events, DialectCatalog.dialect(client), reply: reply(client, asked: asked)))
  }

  static func frames(_ bytes: [UInt8]) throws -> [Frame] {
    var parser = EventStreamParser()
    var frames: [Frame] = []
    func take(_ item: EventStreamItem) {
      guard case .event(let event) = item else { return }
      frames.append(
        Frame(name: event.name, text: event.text, json: (try? JSON(parsing: event.data)) ?? JSON.null))
    }
    try parser.feed(bytes, take)
    parser.finish(take)
    return frames
  }

  /// The answer a client puts together from its stream, in its own protocol.
  static func folded(_ data: [String], from upstream: DialectID, to client: DialectID) throws -> ConversationResponse {
    let bytes = Array(data.map { "data: \($0)\n\n" }.joined().utf8)
    let dialect = DialectCatalog.dialect(client)
    let events = StreamDriver.events(bytes, DialectCatalog.dialect(upstream))
    var fold = ResponseFold()
    for event in StreamDriver.events(StreamDriver.bytes(events, dialect, reply: try reply(client)), dialect) {
      fold.add(event)
    }
    return fold.result
  }

  // MARK: - The next turn

  /// What a client sends after an answer: the question, the answer as it got it, and a result for each call.
  static func nextTurn(_ answer: JSON, of client: DialectID) throws -> String {
    switch client {
    case .openAIChat:
      let message = answer["choices"]?.elements.first?["message"] ?? .null
      let results = (message["tool_calls"]?.elements).map(Array.init) ?? []
      let rest = results.map { #",{"role":"tool","tool_call_id":\#($0["id"]?.text ?? ""),"content":"seen"}"# }
      return
        #"{"model":"asked","reasoning_effort":"high","messages":[{"role":"user","content":"q"},\#(message.text)\#(rest.joined())],"tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{}}}}]}"#
    case .openAIResponses:
      let items = (answer["output"]?.elements).map(Array.init) ?? []
      let rest = items.filter { $0["call_id"] != nil }
        .map { #"{"type":"function_call_output","call_id":\#($0["call_id"]?.text ?? ""),"output":"seen"}"# }
      let all = ([#"{"role":"user","content":"q"}"#] + items.map(\.text) + rest).joined(separator: ",")
      return
        #"{"model":"asked","reasoning":{"effort":"high","summary":"auto"},"include":["reasoning.encrypted_content"],"store":false,"input":[\#(all)],"tools":[{"type":"function","name":"look","parameters":{"type":"object","properties":{}},"strict":false}]}"#
    case .anthropic:
      let blocks = answer["content"] ?? .null
      let rest = blocks.elements.filter { $0["type"]?.isString("tool_use") == true }
        .map { #"{"type":"tool_result","tool_use_id":\#($0["id"]?.text ?? ""),"content":"seen"}"# }
      let content = rest.isEmpty ? #""go on""# : "[\(rest.joined(separator: ","))]"
      return
        #"{"model":"asked","max_tokens":9000,"thinking":{"type":"adaptive"},"messages":[{"role":"user","content":"q"},{"role":"assistant","content":\#(blocks.text)},{"role":"user","content":\#(content)}],"tools":[{"name":"look","input_schema":{"type":"object","properties":{}}}]}"#
    case .gemini:
      let content = answer["candidates"]?.elements.first?["content"] ?? .null
      let calls = (content["parts"]?.elements).map { $0.compactMap { $0["functionCall"] } } ?? []
      let rest = calls.map { call in
        let id = call["id"].map { #""id":\#($0.text),"# } ?? ""
        return #"{"functionResponse":{\#(id)"name":\#(call["name"]?.text ?? ""),"response":{"result":"seen"}}}"#
      }
      let parts = rest.isEmpty ? #"{"text":"go on"}"# : rest.joined(separator: ",")
      return
        #"{"generationConfig":{"thinkingConfig":{"includeThoughts":true}},"contents":[{"role":"user","parts":[{"text":"q"}]},\#(content.text),{"role":"user","parts":[\#(parts)]}],"tools":[{"functionDeclarations":[{"name":"look","parameters":{"type":"object","properties":{}}}]}]}"#
    }
  }
}

extension JSON {
  /// The elements, to be reached by position.
  var list: [JSON] { Array(elements) }

  /// A member or element at the end of a path of names and positions; nil where there is none.
  func at(_ path: String) -> JSON? {
    var value: JSON? = self
    for step in path.split(separator: ".") {
      if let position = Int(step) {
        let list = value?.list ?? []
        value = list.indices.contains(position) ? list[position] : nil
      } else {
        value = value?[name: String(step)]
      }
    }
    return value
  }
}
