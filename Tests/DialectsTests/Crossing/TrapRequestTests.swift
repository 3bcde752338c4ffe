import Conversation
import Dialects
import Testing
import Wire

/// Bodies, ids and errors that a vendor refuses or an agent misreads when they come from another protocol.
@Suite struct TrapRequestTests {
  // MARK: - Anthropic to Anthropic

  /// The prefix a cache is keyed by: order, numbers, spelling, breakpoints and their lifetimes.
  static let cached =
    #"{"model":"asked", "max_tokens":9,"system":[{"type":"text","text":"caf\u00e9","cache_control":{"type":"ephemeral","ttl":"1h"}}],"tools":[{"name":"look","input_schema":{"z":1.0,"type":"object","a":1E2},"cache_control":{"ttl":"1h","type":"ephemeral"}}],"messages":[{"content":[{"cache_control":{"type":"ephemeral"},"type":"text","text":"q"}],"role":"user"}],"thinking":{"type":"adaptive"}}"#

  @Test func aCachedPrefixIsTheClientsOwnBytes() throws {
    let sent = try Passage.send(Self.cached, from: .anthropic, to: .anthropic)
    #expect(sent.text == Self.cached.replacing(#""asked""#, with: #""up""#))
    #expect(sent.path == .verbatim && sent.losses.isEmpty)
  }

