import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Claude Code's WebSearch is a call of its own, whose searches somebody else may run.
@Suite struct WebSearchTests {
  static let asked =
    #"{"model":"claude-haiku","max_tokens":1000,"messages":[{"role":"user","content":"Perform a web search for: swift"}],"tools":[{"type":"web_search_20250305","name":"web_search","max_uses":8}]}"#

  static let gemini =
    #"{"candidates":[{"content":{"role":"model","parts":[{"text":"Swift 7 is out."}]},"finishReason":"STOP","index":0,"groundingMetadata":{"webSearchQueries":["swift news","swift 7"],"groundingChunks":[{"web":{"uri":"https://a.example/1","title":"A"}},{"web":{"uri":"https://b.example/2"}}],"groundingSupports":[{"segment":{"startIndex":0,"endIndex":15,"text":"Swift 7 is out."},"groundingChunkIndices":[0]}]}}],"usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":4,"totalTokenCount":9}}"#

  static let responses =
    #"{"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"m","output":[{"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","queries":["swift news","swift 7"],"sources":[{"type":"url","url":"https://a.example/1","title":"A"},{"type":"url","url":"https://b.example/2"}]}},{"type":"web_search_call","id":"ws_2","status":"completed","action":{"type":"open_page","url":"https://a.example/1"}},{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Swift 7 is out.","annotations":[{"type":"url_citation","start_index":0,"end_index":15,"url":"https://a.example/1","title":"A"}],"logprobs":[]}]}],"usage":{"input_tokens":5,"input_tokens_details":{"cached_tokens":0},"output_tokens":4,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":9}}"#

  static let answers: [(upstream: DialectID, body: String)] = [(.gemini, gemini), (.openAIResponses, responses)]

  private static func request() throws -> ConversationRequest {
    try AnthropicMessages().readRequest(JSON(parsing: asked), line: RequestLine())
  }

  private static func sent(_ body: String, to upstream: DialectID) throws -> (body: JSON, losses: [String]) {
    let request = try AnthropicMessages().readRequest(JSON(parsing: body), line: RequestLine())
    let crossing = try Crossing.translated(
      request, from: .anthropic, to: DialectCatalog.dialect(upstream), for: RequestTarget(model: "up"))
    guard case .written(let bytes) = crossing.body else { return (.null, []) }
    return (try JSON(parsing: bytes), crossing.losses.list.map(\.path))
  }

  /// The content blocks and the usage that the client is given.
  private static func told(_ index: Int, streamed: Bool) throws -> (blocks: [JSON], usage: JSON) {
    let reply = ReplyContext(
      request: try request().summary(), model: "claude-haiku", exchangeID: "x1", createdAt: 1)
    let upstream = DialectCatalog.dialect(answers[index].upstream)
    let response = try upstream.readResponse(JSON(parsing: answers[index].body), origin: nil)
    guard streamed else {
      var losses = Losses()
      let bytes = AnthropicMessages().writeResponse(response, for: reply, losses: &losses)
      let body = try JSON(parsing: bytes)
      return (Array(body["content"]?.elements ?? JSON.null.elements), body["usage"] ?? .null)
    }
    let output = StreamDriver.bytes(response.events(), AnthropicMessages(), reply: reply)
    let told = try StreamDriver.frames(output).map { try JSON(parsing: $0.data) }
    let end = told.last { $0["type"]?.isString("message_delta") == true }
    return (told.compactMap { $0["content_block"] }, end?["usage"] ?? .null)
  }

  @Test(arguments: [0, 1], [false, true])
  func claudeCodeIsToldWhatWasSearchedAndFound(index: Int, streamed: Bool) throws {
    let (blocks, usage) = try Self.told(index, streamed: streamed)
    let uses = blocks.filter { $0["type"]?.isString("server_tool_use") == true }
    let results = blocks.filter { $0["type"]?.isString("web_search_tool_result") == true }
    #expect(uses.count == 2 && uses.allSatisfy { $0["name"]?.isString("web_search") == true })
    #expect(results.map { $0["tool_use_id"]?.string } == uses.map { $0["id"]?.string })
    let found = results.flatMap { Array($0["content"]?.elements ?? JSON.null.elements) }
    #expect(found.map { $0["url"]?.string } == ["https://a.example/1", "https://b.example/2"])
    #expect(found.map { $0["title"]?.string } == ["A", "https://b.example/2"])
    #expect(found.allSatisfy { $0["type"]?.isString("web_search_result") == true })
    #expect(usage["server_tool_use"]?["web_search_requests"]?.int == 2)
    if !streamed {
      #expect(uses.map { $0["input"]?["query"]?.string } == ["swift news", "swift 7"])
      let text = blocks.first { $0["type"]?.isString("text") == true }
      #expect(text?["citations"]?.elements.first?["url"]?.string == "https://a.example/1")
    }
  }

