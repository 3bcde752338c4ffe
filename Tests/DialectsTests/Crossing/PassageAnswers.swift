import Conversation
import Dialects
import TestSupport
import Wire

// Answers to whoever asked nothing in particular.
extension Passage {
  /// One event of a client's stream.
  struct Frame {
    var name: String?
    var text: String
    var json: JSON
  }

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
    try StreamDriver.frames(bytes).map { event in
      Frame(name: event.name, text: event.text, json: (try? JSON(parsing: event.data)) ?? JSON.null)
    }
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
