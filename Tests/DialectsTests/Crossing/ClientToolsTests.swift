import Conversation
import Dialects
import Testing
import Wire

@Suite struct ClientToolsTests {
  private static func functionsOnly() -> Quirks {
    var quirks = Quirks()
    quirks.customTools = false
    quirks.namespaceTools = false
    return quirks
  }

  private static func crossing(_ body: String, to upstream: DialectID, _ quirks: Quirks = functionsOnly()) throws
    -> (crossing: Crossing, json: JSON)
  {
    let request = try OpenAIResponses().readRequest(JSON(parsing: body), line: RequestLine())
    let crossing = try Crossing.translated(
      request, from: .openAIResponses, to: DialectCatalog.dialect(upstream),
      for: RequestTarget(model: "up", quirks: quirks))
    guard case .written(let bytes) = crossing.body else { return (crossing, .null) }
    return (crossing, try JSON(parsing: bytes))
  }

  private static func request(tools: String = "", items: String) -> String {
    #"{"model":"m","store":false,"tools":[\#(tools)],"input":[{"role":"user","content":"do"},\#(items)]}"#
  }

  private static let tools = """
    {"type":"local_shell"},{"type":"shell","environment":{"type":"local"}},{"type":"apply_patch"},
    {"type":"tool_search","execution":"client","description":"Find tools.","parameters":{"type":"object",
    "properties":{"query":{"type":"string"}},"required":["query"],"additionalProperties":false}}
    """
  private static let items = """
    {"type":"local_shell_call","id":"lsh_1","call_id":"c1","status":"completed","action":{"type":"exec",
    "command":["ls","-l"],"env":{},"timeout_ms":9,"working_directory":"/src","user":null}},
    {"type":"local_shell_call_output","id":"lsh_1","output":"a.txt"},
    {"type":"shell_call","id":"sh_1","call_id":"c2","status":"completed","action":{"commands":["pwd"],"timeout_ms":null,
    "max_output_length":null}},
    {"type":"shell_call_output","call_id":"c2","output":[{"stdout":"/src","stderr":"","outcome":{"type":"exit",
    "exit_code":0}}]},
    {"type":"apply_patch_call","id":"apc_1","call_id":"c3","status":"completed","operation":{"type":"update_file",
    "path":"a.txt","diff":"@@\\n-a\\n+b"}},
    {"type":"apply_patch_call_output","call_id":"c3","status":"failed","output":"no such line"},
    {"type":"tool_search_call","id":"tsc_1","call_id":"c4","execution":"client","status":"completed",
    "arguments":{"query":"mail"}},
    {"type":"tool_search_output","call_id":"c4","execution":"client","status":"completed","tools":[{"type":"namespace",
    "name":"mcp__mail__","description":"Mail.","tools":[{"type":"function","name":"send","parameters":{"type":"object",
    "properties":{"to":{"type":"string"}}},"strict":false}]}]}
    """

