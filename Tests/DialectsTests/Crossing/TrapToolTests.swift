import Conversation
import Dialects
import Testing
import Wire

/// Traps in tools, their schemas and their calls; `docs/traps.md` lists which test protects from which.
@Suite struct TrapToolTests {
  private static func tools(_ crossing: Passage) -> [JSON] {
    Array(
      crossing.body.place(crossing.upstream.id == .gemini ? "tools.0.functionDeclarations" : "tools").elements)
  }

  /// The schema of a tool as the upstream got it.
  private static func schema(_ tool: JSON) -> JSON {
    tool["parameters"] ?? tool["input_schema"] ?? tool["parametersJsonSchema"] ?? tool.place("function.parameters")
  }

  private static func name(_ tool: JSON) -> String {
    tool["name"]?.string ?? tool.place("function.name").string ?? ""
  }

  private static let nested =
    #"{"type":"object","properties":{"x":{"anyOf":[{"type":"string"},{"type":"null"}],"default":null},"format":{"type":["string","null"]}}}"#

  // MARK: - Schemas

  static let schemas: [(DialectID, String)] = [
    (
      .openAIResponses,
      #"{"model":"m","input":"hi","tools":[{"type":"function","name":"a","parameters":null},{"type":"function","name":"b"},{"type":"function","name":"c","parameters":{"type":null}},{"type":"function","name":"d","parameters":\#(nested)}]}"#
    ),
    (
      .openAIChat,
      #"{"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"a","parameters":null}},{"type":"function","function":{"name":"b"}},{"type":"function","function":{"name":"c","parameters":{"type":null}}},{"type":"function","function":{"name":"d","parameters":\#(nested)}}]}"#
    ),
    (
      .anthropic,
      #"{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"hi"}],"tools":[{"name":"a","input_schema":{}},{"name":"b","description":null,"input_schema":{"properties":{}}},{"name":"c","input_schema":{"type":null}},{"name":"d","input_schema":\#(nested)}]}"#
    ),
  ]

