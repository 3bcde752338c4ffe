import Conversation
import Dialects
import Testing
import Wire

/// Traps in what a request asks for beside its messages; `docs/traps.md` lists which test protects from which.
@Suite struct TrapParameterTests {
  /// A request of one question with more members.
  private static func request(_ more: String, _ client: DialectID = .openAIChat) -> String {
    let more = more.isEmpty ? "" : ",\(more)"
    return switch client {
    case .openAIChat: #"{"model":"m","messages":[{"role":"user","content":"go"}]\#(more)}"#
    case .openAIResponses: #"{"model":"m","input":"go"\#(more)}"#
    case .anthropic: #"{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"go"}]\#(more)}"#
    case .gemini: #"{"contents":[{"role":"user","parts":[{"text":"go"}]}]\#(more)}"#
    }
  }

  private static func send(
    _ more: String, _ client: DialectID = .openAIChat, to upstream: DialectID, _ edit: (inout Quirks) -> Void = { _ in }
  ) throws -> Passage {
    var quirks = Quirks()
    edit(&quirks)
    return try Passage(request(more, client), from: client, to: upstream, quirks: quirks)
  }

  private static func tools(_ client: DialectID) -> String {
    let names = ["f", "g"]
    let list = names.map { name in
      switch client {
      case .openAIChat: #"{"type":"function","function":{"name":"\#(name)"}}"#
      case .openAIResponses: #"{"type":"function","name":"\#(name)"}"#
      case .anthropic: #"{"name":"\#(name)","input_schema":{"type":"object","properties":{}}}"#
      case .gemini: #"{"name":"\#(name)"}"#
      }
    }.joined(separator: ",")
    return client == .gemini ? #""tools":[{"functionDeclarations":[\#(list)]}]"# : #""tools":[\#(list)]"#
  }

  // MARK: - Tool choice

  enum Wish: Int, CaseIterable, Sendable { case auto, never, any, one }

  /// Each wish in each protocol's words.
  static let choices: [DialectID: [String]] = [
    .openAIChat: [
      #""tool_choice":"auto""#, #""tool_choice":"none""#, #""tool_choice":"required""#,
      #""tool_choice":{"type":"function","function":{"name":"f"}}"#,
    ],
    .openAIResponses: [
      #""tool_choice":"auto""#, #""tool_choice":"none""#, #""tool_choice":"required""#,
      #""tool_choice":{"type":"function","name":"f"}"#,
    ],
    .anthropic: [
      #""tool_choice":{"type":"auto"}"#, #""tool_choice":{"type":"none"}"#, #""tool_choice":{"type":"any"}"#,
      #""tool_choice":{"type":"tool","name":"f"}"#,
    ],
    .gemini: [
      #""toolConfig":{"functionCallingConfig":{"mode":"AUTO"}}"#,
      #""toolConfig":{"functionCallingConfig":{"mode":"NONE"}}"#,
      #""toolConfig":{"functionCallingConfig":{"mode":"ANY"}}"#,
      #""toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}}"#,
    ],
  ]

  @Test(arguments: DialectID.allCases, DialectID.allCases)
  func everyToolChoiceIsSaidInTheOtherProtocolsWords(client: DialectID, upstream: DialectID) throws {
    if client == upstream { return }
    for wish in Wish.allCases {
      let said = try #require(Self.choices[client]?[wish.rawValue])
      let expected = try JSON(parsing: "{\(try #require(Self.choices[upstream]?[wish.rawValue]))}")
      let crossing = try Self.send("\(Self.tools(client)),\(said)", client, to: upstream)
      let sent = crossing.body["tool_choice"] ?? crossing.body["toolConfig"]
      #expect(sent == expected.members.first { _ in true }?.value, "\(wish)")
    }
  }

  @Test func aChoiceAmongSeveralToolsLimitsThem() throws {
    let more =
      #"\#(Self.tools(.openAIResponses)),"tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"g"}]}"#
    let anthropic = try Self.send(more, .openAIResponses, to: .anthropic).body
    #expect(anthropic["tools"]?.elements.compactMap { $0["name"]?.string } == ["g"])
    #expect(anthropic["tool_choice"]?.text == #"{"type":"any"}"#)
    #expect(
      try Self.send(more, .openAIResponses, to: .gemini).body.place(
        "toolConfig.functionCallingConfig.allowedFunctionNames"
      ).text == #"["g"]"#)
    #expect(
      try Self.send(more, .openAIResponses, to: .openAIChat).body["tool_choice"]?.text
        == #"{"type":"function","function":{"name":"g"}}"#)
  }

