import Conversation

// What Responses calls things, for losses. Format: https://platform.openai.com/docs/api-reference/responses/create

extension OpenAIResponses {
  /// What Responses calls a setting.
  public func names(of setting: Setting) -> [String] {
    switch setting {
    case .maxOutputTokens: ["max_output_tokens"]
    // Wanted by naming them in `include`.
    case .logprobs: ["include"]
    case .reasoning: ["reasoning"]
    case .effort, .thinkingBudget: ["reasoning.effort"]
    case .outputFormat: ["text.format"]
    case .outputSchema: ["text.format.schema"]
    case .verbosity: ["text.verbosity"]
    case .userID: ["user", "safety_identifier"]
    case .temperature, .topP, .topK, .stop, .seed, .presencePenalty, .frequencyPenalty, .topLogprobs, .logitBias,
      .serviceTier, .cacheKey, .metadata, .store, .tools, .toolChoice, .parallelToolCalls:
      [setting.rawValue]
    }
  }

  /// Tools are flat.
  public func names(of field: ToolField, ofToolAt path: String) -> [String] { ["\(path).\(field.rawValue)"] }

  /// An item of one part is the usual answer; items know their own place, which goes first.
  public func name(of field: AnswerField, candidate: Int, part: Int) -> String {
    switch field {
    case .part, .candidate: "output[\(part)]"
    case .input: "output[\(part)].arguments"
    case .annotations, .logprobs: "output[\(part)].content[0].\(field.rawValue)"
    }
  }
}
