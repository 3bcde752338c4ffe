import Conversation
import Wire

// Reasoning: how it is asked for, and the members vendors put it into.

extension OpenAIChat {
  static func readReasoning(_ reader: inout ObjectReader, nested: inout [Extensions]) -> ReasoningRequest? {
    var reasoning = ReasoningRequest()
    reasoning.effort = reader.takeString("reasoning_effort")
    if reader.peek("thinking")?.isObject == true, let thinking = reader.take("thinking") {
      var inner = ObjectReader(thinking)
      switch inner.takeString("type") {
      case "enabled": reasoning.isEnabled = true
      case "disabled": reasoning.isEnabled = false
      case "adaptive", "auto": reasoning.isAdaptive = true
      default: break
      }
      reasoning.budgetTokens = inner.takeInt("budget_tokens")
      nested.append(Extensions(.openAIChat, path: "thinking", inner))
    }
    if let isEnabled = reader.takeBool("enable_thinking") { reasoning.isEnabled = isEnabled }
    if let budget = reader.takeInt("thinking_budget") { reasoning.budgetTokens = budget }
    if reader.peek("reasoning")?.isObject == true, let object = reader.take("reasoning") {
      var inner = ObjectReader(object)
      reasoning.effort = inner.takeString("effort") ?? reasoning.effort
      reasoning.budgetTokens = inner.takeInt("max_tokens") ?? reasoning.budgetTokens
      reasoning.isEnabled = inner.takeBool("enabled") ?? reasoning.isEnabled
      reasoning.summary = inner.takeString("summary")
      reasoning.showsThoughts = inner.takeBool("exclude").map { !$0 }
      nested.append(Extensions(.openAIChat, path: "reasoning", inner))
    }
    return reasoning == ReasoningRequest() ? nil : reasoning
  }

  /// Reasoning text and state of a message, in whichever members the vendor put them.
  static func takeReasoning(_ reader: inout ObjectReader, origin: SealOrigin?) -> Part? {
    let content = reader.peek("reasoning_content")?.string
    let plain = reader.peek("reasoning")?.string
    let details = reader.peek("reasoning_details").flatMap { $0.isArray && !$0.elements.isEmpty ? $0 : nil }
    guard content?.isEmpty == false || plain?.isEmpty == false || details != nil else { return nil }
    if content != nil { reader.discard("reasoning_content") }
    // Some vendors say the same twice; a different text stays where it is.
    if plain != nil, content == nil || content?.isEmpty == true || content == plain { reader.discard("reasoning") }
    var segments: [Reasoning.Segment] = []
    if let text = content?.isEmpty == false ? content : plain, !text.isEmpty {
      segments.append(Reasoning.Segment(.text, text))
    }
    var part = Part(.reasoning(Reasoning(segments)))
    if let details {
      reader.discard("reasoning_details")
      if segments.isEmpty { part.content = .reasoning(Reasoning(details.elements.compactMap(segment))) }
      if details.elements.contains(where: hasState) {
        part.state = ReasoningState(dialect: .openAIChat, kind: .encrypted, blob: details.text, origin: origin)
      }
    }
    return part
  }

  /// The readable part of one entry of `reasoning_details`.
  static func segment(_ detail: JSON) -> Reasoning.Segment? {
    if let text = detail["text"]?.string, !text.isEmpty { return Reasoning.Segment(.text, text) }
    if let text = detail["summary"]?.string, !text.isEmpty { return Reasoning.Segment(.summary, text) }
    return nil
  }

  /// Whether an entry of `reasoning_details` holds what only its vendor can read.
  static func hasState(_ detail: JSON) -> Bool {
    detail["signature"]?.isString == true || detail["data"]?.isString == true
  }

  /// The text of Mistral's `thinking` content element; nil for other elements.
  static func thinkingText(_ element: JSON) -> String? {
    guard element["type"]?.isString("thinking") == true, let thinking = element["thinking"] else { return nil }
    if let text = thinking.string { return text }
    return thinking.elements.compactMap { $0["text"]?.string }.joined()
  }
}

extension JSONList {
  /// Adds the `reasoning_details` that a state holds; a turn may have several.
  mutating func append(detailsOf state: ReasoningState) {
    guard state.dialect == .openAIChat, state.kind == .encrypted, let list = try? JSON(parsing: state.blob) else {
      return
    }
    append(elementsOf: list)
  }
}

extension OpenAIChat.RequestWriter {
  private static let members: [StaticString] = [
    "reasoning_effort", "reasoning", "thinking", "enable_thinking", "thinking_budget",
  ]

  mutating func writeReasoning(into writer: inout JSONWriter) {
    guard let reasoning = request.reasoning else { return }
    if let source {
      var reader = ObjectReader(source)
      var nested: [Extensions] = []
      if OpenAIChat.readReasoning(&reader, nested: &nested) == reasoning {
        for name in Self.members { if let value = source[name], !value.isNull { writer.member(name, value) } }
        return
      }
    }
    switch target.quirks.reasoningSwitch {
    case .effort: writeEffort(reasoning, into: &writer)
    case .thinkingType:
      if let isWanted = reasoning.isWanted {
        writer.object("thinking") { $0.member("type", isWanted ? "enabled" : "disabled") }
      }
      loseAmount(of: reasoning)
    case .enableThinking:
      guard let isWanted = reasoning.isWanted else { return }
      writer.member("enable_thinking", isWanted)
      if isWanted, let budget = reasoning.budget, budget > 0 { writer.member("thinking_budget", budget) }
    case .templateArguments:
      guard let isWanted = reasoning.isWanted else { return }
      writer.object("chat_template_kwargs") { writer in
        writer.member("thinking", isWanted)
        writer.member("enable_thinking", isWanted)
      }
      loseAmount(of: reasoning)
    case .reasoningObject:
      guard reasoning.effortWord != nil || reasoning.isWanted != nil || reasoning.showsThoughts == false else { return }
      writer.object("reasoning") { writer in
        if let effort = reasoning.effort {
          writer.member("effort", effort)
        } else if let budget = reasoning.budgetTokens, budget > 0 {
          writer.member("max_tokens", budget)
        } else if let isWanted = reasoning.isWanted {
          writer.member("enabled", isWanted)
        }
        if reasoning.showsThoughts == false { writer.member("exclude", true) }
      }
    case .none:
      losses.add(.reasoning, "this provider has no switch for it")
    }
  }

  /// Declares how much thinking was asked for, where a provider can only be told whether.
  private mutating func loseAmount(of reasoning: ReasoningRequest) {
    let reason = "this provider only switches thinking on and off"
    if let effort = reasoning.effort, effort != "none" { losses.add(.effort, reason) }
    if let budget = reasoning.budgetTokens, budget > 0 { losses.add(.thinkingBudget, reason) }
  }

  private mutating func writeEffort(_ reasoning: ReasoningRequest, into writer: inout JSONWriter) {
    guard let word = reasoning.effortWord else { return }
    switch word {
    case "none", "minimal", "low", "medium", "high", "xhigh", "max": writer.member("reasoning_effort", word)
    case "ultra": writer.member("reasoning_effort", static: "max")
    default: losses.add(.effort, "\(DialectID.openAIChat.displayName) does not know `\(word)`")
    }
  }
}
