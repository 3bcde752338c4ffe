import Conversation

// What Anthropic calls things, for losses. Format: https://docs.anthropic.com/en/api/messages

extension AnthropicMessages {
  /// What Anthropic Messages calls a setting.
  public func names(of setting: Setting) -> [String] {
    switch setting {
    case .stop: ["stop_sequences"]
    case .reasoning: ["thinking", "output_config.effort"]
    case .effort: ["output_config.effort"]
    case .thinkingBudget: ["thinking.budget_tokens"]
    case .outputFormat: ["output_config.format", "output_format"]
    case .outputSchema: ["output_config.format.schema", "output_format.schema"]
    case .userID: ["metadata.user_id"]
    case .parallelToolCalls: ["tool_choice.disable_parallel_tool_use"]
    case .maxOutputTokens, .temperature, .topP, .topK, .seed, .presencePenalty, .frequencyPenalty, .logprobs,
      .topLogprobs, .logitBias, .verbosity, .serviceTier, .cacheKey, .metadata, .store, .tools, .toolChoice:
      [setting.rawValue]
    }
  }

  /// Tools are flat.
  public func names(of field: ToolField, ofToolAt path: String) -> [String] {
    ["\(path).\(field == .schema ? "input_schema" : field.rawValue)"]
  }

  /// Parts are blocks of `content`.
  public func name(of field: AnswerField, candidate: Int, part: Int) -> String {
    switch field {
    case .part, .logprobs: "content[\(part)]"
    case .input: "content[\(part)].input"
    case .annotations: "content[\(part)].citations"
    case .candidate: "content"
    }
  }
}
