import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// What an upstream is sent for requests that came in another protocol.
@Suite struct OpenAIChatRequestTests {
  private func write(
    _ request: ConversationRequest, _ quirks: Quirks = Quirks(), origin: SealOrigin? = nil
  ) throws -> (body: JSON, losses: [String]) {
    var losses = Losses()
    let target = RequestTarget(model: "up", quirks: quirks, origin: origin)
    let bytes = try OpenAIChat().writeRequest(request, for: target, losses: &losses)
    return (try JSON(parsing: bytes), losses.list.map(\.path))
  }

  private func quirks(_ change: (inout Quirks) -> Void) -> Quirks {
    var quirks = Quirks()
    change(&quirks)
    return quirks
  }

  private func call(_ id: String, _ name: String = "f", state: ReasoningState? = nil) -> Part {
    Part(.toolCall(ToolCall(id: id, name: name, input: #"{"a":1}"#)), state: state)
  }

  private func result(_ id: String, _ parts: [Part], isError: Bool = false) -> Part {
    Part(.toolResult(ToolResult(callID: id, parts: parts, isError: isError)))
  }

  private static let image = Part(.image(Media(.base64("iVBORw0KGgo="), mediaType: "image/png")))

  @Test func aPlainRequestHoldsOnlyWhatWasSaid() throws {
    var request = ConversationRequest(
      model: "asked", messages: [Message(.system, text: "s", slot: .instructions), Message(.user, text: "u")])
    request.sampling.maxOutputTokens = 9
    request.sampling.stop = ["x"]
    #expect(
      try write(request).body.text
        == #"{"model":"up","messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}],"max_completion_tokens":9,"stop":["x"]}"#
    )
  }

  @Test func streamsAskForUsageUnlessTheProviderCannot() throws {
    let request = ConversationRequest(model: "m", isStream: true, messages: [Message(.user, text: "u")])
    #expect(try write(request).body["stream_options"]?.text == #"{"include_usage":true}"#)
    #expect(try write(request, quirks { $0.streamUsage = false }).body["stream_options"] == nil)
  }

  @Test func theLimitGoesIntoTheMemberTheProviderKnows() throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "u")])
    request.sampling.maxOutputTokens = 9
    let body = try write(request, quirks { $0.maxTokensField = .maxTokens }).body
    #expect(body["max_tokens"]?.int == 9 && body["max_completion_tokens"] == nil)
  }

  @Test(arguments: [("max_tokens", "max_completion_tokens"), ("max_completion_tokens", "max_tokens")])
  func aChatClientsSpellingOfTheLimitIsKept(sent: String, other: String) throws {
    let body = try JSON(parsing: #"{"model":"m","messages":[],"\#(sent)":7.0}"#)
    let written = try write(OpenAIChat().readRequest(body, line: RequestLine())).body
    #expect(written[name: sent]?.number?.lexeme == "7.0")
    #expect(written[name: other] == nil)
  }

  @Test func developerMessagesAreSystemWhereTheRoleIsUnknown() throws {
    let own = try OpenAIChat().readRequest(
      JSON(parsing: #"{"model":"m","messages":[{"content":"d","role":"developer","x":1}]}"#), line: RequestLine())
    let foreign = ConversationRequest(model: "m", messages: [Message(.developer, text: "d")])
    let quirks = quirks { $0.developerRole = false }
    #expect(try write(own, quirks).body["messages"]?.text == #"[{"content":"d","role":"system","x":1}]"#)
    #expect(try write(foreign, quirks).body["messages"]?.text == #"[{"role":"system","content":"d"}]"#)
    #expect(try write(foreign).body["messages"]?.text == #"[{"role":"developer","content":"d"}]"#)
  }

  /// Anthropic puts all results of a turn into one user message, Responses makes every piece an item of its own.
  @Test(arguments: [true, false])
  func resultsFollowTheirCallsAndUserTextComesAfter(asItems: Bool) throws {
    let calls = [Part.text("on it"), call("a"), call("b")]
    let results = [result("a", [.text("1")]), result("b", [.text("2"), .text("3")])]
    let request = ConversationRequest(
      model: "m",
      messages: asItems
        ? calls.map { Message(.assistant, [$0]) } + results.map { Message(.tool, [$0]) } + [
          Message(.user, text: "go on")
        ]
        : [Message(.assistant, calls), Message(.user, results + [.text("go on")])])
    #expect(
      try write(request).body["messages"]?.text
        == #"[{"role":"assistant","content":"on it","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},{"id":"b","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},{"role":"tool","tool_call_id":"a","content":"1"},{"role":"tool","tool_call_id":"b","content":"2\n3"},{"role":"user","content":"go on"}]"#
    )
  }

  @Test func anImageInAResultFollowsTheWholeBatch() throws {
    let request = ConversationRequest(
      model: "m",
      messages: [
        Message(.assistant, [call("a"), call("b")]),
        Message(.tool, [result("a", [.text("shot"), Self.image])]), Message(.tool, [result("b", [.text("2")])]),
        Message(.assistant, text: "nice"),
      ])
    let messages = Array(try write(request).body["messages"]?.elements ?? JSON.null.elements)
    #expect(messages.map { $0["role"]?.string } == ["assistant", "tool", "tool", "user", "assistant"])
    #expect(messages[1]["content"]?.string?.hasPrefix("shot\n[attachment") == true)
    #expect(
      messages[3]["content"]?.elements.compactMap { $0["image_url"]?["url"]?.string } == [
        "data:image/png;base64,iVBORw0KGgo="
      ])
  }

  @Test func anErrorsTextStaysAndItsFlagIsDeclared() throws {
    let request = ConversationRequest(
      model: "m",
      messages: [Message(.assistant, [call("a")]), Message(.user, [result("a", [.text("boom")], isError: true)])])
    let written = try write(request)
    #expect(written.body["messages"]?.text.contains(#""content":"boom""#) == true)
    #expect(written.losses == ["messages[1].is_error"])
  }

  @Test func mediaOfUsersGoOutInOpenAIsShape() throws {
    let request = ConversationRequest(
      model: "m",
      messages: [
        Message(
          .user,
          [
            .text("t"), Part(.image(Media(.url("https://e/x.png"), detail: "high"))),
            Part(.file(Media(.base64("JVBERi0="), mediaType: "application/pdf"))),
            Part(.file(Media(.text("plain"), mediaType: "text/plain"))),
            Part(.audio(Media(.base64("AA=="), mediaType: "audio/mpeg"))), Part(.video(Media(.url("https://e/v")))),
          ])
      ])
    let written = try write(request)
    #expect(
      written.body["messages"]?.elements.first?["content"]?.text
        == #"[{"type":"text","text":"t"},{"type":"image_url","image_url":{"url":"https://e/x.png","detail":"high"}},{"type":"file","file":{"filename":"document.pdf","file_data":"data:application/pdf;base64,JVBERi0="}},{"type":"text","text":"plain"},{"type":"input_audio","input_audio":{"data":"AA==","format":"mp3"}},{"type":"text","text":"[video left out]"}]"#
    )
    #expect(written.losses == ["messages[0]"])
    let blind = try write(request, quirks { $0.imageInput = false })
    #expect(blind.body.text.contains("image_url") == false)
  }

  @Test(arguments: [(Quirks.ReasoningReplay.never, 0), (.toolTurns, 1), (.always, 2)])
  func reasoningGoesBackAsTheProviderWants(replay: Quirks.ReasoningReplay, count: Int) throws {
    let thought = Part(.reasoning(Reasoning([Reasoning.Segment(.text, "hm")])))
    let request = ConversationRequest(
      model: "m",
      messages: [
        Message(.assistant, [thought, call("a")]), Message(.user, [result("a", [.text("1")])]),
        Message(.assistant, [thought, .text("x")]),
      ])
    let messages = try write(request, quirks { $0.reasoningReplay = replay }).body["messages"] ?? .null
    #expect(messages.elements.filter { $0["reasoning_content"]?.isString("hm") == true }.count == count)
  }

  @Test func stateGoesBackOnlyToWhoMadeIt() throws {
    let details = #"[{"type":"reasoning.encrypted","data":"D"}]"#
    func request(_ dialect: DialectID, _ origin: String) -> ConversationRequest {
      let state = ReasoningState(dialect: dialect, kind: .encrypted, blob: details, origin: SealOrigin(origin))
      let thought = Part(.reasoning(Reasoning([Reasoning.Segment(.text, "hm")])), state: state)
      return ConversationRequest(
        model: "m", messages: [Message(.assistant, [thought, call("a")]), Message(.user, [result("a", [])])])
    }
    let own = try write(request(.openAIChat, "o"), origin: SealOrigin("o"))
    #expect(own.body["messages"]?.elements.first?["reasoning_details"]?.text == details)
    #expect(own.losses.isEmpty)
    for foreign in [request(.openAIChat, "p"), request(.anthropic, "o")] {
      let written = try write(foreign, origin: SealOrigin("o"))
      #expect(written.body["messages"]?.elements.first?["reasoning_details"] == nil)
      #expect(written.losses == ["messages[0]"])
    }
  }

  @Test(arguments: [("o", true), ("p", false)])
  func aChatClientsStateGoesBackOnlyToWhoMadeIt(maker: String, isKept: Bool) throws {
    let body = try JSON(
      parsing:
        #"{"model":"m","messages":[{"role":"assistant","reasoning":"hm","reasoning_details":[{"data":"D"}],"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"g":1}}]}]}"#
    )
    var request = try OpenAIChat().readRequest(body, line: RequestLine())
    for index in request.messages[0].parts.indices {
      request.messages[0].parts[index].state?.origin = SealOrigin(maker)
    }
    let message = try #require(try write(request, origin: SealOrigin("o")).body["messages"]?.elements.first)
    #expect((message["reasoning_details"] != nil) == isKept)
    #expect((message["tool_calls"]?.elements.first?["extra_content"] != nil) == isKept)
    #expect(message["reasoning"]?.string == "hm")
  }

  @Test func aCallsSignatureStaysWithTheCall() throws {
    let state = ReasoningState(
      dialect: .openAIChat, kind: .thoughtSignature, blob: #"{"google":{"thought_signature":"S"}}"#, origin: nil)
    let request = ConversationRequest(model: "m", messages: [Message(.assistant, [call("a", state: state)])])
    #expect(try write(request).body.text.contains(#""extra_content":{"google":{"thought_signature":"S"}}"#))
  }

  @Test(arguments: [
    (ReasoningRequest(effort: "high"), Quirks.ReasoningSwitch.effort, #"{"reasoning_effort":"high"}"#),
    (ReasoningRequest(isEnabled: true, budgetTokens: 8000), .effort, #"{"reasoning_effort":"medium"}"#),
    (ReasoningRequest(isAdaptive: true), .effort, "{}"),
    (ReasoningRequest(isEnabled: false), .effort, #"{"reasoning_effort":"none"}"#),
    (ReasoningRequest(isEnabled: false), .thinkingType, #"{"thinking":{"type":"disabled"}}"#),
    (ReasoningRequest(isAdaptive: true), .thinkingType, #"{"thinking":{"type":"enabled"}}"#),
    (
      ReasoningRequest(isEnabled: true, budgetTokens: 100), .enableThinking,
      #"{"enable_thinking":true,"thinking_budget":100}"#
    ),
    (ReasoningRequest(effort: "low"), .reasoningObject, #"{"reasoning":{"effort":"low"}}"#),
    (ReasoningRequest(effort: "low"), .none, "{}"),
  ])
  func reasoningIsAskedForAsTheProviderWants(
    wish: ReasoningRequest, way: Quirks.ReasoningSwitch, expected: String
  ) throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "u")])
    request.reasoning = wish
    let body = try write(request, quirks { $0.reasoningSwitch = way }).body
    let rest = body.members.filter { !["model", "messages"].contains($0.key) }
      .map { "\"\($0.key)\":\($0.value.text)" }.joined(separator: ",")
    #expect("{\(rest)}" == expected)
  }

  @Test func toolsGoOutInTheShapeOpenAITakes() throws {
    let schema = try JSON(
      parsing: #"{"$schema":"x","anyOf":[{"properties":{"b":{"type":"array"}}}],"properties":{"a":{"type":"string"}}}"#)
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "u")])
    request.tools = [
      Tool(name: "none", kind: .function(schema: nil, strict: nil)),
      Tool(name: "odd", description: "d", kind: .function(schema: schema, strict: true)),
      Tool(
        name: "raw", kind: .custom(format: try JSON(parsing: #"{"type":"grammar","syntax":"lark","definition":"x"}"#))),
      Tool(name: "web", kind: .hosted(HostedTool(.webSearch, original: OpaquePart(.anthropic, .emptyObject)))),
    ]
    request.toolChoice = .allowed(names: ["odd", "raw"], required: false)
    let written = try write(request)
    #expect(
      written.body["tools"]?.text
        == #"[{"type":"function","function":{"name":"none","parameters":{"type":"object","properties":{}}}},{"type":"function","function":{"name":"odd","description":"d","parameters":{"type":"object","$schema":"x","properties":{"a":{"type":"string"},"b":{"type":"array","items":{}}}}}},{"type":"custom","custom":{"name":"raw","format":{"type":"grammar","grammar":{"syntax":"lark","definition":"x"}}}}]"#
    )
    #expect(
      written.body["tool_choice"]?.text
        == #"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"odd"}},{"type":"custom","custom":{"name":"raw"}}]}}"#
    )
    #expect(written.losses == ["tools", "tools.parameters.anyOf", "tools.strict"])
  }

  @Test func withoutToolsThereIsNoChoiceAmongThem() throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "u")])
    request.toolChoice = .auto
    request.parallelToolCalls = false
    #expect(try write(request).body.members.map(\.key) == ["model", "messages"])
  }

  @Test func structuredOutputIsHeldToItsSchemaAsElsewhere() throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "u")])
    let closed =
      #"{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"],"additionalProperties":false}"#
    request.outputFormat = .jsonSchema(JSONSchemaFormat(schema: try JSON(parsing: closed)))
    #expect(
      try write(request).body["response_format"]?.text
        == #"{"type":"json_schema","json_schema":{"name":"response","schema":\#(closed),"strict":true}}"#)
    request.outputFormat = .jsonSchema(JSONSchemaFormat(name: "n", schema: try JSON(parsing: #"{"type":"object"}"#)))
    #expect(try write(request).body["response_format"]?["json_schema"]?["strict"] == nil)
    request.outputFormat = .jsonObject
    #expect(try write(request).body["messages"]?.text.contains("JSON") == true, "OpenAI demands the word")
  }

  @Test func whatChatCannotSayIsDeclared() throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "u")])
    request.sampling.topK = 5
    request.sampling.stop = ["1", "2", "3", "4", "5"]
    request.metadata = JSON.emptyObject
    request.serviceTier = "batch"
    request.userID = String(repeating: "u", count: 65)
    request.store = false
    let written = try write(request)
    #expect(written.losses == ["top_k", "stop", "service_tier", "user", "metadata"])
    #expect(written.body.members.map(\.key) == ["model", "messages", "stop"])
  }

  @Test func goingOnFromAStoredResponseIsRefused() throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "u")])
    request.previousResponseID = "resp_1"
    #expect(throws: DialectError.self) { try write(request) }
  }

  @Test func refusedFieldsAreTakenOutAndDeclared() throws {
    let body = try JSON(parsing: #"{"model":"m","messages":[],"store":true,"x":1}"#)
    let request = try OpenAIChat().readRequest(body, line: RequestLine())
    let written = try write(request, quirks { $0.stripFields = ["store", "y"] })
    #expect(written.body.text == #"{"model":"up","messages":[],"x":1}"#)
    #expect(written.losses == ["store"])
  }

  @Test(arguments: [
    ("[]", ""), ("{}", "messages"), (#"{"messages":{}}"#, "messages"), (#"{"model":1,"messages":[]}"#, "model"),
    (#"{"messages":[3]}"#, "messages[0]"), (#"{"messages":[{"role":"king"}]}"#, "messages[0].role"),
    (#"{"messages":[{"content":"x"}]}"#, "messages[0].role"),
    (#"{"messages":[{"role":"user","content":3}]}"#, "messages[0].content"),
    (#"{"messages":[],"tools":[1]}"#, "tools[0]"),
    (#"{"messages":[{"role":"assistant","tool_calls":[1]}]}"#, "messages[0].tool_calls[0]"),
  ])
  func nonsenseIsRefusedWithItsPlace(text: String, path: String) throws {
    let body = try JSON(parsing: text)
    #expect {
      try OpenAIChat().readRequest(body, line: RequestLine())
    } throws: { ($0 as? DialectError)?.path == path }
  }
}
