import Conversation
import Wire

/// A member's name in the two spellings that Google's servers accept.
struct MemberName: Sendable {
  let camel: StaticString
  let snake: StaticString

  init(_ camel: StaticString, _ snake: StaticString) {
    self.camel = camel
    self.snake = snake
  }

  static let systemInstruction = MemberName("systemInstruction", "system_instruction")
  static let generationConfig = MemberName("generationConfig", "generation_config")
  static let toolConfig = MemberName("toolConfig", "tool_config")
  static let generateContentRequest = MemberName("generateContentRequest", "generate_content_request")
  static let inlineData = MemberName("inlineData", "inline_data")
  static let fileData = MemberName("fileData", "file_data")
  static let functionCall = MemberName("functionCall", "function_call")
  static let functionResponse = MemberName("functionResponse", "function_response")
  static let thoughtSignature = MemberName("thoughtSignature", "thought_signature")
  static let mimeType = MemberName("mimeType", "mime_type")
  static let fileURI = MemberName("fileUri", "file_uri")
  static let displayName = MemberName("displayName", "display_name")
  static let partialArgs = MemberName("partialArgs", "partial_args")
  static let willContinue = MemberName("willContinue", "will_continue")
  static let jsonPath = MemberName("jsonPath", "json_path")
  static let stringValue = MemberName("stringValue", "string_value")
  static let numberValue = MemberName("numberValue", "number_value")
  static let boolValue = MemberName("boolValue", "bool_value")
  static let functionDeclarations = MemberName("functionDeclarations", "function_declarations")
  static let parametersJsonSchema = MemberName("parametersJsonSchema", "parameters_json_schema")
  static let functionCallingConfig = MemberName("functionCallingConfig", "function_calling_config")
  static let allowedFunctionNames = MemberName("allowedFunctionNames", "allowed_function_names")
  static let maxOutputTokens = MemberName("maxOutputTokens", "max_output_tokens")
  static let topP = MemberName("topP", "top_p")
  static let topK = MemberName("topK", "top_k")
  static let presencePenalty = MemberName("presencePenalty", "presence_penalty")
  static let frequencyPenalty = MemberName("frequencyPenalty", "frequency_penalty")
  static let stopSequences = MemberName("stopSequences", "stop_sequences")
  static let candidateCount = MemberName("candidateCount", "candidate_count")
  static let responseLogprobs = MemberName("responseLogprobs", "response_logprobs")
  static let thinkingConfig = MemberName("thinkingConfig", "thinking_config")
  static let includeThoughts = MemberName("includeThoughts", "include_thoughts")
  static let thinkingBudget = MemberName("thinkingBudget", "thinking_budget")
  static let thinkingLevel = MemberName("thinkingLevel", "thinking_level")
  static let responseMimeType = MemberName("responseMimeType", "response_mime_type")
  static let responseSchema = MemberName("responseSchema", "response_schema")
  static let responseJsonSchema = MemberName("responseJsonSchema", "response_json_schema")
  static let finishReason = MemberName("finishReason", "finish_reason")
  static let finishMessage = MemberName("finishMessage", "finish_message")
  static let promptFeedback = MemberName("promptFeedback", "prompt_feedback")
  static let blockReason = MemberName("blockReason", "block_reason")
  static let blockReasonMessage = MemberName("blockReasonMessage", "block_reason_message")
  static let usageMetadata = MemberName("usageMetadata", "usage_metadata")
  static let modelVersion = MemberName("modelVersion", "model_version")
  static let responseID = MemberName("responseId", "response_id")
  static let createTime = MemberName("createTime", "create_time")
  static let executableCode = MemberName("executableCode", "executable_code")
  static let codeExecutionResult = MemberName("codeExecutionResult", "code_execution_result")
  static let toolCall = MemberName("toolCall", "tool_call")
  static let toolResponse = MemberName("toolResponse", "tool_response")
  static let toolType = MemberName("toolType", "tool_type")
  static let webSearchQueries = MemberName("webSearchQueries", "web_search_queries")
  static let groundingMetadata = MemberName("groundingMetadata", "grounding_metadata")
  static let groundingChunks = MemberName("groundingChunks", "grounding_chunks")
  static let groundingSupports = MemberName("groundingSupports", "grounding_supports")
  static let groundingChunkIndices = MemberName("groundingChunkIndices", "grounding_chunk_indices")
  static let citationMetadata = MemberName("citationMetadata", "citation_metadata")
  static let citationSources = MemberName("citationSources", "citation_sources")
  static let startIndex = MemberName("startIndex", "start_index")
  static let endIndex = MemberName("endIndex", "end_index")
  static let partIndex = MemberName("partIndex", "part_index")
  static let logprobsResult = MemberName("logprobsResult", "logprobs_result")
  static let chosenCandidates = MemberName("chosenCandidates", "chosen_candidates")
  static let topCandidates = MemberName("topCandidates", "top_candidates")
  static let logProbability = MemberName("logProbability", "log_probability")
  static let promptTokenCount = MemberName("promptTokenCount", "prompt_token_count")
  static let toolUsePromptTokenCount = MemberName("toolUsePromptTokenCount", "tool_use_prompt_token_count")
  static let candidatesTokenCount = MemberName("candidatesTokenCount", "candidates_token_count")
  static let thoughtsTokenCount = MemberName("thoughtsTokenCount", "thoughts_token_count")
  static let cachedContentTokenCount = MemberName("cachedContentTokenCount", "cached_content_token_count")
  static let totalTokenCount = MemberName("totalTokenCount", "total_token_count")
  static let totalTokens = MemberName("totalTokens", "total_tokens")
  static let serviceTier = MemberName("serviceTier", "service_tier")

  /// The spelling `source` used; camelCase where it says neither.
  func spelling(in source: JSON?) -> StaticString {
    guard let source, source[camel] == nil, source[snake] != nil else { return camel }
    return snake
  }
}

extension JSON {
  /// The member in either spelling; null counts as absent.
  subscript(member name: MemberName) -> JSON? {
    if let value = self[name.camel], !value.isNull { return value }
    guard let value = self[name.snake], !value.isNull else { return nil }
    return value
  }
}

extension JSONMember {
  func isNamed(_ name: MemberName) -> Bool { isNamed(name.camel) || isNamed(name.snake) }
}

extension ObjectReader {
  mutating func take(_ name: MemberName) -> JSON? { take(name.camel) ?? take(name.snake) }

  func peek(_ name: MemberName) -> JSON? { source[member: name] }

  mutating func takeString(_ name: MemberName) -> String? {
    peek(name)?.isString == true ? take(name)?.string : nil
  }

  mutating func takeInt(_ name: MemberName) -> Int? { peek(name)?.int != nil ? take(name)?.int : nil }

  mutating func takeNumber(_ name: MemberName) -> JSONNumber? { peek(name)?.number != nil ? take(name)?.number : nil }

  mutating func takeBool(_ name: MemberName) -> Bool? { peek(name)?.bool != nil ? take(name)?.bool : nil }
}

extension JSONWriter {
  /// Begins a member in the spelling that `source` used.
  mutating func key(_ name: MemberName, like source: JSON?) { key(name.spelling(in: source)) }
}
