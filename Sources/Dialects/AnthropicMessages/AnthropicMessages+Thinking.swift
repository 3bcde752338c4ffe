import Conversation
import Wire

/// How a request asks for thinking and what follows from it.
struct ThinkingPlan {
  /// The `thinking` member.
  var member: JSON?
  /// `output_config.effort`.
  var effort: String?
  var maxTokens: JSONNumber?
  var isOn = false
  /// Whether the client's own words go out, and with them what they promise about the history.
  var isAsSent = false
  /// Whether thinking was asked for and is left out of this request.
  var isTakenOut = false
}

/// Sampling members as they go out.
struct SamplingPlan {
  var temperature: JSONNumber?
  var topP: JSONNumber?
  var topK: JSONNumber?
  var stop: [String]
}

extension AnthropicRequestComposer {
  /// The least budget the protocol takes.
  private static let leastBudget = 1024

  /// The most tokens the model answers with, as far as that is known.
  private var most: Int { quirks.maxOutputTokens > 0 ? quirks.maxOutputTokens : .max }

  mutating func planThinking(_ turns: inout [Turn]) -> ThinkingPlan {
    var plan = ThinkingPlan(maxTokens: request.sampling.maxOutputTokens)
    if plan.maxTokens == nil, !isNative { plan.maxTokens = JSONNumber(min(quirks.defaultMaxTokens, most)) }
    if keepNative(&plan) {
      // The client's own wish stands.
    } else if let reasoning = request.reasoning {
      ask(for: reasoning, &plan)
    }
    if quirks.stripBetas, plan.effort != nil {
      losses.add(.effort, "this provider does not take it")
      plan.effort = nil
    }
    if plan.isOn, plan.member?["type"]?.isString("enabled") == true,
      !plan.isAsSent || droppedThinking || target.repairsReasoning, lacksThinking(turns)
    {
      losses.add(.reasoning, "the last tool call's thinking is not this provider's; thinking is off for this request")
      removeThinking(from: &turns)
      plan.member = nil
      plan.isOn = false
      plan.isTakenOut = true
    }
    return plan
  }

  /// Takes the client's own words where nothing has changed since they were read.
  private mutating func keepNative(_ plan: inout ThinkingPlan) -> Bool {
    guard isNative, let source else { return false }
    var reader = ObjectReader(source)
    guard AnthropicMessages.readReasoning(&reader) == request.reasoning else { return false }
    let member = source["thinking"].flatMap { $0.isObject ? $0 : nil }
    plan.effort = request.reasoning?.effort
    if let reasoning = request.reasoning, reasoning.isAdaptive, quirks.thinkingStyle == .budget {
      ask(for: reasoning, &plan)
      return true
    }
    plan.member = quirks.stripBetas ? member.map { strip($0, ["display"], path: "thinking") } : member
    plan.isOn = request.reasoning?.isWanted == true
    plan.isAsSent = true
    return true
  }

  private mutating func ask(for reasoning: ReasoningRequest, _ plan: inout ThinkingPlan) {
    let wantsText = reasoning.summary != nil || reasoning.showsThoughts == true
    guard let isWanted = reasoning.isWanted ?? (wantsText ? true : nil) else { return }
    guard isWanted else {
      plan.member = JSON { $0.object { $0.member("type", static: "disabled") } }
      return
    }
    guard !forcesToolCall || isNative else {
      losses.add(.reasoning, "a forced tool call rules thinking out; sent without")
      return
    }
    switch quirks.thinkingStyle {
    case .adaptive: askAdaptively(reasoning, &plan)
    case .budget: askWithBudget(reasoning, &plan)
    }
    plan.isOn = true
  }

  private mutating func askAdaptively(_ reasoning: ReasoningRequest, _ plan: inout ThinkingPlan) {
    let display = display(for: reasoning)
    plan.member = JSON { writer in
      writer.object { writer in
        writer.member("type", static: "adaptive")
        if let display { writer.member("display", display) }
      }
    }
    switch reasoning.effortWord {
    case nil: break
    case "minimal": plan.effort = "low"
    case "ultra": plan.effort = "max"
    case let word? where ["low", "medium", "high", "xhigh", "max"].contains(word): plan.effort = word
    case let word?:
      if word != "none", word != "auto" { losses.add(.effort, "Anthropic Messages has no `\(word)`") }
    }
  }

  private mutating func askWithBudget(_ reasoning: ReasoningRequest, _ plan: inout ThinkingPlan) {
    let display = display(for: reasoning)
    var budget = max(Self.leastBudget, reasoning.budget ?? Effort.budget(for: "medium") ?? Self.leastBudget)
    let limit = max(1, plan.maxTokens?.int ?? quirks.defaultMaxTokens)
    if budget >= limit {
      let isExact = (reasoning.budgetTokens ?? -1) >= 0
      if !isExact, limit >= 2 * Self.leastBudget {
        // An effort is no number: it is fitted into the client's limit, with a quarter left for the answer.
        budget = max(Self.leastBudget, limit - max(Self.leastBudget, limit / 4))
      } else {
        let raised = min(Usage.sum(budget, limit), max(most, 2 * Self.leastBudget))
        // A model's most leaves less for thinking than was asked for.
        budget = min(budget, max(Self.leastBudget, raised - limit))
        plan.maxTokens = JSONNumber(raised)
        losses.add(.maxOutputTokens, "raised to \(raised): the limit must exceed the thinking budget")
      }
    }
    plan.member = JSON { writer in
      writer.object { writer in
        writer.member("type", static: "enabled")
        writer.member("budget_tokens", budget)
        if let display { writer.member("display", display) }
      }
    }
    // A budget says what an effort says; both at once is for adaptive models.
    plan.effort = nil
  }

