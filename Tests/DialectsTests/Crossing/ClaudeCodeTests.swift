import Conversation
import Dialects
import Testing
import Wire

/// What Claude Code sends beyond plain Messages, over everything that is not Anthropic; the page on translation lists
/// which test proves which clause.
@Suite struct ClaudeCodeTests {
  /// Where Claude Code's requests go when they do not go to Anthropic.
  enum Upstream: CaseIterable {
    case chat, responses, gemini
    /// Someone else's Messages endpoint, which has none of Anthropic's betas.
    case thirdParty

    var dialect: DialectID {
      switch self {
      case .chat: .openAIChat
      case .responses: .openAIResponses
      case .gemini: .gemini
      case .thirdParty: .anthropic
      }
    }

    var quirks: Quirks {
      var quirks = Quirks()
      quirks.stripBetas = true
      quirks.thinkingStyle = .budget
      return quirks
    }
  }

  private static func cross(_ request: String, to upstream: Upstream) throws -> Passage {
    try Passage(request, from: .anthropic, to: upstream.dialect, quirks: upstream.quirks)
  }

  private static func request(_ messages: String, _ more: String = "") -> String {
    #"{"model":"m","max_tokens":32000\#(more),"messages":[\#(messages)]}"#
  }

  /// The turns as the upstream has them.
  private static func turns(_ crossing: Passage) -> [JSON] {
    let names: [DialectID: String] = [.gemini: "contents", .openAIResponses: "input"]
    return crossing.body.place(names[crossing.upstream.id] ?? "messages").list
  }

  private static func tool(_ name: String, _ more: String = "") -> String {
    #"{"name":"\#(name)","description":"does","input_schema":{"type":"object","properties":{}}\#(more)}"#
  }

  /// The tools as the upstream has them, by name.
  private static func tools(_ crossing: Passage) -> [String: JSON] {
    let list = crossing.body.place(crossing.upstream.id == .gemini ? "tools.0.functionDeclarations" : "tools").list
    let functions = list.map { $0["function"] ?? $0 }
    return Dictionary(functions.map { ($0["name"]?.string ?? "", $0) }) { first, _ in first }
  }

  // MARK: - System messages between turns

