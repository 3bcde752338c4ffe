import Conversation
import Dialects
import Testing
import Wire

/// Requests other protocols' readers make, as an upstream of this one must get them.
@Suite struct OpenAIResponsesRequestTests {
  private func write(
    _ request: ConversationRequest, quirks: Quirks = Quirks(), origin: SealOrigin? = nil
  ) throws -> (JSON, [Loss]) {
    var losses = Losses()
    let bytes = try OpenAIResponses().writeRequest(
      request, for: RequestTarget(model: "up", quirks: quirks, origin: origin), losses: &losses)
    return (try JSON(parsing: bytes), losses.list)
  }

  private func read(_ text: String) throws -> ConversationRequest {
    try OpenAIResponses().readRequest(try JSON(parsing: text), line: RequestLine())
  }

  private let callTurn = [
    Message(.system, text: "Be kind.", slot: .instructions),
    Message(.user, text: "go"),
    Message(
      .assistant,
      [
        .text("Looking."),
        Part(.toolCall(ToolCall(id: "toolu_1", name: "f", input: ""))),
        Part(.toolCall(ToolCall(id: "toolu_2", name: "g", input: #"{"a":1}"#))),
      ]),
    Message(
      .tool,
      [
        Part(.toolResult(ToolResult(callID: "toolu_1", parts: [.text("one")]))),
        Part(
          .toolResult(
            ToolResult(
              callID: "toolu_2",
              parts: [.text("two"), Part(.image(Media(.base64("iVBORw0KGgo="), mediaType: "image/png")))],
              isError: true))),
      ]),
  ]

  @Test func aTurnWithCallsBecomesItemsInOrder() throws {
    let (body, losses) = try write(ConversationRequest(model: "m", isStream: true, messages: callTurn))
    #expect(
      body.text == """
        {"model":"up","instructions":"Be kind.","input":[\
        {"type":"message","role":"user","content":[{"type":"input_text","text":"go"}]},\
        {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Looking."}]},\
        {"type":"function_call","arguments":"{}","call_id":"toolu_1","name":"f"},\
        {"type":"function_call","arguments":"{\\"a\\":1}","call_id":"toolu_2","name":"g"},\
        {"type":"function_call_output","call_id":"toolu_1","output":"one"},\
        {"type":"function_call_output","call_id":"toolu_2","output":[{"type":"input_text","text":"two"},\
        {"type":"input_image","image_url":"data:image/png;base64,iVBORw0KGgo=","detail":"auto"}]}],\
        "store":false,"stream":true}
        """)
    #expect(losses.map(\.path).contains { $0.hasSuffix("is_error") })
  }

  @Test func foreignSamplingBecomesLossesAndNoUnknownMember() throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    request.sampling.maxOutputTokens = 5
    request.sampling.topK = 3
    request.sampling.seed = 1
    request.sampling.stop = ["END"]
    request.sampling.presencePenalty = 0.5
    request.sampling.frequencyPenalty = 0.5
    request.sampling.logitBias = ["1": 2]
    request.toolChoice = .required
    request.parallelToolCalls = false
    request.userID = String(repeating: "u", count: 65)
    let (body, losses) = try write(request)
    #expect(body.members.map(\.key) == ["model", "input", "max_output_tokens", "store"])
    #expect(body["max_output_tokens"]?.int == 16)
    #expect(
      Set(losses.map(\.path)).isSuperset(of: [
        "max_tokens", "top_k", "seed", "stop", "presence_penalty", "frequency_penalty", "logit_bias", "user",
      ]))
  }

  @Test func severalAnswersAreRefused() {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    request.sampling.candidateCount = 2
    #expect(throws: DialectError.self) { _ = try write(request) }
  }

  @Test func blockedDomainsAreRefusedSinceTheSearchWouldWiden() throws {
    let original = try JSON(parsing: #"{"type":"web_search_20250305","blocked_domains":["a.b"]}"#)
    let tool = Tool(
      name: "web_search", kind: .hosted(HostedTool(.webSearch, original: OpaquePart(.anthropic, original))))
    #expect(throws: DialectError.self) {
      _ = try write(ConversationRequest(model: "m", messages: [Message(.user, text: "x")], tools: [tool]))
    }
  }

