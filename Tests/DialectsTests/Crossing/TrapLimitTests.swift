import Conversation
import Dialects
import Testing
import Wire

/// What a provider or a model cannot take though its protocol can.
@Suite struct TrapLimitTests {
  // MARK: - The model's most

  static let asking: [(client: DialectID, more: String)] = [
    (.openAIChat, #""max_completion_tokens":50000"#), (.openAIResponses, #""max_output_tokens":50000"#),
    (.anthropic, #""temperature":1"#), (.gemini, #""generationConfig":{"maxOutputTokens":50000}"#),
  ]

  static let places: [DialectID: String] = [
    .openAIChat: "max_completion_tokens", .openAIResponses: "max_output_tokens", .anthropic: "max_tokens",
    .gemini: "generationConfig.maxOutputTokens",
  ]

  /// A client asks for what its own vendor's models answer with; another's would refuse the number.
  @Test(arguments: asking.indices, DialectID.allCases)
  func theOutputLimitIsBroughtDownToTheModelsMost(index: Int, upstream: DialectID) throws {
    let (client, more) = Self.asking[index]
    let body = Passage.asking(client, more)
    let place = try #require(Self.places[upstream])
    let said = try #require(Self.places[client])
    for (most, expected) in [(8192, 8192), (50_000, 50_000), (64_000, 50_000), (0, 50_000)] {
      let sent = try Passage.send(body, from: client, to: upstream) { $0.maxOutputTokens = most }
      let isClamped = client != upstream && expected != 50_000
      #expect(sent.body.at(place)?.int == (isClamped ? expected : 50_000), "\(client) \(upstream) \(most)")
      let told = sent.losses.filter { $0.reason.contains("tokens at most") }
      #expect(told.map(\.path) == (isClamped ? [said] : []))
    }
  }

  /// In one protocol the vendor's own refusal is the honest answer.
  @Test func inOneProtocolTheLimitStaysAsTheClientSentIt() throws {
    let body = Passage.asking(.anthropic, #""x":1.0"#).replacing("asked", with: "up")
    let sent = try Passage.send(body, from: .anthropic, to: .anthropic) { $0.maxOutputTokens = 10 }
    #expect(sent.text == body && sent.path == .verbatim)
  }

  /// A limit that thinking raises, or that nobody asked for, does not exceed the model's most either.
  @Test func aThinkingBudgetRaisesTheLimitNoFurtherThanTheModelGoes() throws {
    let thinking = #""generationConfig":{"maxOutputTokens":4000,"thinkingConfig":{"thinkingBudget":20000}}"#
    let sent = try Passage.send(Passage.asking(.gemini, thinking), from: .gemini, to: .anthropic) {
      $0.thinkingStyle = .budget
      $0.maxOutputTokens = 16_000
    }
    #expect(sent.body["max_tokens"]?.int == 16_000)
    #expect(sent.body.at("thinking.budget_tokens")?.int == 12_000)
    let silent = try Passage.send(Passage.asking(.openAIChat, #""seed":1"#), from: .openAIChat, to: .anthropic) {
      $0.maxOutputTokens = 16_000
    }
    #expect(silent.body["max_tokens"]?.int == 16_000)
  }

  // MARK: - Ids of items

  static func conversation(_ input: String) -> String { #"{"model":"up","input":\#(input),"store":false,"n":1.0}"# }

  /// Inputs, and what is left of them where the provider looks ids up.
  static let inputs: [(input: String, bare: String, losses: [String])] = [
    (#""text""#, #""text""#, []), ("[]", "[]", []),
    (#"[{"role":"user","content":"q"}]"#, #"[{"role":"user","content":"q"}]"#, []),
    (#"[{"id":"msg_1","role":"assistant","content":"a"}]"#, #"[{"role":"assistant","content":"a"}]"#, ["input[].id"]),
    (#"[ {"role":"user", "id" : "msg_1"} , 7]"#, #"[ {"role":"user"} , 7]"#, ["input[].id"]),
    (#"[{"id":"msg_1"}]"#, "[{}]", ["input[].id"]),
    (#"[{"type":"message","id":"a","id":"b","role":"user"}]"#, #"[{"type":"message","role":"user"}]"#, ["input[].id"]),
    // Encrypted reasoning is good without its id; without state there is nothing but the id.
    (
      #"[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"E"},{"type":"reasoning","id":"rs_2","summary":[]},{"type":"function_call","id":"fc_1","call_id":"c","name":"f","arguments":"{}"}]"#,
      #"[{"type":"reasoning","summary":[],"encrypted_content":"E"},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]"#,
      ["input[1]", "input[].id"]
    ),
    (
      #"[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":null} ,{"type":"reasoning","id":"rs_2","summary":[]},{"role":"user","content":"q"}]"#,
      #"[{"role":"user","content":"q"}]"#, ["input[0]", "input[1]"]
    ),
    // What a vendor ran, and what only points at an item, is nothing without its id.
    (
      #"[{"type":"item_reference","id":"msg_1"},{"type":"web_search_call","id":"ws_1","status":"completed"}]"#,
      #"[{"type":"item_reference","id":"msg_1"},{"type":"web_search_call","id":"ws_1","status":"completed"}]"#, []
    ),
  ]

  @Test(arguments: inputs.indices)
  func idsOfItemsGoWhereTheProviderLooksUpWhatNobodyStored(index: Int) throws {
    let row = Self.inputs[index]
    let body = Self.conversation(row.input)
    let kept = try Passage.send(body, from: .openAIResponses, to: .openAIResponses)
    #expect(kept.text == body && kept.path == .verbatim, "OpenAI itself takes them")
    let bare = try Passage.send(body, from: .openAIResponses, to: .openAIResponses) { $0.itemIDs = false }
    #expect(bare.text == Self.conversation(row.bare))
    #expect(bare.losses.map(\.path) == row.losses)
    #expect(bare.path == (row.losses.isEmpty ? .verbatim : .patched))
  }

  /// The same where the body is read and written, for other reasons or from another protocol.
  @Test func idsOfItemsGoOnTheLongWayToo() throws {
    let body = Self.conversation(
      #"[{"role":"user","content":"q"},{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"E"},{"type":"custom_tool_call","id":"ctc_1","call_id":"c","name":"f","input":"x"},{"type":"custom_tool_call_output","call_id":"c","output":"y"}],"tools":[{"type":"custom","name":"f"}]"#
    )
    let sent = try Passage.send(body, from: .openAIResponses, to: .openAIResponses) {
      $0.itemIDs = false
      $0.customTools = false
    }
    #expect(!sent.text.contains("\"id\"") && sent.text.contains(#""encrypted_content":"E""#))
    #expect(sent.losses.contains { $0.path == "input[].id" })
  }
}
