/// A setting of a request that the protocols call by different names.
///
/// Writers declare losses of it, and the protocol that said it puts in its own name. The raw value is the name where
/// nobody is known to have said it.
public enum Setting: String, Sendable, Hashable, CaseIterable {
  case maxOutputTokens = "max_tokens"
  case temperature
  case topP = "top_p"
  case topK = "top_k"
  case stop
  case seed
  case presencePenalty = "presence_penalty"
  case frequencyPenalty = "frequency_penalty"
  case logprobs
  case topLogprobs = "top_logprobs"
  case logitBias = "logit_bias"
  /// Whether and how the model is to think.
  case reasoning
  /// How much it is to think, in a word.
  case effort = "reasoning.effort"
  /// How much it is to think, in tokens.
  case thinkingBudget = "reasoning.budget"
  case outputFormat = "response_format"
  /// The schema inside the output format.
  case outputSchema = "response_format.schema"
  case verbosity
  case serviceTier = "service_tier"
  case cacheKey = "prompt_cache_key"
  case userID = "user"
  case metadata
  case store
  case tools
  case toolChoice = "tool_choice"
  case parallelToolCalls = "parallel_tool_calls"
}

/// A field of a tool's declaration that the protocols call by different names.
public enum ToolField: String, Sendable, Hashable {
  case name
  case strict
  /// The JSON Schema of a function's arguments.
  case schema = "parameters"
  /// The grammar of a custom tool.
  case format
}

/// A piece of an answer that the protocols call by different names.
public enum AnswerField: String, Sendable, Hashable {
  /// A part of the content.
  case part
  /// The input of a call.
  case input
  /// What a part cites.
  case annotations
  /// The log probabilities of a part's tokens.
  case logprobs
  /// One answer of several.
  case candidate
}