  @Test func toolsOfUnknownStrictnessAreNotStrictAndHaveAnObjectRoot() throws {
    let schema = try JSON(parsing: #"{"$schema":"x","properties":{"a":{"type":["string","null"]}},"anyOf":[{}]}"#)
    let original = try JSON(parsing: #"{"type":"web_search_20250305","name":"web_search","allowed_domains":["a.b"]}"#)
    let tools = [
      Tool(name: "f", kind: .function(schema: schema, strict: nil)),
      Tool(name: "g", kind: .function(schema: nil, strict: true)),
      Tool(name: "web_search", kind: .hosted(HostedTool(.webSearch, original: OpaquePart(.anthropic, original)))),
      Tool(name: "bash", kind: .opaque(OpaquePart(.anthropic, .emptyObject))),
    ]
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")], tools: tools)
    request.toolChoice = .tool(name: "web_search", kind: .function)
    let (body, losses) = try write(request)
    #expect(
      body["tools"]?.text == """
        [{"type":"function","name":"f","parameters":{"type":"object","$schema":"x","properties":{"a":\
        {"type":["string","null"]}}},"strict":false},\
        {"type":"function","name":"g","parameters":{"type":"object","properties":{}},"strict":false},\
        {"type":"web_search","filters":{"allowed_domains":["a.b"]}}]
        """)
    #expect(body["tool_choice"]?.text == #"{"type":"web_search"}"#)
    #expect(losses.map(\.path) == ["tools.parameters.anyOf", "tools.strict", "tools"])
  }

  @Test func reasoningIsAskedForWithItsState() throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    request.reasoning = ReasoningRequest(isEnabled: true, budgetTokens: 8000)
    var body = try write(request).0
    #expect(body["reasoning"]?.text == #"{"effort":"medium","summary":"auto"}"#)
    #expect(body["include"]?.text == #"["reasoning.encrypted_content"]"#)
    request.reasoning = ReasoningRequest(isEnabled: false)
    body = try write(request).0
    #expect(body["reasoning"]?.text == #"{"effort":"none"}"#)
    #expect(body["include"] == nil)
    request.reasoning = ReasoningRequest(isAdaptive: true, display: "omitted")
    body = try write(request).0
    #expect(body["reasoning"] == nil)
    #expect(body["include"] != nil)
  }

  private func history(_ state: ReasoningState?, follower: Bool = true) -> ConversationRequest {
    let thought = Part(.reasoning(Reasoning([.init(.text, "hm")])), state: state)
    return ConversationRequest(
      model: "m",
      messages: [
        Message(.user, text: "x"), Message(.assistant, follower ? [thought, .text("y")] : [thought]),
        Message(.user, text: "z"),
      ])
  }