  /// Whether the thinking's text is to be shown, which newer models must be told.
  ///
  /// A signature is good for the text it came with only: a client that is not shown the text could not send it back.
  /// Chat clients have always been shown it.
  private func display(for reasoning: ReasoningRequest) -> String? {
    guard !quirks.stripBetas else { return nil }
    if let display = reasoning.display { return display }
    let isShown =
      reasoning.summary != nil || reasoning.showsThoughts == true || request.extensions?.dialect == .openAIChat
    return isShown ? "summarized" : "omitted"
  }

  // MARK: - History

  /// Whether the last assistant turn calls tools and does not begin with thinking, which an enabled budget demands.
  private func lacksThinking(_ turns: [Turn]) -> Bool {
    guard let last = turns.last(where: { $0.role == .assistant }) else { return false }
    guard last.parts.contains(where: { if case .toolCall = $0.part.content { true } else { false } }) else {
      return false
    }
    if case .reasoning = last.parts.first?.part.content { return false }
    return true
  }

  private mutating func removeThinking(from turns: inout [Turn]) {
    for index in turns.indices {
      turns[index].parts.removeAll { placed in
        guard case .reasoning = placed.part.content else { return false }
        losses.add(placed.path, "thinking is off for this request")
        return true
      }
    }
    turns.removeAll { $0.parts.isEmpty && $0.role == .assistant }
  }

  /// The body without what edits the history's thinking, which Anthropic refuses while thinking is off.
  ///
  /// https://platform.claude.com/docs/en/build-with-claude/context-editing
  mutating func removeThinkingEdits(from body: [UInt8]) -> [UInt8] {
    guard let json = try? JSON(parsing: body), let management = json["context_management"],
      let edits = management["edits"]
    else { return body }
    let kept = edits.elements.filter { $0["type"]?.string?.hasPrefix("clear_thinking") != true }
    guard kept.count < edits.elements.count else { return body }
    losses.add("context_management", "thinking is off for this request")
    var writer = JSONWriter()
    writer.object { writer in
      for member in json.members where !member.isNamed("context_management") || !kept.isEmpty {
        writer.key(named: member.key)
        if member.isNamed("context_management") {
          Self.write(management, edits: kept, to: &writer)
        } else {
          writer.value(member.value)
        }
      }
    }
    return writer.finish()
  }

  private static func write(_ management: JSON, edits: [JSON], to writer: inout JSONWriter) {
    writer.object { writer in
      for member in management.members {
        writer.key(named: member.key)
        if member.isNamed("edits") {
          writer.array { writer in for edit in edits { writer.value(edit) } }
        } else {
          writer.value(member.value)
        }
      }
    }
  }

  // MARK: - Sampling

  mutating func planSampling(_ thinking: ThinkingPlan) -> SamplingPlan {
    let sampling = request.sampling
    var plan = SamplingPlan(
      temperature: sampling.temperature, topP: sampling.topP, topK: sampling.topK, stop: sampling.stop)
    guard !isNative else { return plan }
    if thinking.isOn {
      if let value = plan.temperature?.double, value != 1 { drop(&plan.temperature, .temperature) }
      if plan.topK != nil { drop(&plan.topK, .topK) }
      if let value = plan.topP?.double, value < 0.95 { drop(&plan.topP, .topP) }
    }
    if let value = plan.temperature?.double, value > 1 || value < 0 {
      plan.temperature = value > 1 ? 1 : 0
      losses.add(.temperature, "Anthropic Messages goes from 0 to 1; clamped")
    }
    if plan.temperature != nil, plan.topP != nil {
      plan.topP = nil
      losses.add(.topP, "newer Claude models take temperature or top_p, not both")
    }
    plan.stop = sampling.stop.filter { !AnthropicMessages.isBlank($0) }
    if plan.stop.count < sampling.stop.count {
      losses.add(.stop, "Anthropic Messages takes no blank stop sequences")
    }
    declareUnsayable()
    return plan
  }

  private mutating func drop(_ value: inout JSONNumber?, _ setting: Setting) {
    value = nil
    losses.add(setting, "not allowed together with thinking")
  }

  private mutating func declareUnsayable() {
    let sampling = request.sampling
    let unsayable: [(Setting, Bool)] = [
      (.seed, sampling.seed != nil),
      (.presencePenalty, (sampling.presencePenalty?.double ?? 0) != 0),
      (.frequencyPenalty, (sampling.frequencyPenalty?.double ?? 0) != 0),
      (.logprobs, sampling.logprobs == true),
      (.topLogprobs, (sampling.topLogprobs ?? 0) > 0),
      (.logitBias, sampling.logitBias?.isEmpty == false),
      (.verbosity, request.verbosity != nil && request.verbosity != "medium"),
      (.cacheKey, request.cacheKey != nil),
      (.metadata, request.metadata.map { !$0.members.isEmpty } ?? false),
      (.store, request.store == true),
    ]
    for (setting, isSaid) in unsayable where isSaid {
      losses.add(setting, "Anthropic Messages has no equivalent")
    }
  }
}
