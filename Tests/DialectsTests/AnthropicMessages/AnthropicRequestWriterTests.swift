import Conversation
import Dialects
import Testing
import Wire

/// What an Anthropic upstream is sent for requests that clients of other protocols made.
@Suite struct AnthropicRequestWriterTests {
  static let dialect = AnthropicMessages()

  /// Writes a request; the body and the paths of its losses.
  static func write(
    _ request: ConversationRequest, quirks: Quirks = Quirks(), origin: SealOrigin? = SealOrigin("me")
  ) throws -> (body: JSON, losses: [String]) {
    var losses = Losses()
    let bytes = try dialect.writeRequest(
      request, for: RequestTarget(model: "claude-x", quirks: quirks, origin: origin), losses: &losses)
    return (try JSON(parsing: bytes), losses.list.map(\.path))
  }

  static func call(_ id: String, _ name: String = "f", _ input: String = "{}") -> Part {
    Part(.toolCall(ToolCall(id: id, name: name, input: input)))
  }

  static func result(_ id: String, _ text: String = "ok", isError: Bool = false) -> Part {
    Part(.toolResult(ToolResult(callID: id, parts: [.text(text)], isError: isError)))
  }

  static func tool(_ name: String, _ schema: String? = #"{"type":"object","properties":{}}"#) -> Tool {
    Tool(name: name, kind: .function(schema: schema.flatMap { try? JSON(parsing: $0) }, strict: nil))
  }

  static func state(_ dialect: DialectID = .anthropic, origin: String? = "me") -> ReasoningState {
    ReasoningState(dialect: dialect, kind: .signature, blob: "SIG", origin: origin.map { SealOrigin($0) })
  }

  static func thinking(_ state: ReasoningState?, _ text: String = "hm") -> Part {
    Part(.reasoning(Reasoning([Reasoning.Segment(.text, text)])), state: state)
  }

