import Conversation

// What Chat calls things, for losses. Format: https://platform.openai.com/docs/api-reference/chat/create

extension OpenAIChat {
  /// What Chat and the vendors who speak it call a setting.
  public func names(of setting: Setting) -> [String] {
    switch setting {
    case .maxOutputTokens: ["max_completion_tokens", "max_tokens"]
    case .reasoning: ["reasoning_effort", "reasoning", "thinking", "enable_thinking", "thinking_budget"]
    case .effort: ["reasoning_effort", "reasoning.effort"]
    case .thinkingBudget: ["thinking_budget", "thinking.budget_tokens", "reasoning.max_tokens"]
    case .outputFormat: ["response_format"]
    case .outputSchema: ["response_format.json_schema.schema"]
    case .userID: ["user", "safety_identifier"]
    case .tools: ["tools", "functions", "web_search_options"]
    case .toolChoice: ["tool_choice", "function_call"]
    case .temperature, .topP, .topK, .stop, .seed, .presencePenalty, .frequencyPenalty, .logprobs, .topLogprobs,
      .logitBias, .verbosity, .serviceTier, .cacheKey, .metadata, .store, .parallelToolCalls:
      [setting.rawValue]
    }
  }

  /// Functions stand in an object of their own, legacy ones excepted.
  public func names(of field: ToolField, ofToolAt path: String) -> [String] {
    let kinds = path.hasPrefix("functions") ? [""] : field == .format ? [".custom"] : [".function", ".custom"]
    return kinds.map { "\(path)\($0).\(field.rawValue)" }
  }

  /// An answer's text is one, so its parts share a place.
  public func name(of field: AnswerField, candidate: Int, part: Int) -> String {
    switch field {
    case .part: "choices[\(candidate)].message"
    case .input: "choices[\(candidate)].message.tool_calls"
    case .annotations: "choices[\(candidate)].message.annotations"
    case .logprobs: "choices[\(candidate)].logprobs"
    case .candidate: "choices[\(candidate)]"
    }
  }
}