  @Test func anAnswerWithoutASearchTellsOfNone() throws {
    let reply = ReplyContext(
      request: try Self.request().summary(), model: "m", exchangeID: "x1", createdAt: 1)
    var losses = Losses()
    let response = ConversationResponse(candidates: [Candidate(parts: [.text("no")], stop: Stop(.endTurn))])
    let text = String(
      decoding: AnthropicMessages().writeResponse(response, for: reply, losses: &losses), as: UTF8.self)
    #expect(!text.contains("server_tool_use") && !text.contains("web_search"))
  }

  @Test func aFailedSearchIsToldAsOne() throws {
    let item = #"{"type":"web_search_call","id":"ws_1","status":"failed","action":{"type":"search","query":"q"}}"#
    let response = try OpenAIResponses().readResponse(
      JSON(parsing: #"{"id":"r","status":"completed","model":"m","output":[\#(item)]}"#), origin: nil)
    let reply = ReplyContext(request: try Self.request().summary(), model: "m", exchangeID: "x1", createdAt: 1)
    var losses = Losses()
    let body = try JSON(parsing: AnthropicMessages().writeResponse(response, for: reply, losses: &losses))
    #expect(
      body["content"]?.elements.map { $0["content"]?["error_code"]?.string }.compactMap { $0 } == ["unavailable"])
  }

  // MARK: - Asking

  @Test func theProvidersOwnSearchIsAskedFor() throws {
    let gemini = try Self.sent(Self.asked, to: .gemini)
    #expect(gemini.body["tools"]?.text == #"[{"googleSearch":{}}]"#)
    let responses = try Self.sent(Self.asked, to: .openAIResponses)
    #expect(responses.body["tools"]?.elements.first?["type"]?.string == "web_search")
    #expect(responses.body["include"]?.elements.map(\.string) == ["web_search_call.action.sources"])
    let chat = try Self.sent(Self.asked, to: .openAIChat)
    #expect(chat.body["tools"] == nil && chat.losses.contains { $0.hasPrefix("tools") }, "\(chat)")
  }

  static let limits: [(upstream: DialectID, limit: String, loss: String)] = [
    (.gemini, #""allowed_domains":["a.example"]"#, "tools[0].allowed_domains"),
    (.gemini, #""blocked_domains":["a.example"]"#, "tools[0].blocked_domains"),
  ]

  @Test(arguments: limits.indices) func aSearchIsNeverWidened(index: Int) throws {
    let (upstream, limit, loss) = Self.limits[index]
    let body = Self.asked.replacing(#""max_uses":8"#, with: limit)
    let (sent, losses) = try Self.sent(body, to: upstream)
    #expect(sent["tools"]?.elements.isEmpty ?? true, "\(sent.text)")
    #expect(losses.contains(loss))
  }

  @Test func whereALimitCannotBeKeptTheClientIsTold() {
    let body = Self.asked.replacing(#""max_uses":8"#, with: #""blocked_domains":["a.example"]"#)
    #expect(throws: DialectError.self) { try Self.sent(body, to: .openAIResponses) }
  }

  @Test func emptyLimitsLimitNothing() throws {
    let body = Self.asked.replacing(#""max_uses":8"#, with: #""blocked_domains":[],"allowed_domains":[]"#)
    for upstream in [DialectID.gemini, .openAIResponses] {
      #expect(try Self.sent(body, to: upstream).body["tools"]?.elements.isEmpty == false)
    }
  }

  // MARK: - Coming back

  @Test(arguments: [0, 1]) func anthropicNeverSeesASearchItDidNotRun(index: Int) throws {
    let blocks = try Self.told(index, streamed: false).blocks.map(\.text).joined(separator: ",")
    let body = Array(
      #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[\#(blocks)]},{"role":"user","content":"go on"}]}"#
        .utf8)
    let isDirect = try body.withUnsafeBytes { bytes in
      Crossing.isDirect(
        try InboundRequest(bytes, dialect: .anthropic, line: RequestLine()), bytes, to: .anthropic, Quirks())
    }
    #expect(!isDirect)
    let request = try AnthropicMessages().readRequest(JSON(parsing: body), line: RequestLine())
    var losses = Losses()
    let sent = try AnthropicMessages().writeRequest(request, for: RequestTarget(model: "m"), losses: &losses)
    let text = String(decoding: sent, as: UTF8.self)
    #expect(!text.contains("srvtoolu") && !text.contains("web_search") && text.contains("Swift 7 is out."))
    #expect(losses.list.contains { $0.reason == "a search of another provider" })
  }
}