  @Test func theyAreFunctionsAndTheirItemsCallsAndResults() throws {
    let (crossing, json) = try Self.crossing(Self.request(tools: Self.tools, items: Self.items), to: .openAIChat)
    #expect(crossing.losses.tools.isEmpty)
    let reasons = crossing.losses.list.map(\.reason)
    #expect(reasons == ["tool messages have no error flag; the text stays"], "\(crossing.losses.list)")
    let names = json["tools"]?.elements.compactMap { $0["function"]?["name"]?.string }
    #expect(names == ["local_shell", "shell", "apply_patch", "tool_search", "mcp__mail____send"])
    let messages = json["messages"]?.elements.map { $0 } ?? []
    let calls = messages.flatMap { ($0["tool_calls"] ?? .null).elements.compactMap { $0["function"] } }
    #expect(calls.map { $0["name"]?.string } == ["local_shell", "shell", "apply_patch", "tool_search"])
    #expect(
      calls.map { $0["arguments"]?.string } == [
        #"{"command":["ls","-l"],"timeout_ms":9,"working_directory":"/src"}"#, #"{"commands":["pwd"]}"#,
        #"{"type":"update_file","path":"a.txt","diff":"@@\n-a\n+b"}"#, #"{"query":"mail"}"#,
      ])
    let results = messages.filter { $0["role"]?.isString("tool") == true }
    #expect(results.map { $0["tool_call_id"]?.string } == ["c1", "c2", "c3", "c4"])
    #expect(results.first?["content"]?.string == "a.txt")
    #expect(results.dropFirst().first?["content"]?.string?.contains(#""exit_code":0"#) == true)
    #expect(results.last?["content"]?.string == "can be called now: mcp__mail__/send")
  }

  @Test(arguments: DialectID.allCases)
  func noItemOfTheirsReachesAProviderOfFunctions(upstream: DialectID) throws {
    let (crossing, json) = try Self.crossing(Self.request(tools: Self.tools, items: Self.items), to: upstream)
    #expect(crossing.losses.tools.isEmpty)
    for word in ["_call_output", "tool_search_call", "namespace", "apply_patch_call", #""type":"shell""#] {
      let text = json.text.replacing("function_call_output", with: "")
      #expect(!text.contains(word), "\(word)")
    }
    #expect(json.text.contains("/src") && json.text.contains("no such line"))
  }

  @Test func aProviderThatKnowsThemGetsThemAsTheyCame() throws {
    let body = Self.request(tools: Self.tools, items: Self.items)
    let (crossing, json) = try Self.crossing(body, to: .openAIResponses, Quirks())
    #expect(try json["input"] == JSON(parsing: body)["input"] && !crossing.raising.compacts)
    #expect(crossing.raising.isIdentity)
  }

  private static let calls: [(name: String, input: String, item: String)] = [
    (
      "local_shell", #"{"command":["ls"]}"#,
      #"{"id":"lsh_k","type":"local_shell_call","status":"completed","call_id":"k","action":{"type":"exec","command":["ls"],"env":{}}}"#
    ),
    (
      "shell", #"{"commands":["ls"],"timeout_ms":5}"#,
      #"{"id":"sh_k","type":"shell_call","status":"completed","call_id":"k","action":{"commands":["ls"],"timeout_ms":5,"max_output_length":null}}"#
    ),
    (
      "apply_patch", #"{"type":"delete_file","path":"a"}"#,
      #"{"id":"apc_k","type":"apply_patch_call","status":"completed","call_id":"k","operation":{"type":"delete_file","path":"a"}}"#
    ),
    (
      "tool_search", #"{"query":"mail"}"#,
      #"{"id":"tsc_k","type":"tool_search_call","status":"completed","call_id":"k","execution":"client","arguments":{"query":"mail"}}"#
    ),
  ]

  @Test(arguments: 0..<4)
  func aCallComesBackAsItsItem(index: Int) throws {
    let (name, input, item) = Self.calls[index]
    var raising = try Self.crossing(Self.request(tools: Self.tools, items: Self.items), to: .openAIChat).crossing
      .raising
    let call = Part(.toolCall(ToolCall(id: "k", name: name, input: input)))
    let response = ConversationResponse(candidates: [Candidate(parts: [call], stop: Stop(.toolUse))])
    var fold = ResponseFold()
    for event in response.events() {
      var raised: [ConversationEvent] = []
      raising.raise(event, into: &raised)
      for event in raised { fold.add(event) }
    }
    for parts in [raising.raise(response), fold.result].map({ $0.candidates.flatMap(\.parts) }) {
      guard case .opaque(let opaque)? = parts.first?.content, parts.count == 1 else {
        Issue.record("no item: \(parts)")
        continue
      }
      #expect(opaque.json.text == item)
    }
  }

  @Test(arguments: ["", "[1]", "{", #"{"command":"ls"}"#])
  func aCallThatTheToolCannotTakeStaysACall(input: String) throws {
    let raising = try Self.crossing(Self.request(tools: Self.tools, items: Self.items), to: .openAIChat).crossing
      .raising
    let call = Part(.toolCall(ToolCall(id: "k", name: "local_shell", input: input)))
    let raised = raising.raise(ConversationResponse(candidates: [Candidate(parts: [call])])).candidates.flatMap(\.parts)
    guard case .toolCall(let kept)? = raised.first?.content else {
      Issue.record("not a call")
      return
    }
    #expect(kept.input == input)
  }

  @Test func aFunctionOfTheSameNameKeepsIt() throws {
    let tools = #"{"type":"function","name":"shell","parameters":{"type":"object"}},{"type":"shell"}"#
    let (crossing, json) = try Self.crossing(
      Self.request(tools: tools, items: #"{"role":"user","content":"go"}"#), to: .anthropic)
    #expect(json["tools"]?.elements.map { $0["name"]?.string } == ["shell", "shell_tool"])
    let own = Part(.toolCall(ToolCall(id: "k", name: "shell", input: #"{"commands":["ls"]}"#)))
    let raised = crossing.raising.raise(ConversationResponse(candidates: [Candidate(parts: [own])]))
    guard case .toolCall? = raised.candidates.first?.parts.first?.content else {
      Issue.record("the client's own function became an item")
      return
    }
  }

  @Test func additionalToolsAreDeclaredOnceAndTheFirstCounts() throws {
    let tools = #"{"type":"function","name":"a","description":"first","parameters":{"type":"object"}}"#
    let items =
      #"{"type":"additional_tools","role":"developer","tools":[{"type":"function","name":"a","description":"second"},{"type":"custom","name":"b"}]},{"role":"user","content":"go"}"#
    let (crossing, json) = try Self.crossing(Self.request(tools: tools, items: items), to: .openAIChat)
    #expect(crossing.losses.isEmpty, "\(crossing.losses.list)")
    let functions = json["tools"]?.elements.compactMap { $0["function"] } ?? []
    #expect(functions.map { $0["name"]?.string } == ["a", "b"])
    #expect(functions.first?["description"]?.string == "first")
  }

  // MARK: - Tools that the vendor runs

  @Test func aSearchBecomesWebSearchOptionsWhereTheProviderHasThem() throws {
    let tools =
      #"{"type":"web_search","search_context_size":"low","user_location":{"type":"approximate","city":"Bonn"}}"#
    let body = Self.request(tools: tools, items: #"{"role":"user","content":"go"}"#)
    var quirks = Quirks()
    #expect(try Self.crossing(body, to: .openAIChat, quirks).crossing.losses.tools == ["web_search"])
    quirks.webSearchOptions = true
    let (crossing, json) = try Self.crossing(body, to: .openAIChat, quirks)
    #expect(crossing.losses.isEmpty)
    #expect(
      json["web_search_options"]?.text
        == #"{"search_context_size":"low","user_location":{"type":"approximate","approximate":{"city":"Bonn"}}}"#)
  }

  @Test func aSearchOfChatIsOneOfEveryOther() throws {
    let body =
      #"{"model":"m","messages":[{"role":"user","content":"go"}],"web_search_options":{"user_location":{"type":"approximate","approximate":{"city":"Bonn"}}}}"#
    let request = try OpenAIChat().readRequest(JSON(parsing: body), line: RequestLine())
    for (upstream, word) in [
      (DialectID.anthropic, "web_search_20250305"), (.gemini, "googleSearch"),
      (.openAIResponses, #""type":"web_search""#),
    ] {
      let crossing = try Crossing.translated(
        request, from: .openAIChat, to: DialectCatalog.dialect(upstream), for: RequestTarget(model: "up"))
      guard case .written(let bytes) = crossing.body else { continue }
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(text.contains(word), "\(text)")
      if upstream != .gemini { #expect(text.contains(#""type":"approximate","city":"Bonn""#), "\(text)") }
    }
  }

  @Test(arguments: DialectID.allCases)
  func aProviderWithoutToolsOfItsOwnGetsNone(upstream: DialectID) throws {
    var quirks = Self.functionsOnly()
    quirks.hostedTools = false
    let tools =
      #"{"type":"web_search"},{"type":"mcp","server_label":"x"},{"type":"function","name":"a","parameters":{"type":"object"}}"#
    let (crossing, json) = try Self.crossing(
      Self.request(tools: tools, items: #"{"role":"user","content":"go"}"#), to: upstream, quirks)
    #expect(crossing.losses.tools == ["web_search", "mcp"])
    #expect(!json.text.contains("earch"))
  }
}