  /// The same message is a list with a cache mark first and a string on the next turn.
  @Test(arguments: Upstream.allCases)
  func aSystemMessageBetweenTurnsStaysInPlaceHoweverItIsSpelled(upstream: Upstream) throws {
    let question = #"{"role":"user","content":"the question"}"#
    let marked =
      #"{"role":"system","content":[{"type":"text","text":"the reminder","cache_control":{"type":"ephemeral"}}]}"#
    let plain = #"{"role":"system","content":"the reminder"}"#
    let rest = #"{"role":"assistant","content":"the answer"},{"role":"user","content":"go on"}"#
    let first = try Self.cross(Self.request("\(question),\(marked)"), to: upstream)
    let second = try Self.cross(Self.request("\(question),\(plain),\(rest)"), to: upstream)
    let before = Self.turns(first)
    #expect(Self.turns(second).prefix(before.count).map(\.text) == before.map(\.text), "the cache would miss")
    let places = ["the question", "the reminder", "the answer", "go on"].compactMap {
      second.text.firstRange(of: $0)?.lowerBound
    }
    #expect(places.count == 4 && places == places.sorted())
    if upstream == .thirdParty { #expect(!second.text.contains(#""system""#)) }
  }

  @Test(arguments: Upstream.allCases)
  func wordsForOneTurnAreGoneOnTheNextAndAnEffortBetweenTurnsCounts(upstream: Upstream) throws {
    let passing = #"{"role":"system","content":"only now","clear_at":"next_user_message"}"#
    let effort = #"{"role":"system","content":[],"output_config":{"effort":"low"}}"#
    let question = #"{"role":"user","content":"q"},"#
    let more = #","thinking":{"type":"adaptive"},"output_config":{"effort":"high"}"#
    let now = try Self.cross(Self.request(question + passing, more), to: upstream)
    #expect(now.text.contains("only now"))
    let later = try Self.cross(
      Self.request(
        question + passing + #",{"role":"assistant","content":"a"},\#(effort),{"role":"user","content":"b"}"#, more),
      to: upstream)
    #expect(!later.text.contains("only now") && !later.text.contains("clear_at"))
    #expect(Self.thinking(now).text != Self.thinking(later).text)
    #expect(Self.turns(later).count == 3, "a message without words is none")
    #expect(!later.lost.contains { $0.hasPrefix("messages") })
  }

  // MARK: - Thinking

  /// How much to think, in the upstream's words.
  private static func thinking(_ crossing: Passage) -> JSON {
    switch crossing.upstream.id {
    case .openAIChat: crossing.body["reasoning_effort"] ?? .null
    case .openAIResponses: crossing.body.place("reasoning.effort")
    case .gemini: crossing.body.place("generationConfig.thinkingConfig.thinkingBudget")
    case .anthropic: crossing.body["thinking"] ?? .null
    }
  }

  @Test(arguments: Upstream.allCases)
  func adaptiveThinkingAndEffortAreSaidInTheUpstreamsWords(upstream: Upstream) throws {
    for display in ["omitted", "updates", "summarized"] {
      let crossing = try Self.cross(
        Self.request(
          #"{"role":"user","content":"q"}"#,
          #","thinking":{"type":"adaptive","display":"\#(display)"},"output_config":{"effort":"high"}"#), to: upstream)
      let said: [Upstream: String] = [
        .chat: #""high""#, .responses: #""high""#, .gemini: "24576",
        .thirdParty: #"{"type":"enabled","budget_tokens":24576}"#,
      ]
      #expect(Self.thinking(crossing).text == said[upstream])
      for word in ["adaptive", "output_config", "display"] { #expect(!crossing.text.contains(word), "\(word)") }
    }
  }

  /// A thought and a call, with the state that must come back.
  private static let thoughts: [(upstream: Upstream, answer: String, state: String)] = [
    (
      .chat,
      #"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":null,"reasoning_content":"the plan","tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#,
      #""reasoning_content":"the plan""#
    ),
    (
      .responses,
      #"{"id":"r","status":"completed","output":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"the plan"}],"encrypted_content":"STATE"},{"type":"function_call","id":"fc_1","call_id":"t","name":"f","arguments":"{}","status":"completed"}]}"#,
      #""encrypted_content":"STATE""#
    ),
    (
      .gemini,
      #"{"candidates":[{"content":{"role":"model","parts":[{"text":"the plan","thought":true},{"functionCall":{"id":"t","name":"f","args":{}},"thoughtSignature":"U1RBVEU="}]},"finishReason":"STOP","index":0}]}"#,
      #""thoughtSignature":"U1RBVEU=""#
    ),
    (
      .thirdParty,
      #"{"id":"m","type":"message","role":"assistant","content":[{"type":"thinking","thinking":"the plan","signature":"STATE"},{"type":"tool_use","id":"t","name":"f","input":{}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}}"#,
      #""signature":"STATE""#
    ),
  ]

  /// With `omitted` the blocks have no text: what is needed of them is all in the signature.
  @Test(arguments: thoughts)
  func thinkingWithoutTextBringsItsStateBack(upstream: Upstream, answer: String, state: String) throws {
    let more =
      #","thinking":{"type":"adaptive","display":"omitted"},"output_config":{"effort":"high"},"tools":[\#(Self.tool("f"))]"#
    let question = #"{"role":"user","content":"q"}"#
    let blocks = try Self.cross(Self.request(question, more), to: upstream).answer(answer)["content"] ?? .null
    let call = try #require(blocks.elements.first { $0["type"]?.isString("tool_use") == true })
    #expect(blocks.elements.contains { $0["signature"]?.isString == true || $0["data"]?.isString == true })
    if upstream != .thirdParty { #expect(!blocks.text.contains("the plan"), "thoughts are hidden") }
    // A client that shows no thoughts keeps none.
    let kept = blocks.text.replacing("the plan", with: "")
    let next = try Self.cross(
      Self.request(
        question + #",{"role":"assistant","content":\#(kept)},{"role":"user","content":[{"type":"tool_result","#
          + #""tool_use_id":\#(call["id"]?.text ?? ""),"content":"seen"}]}"#, more), to: upstream)
    #expect(next.text.contains(state), "\(next.text)")
  }

  // MARK: - Results

  @Test(arguments: Upstream.allCases)
  func resultsInAnotherOrderFindTheirCallsAndTheirImagesStayImages(upstream: Upstream) throws {
    let png = "iVBORw0KGgo="
    let image = #"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"\#(png)"}}"#
    let crossing = try Self.cross(
      Self.request(
        #"{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}},{"type":"tool_use","id":"b","name":"g","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"b","content":[{"type":"text","text":"B"},\#(image)]},{"type":"tool_result","tool_use_id":"a","content":"A"}]}"#
      ), to: upstream)
    let lost = crossing.lost.filter { $0.hasPrefix("messages") && !$0.hasSuffix(".thoughtSignature") }
    #expect(crossing.text.contains(png) && lost.isEmpty, "\(lost)")
    let turns = Self.turns(crossing)
    switch upstream {
    case .chat:
      let results = turns.filter { $0["role"]?.isString("tool") == true }
      #expect(results.map { $0["tool_call_id"]?.string } == ["a", "b"])
      #expect(results[1].text.contains("B") && turns.last?["role"]?.string == "user")
      #expect(turns.last?.text.contains("data:image/png;base64,\(png)") == true)
    case .responses:
      let results = turns.filter { $0["type"]?.isString("function_call_output") == true }
      #expect(results.map { $0["call_id"]?.string } == ["a", "b"])
      #expect(results[1].text.contains("input_image"))
    case .gemini:
      let results = turns.last?["parts"]?.elements.compactMap { $0["functionResponse"] } ?? []
      #expect(results.map { $0["name"]?.string } == ["f", "g"])
      #expect(turns.last?.text.contains("inlineData") == true)
    case .thirdParty:
      // Anthropic's own protocol takes any order.
      #expect(turns.last?.place("content").elements.compactMap { $0["tool_use_id"]?.string } == ["b", "a"])
      #expect(turns.last?.text.contains(image) == true)
    }
  }

  // MARK: - Deferred tools

  /// Tools that a search finds and tools that a message brings or takes away.
  private static let deferred = request(
    #"{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"s","name":"ToolSearch","input":{"query":"mail"}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"s","content":[{"type":"tool_reference","tool_name":"mail"}]}]},{"role":"system","content":[{"type":"text","text":"and now"},{"type":"tool_addition","tool":{"type":"tool_reference","name":"post"}},{"type":"tool_addition","tool":{"type":"tool_definition","definition":\#(tool("late"))}},{"type":"tool_removal","tool":{"type":"tool_reference","name":"old"}}]}"#,
    #","tools":[\#(tool("ToolSearch")),\#(tool("old")),\#(tool("mail", #","defer_loading":true"#)),\#(tool("post", #","defer_loading":true"#)),{"type":"tool_search_tool_regex_20251119","name":"tool_search_tool_regex"}]"#
  )

  @Test(arguments: Upstream.allCases)
  func deferredToolsAreThereFromTheStartAndWordsSayWhichCanBeCalled(upstream: Upstream) throws {
    let crossing = try Self.cross(Self.deferred, to: upstream)
    #expect(Set(Self.tools(crossing).keys) == ["ToolSearch", "old", "mail", "post", "late"])
    for word in ["defer_loading", "tool_reference", "tool_addition", "tool_removal", "tool_search_tool"] {
      #expect(!crossing.text.contains(word), "\(word)")
    }
    for name in ["mail", "post", "late"] { #expect(crossing.text.contains("The tool `\(name)` can be called now.")) }
    #expect(crossing.text.contains("The tool `old` can no longer be called."))
    // Elsewhere nothing is lost but what deferring saves.
    let lost = crossing.lost.filter { $0.hasPrefix("tools") }
    #expect(
      lost == (upstream == .thirdParty ? ["tools[2].defer_loading", "tools[3].defer_loading", "tools[4]"] : []))
    #expect(try Passage(Self.deferred, from: .anthropic, to: .anthropic).path == .verbatim)
  }

  // MARK: - Tools that Anthropic runs

  private static let hosted: [(type: String, input: String, content: String, told: String)] = [
    (
      "web_search_20250305", #"{"query":"x"}"#,
      #"[{"type":"web_search_result","url":"https://a.example","title":"A","encrypted_content":"SECRET"}]"#,
      "https://a.example"
    ),
    (
      "web_fetch_20250910", #"{"url":"https://a.example"}"#,
      #"{"type":"web_fetch_result","url":"https://a.example","content":{"type":"document","source":{"type":"text","media_type":"text/plain","data":"the page"}}}"#,
      "the page"
    ),
    (
      "code_execution_20250825", #"{"code":"6*7"}"#,
      #"{"type":"code_execution_result","stdout":"42","stderr":"","return_code":0,"content":[]}"#, "42"
    ),
  ]

  @Test(arguments: [Upstream.chat, .responses, .gemini], hosted.indices)
  func aToolThatAnthropicRunsHasAnEqualOrIsTold(upstream: Upstream, index: Int) throws {
    let (type, input, content, told) = Self.hosted[index]
    let name = String(type.dropLast(9))
    let crossing = try Self.cross(
      Self.request(
        #"{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"server_tool_use","id":"srvtoolu_1","name":"\#(name)","input":\#(input)},{"type":"\#(name)_tool_result","tool_use_id":"srvtoolu_1","content":\#(content)},{"type":"text","text":"found"}]},{"role":"user","content":"more"}"#,
        #","tools":[{"type":"\#(type)","name":"\#(name)"}]"#), to: upstream)
    #expect(!crossing.text.contains(type) && !crossing.text.contains("srvtoolu_1"))
    #expect(!crossing.text.contains("SECRET") && crossing.text.contains("found"))
    // What was brought is told in words.
    #expect(crossing.text.replacing("\\/", with: "/").contains(told))
    #expect(!crossing.lost.contains { $0.hasPrefix("messages") })
    let equals: [Upstream: [String: String]] = [
      .responses: ["web_search": #"{"type":"web_search"}"#, "code_execution": "code_interpreter"],
      .gemini: ["web_search": "googleSearch", "web_fetch": "urlContext", "code_execution": "codeExecution"],
    ]
    if let equal = equals[upstream]?[name] {
      #expect(crossing.body["tools"]?.text.contains(equal) == true)
    } else {
      #expect(crossing.body["tools"] == nil && crossing.lost.contains("tools[0]"))
    }
  }

  // MARK: - Betas

  /// The shape of a whole request, as Claude Code 2.1 sends it.
  private static let whole =
    ##"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"<system-reminder>\nx\n</system-reminder>"},{"type":"text","text":"hi","cache_control":{"type":"ephemeral"}}]},{"role":"system","content":[{"type":"text","text":"# Environment","cache_control":{"type":"ephemeral"}}]}],"system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2.1; cch=1;"},{"type":"text","text":"You are.","cache_control":{"type":"ephemeral"}}],"tools":[\##(tool("Bash", #","eager_input_streaming":true,"strict":true"#)),\##(tool("DeferredToolPlaceholder", #","defer_loading":true"#))],"metadata":{"user_id":"{}"},"max_tokens":32000,"thinking":{"type":"adaptive","display":"omitted"},"context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]},"output_config":{"effort":"high"},"speed":"fast","diagnostics":{},"safeguards":{},"stream":true}"##

  @Test(arguments: Upstream.allCases)
  func whatStandsBehindABetaStaysWithAnthropic(upstream: Upstream) throws {
    let crossing = try Self.cross(Self.whole, to: upstream)
    for word in [
      "billing", "context_management", "clear_thinking", "output_config", #""speed""#, "diagnostics", "safeguards",
      "defer_loading", "eager_input_streaming", "adaptive", "display",
    ] {
      #expect(!crossing.text.contains(word), "\(word)")
    }
    for place in ["system[0]", "context_management", "speed", "tools[0].eager_input_streaming"] {
      #expect(crossing.lost.contains(place), "\(place) of \(crossing.lost)")
    }
    for word in ["You are.", "# Environment", #""Bash""#, "DeferredToolPlaceholder", "hi"] {
      #expect(crossing.text.contains(word), "\(word)")
    }
    #expect(crossing.text.contains("cache_control") == (upstream == .thirdParty))
    let own = try Passage(Self.whole, from: .anthropic, to: .anthropic)
    #expect(own.text == Self.whole.replacing(#""model":"m""#, with: #""model":"up""#))
  }

  // MARK: - Tools of Anthropic's that the client runs

  private static let clientTools: [(type: String, name: String, input: String, properties: Set<String>)] = [
    ("bash_20250124", "bash", #"{"command":"ls"}"#, ["command", "restart"]),
    (
      "text_editor_20250124", "str_replace_editor", #"{"command":"undo_edit","path":"/a"}"#,
      ["command", "path", "view_range", "file_text", "old_str", "new_str", "insert_line"]
    ),
    (
      "text_editor_20250728", "str_replace_based_edit_tool",
      #"{"command":"insert","path":"/a","insert_line":0,"insert_text":"x"}"#,
      ["command", "path", "view_range", "file_text", "old_str", "new_str", "insert_line", "insert_text"]
    ),
    (
      "memory_20250818", "memory", #"{"command":"rename","old_path":"/memories/a","new_path":"/memories/b"}"#,
      [
        "command", "path", "view_range", "file_text", "old_str", "new_str", "insert_line", "insert_text", "old_path",
        "new_path",
      ]
    ),
  ]

  @Test(arguments: Upstream.allCases, clientTools.indices)
  func aToolThatTheClientRunsIsAFunctionAndComesBackAsItsCall(upstream: Upstream, index: Int) throws {
    let (type, name, input, properties) = Self.clientTools[index]
    let crossing = try Self.cross(
      Self.request(
        #"{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"t0","name":"\#(name)","input":\#(input)}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t0","content":"done"}]}"#,
        #","stream":true,"tools":[{"type":"\#(type)","name":"\#(name)","cache_control":{"type":"ephemeral"}},\#(Self.tool("other"))],"tool_choice":{"type":"tool","name":"\#(name)"}"#
      ), to: upstream)
    #expect(!crossing.text.contains(type))
    let tools = Self.tools(crossing)
    #expect(Set(tools.keys) == [name, "other"])
    let tool = try #require(tools[name])
    let schema = tool["parameters"] ?? tool["input_schema"] ?? tool["parametersJsonSchema"] ?? .null
    #expect(Set(schema["properties"]?.members.map(\.key) ?? []) == properties)
    #expect(tool["description"]?.string?.isEmpty == false)
    #expect((tool["cache_control"] != nil) == (upstream == .thirdParty))
    let lost = crossing.lost.filter { !$0.hasSuffix(".thoughtSignature") }
    if upstream != .thirdParty { #expect(lost == ["tools[0].cache_control"]) }
    let choice: [Upstream: String] = [
      .chat: #"{"type":"function","function":{"name":"\#(name)"}}"#,
      .responses: #"{"type":"function","name":"\#(name)"}"#,
      .gemini: #"{"mode":"ANY","allowedFunctionNames":["\#(name)"]}"#,
      .thirdParty: #"{"type":"tool","name":"\#(name)"}"#,
    ]
    let chosen = crossing.body[upstream == .gemini ? "toolConfig" : "tool_choice"]
    #expect((chosen?["functionCallingConfig"] ?? chosen)?.text == choice[upstream])
    #expect(crossing.text.contains("done"))
    // The call, whole and streamed.
    let whole = try crossing.answer(TrapToolTests.call(name, upstream.dialect, input))["content"] ?? .null
    let call = try #require(whole.elements.first { $0["type"]?.isString("tool_use") == true })
    #expect(call["name"]?.string == name && call["input"]?.text == input)
    let events = try crossing.stream(TrapToolTests.streamedCall(name, upstream.dialect, input))
    let start = events.compactMap { $0["content_block"] }.first { $0["type"]?.isString("tool_use") == true }
    #expect(start?["name"]?.string == name)
    #expect(try JSON(parsing: events.compactMap { $0.place("delta.partial_json").string }.joined()).text == input)
  }

  /// A screen's coordinates mean nothing to those who see the screenshot at another size.
  @Test(arguments: Upstream.allCases)
  func computerUseStaysWithAnthropicAndIsTold(upstream: Upstream) throws {
    let crossing = try Self.cross(
      Self.request(
        #"{"role":"user","content":"q"}"#,
        #","tools":[{"type":"computer_20250124","name":"computer","display_width_px":9,"display_height_px":9},\#(Self.tool("f"))]"#
      ), to: upstream)
    #expect(Set(Self.tools(crossing).keys) == ["f"] && crossing.lost.contains("tools[0]"))
  }

  @Test func anthropicItselfGetsItsOwnToolsAsTheyAre() throws {
    for (type, name, _, _) in Self.clientTools {
      let request = Self.request(
        #"{"role":"user","content":"q"}"#, #","tools":[{"type":"\#(type)","name":"\#(name)"}]"#)
      let crossing = try Passage(request, from: .anthropic, to: .anthropic)
      #expect(crossing.path == .verbatim && crossing.text.contains(type))
    }
  }
}