  /// Where a body must go through the reader, breakpoints stay where and as they were, and none is added.
  @Test func breakpointsStayOnTheLongWay() throws {
    let seal = ReasoningSeal.seal(
      ReasoningState(dialect: .gemini, kind: .thoughtSignature, blob: "b", origin: SealOrigin("g/1")))
    let turn =
      #"{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"\#(seal)"},{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"1h"}}]},{"role":"user","content":"more"}"#
    let body = Self.cached.replacing(#""role":"user"}]"#, with: #""role":"user"},\#(turn)]"#)
    let sent = try Passage.send(body, from: .anthropic, to: .anthropic)
    #expect(sent.path == .patched)
    #expect(sent.text.ranges(of: "cache_control").count == 4)
    #expect(sent.body["tools"] == (try JSON(parsing: Array(body.utf8)))["tools"])
    #expect(sent.body["tools"]?.at("0.input_schema")?.text == #"{"z":1.0,"type":"object","a":1E2}"#)
    #expect(sent.body.at("messages.1.content.0.cache_control")?.text == #"{"type":"ephemeral","ttl":"1h"}"#)
    #expect(sent.body.at("system.0.cache_control.ttl")?.string == "1h")
  }

  @Test(arguments: [DialectID.openAIChat, .openAIResponses, .gemini])
  func noBreakpointIsInventedForAnthropicOrLeaksFromIt(other: DialectID) throws {
    let back = try Passage.send(Self.cached, from: .anthropic, to: other)
    #expect(!back.text.contains("cache_control"))
    #expect(back.losses.contains { $0.path.hasSuffix("cache_control") })
    let there = try Passage.send(Passage.asking(other, #""x_none":null"#), from: other, to: .anthropic)
    #expect(!there.text.contains("cache_control"))
  }

  /// What other vendors of the protocol refuse, each named as a loss.
  @Test(arguments: [
    (#""context_management":{"edits":[]}"#, "context_management"),
    (#""thinking":{"type":"adaptive"},"output_config":{"effort":"high"}"#, "output_config"),
    (#""speed":"fast""#, "speed"), (#""diagnostics":{"x":1}"#, "diagnostics"),
    (#""compaction":{"type":"auto"}"#, "compaction"), (#""thread":{"id":"t"}"#, "thread"),
    (#""user_profile_id":"u""#, "user_profile_id"), (#""workspace_id":"w""#, "workspace_id"),
    (#""betas":["b"]"#, "betas"),
    (#""billing_policy":{"x":1}"#, "billing_policy"), (#""fallback_credit_token":"t""#, "fallback_credit_token"),
    (#""output_config":{"task_budget":{"type":"tokens","total":9}}"#, "task_budget"),
    (#""tools":[{"name":"look","input_schema":{"type":"object"},"input_examples":[{}]}]"#, "input_examples"),
    (#""tools":[{"name":"look","input_schema":{"type":"object"},"defer_loading":true}]"#, "defer_loading"),
    (
      #""tools":[{"name":"look","input_schema":{"type":"object"},"eager_input_streaming":true}]"#,
      "eager_input_streaming"
    ),
    (#""tools":[{"name":"look","input_schema":{"type":"object"},"allowed_callers":["direct"]}]"#, "allowed_callers"),
  ])
  func betaMembersGoWhereTheProviderRefusesThemAndStayElsewhere(said: String, name: String) throws {
    let body =
      #"{"model":"asked","max_tokens":9,"messages":[{"role":"user","content":"q"}],\#(said),"vendor_field":1.0}"#
    let stripped = try Passage.send(body, from: .anthropic, to: .anthropic) { $0.stripBetas = true }
    #expect(!stripped.text.contains(name))
    #expect(stripped.text.contains(#""vendor_field":1.0"#))
    #expect(stripped.losses.contains { $0.path.contains(name) })
    #expect(try Passage.send(body, from: .anthropic, to: .anthropic).text == body.replacing("asked", with: "up"))
  }

  /// What stands beside the effort is a loss of its own and takes nothing else along.
  @Test(arguments: [DialectID.openAIChat, .openAIResponses, .gemini])
  func anEffortArrivesWhateverStandsBesideIt(upstream: DialectID) throws {
    let said = #""output_config":{"effort":"low","task_budget":{"type":"tokens","total":9000}}"#
    let body = Passage.asking(.anthropic, said)
    let sent = try Passage.send(body, from: .anthropic, to: upstream)
    let plain = try Passage.send(
      Passage.asking(.anthropic, #""output_config":{"effort":"low"}"#), from: .anthropic, to: upstream)
    #expect(sent.body == plain.body)
    #expect(sent.losses.map(\.path).filter { $0.contains("output_config") } == ["output_config.task_budget"])
    let read = try Passage.read(body, .anthropic)
    var losses = Losses()
    let back = try AnthropicMessages().writeRequest(read, for: RequestTarget(model: "asked"), losses: &losses)
    #expect(try JSON(parsing: back) == JSON(parsing: body))
  }

  // MARK: - Caches and sessions

  @Test func aCacheKeyReachesEveryProtocolThatHasOne() throws {
    for (client, upstream) in [(DialectID.openAIChat, DialectID.openAIResponses), (.openAIResponses, .openAIChat)] {
      let body = Passage.asking(client, #""prompt_cache_key":"session-1""#)
      #expect(try Passage.send(body, from: client, to: upstream).body["prompt_cache_key"]?.string == "session-1")
      for other in [DialectID.anthropic, .gemini] {
        let sent = try Passage.send(body, from: client, to: other)
        #expect(!sent.text.contains("session-1"))
        #expect(sent.losses.contains { $0.path == "prompt_cache_key" })
      }
    }
  }

  /// A history that is replayed gives the same bytes, so that the next turn begins with the last one's.
  @Test(arguments: DialectID.allCases, DialectID.allCases)
  func theSameHistoryGivesTheSameBytes(client: DialectID, upstream: DialectID) throws {
    let body = TrapMediaTests.result(client) ?? TrapMediaTests.request(client)
    let first = try Passage.send(body, from: client, to: upstream)
    #expect(try Passage.send(body, from: client, to: upstream).text == first.text)
  }

  // MARK: - Items of Responses

  /// OpenAI checks the prefix of every item's id: ids of other vendors are call ids only.
  @Test(arguments: [DialectID.anthropic, .openAIChat, .gemini])
  func noForeignIdStandsInAnItem(client: DialectID) throws {
    let answers: [DialectID: String] = [
      .anthropic: TrapReasoningTests.anthropicAnswer, .gemini: TrapReasoningTests.geminiAnswer,
      .openAIChat: TrapReasoningTests.deepSeek,
    ]
    let answer = try JSON(parsing: Array((answers[client] ?? "").utf8))
    let sent = try Passage.send(Passage.nextTurn(answer, of: client), from: client, to: .openAIResponses)
    let items = sent.body["input"]?.list ?? []
    #expect(items.contains { $0["type"]?.isString("function_call") == true })
    for item in items {
      #expect(item["id"] == nil, "\(item.text)")
      if item["type"]?.string?.hasPrefix("function_call") == true { #expect(item["call_id"]?.string != nil) }
    }
  }

  /// Own ids come back as they were; `call_id` and `id` are two things.
  @Test func ownItemsKeepTheirIdsThroughTheLongWay() throws {
    let answer = try JSON(parsing: Array(TrapReasoningTests.responsesAnswer.utf8))
    let body = try Passage.nextTurn(answer, of: .openAIResponses)
    let sent = try Passage.send(body, from: .openAIResponses, to: .openAIResponses) {
      $0.imageInput = false
      $0.customTools = false
      $0.namespaceTools = false
    }
    #expect(sent.body.at("input.1.id")?.string == "rs_1")
    #expect(sent.body.at("input.2.id")?.string == "fc_1" && sent.body.at("input.2.call_id")?.string == "call_1")
  }

  /// Codex's own kinds of calls, in a history that goes to a vendor which does not know them.
  @Test(
    arguments: [
      (
        #"{"type":"local_shell_call","id":"lsh_1","call_id":"c9","status":"completed","action":{"type":"exec","command":["ls","-l"],"env":{}}}"#,
        #"{"type":"local_shell_call_output","call_id":"c9","output":"file.txt"}"#
      ),
      (
        #"{"type":"shell_call","id":"sh_1","call_id":"c9","status":"completed","action":{"commands":["ls -l"]}}"#,
        #"{"type":"shell_call_output","call_id":"c9","output":[{"stdout":"file.txt","stderr":"","outcome":{"type":"exit","exit_code":0}}]}"#
      ),
      (
        #"{"type":"apply_patch_call","id":"apc_1","call_id":"c9","status":"completed","operation":{"type":"create_file","path":"a","diff":"+x"}}"#,
        #"{"type":"apply_patch_call_output","call_id":"c9","status":"completed","output":"file.txt"}"#
      ),
    ], [DialectID.openAIChat, .anthropic, .gemini])
  func callsOfCodexsOwnKindsGoAsPairs(pair: (call: String, output: String), upstream: DialectID) throws {
    let body =
      #"{"model":"asked","input":[{"role":"user","content":"q"},\#(pair.call),\#(pair.output),{"role":"user","content":"more"}]}"#
    let sent = try Passage.send(body, from: .openAIResponses, to: upstream)
    let hasCall =
      sent.text.contains("\"tool_calls\"") || sent.text.contains("tool_use\"") || sent.text.contains("functionCall\"")
    let hasResult =
      sent.text.contains("tool_call_id") || sent.text.contains("tool_result") || sent.text.contains("functionResponse")
    #expect(hasCall == hasResult, "both or neither: \(sent.text)")
    if !hasCall { #expect(!sent.losses.isEmpty) }
    #expect(sent.text.contains("more"))
    // A provider of the same protocol gets both as they are.
    let same = try Passage.send(body, from: .openAIResponses, to: .openAIResponses)
    #expect(same.text == body.replacing("asked", with: "up"))
  }

  // MARK: - Gemini's two spellings

  @Test(arguments: [DialectID.anthropic, .openAIChat, .openAIResponses])
  func geminiRequestsMayBeSpelledInSnakeCase(upstream: DialectID) throws {
    let camel =
      #"{"systemInstruction":{"parts":[{"text":"be kind"}]},"contents":[{"role":"user","parts":[{"text":"q"},{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}]},{"role":"model","parts":[{"functionCall":{"name":"look","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"look","response":{"result":"seen"}}}]}],"tools":[{"functionDeclarations":[{"name":"look","parametersJsonSchema":{"type":"object","properties":{}}}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["look"]}},"generationConfig":{"maxOutputTokens":99,"topP":0.5,"stopSequences":["x"],"responseMimeType":"application/json","thinkingConfig":{"thinkingBudget":2048,"includeThoughts":true}}}"#
    let names = [
      "systemInstruction": "system_instruction", "inlineData": "inline_data", "mimeType": "mime_type",
      "functionCall": "function_call", "functionResponse": "function_response",
      "functionDeclarations": "function_declarations", "parametersJsonSchema": "parameters_json_schema",
      "toolConfig": "tool_config", "functionCallingConfig": "function_calling_config",
      "allowedFunctionNames": "allowed_function_names", "generationConfig": "generation_config",
      "maxOutputTokens": "max_output_tokens", "topP": "top_p", "stopSequences": "stop_sequences",
      "responseMimeType": "response_mime_type", "thinkingConfig": "thinking_config",
      "thinkingBudget": "thinking_budget", "includeThoughts": "include_thoughts",
    ]
    var snake = camel
    for (one, other) in names { snake = snake.replacing("\"\(one)\"", with: "\"\(other)\"") }
    #expect(!snake.contains("Config"))
    let first = try Passage.send(camel, from: .gemini, to: upstream)
    let second = try Passage.send(snake, from: .gemini, to: upstream)
    #expect(first.text == second.text)
    #expect(first.text.contains("be kind") && first.text.contains("99"))
  }

  // MARK: - Errors

  /// How each vendor says that the conversation is too long for its model.
  static let overflows: [(dialect: DialectID, status: Int, body: String)] = [
    (
      .openAIChat, 400,
      #"{"error":{"message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#
    ),
    (
      .openAIResponses, 400,
      #"{"error":{"message":"Your input exceeds the context window of this model. Please adjust your input and try again.","type":"invalid_request_error","param":"input","code":"context_length_exceeded"}}"#
    ),
    (
      .anthropic, 400,
      #"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 212345 tokens > 200000 maximum"}}"#
    ),
    (
      .gemini, 400,
      #"{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}"#
    ),
  ]

  @Test(arguments: overflows.indices, DialectID.allCases)
  func aFullContextIsToldInTheWordsTheClientCompactsOn(index: Int, client: DialectID) throws {
    let (upstream, status, body) = Self.overflows[index]
    let failure = DialectCatalog.dialect(upstream).readFailure(status: status, body: Array(body.utf8))
    #expect(failure.kind == .contextLength)
    let reply = DialectCatalog.dialect(client).writeFailure(failure, requestID: "req_1")
    let json = try JSON(parsing: reply.body)
    #expect(reply.status == 400)
    switch client {
    case .anthropic:
      #expect(json.at("error.type")?.string == "invalid_request_error")
      #expect(json.at("error.message")?.string?.contains("prompt is too long") == true)
    case .openAIChat, .openAIResponses: #expect(json.at("error.code")?.string == "context_length_exceeded")
    case .gemini: #expect(json.at("error.status")?.string == "INVALID_ARGUMENT")
    }
  }

  /// Each kind of failure as every protocol tells it: the status and what stands beside the message.
  static let kinds: [(kind: UpstreamFailure.Kind, status: Int, type: String, google: String)] = [
    (.invalidRequest, 400, "invalid_request_error", "INVALID_ARGUMENT"),
    (.authentication, 401, "authentication_error", "UNAUTHENTICATED"),
    (.permission, 403, "permission_error", "PERMISSION_DENIED"), (.notFound, 404, "not_found_error", "NOT_FOUND"),
    (.requestTooLarge, 413, "request_too_large", "-"), (.rateLimited, 429, "rate_limit_error", "RESOURCE_EXHAUSTED"),
    (.server, 500, "api_error", "INTERNAL"), (.overloaded, 529, "overloaded_error", "UNAVAILABLE"),
  ]

  @Test(arguments: kinds.indices)
  func everyFailureHasItsEnvelopeInEveryProtocol(index: Int) throws {
    let (kind, status, type, google) = Self.kinds[index]
    let failure = UpstreamFailure(kind, message: "why")
    for client in DialectID.allCases {
      let reply = DialectCatalog.dialect(client).writeFailure(failure, requestID: "req_1")
      let json = try JSON(parsing: reply.body)
      #expect(json.at("error.message")?.string == "why")
      // Only Anthropic has a status of its own for overload.
      #expect(reply.status == (kind == .overloaded && client != .anthropic ? 503 : status), "\(client)")
      switch client {
      case .anthropic:
        #expect(json["type"]?.string == "error" && json["request_id"]?.string == "req_1")
        #expect(json.at("error.type")?.string == type)
      case .openAIChat, .openAIResponses:
        #expect(json["error"]?.members.map(\.key) == ["message", "type", "param", "code"])
      case .gemini:
        #expect(json.at("error.code")?.int == reply.status)
        if google != "-" { #expect(json.at("error.status")?.string == google) }
      }
    }
  }

  /// A spent quota and a passing load are two things, whatever status they come with.
  @Test func aSpentQuotaAndAPassingLoadAreToldApart() {
    func kind(_ status: Int, _ type: String) -> UpstreamFailure.Kind {
      let body = #"{"type":"error","error":{"type":"\#(type)","message":"m"}}"#
      return AnthropicMessages().readFailure(status: status, body: Array(body.utf8)).kind
    }
    for status in [429, 503, 529] {
      #expect(kind(status, "rate_limit_error") == .rateLimited)
      #expect(kind(status, "overloaded_error") == .overloaded)
    }
  }

  // MARK: - The model's name

  /// A client that asked by an alias is answered by it, in bodies and in every event.
  @Test(arguments: DialectID.allCases, DialectID.allCases)
  func theClientsNameOfTheModelComesBack(upstream: DialectID, client: DialectID) throws {
    guard client != upstream else { return }
    let usage = try #require(TrapUsageTests.told.first { $0.dialect == upstream }).usage
    let answer = try Passage.answer(TrapUsageTests.whole(upstream, usage), from: upstream, to: client)
    let frames = try Passage.stream(TrapUsageTests.stream(upstream, usage), from: upstream, to: client)
    let names: [String?]
    switch client {
    case .openAIChat:
      names = [answer["model"]?.string] + frames.filter { $0.text != "[DONE]" }.map { $0.json["model"]?.string }
    case .openAIResponses:
      names =
        [answer["model"]?.string]
        + frames.filter { $0.json["response"] != nil }.map { $0.json.at("response.model")?.string }
    case .anthropic: names = [answer["model"]?.string, frames.first?.json.at("message.model")?.string]
    case .gemini: names = [answer["modelVersion"]?.string] + frames.map { $0.json["modelVersion"]?.string }
    }
    #expect(names.count >= 2)
    #expect(names.allSatisfy { $0 == "asked" }, "\(names)")
  }
}
