import Conversation
import Dialects
import Testing
import Wire

/// Traps in the arrangement of messages; `docs/traps.md` lists which test protects from which.
@Suite struct TrapMessageTests {
  /// The messages of the upstream's body, in its own words.
  private static func messages(
    _ request: String, from client: DialectID, to upstream: DialectID, quirks: Quirks = Quirks()
  ) throws -> JSON {
    let crossing = try Passage(request, from: client, to: upstream, quirks: quirks)
    return crossing.body.place(upstream == .gemini ? "contents" : upstream == .openAIResponses ? "input" : "messages")
  }

  private static func roles(_ messages: JSON) -> [String] {
    messages.elements.map { $0["role"]?.string ?? $0["type"]?.string ?? "" }
  }

  /// What a list of parts, blocks or items holds: the name of each one's kind.
  private static func kinds(_ parts: JSON) -> [String] {
    parts.elements.map { part in
      part["type"]?.string ?? part.members.first { $0.key != "thoughtSignature" }?.key ?? ""
    }
  }

  static let twoCalls = """
    {"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},\
    {"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}
    """

  // MARK: - Results

  /// One tool turn of two calls whose results come apart, with something said in between, in each protocol.
  static let toolTurns: [(DialectID, String)] = [
    (
      .openAIChat,
      #"{"model":"m","messages":[{"role":"user","content":"go"},{"role":"assistant","content":"t","tool_calls":[\#(twoCalls)]},{"role":"tool","tool_call_id":"b","content":"B"},{"role":"user","content":"mind the date"},{"role":"tool","tool_call_id":"a","content":"A"},{"role":"user","content":"and?"}]}"#
    ),
    (
      .openAIResponses,
      #"{"model":"m","input":[{"role":"user","content":"go"},{"role":"assistant","content":"t"},{"type":"function_call","call_id":"a","name":"f","arguments":"{}"},{"type":"function_call","call_id":"b","name":"g","arguments":"{}"},{"type":"function_call_output","call_id":"b","output":"B"},{"role":"user","content":"mind the date"},{"type":"function_call_output","call_id":"a","output":"A"},{"role":"user","content":"and?"}]}"#
    ),
    (
      .anthropic,
      #"{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"text","text":"t"},{"type":"tool_use","id":"a","name":"f","input":{}},{"type":"tool_use","id":"b","name":"g","input":{}}]},{"role":"user","content":[{"type":"text","text":"mind the date"},{"type":"tool_result","tool_use_id":"b","content":"B"},{"type":"tool_result","tool_use_id":"a","content":"A"},{"type":"text","text":"and?"}]}]}"#
    ),
    (
      .gemini,
      #"{"contents":[{"role":"user","parts":[{"text":"go"}]},{"role":"model","parts":[{"text":"t"},{"functionCall":{"id":"a","name":"f","args":{}}},{"functionCall":{"id":"b","name":"g","args":{}}}]},{"role":"user","parts":[{"text":"mind the date"},{"functionResponse":{"id":"b","name":"g","response":{"result":"B"}}},{"functionResponse":{"id":"a","name":"f","response":{"result":"A"}}},{"text":"and?"}]}]}"#
    ),
  ]

