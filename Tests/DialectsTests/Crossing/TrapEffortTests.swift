import Conversation
import Dialects
import Testing
import Wire

/// How much a model is to think, in the words of every protocol and vendor.
@Suite struct TrapEffortTests {
  /// How a wish is said in each protocol; `-` is not at all.
  struct Wish: Sendable, CustomTestStringConvertible {
    var client: DialectID
    var said: String
    /// Chat's `reasoning_effort`.
    var chat: String
    /// The effort of Responses.
    var responses: String
    /// Anthropic's `thinking.type` and `output_config.effort`.
    var anthropic: String
    /// Gemini's budget; in levels.
    var gemini: String
    var testDescription: String { "\(client) \(said)" }
  }

  static let wishes: [Wish] = [
    // What new Claude Code says: no budget at all.
    Wish(
      client: .anthropic, said: #""thinking":{"type":"adaptive"},"output_config":{"effort":"high"}"#, chat: "high",
      responses: "high", anthropic: "adaptive high", gemini: "24576 high true"),
    Wish(
      client: .anthropic, said: #""thinking":{"type":"adaptive"},"output_config":{"effort":"max"}"#, chat: "max",
      responses: "max", anthropic: "adaptive max", gemini: "24576 high true"),
    Wish(
      client: .anthropic, said: #""thinking":{"type":"adaptive"}"#, chat: "-", responses: "-",
      anthropic: "adaptive -", gemini: "- - true"),
    Wish(
      client: .anthropic, said: #""thinking":{"type":"enabled","budget_tokens":2048}"#, chat: "low", responses: "low",
      anthropic: "enabled -", gemini: "2048 low true"),
    Wish(
      client: .anthropic, said: #""thinking":{"type":"disabled"}"#, chat: "none", responses: "none",
      anthropic: "disabled -", gemini: "0 low false"),
    Wish(client: .anthropic, said: #""top_k":1"#, chat: "-", responses: "-", anthropic: "- -", gemini: "- - -"),
    Wish(
      client: .openAIChat, said: #""reasoning_effort":"xhigh""#, chat: "xhigh", responses: "xhigh",
      anthropic: "adaptive xhigh", gemini: "24576 high true"),
    Wish(
      client: .openAIChat, said: #""reasoning_effort":"minimal""#, chat: "minimal", responses: "minimal",
      anthropic: "adaptive low", gemini: "1024 low true"),
    Wish(
      client: .openAIChat, said: #""reasoning_effort":"none""#, chat: "none", responses: "none",
      anthropic: "disabled -", gemini: "0 low false"),
    Wish(client: .openAIChat, said: #""seed":1"#, chat: "-", responses: "-", anthropic: "- -", gemini: "- - -"),
    Wish(
      client: .openAIResponses, said: #""reasoning":{"effort":"ultra","summary":"auto"}"#, chat: "max",
      responses: "ultra", anthropic: "adaptive max", gemini: "24576 high true"),
    Wish(
      client: .openAIResponses, said: #""reasoning":{"effort":"medium"}"#, chat: "medium", responses: "medium",
      anthropic: "adaptive medium", gemini: "8192 medium false"),
    Wish(
      client: .openAIResponses, said: #""store":false"#, chat: "-", responses: "-", anthropic: "- -", gemini: "- - -"),
    Wish(
      client: .gemini, said: #""generationConfig":{"thinkingConfig":{"thinkingBudget":-1}}"#, chat: "-",
      responses: "-", anthropic: "adaptive -", gemini: "-1 - -"),
    Wish(
      client: .gemini, said: #""generationConfig":{"thinkingConfig":{"thinkingBudget":0}}"#, chat: "none",
      responses: "none", anthropic: "disabled -", gemini: "0 - -"),
    Wish(
      client: .gemini, said: #""generationConfig":{"thinkingConfig":{"thinkingLevel":"HIGH"}}"#, chat: "high",
      responses: "high", anthropic: "adaptive high", gemini: "- HIGH -"),
  ]

  @Test(arguments: wishes)
  func howMuchToThinkIsSaidInEveryProtocolsOwnWords(wish: Wish) throws {
    let body = Passage.asking(wish.client, wish.said)
    func sent(_ upstream: DialectID, _ edit: (inout Quirks) -> Void = { _ in }) throws -> JSON {
      try Passage.send(body, from: wish.client, to: upstream, edit).body
    }
    #expect(try sent(.openAIChat)["reasoning_effort"]?.string ?? "-" == wish.chat)
    #expect(try sent(.openAIResponses).at("reasoning.effort")?.string ?? "-" == wish.responses)
    let anthropic = try sent(.anthropic)
    #expect(
      "\(anthropic.at("thinking.type")?.string ?? "-") \(anthropic.at("output_config.effort")?.string ?? "-")"
        == wish.anthropic)
    let levels = try sent(.gemini) { $0.thinkingLevels = true }
    let budgets = try sent(.gemini)
    for gemini in [levels, budgets] {
      let config = gemini.at("generationConfig.thinkingConfig")
      #expect(config?["thinkingLevel"] == nil || config?["thinkingBudget"] == nil, "never both")
    }
    let told = [
      budgets.at("generationConfig.thinkingConfig.thinkingBudget")?.text,
      levels.at("generationConfig.thinkingConfig.thinkingLevel")?.string,
      budgets.at("generationConfig.thinkingConfig.includeThoughts")?.text,
    ]
    #expect(told.map { $0 ?? "-" }.joined(separator: " ") == wish.gemini)
  }

  /// A word the model does not know would be refused: the next one below is asked for, or the least there is.
  @Test(arguments: [
    ("max", ["low", "medium", "high"], "high"), ("xhigh", ["minimal", "low", "medium", "high"], "high"),
    ("medium", ["low", "high"], "low"), ("minimal", ["low", "high"], "low"), ("high", ["low", "high"], "high"),
    ("max", [], "max"), ("vendor-word", ["low"], "vendor-word"), ("none", ["low"], "none"),
  ])
  func anEffortTheModelLacksIsBroughtToOneItHas(said: String, taken: [String], asked: String) throws {
    for client in [DialectID.openAIChat, .openAIResponses] {
      let wish = client == .openAIChat ? #""reasoning_effort":"\#(said)""# : #""reasoning":{"effort":"\#(said)"}"#
      for upstream in [DialectID.openAIChat, .openAIResponses] where upstream != client {
        let sent = try Passage.send(Passage.asking(client, wish), from: client, to: upstream) { $0.efforts = taken }
        let found = sent.body["reasoning_effort"] ?? sent.body.at("reasoning.effort")
        if said != "vendor-word" || upstream == .openAIResponses { #expect(found?.string == asked) }
        #expect(sent.losses.contains { $0.reason.contains("is asked for") } == (said != asked))
      }
    }
    // A budget that stands for more than the model has.
    let budget = #""thinking":{"type":"enabled","budget_tokens":40000}"#
    let sent = try Passage.send(Passage.asking(.anthropic, budget), from: .anthropic, to: .openAIChat) {
      $0.efforts = ["low", "medium", "high"]
    }
    #expect(sent.body["reasoning_effort"]?.string == "high")
  }

  /// Each vendor knows one switch; another one's would be ignored or refused.
  @Test(arguments: [
    (Quirks.ReasoningSwitch.effort, #""reasoning_effort":"none""#, #""reasoning_effort":"high""#),
    (.thinkingType, #""thinking":{"type":"disabled"}"#, #""thinking":{"type":"enabled"}"#),
    (.enableThinking, #""enable_thinking":false"#, #""enable_thinking":true,"thinking_budget":24576"#),
    (
      .templateArguments, #""chat_template_kwargs":{"thinking":false,"enable_thinking":false}"#,
      #""chat_template_kwargs":{"thinking":true,"enable_thinking":true}"#
    ),
    (.reasoningObject, #""reasoning":{"enabled":false}"#, #""reasoning":{"effort":"high"}"#),
    (.none, "", ""),
  ])
  func thinkingIsSwitchedInTheVendorsOwnWay(way: Quirks.ReasoningSwitch, off: String, on: String) throws {
    let members = [
      "reasoning_effort", "thinking", "enable_thinking", "thinking_budget", "chat_template_kwargs", "reasoning",
    ]
    for (said, expected) in [
      (#""thinking":{"type":"disabled"}"#, off),
      (#""thinking":{"type":"adaptive"},"output_config":{"effort":"high"}"#, on),
    ] {
      let sent = try Passage.send(Passage.asking(.anthropic, said), from: .anthropic, to: .openAIChat) {
        $0.reasoningSwitch = way
      }
      let found = sent.body.members.filter { members.contains($0.key) }.map { "\"\($0.key)\":\($0.value.text)" }
      #expect(found.joined(separator: ",") == expected)
      if way == .none { #expect(sent.losses.contains { $0.path == "thinking" }) }
    }
  }
}