  @Test(arguments: [DialectID.openAIChat, .openAIResponses, .gemini])
  func aChoiceOfAToolThatDoesNotGoOutIsNotSent(upstream: DialectID) throws {
    let screen = #"{"type":"computer_20250124","name":"computer","display_width_px":9,"display_height_px":9}"#
    let function = #"{"name":"f","input_schema":{"type":"object","properties":{}}}"#
    let other = try Self.send(
      #""tools":[\#(screen),\#(function)],"tool_choice":{"type":"tool","name":"computer"}"#, .anthropic, to: upstream)
    #expect(other.body["tools"] != nil)
    #expect(!other.text.contains("computer"))
    #expect(other.lost.contains("tool_choice"))
    let none = try Self.send(
      #""tools":[\#(screen)],"tool_choice":{"type":"any","disable_parallel_tool_use":true}"#, .anthropic, to: upstream)
    for member in ["tools", "tool_choice", "toolConfig", "parallel_tool_calls"] {
      #expect(none.body[name: member] == nil, "\(member)")
    }
    #expect(none.lost.contains("tool_choice"))
  }

  @Test func aForcedCallRulesThinkingOutForAnthropicOnly() throws {
    let more = #"\#(Self.tools(.openAIChat)),"tool_choice":"required","reasoning_effort":"high""#
    let anthropic = try Self.send(more, to: .anthropic)
    #expect(anthropic.body["thinking"] == nil && anthropic.body["output_config"] == nil)
    #expect(anthropic.lost.contains("reasoning_effort"))
    #expect(try Self.send(more, to: .openAIResponses).body.place("reasoning.effort").string == "high")
  }

  @Test func noChoiceIsInventedWhereTheClientMadeNone() throws {
    for client in DialectID.allCases {
      for upstream in DialectID.allCases where upstream != client {
        let body = try Self.send(Self.tools(client), client, to: upstream).body
        #expect(body["tool_choice"] == nil && body["toolConfig"] == nil && body["parallel_tool_calls"] == nil)
        #expect(body["stream"]?.bool != true, "nor a stream")
      }
    }
  }

  @Test func oneCallAtATimeIsInsideTheChoiceForAnthropicAndInverted() throws {
    for client in [DialectID.openAIChat, .openAIResponses] {
      let single = #"\#(Self.tools(client)),"parallel_tool_calls":false"#
      #expect(
        try Self.send(single, client, to: .anthropic).body["tool_choice"]?.text
          == #"{"type":"auto","disable_parallel_tool_use":true}"#)
      let several = try Self.send(#"\#(Self.tools(client)),"parallel_tool_calls":true"#, client, to: .anthropic)
      #expect(several.body["tool_choice"] == nil && several.lost.isEmpty)
      #expect(try Self.send(single, client, to: .gemini).lost == ["parallel_tool_calls"])
      let back = try Self.send(
        #"\#(Self.tools(.anthropic)),"tool_choice":{"type":"auto","disable_parallel_tool_use":true}"#, .anthropic,
        to: client)
      #expect(back.body["parallel_tool_calls"]?.bool == false)
    }
  }

  // MARK: - Limits and sampling

  @Test func theOutputLimitIsReadFromEverySpellingAndAnthropicAlwaysHasOne() throws {
    let spellings: [(DialectID, String)] = [
      (.openAIChat, #""max_tokens":300"#), (.openAIChat, #""max_completion_tokens":300"#),
      (.openAIChat, #""max_tokens":7,"max_completion_tokens":300"#), (.openAIResponses, #""max_output_tokens":300"#),
      (.gemini, #""generationConfig":{"maxOutputTokens":300}"#),
    ]
    let places: [DialectID: String] = [
      .openAIChat: "max_completion_tokens", .openAIResponses: "max_output_tokens", .anthropic: "max_tokens",
      .gemini: "generationConfig.maxOutputTokens",
    ]
    for (client, more) in spellings {
      for (upstream, place) in places where upstream != client {
        let crossing = try Self.send(more, client, to: upstream)
        #expect(crossing.body.place(place).int == 300, "\(client) \(upstream)")
        if more.contains(":7") { #expect(crossing.lost.contains("max_tokens"), "the other spelling is told") }
      }
    }
    #expect(try Self.send("", to: .anthropic) { $0.defaultMaxTokens = 777 }.body["max_tokens"]?.int == 777)
    for upstream in [DialectID.openAIResponses, .gemini] {
      #expect(!(try Self.send("", to: upstream)).text.lowercased().contains("max"), "none is invented elsewhere")
    }
  }

  @Test(arguments: [Quirks.MaxTokensField.maxTokens, .maxCompletionTokens])
  func aChatProviderGetsTheSpellingOfTheLimitItKnows(field: Quirks.MaxTokensField) throws {
    let other = field == .maxTokens ? "max_completion_tokens" : "max_tokens"
    for sent in ["max_tokens", "max_completion_tokens"] {
      let own = try Self.send(#""\#(sent)":9"#, to: .openAIChat) { $0.maxTokensField = field }
      #expect(own.body[name: field.rawValue]?.int == 9 && own.body[name: other] == nil)
    }
    let foreign = try Self.send("", .anthropic, to: .openAIChat) { $0.maxTokensField = field }
    #expect(foreign.body[name: field.rawValue]?.int == 99 && foreign.body[name: other] == nil)
  }

  @Test(arguments: [
    (Quirks.MaxTokensField.asSent, "max_completion_tokens"), (.asSentOrMaxTokens, "max_tokens"),
  ])
  func aChatClientsOwnSpellingOfTheLimitStays(field: Quirks.MaxTokensField, others: String) throws {
    for sent in ["max_tokens", "max_completion_tokens"] {
      let own = try Self.send(#""\#(sent)":9"#, to: .openAIChat) { $0.maxTokensField = field }
      #expect(own.body[name: sent]?.int == 9)
      // Through reader and writer.
      let read = try Self.send(#""\#(sent)":9,"x":"custom""#, to: .openAIChat) {
        $0.maxTokensField = field
        $0.customTools = false
      }
      #expect(read.body[name: sent]?.int == 9)
    }
    let foreign = try Self.send("", .anthropic, to: .openAIChat) { $0.maxTokensField = field }
    #expect(foreign.body[name: others]?.int == 99)
  }

  @Test func stopSequencesAreAListAsLongAsTheProtocolTakes() throws {
    #expect(try Self.send(#""stop":"x""#, to: .anthropic).body["stop_sequences"]?.text == #"["x"]"#)
    #expect(try Self.send(#""stop":"x""#, to: .gemini).body.place("generationConfig.stopSequences").text == #"["x"]"#)
    #expect(try Self.send(#""stop":["x"]"#, to: .openAIResponses).lost == ["stop"])
    let six = #""stop_sequences":["1","2","3","4","5","6"]"#
    for (upstream, place, count) in [
      (DialectID.openAIChat, "stop", 4), (.gemini, "generationConfig.stopSequences", 5),
    ] {
      let crossing = try Self.send(six, .anthropic, to: upstream)
      #expect(crossing.body.place(place).elements.count == count)
      #expect(crossing.lost == ["stop_sequences"])
    }
  }

  @Test func samplingAnthropicRefusesIsLeftOutAndTold() throws {
    let hot = try Self.send(#""temperature":1.5"#, to: .anthropic)
    #expect(hot.body["temperature"]?.double == 1)
    #expect(hot.lost == ["temperature"])
    let both = try Self.send(#""temperature":0.3,"top_p":0.9"#, to: .anthropic)
    #expect(both.body["temperature"]?.double == 0.3 && both.body["top_p"] == nil)
    #expect(both.lost == ["top_p"])
    let thinking = try Self.send(#""temperature":0.3,"reasoning_effort":"high""#, to: .anthropic)
    #expect(thinking.body["temperature"] == nil && thinking.body["thinking"] != nil)
    #expect(thinking.lost == ["temperature"])
  }

  @Test(arguments: DialectID.allCases, DialectID.allCases)
  func membersAProviderRefusesAreTakenOutAndTold(client: DialectID, upstream: DialectID) throws {
    let more = [
      DialectID.openAIChat: #""temperature":0.5"#, .openAIResponses: #""temperature":0.5"#,
      .anthropic: #""temperature":0.5"#, .gemini: #""generationConfig":{"temperature":0.5}"#,
    ]
    let name = upstream == .gemini ? "generationConfig" : "temperature"
    let crossing = try Self.send(try #require(more[client]), client, to: upstream) { $0.stripFields = [name] }
    #expect(crossing.body[name: name] == nil)
    let said = client == .gemini ? "generationConfig.temperature" : "temperature"
    #expect(crossing.lost.contains(upstream == .gemini ? name : said))
  }

  @Test func fieldsOfOneVendorGoToNoOtherAndAreTold() throws {
    let fields = [
      "prompt_cache_retention", "safety_identifier", "client_metadata", "store", "metadata", "prompt_cache_key",
      "truncation",
    ]
    let more =
      #""prompt_cache_retention":"24h","safety_identifier":"s","client_metadata":{"a":"b"},"store":true,"metadata":{"k":"v"},"prompt_cache_key":"k","truncation":"auto","user":"u""#
    for upstream in [DialectID.anthropic, .gemini] {
      let crossing = try Self.send(more, .openAIResponses, to: upstream)
      for field in fields where field != "metadata" || upstream == .gemini {
        #expect(crossing.body[name: field] == nil, "\(field)")
      }
      for field in fields { #expect(crossing.lost.contains(field), "\(field)") }
    }
    let chat = try Self.send(more, .openAIResponses, to: .openAIChat) { $0.stripFields = ["store", "metadata"] }
    for field in ["client_metadata", "truncation", "store", "metadata"] {
      #expect(chat.body[name: field] == nil)
      #expect(chat.lost.contains(field))
    }
  }

  @Test func whatHasNoEqualIsRefusedOrTold() throws {
    for upstream in [DialectID.anthropic, .openAIResponses] {
      #expect { try Self.send(#""n":2"#, to: upstream) } throws: { ($0 as? DialectError)?.path == "n" }
      #expect { try Self.send(#""generationConfig":{"candidateCount":2}"#, .gemini, to: upstream) } throws: {
        ($0 as? DialectError)?.path == "n"
      }
      #expect(throws: Never.self) { try Self.send(#""n":1"#, to: upstream) }
    }
    #expect(try Self.send(#""n":2"#, to: .gemini).body.place("generationConfig.candidateCount").int == 2)
    let more =
      #""seed":1,"presence_penalty":0.5,"frequency_penalty":0.5,"logprobs":true,"top_logprobs":3,"logit_bias":{"1":2},"best_of":2"#
    let counts: [(DialectID, Int)] = [(.anthropic, 7), (.openAIResponses, 5), (.gemini, 2)]
    for (upstream, count) in counts {
      let crossing = try Self.send(more, to: upstream)
      #expect(crossing.lost.count == count, "\(crossing.lost)")
      #expect(!crossing.text.contains("best_of") && !crossing.text.contains("logit_bias"))
    }
  }

  // MARK: - Tiers

  @Test func tiersAreSaidWhereTheyExistAndTheAnswersTierIsTold() throws {
    let cases: [(DialectID, String, DialectID, String?)] = [
      (.openAIChat, "priority", .openAIResponses, "priority"), (.openAIChat, "flex", .openAIResponses, "flex"),
      (.openAIChat, "default", .anthropic, "standard_only"), (.openAIChat, "auto", .anthropic, "auto"),
      (.openAIChat, "priority", .anthropic, nil), (.anthropic, "standard_only", .openAIChat, "default"),
      (.anthropic, "standard_only", .openAIResponses, "default"), (.openAIChat, "flex", .gemini, "flex"),
      (.anthropic, "standard_only", .gemini, "standard"), (.openAIResponses, "scale", .gemini, nil),
      (.gemini, "priority", .openAIResponses, "priority"), (.gemini, "standard", .openAIChat, "default"),
      (.gemini, "flex", .anthropic, nil),
    ]
    for (client, asked, upstream, sent) in cases {
      func name(_ dialect: DialectID) -> String { dialect == .gemini ? "serviceTier" : "service_tier" }
      let crossing = try Self.send(#""\#(name(client))":"\#(asked)""#, client, to: upstream)
      #expect(crossing.body.at(name(upstream))?.string == sent, "\(client) \(asked) \(upstream)")
      #expect(crossing.lost.contains(name(client)) == (sent == nil))
    }
    let chat = try Self.send("", .openAIResponses, to: .openAIChat).answer(
      #"{"id":"c","service_tier":"priority","choices":[{"message":{"content":"x"},"finish_reason":"stop"}]}"#)
    #expect(chat["service_tier"]?.string == "priority")
    let responses = try Self.send("", to: .openAIResponses).answer(
      #"{"id":"r","status":"completed","service_tier":"flex","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"x"}]}]}"#
    )
    #expect(responses["service_tier"]?.string == "flex")
    let fast = try Self.send(#""speed":"fast""#, .anthropic, to: .openAIChat)
    #expect(fast.body["speed"] == nil && fast.lost == ["speed"])
  }

  // MARK: - Formats

  static let schema =
    #"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}"#

  static let formats: [(DialectID, String, String)] = [
    (
      .openAIChat,
      #""response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":\#(schema)}}"#,
      "response_format.json_schema.schema"
    ),
    (
      .openAIResponses, #""text":{"format":{"type":"json_schema","name":"n","strict":true,"schema":\#(schema)}}"#,
      "text.format.schema"
    ),
    (
      .anthropic, #""output_config":{"format":{"type":"json_schema","schema":\#(schema)}}"#,
      "output_config.format.schema"
    ),
    (
      .anthropic, #""output_format":{"type":"json_schema","schema":\#(schema)}"#, "output_config.format.schema"
    ),
    (
      .gemini, #""generationConfig":{"responseMimeType":"application/json","responseJsonSchema":\#(schema)}"#,
      "generationConfig.responseJsonSchema"
    ),
  ]

  @Test func anAnswersSchemaArrivesInEveryProtocol() throws {
    for (client, more, _) in Self.formats {
      for (upstream, _, place) in Self.formats where upstream != client {
        let body = try Self.send(more, client, to: upstream).body
        #expect(body.place(place).text == Self.schema, "\(client) \(upstream)")
        if upstream == .openAIChat { #expect(body.place("response_format.json_schema.name").string != nil) }
        if upstream == .openAIResponses { #expect(body.place("text.format.name").string != nil) }
      }
    }
  }

  @Test func jsonWithoutASchemaInventsNoneAndTheForcedCallIsToldAsText() throws {
    let more = #""response_format":{"type":"json_object"}"#
    #expect(
      try Self.send(more, to: .openAIResponses).body.place("text.format").text == #"{"type":"json_object"}"#)
    let gemini = try Self.send(more, to: .gemini).body["generationConfig"]
    #expect(gemini?.text == #"{"responseMimeType":"application/json"}"#)
    let anthropic = try Self.send(more, to: .anthropic)
    let tool = try #require(anthropic.body.place("tools.0.name").string)
    #expect(anthropic.body.place("tools.0.input_schema").text == #"{"type":"object"}"#)
    #expect(anthropic.body.place("tool_choice.name").string == tool)
    let answer = try anthropic.answer(TrapToolTests.call(tool, .anthropic, #"{"a":1}"#))
    #expect(answer.place("choices.0.message.content").string == #"{"a":1}"#)
    #expect(answer.place("choices.0.message.tool_calls").isNull)
    #expect(answer.place("choices.0.finish_reason").string == "stop")
    let events = try anthropic.stream(TrapToolTests.streamedCall(tool, .anthropic, #"{"a":1}"#))
    #expect(events.compactMap { $0.place("choices.0.delta.content").string }.joined() == #"{"a":1}"#)
    #expect(events.compactMap { $0.place("choices.0.finish_reason").string } == ["stop"])
    #expect(!events.contains { $0.text.contains("tool_calls") })
  }

  // MARK: - Streams and stored responses

  @Test func chatStreamsAreAskedForTheirUsageAndOthersNot() throws {
    for client in [DialectID.anthropic, .openAIResponses] {
      let crossing = try Self.send(#""stream":true"#, client, to: .openAIChat)
      #expect(crossing.body["stream_options"]?.text == #"{"include_usage":true}"#)
    }
    let own = try Self.send(#""stream":true"#, to: .openAIChat)
    #expect(own.body["stream_options"]?.text == #"{"include_usage":true}"#)
    #expect(own.crossing.hidesUsage, "a client that did not ask does not see the chunk")
    let asked = try Self.send(#""stream":true,"stream_options":{"include_usage":true}"#, to: .openAIChat)
    #expect(!asked.crossing.hidesUsage)
    for upstream in [DialectID.anthropic, .openAIResponses, .gemini] {
      let crossing = try Self.send(#""stream":true,"stream_options":{"include_usage":true}"#, to: upstream)
      #expect(crossing.body["stream_options"] == nil)
      #expect(crossing.lost.isEmpty)
    }
  }

  @Test(arguments: [DialectID.openAIChat, .anthropic, .gemini])
  func goingOnFromAStoredResponseIsRefusedInOpenAIsWords(upstream: DialectID) {
    #expect { try Self.send(#""previous_response_id":"resp_1""#, .openAIResponses, to: upstream) } throws: {
      ($0 as? DialectError)?.code == "previous_response_not_found"
    }
  }

  @Test func nothingIsStoredForOthersAndTheStateTravelsWithTheConversation() throws {
    for client in [DialectID.openAIChat, .anthropic] {
      let more =
        client == .openAIChat ? #""reasoning_effort":"high","store":true"# : #""thinking":{"type":"adaptive"}"#
      let body = try Self.send(more, client, to: .openAIResponses).body
      #expect(body["store"]?.bool == false)
      #expect(body["include"]?.text == #"["reasoning.encrypted_content"]"#)
    }
    let codex = try Self.send(
      #""store":false,"include":["reasoning.encrypted_content"]"#, .openAIResponses, to: .openAIChat)
    #expect(codex.body["store"] == nil && codex.body["include"] == nil && codex.lost.isEmpty)
  }
}