  @Test(arguments: schemas, [DialectID.openAIChat, .openAIResponses, .anthropic])
  func aToolWithoutASchemaGetsAnEmptyObjectAndOnlyTheRootIsTouched(
    example: (client: DialectID, request: String), upstream: DialectID
  ) throws {
    if example.client == upstream { return }
    let tools = Self.tools(try Passage(example.request, from: example.client, to: upstream))
    #expect(tools.map(Self.name) == ["a", "b", "c", "d"])
    for tool in tools { #expect(Self.schema(tool)["type"]?.string == "object", "\(tool)") }
    for tool in tools.prefix(2) { #expect(Self.schema(tool)["properties"]?.text == "{}") }
    #expect(try Self.schema(tools[3]) == JSON(parsing: Self.nested), "nested unions are left alone")
    #expect(!tools.contains { $0.text.contains(#""description":null"#) })
  }

  @Test(arguments: [true, false])
  func geminiGetsWhatItTakesAndPropertiesKeepTheirNames(takesJSONSchema: Bool) throws {
    var quirks = Quirks()
    quirks.jsonSchemaTools = takesJSONSchema
    let request =
      ##"{"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","additionalProperties":false,"properties":{"format":{"type":"string","minLength":1,"pattern":"^a"},"default":{"type":["string","null"],"default":"x"},"list":{"type":"array"},"level":{"enum":[1,2]},"ref":{"$ref":"#/$defs/r"}},"required":["format"],"$defs":{"r":{"type":"string","const":"k"}}}}}]}"##
    let crossing = try Passage(request, from: .openAIChat, to: .gemini, quirks: quirks)
    let tool = try #require(Self.tools(crossing).first)
    #expect(tool["type"] == nil, "a tool of Gemini's has no type")
    #expect((tool["parameters"] == nil) == takesJSONSchema)
    #expect((tool["parametersJsonSchema"] != nil) == takesJSONSchema)
    #expect(
      Self.schema(tool)["properties"]?.members.map(\.key) == ["format", "default", "list", "level", "ref"])
    guard !takesJSONSchema else { return }
    for word in ["$schema", "$ref", "$defs", "additionalProperties", "\"const\"", "[\"string\",\"null\"]"] {
      #expect(!tool.text.contains(word), "\(word)")
    }
    #expect(Self.schema(tool).place("properties.default.nullable").bool == true)
    #expect(Self.schema(tool).place("properties.list.items").isObject)
    #expect(Self.schema(tool).place("properties.level.enum").elements.allSatisfy { $0.isString })
  }

  @Test func anAnswersSchemaIsClosedForAnthropicAndItsLimitsAreSaidInWords() throws {
    let crossing = try Passage(
      #"{"model":"m","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","properties":{"a":{"type":"integer","minimum":3}},"required":["a"]}}}}"#,
      from: .openAIChat, to: .anthropic)
    let schema = crossing.body.place("output_config.format.schema")
    #expect(schema["additionalProperties"]?.bool == false)
    #expect(schema.place("properties.a.minimum").isNull)
    #expect(schema.place("properties.a.description").string?.contains("minimum: 3") == true)
    #expect(crossing.lost.contains { $0.contains("minimum") })
  }

  // MARK: - Names

  static let oddNames = ["1st", "a b", "a/b", "a.b", "plain", String(repeating: "y", count: 80)]

  @Test(arguments: DialectID.allCases)
  func onlyNamesThatDoNotFitAreChangedAndAnswersHaveTheClientsOwnWholeAndStreamed(upstream: DialectID) throws {
    let client = upstream == .openAIChat ? DialectID.openAIResponses : .openAIChat
    let declared = Self.oddNames.map { name in
      client == .openAIChat
        ? #"{"type":"function","function":{"name":"\#(name)"}}"# : #"{"type":"function","name":"\#(name)"}"#
    }.joined(separator: ",")
    let request =
      client == .openAIChat
      ? #"{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}],"tools":[\#(declared)]}"#
      : #"{"model":"m","stream":true,"input":"hi","tools":[\#(declared)]}"#
    let crossing = try Passage(request, from: client, to: upstream)
    let sent = Self.tools(crossing).map(Self.name)
    #expect(Set(sent).count == Self.oddNames.count)
    #expect(sent[4] == "plain")
    for name in sent {
      #expect(name.utf8.count <= (upstream == .anthropic ? 128 : 64))
      let isLegal =
        upstream == .gemini
        ? name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_.:-]*/) != nil : name.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil
      #expect(isLegal, "\(name)")
    }
    for (name, original) in zip(sent, Self.oddNames) {
      let answer = try crossing.answer(Self.call(name, upstream)).text
      #expect(
        answer.contains(#""name":"\#(original)""#.replacing("/", with: "\\/"))
          || answer.contains(#""name":"\#(original)""#))
      let events = try crossing.stream(Self.streamedCall(name, upstream)).map(\.text).joined()
      #expect(events.contains(#""name":"\#(original)""#), "\(original)")
    }
  }

  /// A whole answer of an upstream: one call.
  static func call(_ name: String, _ upstream: DialectID, _ arguments: String = "{}") -> String {
    let text = JSON.string(arguments).text
    return switch upstream {
    case .openAIChat:
      #"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"\#(name)","arguments":\#(text)}}]},"finish_reason":"tool_calls"}]}"#
    case .openAIResponses:
      #"{"id":"resp_1","status":"completed","output":[{"type":"function_call","id":"fc_1","call_id":"t","name":"\#(name)","arguments":\#(text),"status":"completed"}]}"#
    case .anthropic:
      #"{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"tool_use","id":"t","name":"\#(name)","input":\#(arguments)}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}}"#
    case .gemini:
      #"{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"\#(name)","args":\#(arguments)}}]},"finishReason":"STOP","index":0}]}"#
    }
  }

  /// The same as a stream.
  static func streamedCall(_ name: String, _ upstream: DialectID, _ arguments: String = "{}") -> [String] {
    let text = JSON.string(arguments).text
    switch upstream {
    case .openAIChat:
      return [
        #"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t","type":"function","function":{"name":"\#(name)","arguments":""}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":\#(text)}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
      ]
    case .openAIResponses:
      let item =
        #"{"type":"function_call","id":"fc_1","call_id":"t","name":"\#(name)","arguments":\#(text),"status":"completed"}"#
      return [
        #"{"type":"response.created","response":{"id":"resp_1","status":"in_progress","output":[]}}"#,
        #"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"t","name":"\#(name)","arguments":"","status":"in_progress"}}"#,
        #"{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,"delta":\#(text)}"#,
        #"{"type":"response.output_item.done","output_index":0,"item":\#(item)}"#,
        #"{"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[\#(item)]}}"#,
      ]
    case .anthropic:
      return [
        #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"\#(name)","input":{}}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":\#(text)}}"#,
        #"{"type":"content_block_stop","index":0}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":2}}"#,
        #"{"type":"message_stop"}"#,
      ]
    case .gemini: return [call(name, .gemini, arguments)]
    }
  }

  // MARK: - Codex's tools

  static let patch =
    #"{"type":"custom","name":"apply_patch","description":"Edits.","format":{"type":"grammar","syntax":"lark","definition":"start: line+"}}"#
  static let codex =
    #"{"model":"m","stream":true,"input":[{"role":"user","content":"hi"},{"type":"custom_tool_call","call_id":"p","name":"apply_patch","input":"*** \"x\"\n"},{"type":"custom_tool_call_output","call_id":"p","output":"done"}],"tools":[\#(patch),{"type":"namespace","name":"mcp__x__","tools":[{"type":"function","name":"look","description":"first","parameters":{"type":"object","properties":{}}},{"type":"function","name":"look","description":"second","parameters":{"type":"object","properties":{}}}]}]}"#

  /// The upstreams that know functions only, and a Responses provider that does not know more either.
  static let plain: [DialectID] = [.anthropic, .gemini, .openAIChat, .openAIResponses]

  static func lowered(_ request: String, to upstream: DialectID) throws -> Passage {
    var quirks = Quirks()
    quirks.customTools = false
    quirks.namespaceTools = false
    return try Passage(request, from: .openAIResponses, to: upstream, quirks: quirks)
  }

  @Test(arguments: plain)
  func aFreeformToolBecomesAFunctionWithItsGrammarInWordsAndComesBackAsItsText(upstream: DialectID) throws {
    let crossing = try Self.lowered(Self.codex, to: upstream)
    let tool = try #require(Self.tools(crossing).first)
    #expect(Self.name(tool) == "apply_patch")
    #expect(Self.schema(tool).place("properties.input.type").string == "string")
    #expect(tool.text.contains("start: line+"))
    #expect(!crossing.text.contains("custom"), "neither tool nor history is of a type the upstream does not know")
    let input = #"{"input":"*** Begin\n\"é\"\n"}"#
    let whole = try crossing.answer(Self.call("apply_patch", upstream, input)).place("output")
    let item = try #require(whole.elements.first { $0["type"]?.string == "custom_tool_call" })
    #expect(item["input"]?.string == "*** Begin\n\"é\"\n")
    #expect(item["name"]?.string == "apply_patch")
    let events = try crossing.stream(Self.streamedCall("apply_patch", upstream, input))
    let deltas = events.filter { $0["type"]?.string == "response.custom_tool_call_input.delta" }
    #expect(deltas.compactMap { $0["delta"]?.string }.joined() == "*** Begin\n\"é\"\n")
    let done = events.filter { $0["type"]?.string == "response.custom_tool_call_input.done" }
    #expect(done.map { $0["input"]?.string } == ["*** Begin\n\"é\"\n"])
    let last = try #require(events.last { $0["type"]?.string == "response.output_item.done" })
    #expect(last.place("item.type").string == "custom_tool_call")
    #expect(last.place("item.input").string == "*** Begin\n\"é\"\n")
  }

  @Test(arguments: plain)
  func whatTheClientDeclaredAsAFunctionStaysOneWhateverItsName(upstream: DialectID) throws {
    let request = Self.codex.replacing(
      Self.patch,
      with:
        #"{"type":"function","name":"apply_patch","parameters":{"type":"object","properties":{"input":{"type":"string"}}}}"#
    )
    let answer = try Self.lowered(request, to: upstream).answer(
      Self.call("apply_patch", upstream, #"{"input":"x"}"#))
    let item = try #require(answer.place("output").elements.first { $0["call_id"] != nil })
    #expect(item["type"]?.string == "function_call")
    #expect(try JSON(parsing: item["arguments"]?.string ?? "")["input"]?.string == "x")
  }

  @Test(arguments: plain)
  func toolsOfANamespaceAreFlattenedAndCallsComeBackWithNamespaceAndName(upstream: DialectID) throws {
    let crossing = try Self.lowered(Self.codex, to: upstream)
    let tools = Self.tools(crossing)
    #expect(tools.count == 2, "a tool declared twice goes out once")
    let name = Self.name(tools[1])
    #expect(tools[1].text.contains("first"), "the first declaration counts")
    #expect(!crossing.text.contains(#""namespace""#))
    #expect(crossing.lost.contains("tools[1].tools[1]"))
    let answer = try crossing.answer(Self.call(name, upstream))
    let item = try #require(answer.place("output").elements.first { $0["type"]?.string == "function_call" })
    #expect(item["name"]?.string == "look")
    #expect(item["namespace"]?.string == "mcp__x__")
    let events = try crossing.stream(Self.streamedCall(name, upstream))
    let last = try #require(events.last { $0["type"]?.string == "response.output_item.done" })
    #expect(last.place("item.namespace").string == "mcp__x__")
    #expect(last.place("item.name").string == "look")
  }

  @Test func aResponsesProviderThatKnowsCodexsToolsGetsThemAsTheyAre() throws {
    let crossing = try Passage(Self.codex, from: .openAIResponses, to: .openAIResponses)
    #expect(crossing.path == .verbatim)
    #expect(try Self.lowered(Self.codex, to: .openAIResponses).path == .patched)
  }

  // MARK: - Tools a vendor runs

  static let hosted = [
    "web_search", "file_search", "code_interpreter", "image_generation", "mcp", "computer_use_preview",
  ]

  @Test(arguments: [DialectID.openAIChat, .anthropic, .gemini], hosted)
  func aHostedToolHasAnEqualOrIsADeclaredLossAndItsTypeNeverGoesOut(upstream: DialectID, type: String) throws {
    let crossing = try Passage(
      #"{"model":"m","input":"hi","tools":[{"type":"\#(type)"},{"type":"function","name":"f"}]}"#,
      from: .openAIResponses, to: upstream)
    #expect(!crossing.text.contains(#""type":"\#(type)""#))
    let equals: [DialectID: [String: String]] = [
      .anthropic: ["web_search": "web_search_20250305", "code_interpreter": "code_execution_20250825"],
      .gemini: ["code_interpreter": "codeExecution"],
    ]
    if let equal = equals[upstream]?[type] {
      #expect(crossing.text.contains(equal))
    } else {
      #expect(!crossing.lost.isEmpty)
    }
    #expect(crossing.text.contains(#""name":"f""#), "the functions stay")
  }

  @Test func aSearchNeverReachesMoreSitesThanItWasAllowed() throws {
    func request(_ limit: String) -> String {
      #"{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"web_search_20250305","name":"web_search",\#(limit)}]}"#
    }
    let allowed = request(#""allowed_domains":["a.example"]"#)
    let blocked = request(#""blocked_domains":["b.example"]"#)
    #expect(
      try Passage(allowed, from: .anthropic, to: .openAIResponses).body.place("tools.0.filters").text
        == #"{"allowed_domains":["a.example"]}"#)
    #expect(throws: DialectError.self) { try Passage(blocked, from: .anthropic, to: .openAIResponses) }
    for upstream in [DialectID.gemini, .openAIChat] {
      for request in [allowed, blocked] {
        let crossing = try Passage(request, from: .anthropic, to: upstream)
        #expect(crossing.body["tools"] == nil && !crossing.lost.isEmpty, "\(upstream)")
      }
    }
  }

  @Test func claudeCodesSearchCallIsASearchWhereOneExists() throws {
    let request =
      #"{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"web_search_20250305","name":"web_search","max_uses":8}],"tool_choice":{"type":"tool","name":"web_search"}}"#
    let responses = try Passage(request, from: .anthropic, to: .openAIResponses)
    #expect(responses.body["tools"]?.text == #"[{"type":"web_search"}]"#)
    #expect(responses.body["tool_choice"]?.text == #"{"type":"web_search"}"#)
    let gemini = try Passage(request, from: .anthropic, to: .gemini)
    #expect(gemini.body["tools"]?.text == #"[{"googleSearch":{}}]"#)
    #expect(gemini.lost.contains("tools[0].max_uses"))
  }

  @Test func whatOnlyAnthropicKnowsOfAToolStaysWithAnthropic() throws {
    let members = ["defer_loading", "input_examples", "eager_input_streaming", "cache_control", "allowed_callers"]
    let request =
      #"{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"find","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"tool_reference","tool_name":"f"}]}]}],"tools":[{"name":"f","input_schema":{"type":"object","properties":{}},"defer_loading":true,"input_examples":[{}],"eager_input_streaming":true,"cache_control":{"type":"ephemeral"},"allowed_callers":["direct"]},{"type":"tool_search_tool_regex_20251119","name":"tool_search_tool_regex"}]}"#
    for upstream in [DialectID.openAIChat, .openAIResponses, .gemini] {
      let crossing = try Passage(request, from: .anthropic, to: upstream)
      for member in members {
        #expect(!crossing.text.contains(member), "\(upstream)")
        // All tools are declared from the start, so that deferring is no loss.
        #expect(crossing.lost.contains("tools[0].\(member)") == (member != "defer_loading"))
      }
      #expect(!crossing.text.contains("tool_search_tool_regex") && !crossing.text.contains("tool_reference"))
    }
    #expect(try Passage(request, from: .anthropic, to: .anthropic).path == .verbatim)
    var quirks = Quirks()
    quirks.stripBetas = true
    let third = try Passage(request, from: .anthropic, to: .anthropic, quirks: quirks)
    for member in members where member != "cache_control" { #expect(!third.text.contains(member)) }
    #expect(third.text.contains("cache_control"))
  }

  @Test func besideFunctionsOlderGeminiModelsGetNoSearchButCodeExecution() throws {
    let request =
      #"{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"web_search_20250305","name":"web_search"},{"type":"web_fetch_20250910","name":"web_fetch"},{"type":"code_execution_20250825","name":"code_execution"},{"name":"f","input_schema":{"type":"object","properties":{}}}]}"#
    let older = try Passage(request, from: .anthropic, to: .gemini)
    #expect(
      older.body["tools"]?.elements.flatMap { $0.members.map(\.key) } == ["functionDeclarations", "codeExecution"])
    #expect(older.lost.filter { $0.hasPrefix("tools") } == ["tools[0]", "tools[1]"])
    var quirks = Quirks()
    quirks.mixedTools = true
    let newer = try Passage(request, from: .anthropic, to: .gemini, quirks: quirks)
    #expect(newer.body["tools"]?.elements.count == 4)
  }

  // MARK: - Inputs

  static let inputs: [(arguments: String, isUsable: Bool)] = [
    ("{}{}{}", false), (#"{"a":"#, false), ("oops", false), ("[1]", false), ("", true), (" ", true),
    (#"{"a":1.50}"#, true),
  ]

  @Test(arguments: [DialectID.anthropic, .gemini], inputs)
  func aFinishedCallWhoseInputIsNoObjectIsAnErrorWholeAndStreamed(
    client: DialectID, input: (arguments: String, isUsable: Bool)
  ) throws {
    let request =
      client == .anthropic
      ? #"{"model":"m","max_tokens":99,"stream":true,"messages":[{"role":"user","content":"go"}],"tools":[{"name":"f","input_schema":{}}]}"#
      : #"{"contents":[{"role":"user","parts":[{"text":"go"}]}],"tools":[{"functionDeclarations":[{"name":"f"}]}]}"#
    for upstream in [DialectID.openAIChat, .openAIResponses] {
      let crossing = try Passage(request, from: client, to: upstream, isStream: true)
      let whole = Self.call("f", upstream, input.arguments)
      let events = try crossing.stream(Self.streamedCall("f", upstream, input.arguments))
      guard input.isUsable else {
        #expect(throws: DialectError.self) { try crossing.answer(whole) }
        let last = try #require(events.last)
        #expect(
          last["type"]?.string == "error"
            || last.place("candidates.0.finishReason").string == "MALFORMED_FUNCTION_CALL", "\(last)")
        continue
      }
      let path = client == .anthropic ? "content.0.input" : "candidates.0.content.parts.0.functionCall.args"
      let value = try crossing.answer(whole).place(path)
      #expect(value.text == (input.arguments.first == "{" ? input.arguments : "{}"))
      #expect(events.last?["type"]?.string != "error")
    }
  }

  @Test func anInputTheLimitCutOffIsAnEmptyObject() throws {
    let crossing = try Passage(
      #"{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"go"}],"tools":[{"name":"f","input_schema":{}}]}"#,
      from: .anthropic, to: .openAIChat)
    let cut = Self.call("f", .openAIChat, #"{"a":"#).replacing(#""tool_calls"}"#, with: #""length"}"#)
    let answer = try crossing.answer(cut)
    #expect(answer.place("content.0.input").text == "{}")
    #expect(answer["stop_reason"]?.string == "max_tokens")
  }

  @Test func inputsOfAHistoryAreAlwaysWhatTheUpstreamTakes() throws {
    func call(_ id: String, _ arguments: String) -> String {
      #"{"id":"\#(id)","type":"function","function":{"name":"f","arguments":\#(JSON.string(arguments).text)}}"#
    }
    func result(_ id: String) -> String { #"{"role":"tool","tool_call_id":"\#(id)","content":"1"}"# }
    let request =
      #"{"model":"m","messages":[{"role":"user","content":"go"},{"role":"assistant","content":null,"tool_calls":[\#(call("a", "{}{}")),\#(call("b", "")),\#(call("c", "[1]")),\#(call("d", "{\"x\":"))]},\#(result("a")),\#(result("b")),\#(result("c")),\#(result("d"))]}"#
    let anthropic = try Passage(request, from: .openAIChat, to: .anthropic)
    #expect(
      anthropic.body.place("messages.1.content").elements.compactMap { $0["input"]?.text } == [
        "{}", "{}", #"{"input":[1]}"#, "{}",
      ])
    let gemini = try Passage(request, from: .openAIChat, to: .gemini)
    let arguments = gemini.body.place("contents.1.parts").elements.compactMap { $0.place("functionCall.args") }
    #expect(arguments.allSatisfy { $0.isObject })
    #expect(arguments.map(\.text) == [#"{"input":"{}{}"}"#, "{}", #"{"input":[1]}"#, #"{"input":"{\"x\":"}"#])
    for crossing in [anthropic, gemini] { #expect(crossing.lost.filter { $0.contains("tool_calls") }.count >= 3) }
    #expect(
      try Passage(request, from: .openAIChat, to: .openAIResponses).body["input"]?.elements.compactMap {
        $0["arguments"]?.string
      }[1] == "{}")
  }
}
