import Conversation

// What Gemini calls things, for losses. Format: https://ai.google.dev/api/generate-content

extension Gemini {
  /// What Gemini calls a setting, in camelCase.
  public func names(of setting: Setting) -> [String] {
    switch setting {
    case .maxOutputTokens: ["generationConfig.maxOutputTokens"]
    case .temperature: ["generationConfig.temperature"]
    case .topP: ["generationConfig.topP"]
    case .topK: ["generationConfig.topK"]
    case .stop: ["generationConfig.stopSequences"]
    case .seed: ["generationConfig.seed"]
    case .presencePenalty: ["generationConfig.presencePenalty"]
    case .frequencyPenalty: ["generationConfig.frequencyPenalty"]
    case .logprobs: ["generationConfig.responseLogprobs"]
    case .topLogprobs: ["generationConfig.logprobs"]
    case .reasoning: ["generationConfig.thinkingConfig"]
    case .effort: ["generationConfig.thinkingConfig.thinkingLevel"]
    case .thinkingBudget: ["generationConfig.thinkingConfig.thinkingBudget"]
    case .outputFormat:
      ["generationConfig.responseJsonSchema", "generationConfig.responseSchema", "generationConfig.responseMimeType"]
    case .outputSchema: ["generationConfig.responseJsonSchema", "generationConfig.responseSchema"]
    case .tools: ["tools"]
    case .toolChoice, .parallelToolCalls: ["toolConfig.functionCallingConfig", "toolConfig"]
    case .serviceTier: ["serviceTier"]
    case .logitBias, .verbosity, .cacheKey, .userID, .metadata, .store: [setting.rawValue]
    }
  }

  /// Functions stand in lists of `functionDeclarations`.
  public func names(of field: ToolField, ofToolAt path: String) -> [String] {
    field == .schema ? ["\(path).parametersJsonSchema", "\(path).parameters"] : ["\(path).\(field.rawValue)"]
  }

  /// What a candidate cites and how likely its tokens were stands beside its content.
  public func name(of field: AnswerField, candidate: Int, part: Int) -> String {
    switch field {
    case .part: "candidates[\(candidate)].content.parts[\(part)]"
    case .input: "candidates[\(candidate)].content.parts[\(part)].functionCall.args"
    case .annotations: "candidates[\(candidate)].groundingMetadata"
    case .logprobs: "candidates[\(candidate)].logprobsResult"
    case .candidate: "candidates[\(candidate)]"
    }
  }
}