  @Test func resultsOfOneTurnBecomeOneUserMessageAndStandFirst() throws {
    var request = ConversationRequest(model: "m")
    request.messages = [
      Message(.user, text: "go"),
      Message(.assistant, [Self.call("a"), Self.call("b")]),
      Message(.tool, [Self.result("a", "1")]),
      Message(.developer, text: "be brief"),
      Message(.tool, [Self.result("b", "2", isError: true)]),
      Message(.user, text: "and?"),
    ]
    request.tools = [Self.tool("f")]
    let (body, losses) = try Self.write(request)
    let messages = body["messages"]?.elements.map { $0["role"]?.string ?? "" }
    #expect(messages == ["user", "assistant", "user"])
    let last = Array(body["messages"]?.elements ?? JSON.null.elements)[2]["content"]
    #expect(
      last?.text
        == #"[{"type":"tool_result","tool_use_id":"a","content":"1"},{"type":"tool_result","tool_use_id":"b","content":"2","is_error":true},{"type":"text","text":"<system-reminder>\nbe brief\n</system-reminder>"},{"type":"text","text":"and?"}]"#
    )
    #expect(losses == ["messages[3]"])
  }

  @Test func leadingSystemAndDeveloperTextStandsOnTop() throws {
    var request = ConversationRequest(model: "m")
    request.messages = [
      Message(.system, text: "one", slot: .instructions), Message(.developer, text: "two"), Message(.user, text: "hi"),
    ]
    let (body, losses) = try Self.write(request)
    #expect(body["system"]?.text == #"[{"type":"text","text":"one"},{"type":"text","text":"two"}]"#)
    #expect(body["messages"]?.text == #"[{"role":"user","content":"hi"}]"#)
    #expect(losses.isEmpty)
  }

  @Test(arguments: [
    ([], #"[{"role":"user","content":"."}]"#),
    ([Message(.system, text: "s")], #"[{"role":"user","content":"."}]"#),
    ([Message(.user, text: " \n")], #"[{"role":"user","content":"."}]"#),
    (
      [Message(.assistant, text: "a"), Message(.user, text: "b")],
      #"[{"role":"user","content":"."},{"role":"assistant","content":"a"},{"role":"user","content":"b"}]"#
    ),
    (
      [Message(.user, text: "a"), Message(.assistant, text: ""), Message(.user, text: "b")],
      #"[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]"#
    ),
    (
      [Message(.user, text: "a"), Message(.assistant, text: "b \n ")],
      #"[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]"#
    ),
  ])
  func turnsGetTheShapeTheProtocolDemands(messages: [Message], expected: String) throws {
    var request = ConversationRequest(model: "m")
    request.messages = messages
    #expect(try Self.write(request).body["messages"]?.text == expected)
  }

  @Test func aRepeatedResultIsSentOnce() throws {
    var request = ConversationRequest(model: "m")
    request.messages = [
      Message(.user, text: "go"), Message(.assistant, [Self.call("a")]),
      Message(.tool, [Self.result("a", "old")]), Message(.tool, [Self.result("a", "new")]),
    ]
    request.tools = [Self.tool("f")]
    let body = try Self.write(request).body
    let content = Array(body["messages"]?.elements ?? JSON.null.elements)[2]["content"]
    #expect(content?.text == #"[{"type":"tool_result","tool_use_id":"a","content":"new"}]"#)
  }

  @Test(arguments: [
    ("", "{}", []), ("{\"a\":1.50}", "{\"a\":1.50}", []), ("[1]", "{\"input\":[1]}", ["messages[1].input"]),
    ("{\"a\":", "{}", ["messages[1].input"]), ("{}{}", "{}", ["messages[1].input"]),
  ])
  func aCallsInputIsAlwaysAnObject(input: String, expected: String, lost: [String]) throws {
    var request = ConversationRequest(model: "m")
    request.messages = [
      Message(.user, text: "go"), Message(.assistant, [Self.call("a", "f", input)]), Message(.user, [Self.result("a")]),
    ]
    request.tools = [Self.tool("f")]
    let (body, losses) = try Self.write(request)
    let block = Array(body["messages"]?.elements ?? JSON.null.elements)[1]["content"]?.elements.first
    #expect(block?["input"]?.text == expected)
    #expect(losses == lost)
  }

  @Test func oldCallsWithoutToolsStillDefineThem() throws {
    var request = ConversationRequest(model: "m")
    request.messages = [
      Message(.user, text: "go"), Message(.assistant, [Self.call("a")]), Message(.user, [Self.result("a")]),
    ]
    let body = try Self.write(request).body
    #expect(
      body["tools"]?.text == #"[{"name":"f","input_schema":{"type":"object","properties":{}}}]"#)
    #expect(body["tool_choice"]?.text == #"{"type":"none"}"#)
  }

  @Test(arguments: [
    (nil, #"{"type":"object","properties":{}}"#), ("{}", #"{"type":"object","properties":{}}"#),
    (#"{"properties":{"a":{}}}"#, #"{"type":"object","properties":{"a":{}}}"#),
    (#"{"type":null}"#, #"{"type":"object"}"#), (#"{"type":["object","null"]}"#, #"{"type":"object"}"#),
    (
      #"{"anyOf":[{"properties":{"a":{"type":"string"}}},{"properties":{"b":{}}}],"$defs":{}}"#,
      #"{"type":"object","$defs":{},"properties":{"a":{"type":"string"},"b":{}}}"#
    ),
  ])
  func aToolsSchemaHasAnObjectAtItsRoot(schema: String?, expected: String) throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    request.tools = [Self.tool("f", schema)]
    #expect(try Self.write(request).body["tools"]?.elements.first?["input_schema"]?.text == expected)
  }

  @Test(
    arguments: [
      (ToolChoice.auto, nil, #"{"type":"auto"}"#), (ToolChoice.none, nil, #"{"type":"none"}"#),
      (ToolChoice.required, false, #"{"type":"any","disable_parallel_tool_use":true}"#),
      (ToolChoice.tool(name: "f", kind: .function), true, #"{"type":"tool","name":"f"}"#),
      (ToolChoice.tool(name: "gone", kind: .function), nil, #"{"type":"auto"}"#),
      (ToolChoice.allowed(names: ["f"], required: true), nil, #"{"type":"any"}"#),
      (nil, false, #"{"type":"auto","disable_parallel_tool_use":true}"#), (nil, true, nil), (nil, nil, nil),
    ] as [(ToolChoice?, Bool?, String?)])
  func toolChoiceAndParallelCallsShareAMember(choice: ToolChoice?, parallel: Bool?, expected: String?) throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    request.tools = [Self.tool("f"), Self.tool("g")]
    request.toolChoice = choice
    request.parallelToolCalls = parallel
    let body = try Self.write(request).body
    #expect(body["tool_choice"]?.text == expected)
    if case .allowed = choice { #expect(body["tools"]?.elements.count == 1) }
  }

  @Test func maxTokensIsAlwaysThere() throws {
    let request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    var quirks = Quirks()
    quirks.defaultMaxTokens = 777
    #expect(try Self.write(request, quirks: quirks).body["max_tokens"]?.int == 777)
  }

  @Test func whatCannotBeSaidIsDeclaredAndLeftOut() throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    request.sampling.temperature = 1.7
    request.sampling.seed = 1
    request.sampling.presencePenalty = 0.5
    request.sampling.stop = [" ", "END"]
    request.verbosity = "low"
    request.cacheKey = "k"
    request.serviceTier = "flex"
    request.userID = "u"
    request.outputFormat = .jsonObject
    let (body, losses) = try Self.write(request)
    #expect(
      body.text
        == #"{"model":"claude-x","max_tokens":32000,"system":"Answer with one JSON object and nothing else.","messages":[{"role":"user","content":"x"}],"stop_sequences":["END"],"temperature":1,"metadata":{"user_id":"u"}}"#
    )
    #expect(
      Set(losses) == [
        "temperature", "seed", "presence_penalty", "stop", "verbosity",
        "prompt_cache_key", "service_tier", "response_format",
      ])
  }

  @Test func severalAnswersAndStoredResponsesAreRefused() {
    var several = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    several.sampling.candidateCount = 2
    #expect(throws: DialectError.self) { try Self.write(several) }
    var stored = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    stored.previousResponseID = "resp_1"
    #expect { try Self.write(stored) } throws: { ($0 as? DialectError)?.code == "previous_response_not_found" }
  }

  @Test func structuredOutputIsClosedAndItsLimitsMoveIntoWords() throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    let schema = try JSON(
      parsing:
        #"{"type":"object","properties":{"n":{"type":"integer","minimum":1,"description":"count"},"o":{"type":"object","properties":{"minimum":{"type":"string"}}}},"required":["n"]}"#
    )
    request.outputFormat = .jsonSchema(JSONSchemaFormat(name: "x", schema: schema, strict: true))
    let (body, losses) = try Self.write(request)
    #expect(
      body["output_config"]?.text
        == #"{"format":{"type":"json_schema","schema":{"type":"object","properties":{"n":{"type":"integer","description":"count\n\n{minimum: 1}"},"o":{"type":"object","properties":{"minimum":{"type":"string"}},"additionalProperties":false}},"required":["n"],"additionalProperties":false}}}"#
    )
    #expect(losses == ["response_format.schema.properties.n.minimum"])
  }

  @Test func mediaBecomesWhatAnthropicTakes() throws {
    var request = ConversationRequest(model: "m")
    request.messages = [
      Message(
        .user,
        [
          Part(.image(Media(.base64("/9j/AAAA"), mediaType: "image/png"))),
          Part(.image(Media(.url("https://e.x/a.png")))),
          Part(.file(Media(.base64("JVBERi0x"), mediaType: "application/pdf", filename: "a.pdf"))),
          Part(.file(Media(.base64("aGk="), mediaType: "text/markdown", filename: "a.md"))),
          Part(.image(Media(.fileID("file-1")))), Part(.audio(Media(.base64("AAAA"), mediaType: "audio/wav"))),
        ])
    ]
    let (body, losses) = try Self.write(request)
    let blocks = body["messages"]?.elements.first?["content"]?.elements.map(\.text)
    #expect(
      blocks == [
        #"{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"/9j/AAAA"}}"#,
        #"{"type":"image","source":{"type":"url","url":"https://e.x/a.png"}}"#,
        #"{"type":"document","title":"a.pdf","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0x"}}"#,
        #"{"type":"document","title":"a.md","source":{"type":"text","media_type":"text/plain","data":"hi"}}"#,
        #"{"type":"text","text":"[image left out]"}"#, #"{"type":"text","text":"[audio left out]"}"#,
      ])
    #expect(losses == ["messages[0]", "messages[0]"])
  }

  // MARK: - Thinking

  static let wishes: [(ReasoningRequest, Quirks.ThinkingStyle, String?, String?)] = [
    (
      ReasoningRequest(effort: "high", summary: "auto"), .adaptive, #"{"type":"adaptive","display":"summarized"}"#,
      "high"
    ),
    (ReasoningRequest(effort: "minimal"), .adaptive, #"{"type":"adaptive","display":"omitted"}"#, "low"),
    (ReasoningRequest(effort: "none"), .adaptive, #"{"type":"disabled"}"#, nil),
    (ReasoningRequest(budgetTokens: 0), .budget, #"{"type":"disabled"}"#, nil),
    (
      ReasoningRequest(budgetTokens: 4000, showsThoughts: true), .budget,
      #"{"type":"enabled","budget_tokens":4000,"display":"summarized"}"#, nil
    ),
    (ReasoningRequest(budgetTokens: 10), .budget, #"{"type":"enabled","budget_tokens":1024,"display":"omitted"}"#, nil),
    (ReasoningRequest(effort: "max"), .budget, #"{"type":"enabled","budget_tokens":24000,"display":"omitted"}"#, nil),
    (ReasoningRequest(), .adaptive, nil, nil),
  ]

  @Test(arguments: wishes.indices)
  func thinkingIsAskedForAsTheProviderKnowsIt(index: Int) throws {
    let (wish, style, thinking, effort) = Self.wishes[index]
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    request.reasoning = wish
    var quirks = Quirks()
    quirks.thinkingStyle = style
    let body = try Self.write(request, quirks: quirks).body
    #expect(body["thinking"]?.text == thinking)
    #expect(body["output_config"]?["effort"]?.string == effort)
    if let budget = body["thinking"]?["budget_tokens"]?.int { #expect(budget < body["max_tokens"]?.int ?? 0) }
  }

  @Test func anExactBudgetRaisesTheLimit() throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    request.reasoning = ReasoningRequest(budgetTokens: 5000)
    request.sampling.maxOutputTokens = 100
    var quirks = Quirks()
    quirks.thinkingStyle = .budget
    let (body, losses) = try Self.write(request, quirks: quirks)
    #expect(body["max_tokens"]?.int == 5100)
    #expect(losses == ["max_tokens"])
  }

  @Test func thinkingRulesSamplingAndForcedCallsOut() throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    request.reasoning = ReasoningRequest(effort: "high")
    request.sampling.temperature = 0.5
    request.sampling.topK = 3
    request.sampling.topP = 0.5
    let (body, losses) = try Self.write(request)
    #expect(body["temperature"] == nil && body["top_k"] == nil && body["top_p"] == nil)
    #expect(losses == ["temperature", "top_k", "top_p"])
    request.tools = [Self.tool("f")]
    request.toolChoice = .required
    let forced = try Self.write(request)
    #expect(forced.body["thinking"] == nil && forced.body["tool_choice"]?["type"]?.string == "any")
    #expect(forced.losses.contains("reasoning"))
  }

  @Test func onlyThisProvidersThinkingGoesBack() throws {
    var request = ConversationRequest(model: "m")
    request.messages = [
      Message(.user, text: "x"),
      Message(
        .assistant,
        [
          Self.thinking(Self.state()), Self.thinking(Self.state(origin: "other")),
          Self.thinking(Self.state(.openAIResponses)), Self.thinking(nil),
          Part(
            .reasoning(Reasoning()), state: ReasoningState(dialect: .anthropic, kind: .redacted, blob: "R", origin: nil)
          ),
          .text("done"),
        ]), Message(.user, text: "y"),
    ]
    let (body, losses) = try Self.write(request)
    let blocks = Array(body["messages"]?.elements ?? JSON.null.elements)[1]["content"]?.elements.map(\.text)
    #expect(
      blocks == [
        #"{"type":"thinking","thinking":"hm","signature":"SIG"}"#, #"{"type":"redacted_thinking","data":"R"}"#,
        #"{"type":"text","text":"done"}"#,
      ])
    #expect(losses == ["messages[1]", "messages[1]"])
  }

  /// Trap 46: an enabled budget wants the last tool turn to begin with its thinking.
  @Test(arguments: [true, false])
  func thinkingGoesOffWhereTheLastToolTurnHasLostIts(hasOlder: Bool) throws {
    var request = ConversationRequest(model: "m")
    request.reasoning = ReasoningRequest(effort: "low")
    request.tools = [Self.tool("f")]
    request.messages = [
      Message(.user, text: "x"),
      Message(.assistant, (hasOlder ? [Self.thinking(Self.state())] : []) + [.text("old")]), Message(.user, text: "y"),
      Message(.assistant, [Self.thinking(Self.state(origin: "other")), Self.call("a")]),
      Message(.user, [Self.result("a")]),
    ]
    var quirks = Quirks()
    quirks.thinkingStyle = .budget
    let (body, losses) = try Self.write(request, quirks: quirks)
    #expect(body["thinking"] == nil)
    #expect(losses.contains("reasoning"))
    #expect(!body.text.contains(#""type":"thinking""#))
    // Adaptive thinking makes no such demand.
    #expect(try Self.write(request).body["thinking"] != nil)
  }
}