  @Test func stateOfThisOriginGoesOutAndAnyOtherIsDropped() throws {
    let here = SealOrigin("here")
    let own = ReasoningState(dialect: .openAIResponses, kind: .encrypted, blob: "BLOB", origin: here)
    var (body, losses) = try write(history(own), origin: here)
    #expect(
      body["input"]?.elements.map { $0["type"]?.string } == ["message", "reasoning", "message", "message"])
    #expect(body.text.contains(#""encrypted_content":"BLOB""#))
    #expect(losses.isEmpty)
    let foreign = [
      nil, ReasoningState(dialect: .openAIResponses, kind: .encrypted, blob: "BLOB", origin: SealOrigin("there")),
      ReasoningState(dialect: .anthropic, kind: .signature, blob: "BLOB", origin: here),
    ]
    for state in foreign {
      (body, losses) = try write(history(state), origin: here)
      #expect(!body.text.contains("reasoning"))
      #expect(!body.text.contains("BLOB"))
      #expect(losses.count == 1)
    }
  }

  @Test func reasoningThatNothingFollowsIsDropped() throws {
    let own = ReasoningState(dialect: .openAIResponses, kind: .encrypted, blob: "BLOB", origin: nil)
    let (body, losses) = try write(history(own, follower: false))
    #expect(body["input"]?.elements.count == 2)
    #expect(losses.count == 1)
  }

  @Test func sealsOfOtherProvidersNeverReachAnUpstreamOfTheSameProtocol() throws {
    let there = ReasoningState(
      dialect: .openAIResponses, kind: .encrypted, blob: "BLOB", origin: SealOrigin("there"))
    let seal = ReasoningSeal.seal(there)
    let request = try read(
      #"{"model":"m","input":[{"role":"user","content":"x"},{"type":"reasoning","id":"rs_1","summary":[],"#
        + #""encrypted_content":"\#(seal)"},{"type":"message","role":"assistant","content":"y"}]}"#)
    var (body, losses) = try write(request, origin: SealOrigin("here"))
    #expect(body["input"]?.elements.count == 2)
    #expect(losses.map(\.path) == ["input[1]"])
    (body, losses) = try write(request, origin: SealOrigin("there"))
    #expect(body["input"]?.elements.dropFirst().first { _ in true }?["encrypted_content"]?.string == "BLOB")
    #expect(losses.isEmpty)
  }

  @Test func geminiStateComesBackToThePartItBelongsTo() throws {
    let state = ReasoningState(dialect: .gemini, kind: .thoughtSignature, blob: "SIG", origin: nil)
    let seal = ReasoningSeal.seal(state)
    let request = try read(
      #"{"model":"m","input":[{"type":"message","role":"assistant","content":"t"},"#
        + #"{"type":"reasoning","id":"rs_after_x_1","summary":[],"encrypted_content":"\#(seal)"},"#
        + #"{"type":"reasoning","id":"rs_x_2","summary":[],"encrypted_content":"\#(seal)"},"#
        + #"{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]}"#)
    let parts = try #require(request.messages.first).parts
    #expect(parts.count == 2)
    #expect(parts.map { $0.state?.blob } == ["SIG", "SIG"])
  }

  @Test func consecutiveItemsOfTheModelAreOneTurn() throws {
    let request = try read(
      #"{"model":"m","input":[{"role":"user","content":"x"},"#
        + #"{"type":"reasoning","summary":[{"type":"summary_text","text":"s"}],"encrypted_content":"e"},"#
        + #"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]},"#
        + #"{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},"#
        + #"{"type":"custom_tool_call","call_id":"d","name":"g","input":"raw"},"#
        + #"{"type":"function_call_output","call_id":"c","output":"1"},"#
        + #"{"type":"custom_tool_call_output","call_id":"d","output":"2"}]}"#)
    #expect(request.messages.map(\.role) == [.user, .assistant, .tool, .tool])
    #expect(request.messages[1].parts.count == 4)
    #expect(request.messages[1].parts[0].state?.blob == "e")
  }

  @Test func loweredCustomToolsLoseTheirOldIds() throws {
    var request = try read(
      #"{"model":"m","input":[{"type":"custom_tool_call","id":"ctc_1","call_id":"d","name":"g","input":"raw"},"#
        + #"{"type":"custom_tool_call_output","id":"ctco_1","call_id":"d","output":"2"}]}"#)
    for index in request.messages.indices {
      switch request.messages[index].parts[0].content {
      case .toolCall(var call):
        call.kind = .function
        call.input = #"{"input":"raw"}"#
        request.messages[index].parts[0].content = .toolCall(call)
      case .toolResult(var result):
        result.kind = .function
        request.messages[index].parts[0].content = .toolResult(result)
      default: break
      }
    }
    #expect(
      try write(request).0["input"]?.text == """
        [{"type":"function_call","arguments":"{\\"input\\":\\"raw\\"}","call_id":"d","name":"g"},\
        {"type":"function_call_output","call_id":"d","output":"2"}]
        """)
  }

  @Test func wrongShapesAreToldWithTheirPath() {
    let cases = [
      (#"[]"#, ""), (#"{"input":"x"}"#, "model"), (#"{"model":"m"}"#, "input"), (#"{"model":"m","input":3}"#, "input"),
      (#"{"model":"m","input":[3]}"#, "input[0]"), (#"{"model":"m","input":[{"id":"x"}]}"#, "input[0].type"),
      (#"{"model":"m","input":[{"role":"wizard","content":"x"}]}"#, "input[0].role"),
      (#"{"model":"m","input":[{"role":"user","content":[3]}]}"#, "input[0].content[0]"),
      (#"{"model":"m","input":[{"type":"function_call","arguments":""}]}"#, "input[0].name"),
      (#"{"model":"m","input":"x","tools":[{}]}"#, "tools[0].type"),
    ]
    for (text, path) in cases {
      let error = #expect(throws: DialectError.self) { _ = try read(text) }
      #expect(error?.path == path)
    }
  }

  @Test func developerMessagesBecomeSystemWhereTheProviderWantsIt() throws {
    var quirks = Quirks()
    quirks.developerRole = false
    let request = ConversationRequest(
      model: "m", messages: [Message(.developer, text: "d"), Message(.user, text: "u")])
    #expect(try write(request, quirks: quirks).0["input"]?.elements.first?["role"]?.string == "system")
    #expect(try write(request).0["input"]?.elements.first?["role"]?.string == "developer")
  }

  /// Chat's `text` is a common slip: OpenAI's own words tell how to mend it.
  @Test(arguments: ["text", "image_url", "input_hologram"])
  func contentOfUnknownTypesIsRefusedInOpenAIsWords(type: String) throws {
    let body = try JSON(
      parsing: Array(
        #"{"model":"m","input":[{"role":"user","content":[{"type":"\#(type)","text":"hi"}]}]}"#.utf8))
    let error = #expect(throws: DialectError.self) {
      try OpenAIResponses().readRequest(body, line: RequestLine())
    }
    #expect(error?.path == "input[0].content[0]")
    #expect(error?.code == "invalid_value")
    #expect(error?.message.hasPrefix("Invalid value: '\(type)'. Supported values are: 'input_text', ") == true)
  }
}