  @Test(arguments: toolTurns)
  func forAnthropicAllResultsOfATurnAreOneUserMessageAndStandFirst(client: DialectID, request: String) throws {
    if client == .anthropic { return }
    let messages = try Self.messages(request, from: client, to: .anthropic)
    #expect(Self.roles(messages) == ["user", "assistant", "user"])
    #expect(
      messages.place("2.content").text
        == #"[{"type":"tool_result","tool_use_id":"a","content":"A"},{"type":"tool_result","tool_use_id":"b","content":"B"},{"type":"text","text":"mind the date"},{"type":"text","text":"and?"}]"#
    )
  }

  @Test(arguments: toolTurns)
  func forChatEveryResultStandsRightBehindItsCallAndUserTextAfter(client: DialectID, request: String) throws {
    if client == .openAIChat { return }
    let messages = try Self.messages(request, from: client, to: .openAIChat)
    #expect(Self.roles(messages).prefix(5) == ["user", "assistant", "tool", "tool", "user"])
    #expect(messages.elements.compactMap { $0["tool_call_id"]?.string } == ["a", "b"])
    #expect(messages.elements.compactMap { $0["tool_call_id"] == nil ? nil : $0["content"]?.string } == ["A", "B"])
    #expect(messages.place("1.content").string == "t", "text beside calls is kept")
    #expect(messages.place("1.tool_calls").elements.count == 2)
  }

  @Test(arguments: toolTurns)
  func forResponsesCallsAndResultsAreItemsOfTheirOwnBeforeUserText(client: DialectID, request: String) throws {
    if client == .openAIResponses { return }
    let items = try Self.messages(request, from: client, to: .openAIResponses)
    #expect(
      Self.kinds(items).prefix(7) == [
        "message", "message", "function_call", "function_call", "function_call_output", "function_call_output",
        "message",
      ])
    #expect(items.place("1.content.0.type").string == "output_text", "what the model said is no input")
    #expect(items.elements.compactMap { $0["output"]?.string } == ["A", "B"])
    #expect(items.elements.allSatisfy { $0["id"] == nil }, "an id of another vendor would be looked up and refused")
  }

  @Test(arguments: toolTurns)
  func forGeminiEachCallHasOneResponseInItsOrderWithItsName(client: DialectID, request: String) throws {
    if client == .gemini { return }
    let contents = try Self.messages(request, from: client, to: .gemini)
    #expect(Self.roles(contents) == ["user", "model", "user"])
    #expect(Self.kinds(contents.place("1.parts")) == ["text", "functionCall", "functionCall"])
    let results = contents.place("2.parts").elements.compactMap { $0["functionResponse"] }
    #expect(results.map { $0["name"]?.string } == ["f", "g"])
    #expect(results.map { $0["id"]?.string } == ["a", "b"])
    #expect(results.map { $0["response"]?.text } == [#"{"result":"A"}"#, #"{"result":"B"}"#])
    #expect(Self.kinds(contents.place("2.parts")) == ["functionResponse", "functionResponse", "text", "text"])
  }

  @Test func systemTextBetweenResultsComesBehindThemForAnthropic() throws {
    let content = try Self.messages(
      #"{"model":"m","messages":[{"role":"user","content":"go"},{"role":"assistant","content":null,"tool_calls":[\#(Self.twoCalls)]},{"role":"tool","tool_call_id":"a","content":"A"},{"role":"system","content":"date"},{"role":"tool","tool_call_id":"b","content":"B"}]}"#,
      from: .openAIChat, to: .anthropic
    ).place("2.content")
    #expect(Self.kinds(content) == ["tool_result", "tool_result", "text"])
    #expect(content.place("2.text").string?.contains("date") == true)
  }

  @Test func callsOfOneModelTurnKeepTheirPlacesBetweenItsTexts() throws {
    let parts = try Self.messages(
      #"{"model":"m","messages":[{"role":"user","content":"go"},{"role":"assistant","content":"one","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"assistant","content":"two","tool_calls":[{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},{"role":"tool","tool_call_id":"b","content":"B"},{"role":"tool","tool_call_id":"a","content":"A"},{"role":"assistant","content":"three"}]}"#,
      from: .openAIChat, to: .gemini)
    #expect(Self.kinds(parts.place("1.parts")) == ["text", "functionCall", "text", "functionCall"])
    #expect(Self.kinds(parts.place("2.parts")) == ["functionResponse", "functionResponse"])
    #expect(parts.place("3.parts.0.text").string == "three")
  }

  @Test(arguments: [DialectID.anthropic, .openAIResponses, .gemini])
  func ofAResultSentTwiceTheLastCountsAtTheFirstPlaceAndInItsOwnTurnOnly(upstream: DialectID) throws {
    func call(_ id: String) -> String {
      #"{"id":"\#(id)","type":"function","function":{"name":"f","arguments":"{}"}}"#
    }
    let crossing = try Passage(
      #"{"model":"m","messages":[{"role":"user","content":"go"},{"role":"assistant","content":null,"tool_calls":[\#(call("a")),\#(call("b"))]},{"role":"tool","tool_call_id":"a","content":"old"},{"role":"tool","tool_call_id":"b","content":"B"},{"role":"tool","tool_call_id":"a","content":"new"},{"role":"assistant","content":null,"tool_calls":[\#(call("a"))]},{"role":"tool","tool_call_id":"a","content":"later"},{"role":"tool","tool_call_id":"a","content":"latest"}]}"#,
      from: .openAIChat, to: upstream)
    let texts = ["old", "new", "B", "later", "latest"]
    let places = texts.compactMap { text in crossing.text.firstRange(of: "\"\(text)\"").map { (text, $0.lowerBound) } }
    #expect(places.sorted { $0.1 < $1.1 }.map(\.0) == ["new", "B", "latest"])
    #expect(crossing.lost.filter { $0.hasPrefix("messages[") && !$0.contains("tool_calls") }.count == 2)
  }

  @Test func aCallWithoutResultGetsAnErrorAndAResultWithoutCallBecomesText() throws {
    let request =
      #"{"model":"m","messages":[{"role":"user","content":"go"},{"role":"tool","tool_call_id":"z","content":"orphan"},{"role":"assistant","content":"x","tool_calls":[\#(Self.twoCalls)]},{"role":"tool","tool_call_id":"b","content":"B"},{"role":"user","content":"stop"}]}"#
    let crossing = try Passage(request, from: .openAIChat, to: .anthropic)
    #expect(crossing.body.place("messages.0.content.1.text").string == "orphan")
    #expect(crossing.body.place("messages.2.content.0.tool_use_id").string == "a")
    #expect(crossing.body.place("messages.2.content.0.is_error").bool == true)
    #expect(crossing.body.place("messages.2.content.1.is_error").isNull)
    #expect(crossing.lost == ["messages[1]", "messages[2].tool_calls[0]"])
    for upstream in [DialectID.openAIResponses, .gemini] {
      let crossing = try Passage(request, from: .openAIChat, to: upstream)
      #expect(crossing.text.contains("interrupted") && crossing.text.contains("orphan"), "\(upstream)")
    }
  }

  // MARK: - Turns

  @Test func messagesOfOneRoleInARowBecomeOneTurnInTheirOrder() throws {
    let messages = try Self.messages(
      #"{"model":"m","messages":[{"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"b"},{"type":"text","text":"c"}]},{"role":"assistant","content":"d"},{"role":"assistant","content":"e","tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"t","content":"1"},{"role":"user","content":"g"},{"role":"user","content":"h"}]}"#,
      from: .openAIChat, to: .anthropic)
    #expect(Self.roles(messages) == ["user", "assistant", "user"])
    #expect(messages.place("0.content").elements.map { $0["text"]?.string } == ["a", "b", "c"])
    #expect(Self.kinds(messages.place("1.content")) == ["text", "text", "tool_use"])
    #expect(messages.place("2.content").elements.dropFirst().map { $0["text"]?.string } == ["g", "h"])
  }

  @Test func textOfNothingIsLeftOutAndNoContentIsEmpty() throws {
    let messages = try Self.messages(
      #"{"model":"m","messages":[{"role":"system","content":""},{"role":"user","content":""},{"role":"assistant","content":""},{"role":"user","content":[{"type":"text","text":"  "},{"type":"text","text":"q"}]},{"role":"assistant","content":" ","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":""}}]},{"role":"tool","tool_call_id":"a","content":[{"type":"text","text":""}]},{"role":"user","content":" \n"}]}"#,
      from: .openAIChat, to: .anthropic)
    #expect(
      messages.text
        == #"[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":""}]}]"#
    )
    let nothing = try Self.messages(
      #"{"model":"m","messages":[{"role":"user","content":" "}]}"#, from: .openAIChat, to: .anthropic)
    #expect(nothing.place("0.content").string?.isEmpty == false)
  }

  @Test func anAssistantWithoutTextNeverSaysNull() throws {
    let request =
      #"{"model":"m","messages":[{"role":"user","content":"go"},{"role":"assistant","content":null,"tool_calls":[\#(Self.twoCalls)]},{"role":"tool","tool_call_id":"a","content":"A"},{"role":"tool","tool_call_id":"b","content":"B"}]}"#
    for upstream in [DialectID.anthropic, .openAIResponses, .gemini] {
      #expect(!(try Passage(request, from: .openAIChat, to: upstream)).text.contains("null"), "\(upstream)")
    }
  }

  @Test(arguments: toolTurns)
  func aTurnOfCallsAloneStillHasItsContentMemberForChat(client: DialectID, request: String) throws {
    if client == .openAIChat { return }
    let silent = request.replacing(#"{"type":"text","text":"t"},"#, with: "")
      .replacing(#"{"role":"assistant","content":"t"},"#, with: "").replacing(#"{"text":"t"},"#, with: "")
    let assistant = try Self.messages(silent, from: client, to: .openAIChat).place("1")
    #expect(assistant["content"]?.isNull == true)
    #expect(assistant["tool_calls"]?.elements.count == 2)
  }

  @Test func callIdsFitTheUpstreamsAlphabetStayApartAndAreTheSameEveryTurn() throws {
    let request =
      #"{"model":"m","messages":[{"role":"user","content":"go"},{"role":"assistant","content":null,"tool_calls":[{"id":"functions.f:0","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"functions_f.0","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"functions.f:0","content":"1"},{"role":"tool","tool_call_id":"functions_f.0","content":"2"}]}"#
    let messages = try Self.messages(request, from: .openAIChat, to: .anthropic)
    let calls = messages.place("1.content").elements.compactMap { $0["id"]?.string }
    let results = messages.place("2.content").elements.compactMap { $0["tool_use_id"]?.string }
    #expect(calls == results)
    #expect(Set(calls).count == 2)
    for id in calls { #expect(id.wholeMatch(of: /[a-zA-Z0-9_-]+/) != nil) }
    #expect(try Self.messages(request, from: .openAIChat, to: .anthropic) == messages)
    // The client answers with the id it was given, which is the upstream's own.
    let answer = try Passage(request, from: .openAIChat, to: .anthropic).answer(
      #"{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"f","input":{}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}}"#
    )
    #expect(answer.place("choices.0.message.tool_calls.0.id").string == "toolu_1")
  }

  @Test func geminisCallsWithoutIdsGetTheSameIdsEveryTurn() throws {
    func request(_ more: String) -> String {
      #"{"contents":[{"role":"user","parts":[{"text":"go"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}},{"functionCall":{"name":"f","args":{"x":1}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"result":"1"}}},{"functionResponse":{"name":"f","response":{"result":"2"}}}]}\#(more)]}"#
    }
    for upstream in [DialectID.openAIChat, .openAIResponses, .anthropic] {
      let short = try Self.messages(request(""), from: .gemini, to: upstream)
      let long = try Self.messages(
        request(#",{"role":"model","parts":[{"text":"ok"}]},{"role":"user","parts":[{"text":"on"}]}"#),
        from: .gemini, to: upstream)
      #expect(zip(short.elements, long.elements).allSatisfy { $0 == $1 }, "\(upstream)")
    }
    let messages = try Self.messages(request(""), from: .gemini, to: .openAIChat)
    let calls = messages.place("1.tool_calls").elements.compactMap { $0["id"]?.string }
    #expect(Set(calls).count == 2)
    #expect(messages.elements.compactMap { $0["tool_call_id"]?.string } == calls)
  }

  @Test func aConversationOfSystemTextAloneHasAQuestion() throws {
    let request = #"{"model":"m","messages":[{"role":"system","content":"s"}]}"#
    let anthropic = try Passage(request, from: .openAIChat, to: .anthropic).body
    #expect(anthropic["system"]?.string == "s")
    #expect(Self.roles(anthropic["messages"] ?? .null) == ["user"])
    #expect(anthropic.place("messages.0.content").string?.isEmpty == false)
    let gemini = try Passage(request, from: .openAIChat, to: .gemini).body
    #expect(gemini.place("systemInstruction.parts.0.text").string == "s")
    #expect(gemini.place("contents.0.role").string == "user")
    #expect(gemini.place("contents.0.parts.0.text").string?.isEmpty == false)
  }

  @Test func forGeminiAQuestionOfMediaAloneHasAText() throws {
    let parts = try Self.messages(
      #"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}]}"#,
      from: .openAIChat, to: .gemini
    ).place("0.parts")
    #expect(Self.kinds(parts) == ["inlineData", "text"])
    #expect(parts.place("1.text").string?.isEmpty == false)
  }

  // MARK: - System text

  static let mark = "x-anthropic-billing-header: cc_version=2.1.69.abc; cch=12345;"

  @Test func systemBlocksKeepTheirBoundariesAndTheirCacheMarksOnlyWhereTheyMeanSomething() throws {
    let request =
      #"{"model":"m","max_tokens":99,"system":[{"type":"text","text":"one","cache_control":{"type":"ephemeral"}},{"type":"text","text":"two"}],"messages":[{"role":"user","content":"hi"}]}"#
    let chat = try Passage(request, from: .anthropic, to: .openAIChat)
    #expect(chat.body.place("messages.0").text == #"{"role":"system","content":"one\n\ntwo"}"#)
    let responses = try Passage(request, from: .anthropic, to: .openAIResponses)
    #expect(responses.body["instructions"]?.string == "one\n\ntwo")
    let gemini = try Passage(request, from: .anthropic, to: .gemini)
    #expect(gemini.body.place("systemInstruction.parts").text == #"[{"text":"one"},{"text":"two"}]"#)
    for crossing in [chat, responses, gemini] {
      #expect(!crossing.text.contains("cache_control"))
      #expect(crossing.lost.contains("system[0].cache_control"))
    }
    #expect(try Passage(request, from: .anthropic, to: .anthropic).text.contains("cache_control"))
    let plain = #"{"model":"m","max_tokens":99,"system":"one","messages":[{"role":"user","content":"hi"}]}"#
    #expect(
      try Self.messages(plain, from: .anthropic, to: .openAIChat).place("0").text
        == #"{"role":"system","content":"one"}"#)
  }

  @Test(arguments: [
    #"{"type":"text","text":"\#(mark)"},{"type":"text","text":"You are."}"#, #""\#(mark)\nYou are.""#, #""\#(mark)""#,
  ])
  func claudeCodesBillingMarkReachesAnthropicUntouchedAndNobodyElse(system: String) throws {
    let blocks = system.hasPrefix("{") ? "[\(system)]" : system
    let request =
      #"{"model":"m","max_tokens":99,"system":\#(blocks),"messages":[{"role":"user","content":"hi"}]}"#
    for upstream in [DialectID.openAIChat, .openAIResponses, .gemini] {
      let crossing = try Passage(request, from: .anthropic, to: upstream)
      #expect(!crossing.text.contains("billing"), "\(upstream)")
      #expect(crossing.text.contains("You are.") == system.contains("You are."))
      #expect(!crossing.lost.isEmpty)
    }
    let own = try Passage(request, from: .anthropic, to: .anthropic)
    #expect(own.path == .verbatim)
    #expect(own.text == request.replacing(#""model":"m""#, with: #""model":"up""#))
    var quirks = Quirks()
    quirks.stripBetas = true
    let third = try Passage(request, from: .anthropic, to: .anthropic, quirks: quirks)
    #expect(!third.text.contains("billing"))
    #expect(third.text.contains("You are.") == system.contains("You are."))
    #expect(!third.lost.isEmpty)
    // Where the body must be read and written for Anthropic itself, it comes out as it went in.
    let again = try Crossing.translated(
      AnthropicMessages().readRequest(JSON(parsing: request), line: RequestLine()), from: .anthropic,
      to: AnthropicMessages(), for: RequestTarget(model: "m"))
    guard case .written(let bytes) = again.body else { throw DialectError("not written") }
    #expect(String(decoding: bytes, as: UTF8.self) == request)
  }

  @Test func systemTextBetweenTurnsStaysInItsPlace() throws {
    let request =
      #"{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"},{"role":"system","content":[{"type":"text","text":"be brief"}]},{"role":"assistant","content":"d"},{"role":"user","content":"e"}]}"#
    let chat = try Self.messages(request, from: .anthropic, to: .openAIChat)
    #expect(Self.roles(chat) == ["user", "assistant", "user", "system", "assistant", "user"])
    let responses = try Self.messages(request, from: .anthropic, to: .openAIResponses)
    #expect(Self.roles(responses) == ["user", "assistant", "user", "system", "assistant", "user"])
    let gemini = try Passage(request, from: .anthropic, to: .gemini)
    #expect(Self.roles(gemini.body["contents"] ?? .null) == ["user", "model", "user", "model", "user"])
    #expect(gemini.body.place("contents.2.parts.1.text").string?.contains("be brief") == true)
    #expect(gemini.lost == ["messages[3].role"])
    #expect(try Passage(request, from: .anthropic, to: .anthropic).path == .verbatim)
    var quirks = Quirks()
    quirks.stripBetas = true
    let third = try Self.messages(request, from: .anthropic, to: .anthropic, quirks: quirks)
    #expect(Self.roles(third) == ["user", "assistant", "user", "assistant", "user"], "a provider without the beta")
  }

  @Test func developerTextGoesWhereEachProtocolHasIt() throws {
    let chat =
      #"{"model":"m","messages":[{"role":"developer","content":"d"},{"role":"system","content":"s"},{"role":"user","content":"hi"}]}"#
    let responses =
      #"{"model":"m","input":[{"role":"developer","content":"d"},{"role":"system","content":"s"},{"role":"user","content":"hi"}]}"#
    for (client, request) in [(DialectID.openAIChat, chat), (.openAIResponses, responses)] {
      let anthropic = try Passage(request, from: client, to: .anthropic).body
      #expect(anthropic["system"]?.elements.compactMap { $0["text"]?.string } == ["d", "s"])
      #expect(Self.roles(anthropic["messages"] ?? .null) == ["user"])
      let gemini = try Passage(request, from: client, to: .gemini).body
      #expect(gemini.place("systemInstruction.parts").text == #"[{"text":"d"},{"text":"s"}]"#)
    }
    #expect(
      Self.roles(try Self.messages(chat, from: .openAIChat, to: .openAIResponses)) == ["developer", "system", "user"],
      "each of several system messages arrives")
    #expect(
      Self.roles(try Self.messages(responses, from: .openAIResponses, to: .openAIChat)) == [
        "developer", "system", "user",
      ])
    var quirks = Quirks()
    quirks.developerRole = false
    for (client, request) in [(DialectID.openAIChat, chat), (.openAIResponses, responses)] {
      #expect(
        Self.roles(try Self.messages(request, from: client, to: .openAIChat, quirks: quirks)) == [
          "system", "system", "user",
        ])
    }
  }

  // MARK: - Results' contents

  @Test func structuredResultsReachChatAsTheirText() throws {
    let anthropic =
      #"{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"{\"k\":[1,2]}"},{"type":"text","text":"tail"}]}]}]}"#
    #expect(
      try Self.messages(anthropic, from: .anthropic, to: .openAIChat).place("2.content").string == "{\"k\":[1,2]}\ntail"
    )
    let responses =
      #"{"model":"m","input":[{"type":"function_call","call_id":"a","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"a","output":[{"type":"input_text","text":"one"},{"type":"input_text","text":"two"}]}]}"#
    #expect(
      try Self.messages(responses, from: .openAIResponses, to: .openAIChat).place("1.content").string == "one\ntwo")
    let gemini =
      #"{"contents":[{"role":"user","parts":[{"text":"go"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"n":1.50,"l":[{}]}}}]}]}"#
    #expect(
      try Self.messages(gemini, from: .gemini, to: .openAIChat).place("2.content").string == #"{"n":1.50,"l":[{}]}"#)
  }

  @Test func anErrorResultKeepsItsWordsEverywhere() throws {
    let request =
      #"{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","is_error":true,"content":"boom"}]}]}"#
    #expect(
      try Passage(request, from: .anthropic, to: .gemini).body.place(
        "contents.2.parts.0.functionResponse.response"
      ).text == #"{"error":"boom"}"#)
    for upstream in [DialectID.openAIChat, .openAIResponses] {
      let crossing = try Passage(request, from: .anthropic, to: upstream)
      #expect(crossing.text.contains("boom"))
      #expect(crossing.lost.contains { $0.hasSuffix("is_error") })
    }
  }

  @Test func aTurnOfThinkingAloneIsNoTextForOthers() throws {
    let request =
      #"{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"}]},{"role":"user","content":"b"}]}"#
    let crossing = try Passage(request, from: .anthropic, to: .openAIChat)
    #expect(Self.roles(crossing.body["messages"] ?? .null) == ["user", "user"])
    #expect(!crossing.lost.isEmpty)
  }
}
