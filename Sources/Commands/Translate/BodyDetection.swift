import Conversation
import Dialects
import Wire

/// What a body is, as far as it shows.
struct BodyDetection: Sendable, Hashable {
  enum Kind: String, Sendable {
    case request, response, stream, error
  }

  /// The protocol.
  var dialect: DialectID
  var kind: Kind
  /// Other protocols that would write the very same.
  var others: [DialectID] = []
}

extension BodyDetection {
  /// Looks at a body; nil where it is none of the protocols'.
  init?(of body: [UInt8]) {
    if EventStreamParser.isStream(body) == true {
      self.init(ofStream: body)
    } else if let json = try? JSON(parsing: body) {
      self.init(of: json)
    } else {
      return nil
    }
  }

  private init?(ofStream body: [UInt8]) {
    var parser = EventStreamParser()
    var events: [ServerSentEvent] = []
    try? parser.feed(body) { if case .event(let event) = $0 { events.append(event) } }
    parser.finish { if case .event(let event) = $0 { events.append(event) } }
    for event in events.prefix(64) {
      if let found = Self.stream(ofEvent: event.data) {
        (dialect, kind) = (found, .stream)
        return
      }
    }
    guard events.contains(where: \.isDone) else { return nil }
    (dialect, kind) = (.openAIChat, .stream)
  }

  /// The protocol that has an event with such data; nil where it does not tell.
  static func stream(ofEvent data: some Collection<UInt8>) -> DialectID? {
    (try? JSON(parsing: Array(data))).flatMap { stream(of: $0) }
  }

  private static func stream(of event: JSON) -> DialectID? {
    if let type = event["type"]?.string {
      if type.hasPrefix("response.") { return .openAIResponses }
      if type == "error" { return event["error"]?.isObject == true ? .anthropic : .openAIResponses }
      if type == "ping" || type.hasPrefix("message_") || type.hasPrefix("content_block_") { return .anthropic }
    }
    if event["choices"]?.isArray == true || event["object"]?.isString("chat.completion.chunk") == true {
      return .openAIChat
    }
    if isGeminiAnswer(event) { return .gemini }
    guard let error = event["error"], error.isObject else { return nil }
    return isGeminiError(error) ? .gemini : .openAIChat
  }

  private init?(of json: JSON) {
    if json.isArray {
      guard let first = json.elements.first else { return nil }
      if Self.isGeminiAnswer(first) {
        (dialect, kind) = (.gemini, .stream)
      } else if let error = first["error"], Self.isGeminiError(error) {
        (dialect, kind) = (.gemini, .error)
      } else {
        return nil
      }
      return
    }
    guard json.isObject else { return nil }
    guard let found = Self.answer(json) ?? Self.failure(json) ?? Self.request(json) else { return nil }
    self = found
  }

  // MARK: - Answers

  private static func answer(_ json: JSON) -> BodyDetection? {
    if json["object"]?.isString("response") == true || (json["output"]?.isArray == true && json["id"]?.isString == true)
    {
      let hasFailed = json["status"]?.isString("failed") == true && json["error"]?.isObject == true
      return BodyDetection(dialect: .openAIResponses, kind: hasFailed ? .error : .response)
    }
    if json["object"]?.isString("chat.completion") == true || json["choices"]?.elements.first?["message"] != nil {
      return BodyDetection(dialect: .openAIChat, kind: .response)
    }
    if json["type"]?.isString("message") == true, json["content"]?.isArray == true {
      return BodyDetection(dialect: .anthropic, kind: .response)
    }
    return isGeminiAnswer(json) ? BodyDetection(dialect: .gemini, kind: .response) : nil
  }

  private static func isGeminiAnswer(_ json: JSON) -> Bool {
    let members = ["candidates", "promptFeedback", "usageMetadata", "prompt_feedback", "usage_metadata"]
    return json.members.contains { members.contains($0.key) && ($0.value.isObject || $0.value.isArray) }
  }

  private static func failure(_ json: JSON) -> BodyDetection? {
    guard let error = json["error"], error.isObject || error.isString else { return nil }
    if json["type"]?.isString("error") == true { return BodyDetection(dialect: .anthropic, kind: .error) }
    if isGeminiError(error) { return BodyDetection(dialect: .gemini, kind: .error) }
    return BodyDetection(dialect: .openAIChat, kind: .error, others: [.openAIResponses])
  }

  /// Google's errors have a number for code and a word for status.
  private static func isGeminiError(_ error: JSON) -> Bool {
    error["code"]?.int != nil && error["status"]?.isString == true
  }

  // MARK: - Requests

  private static func request(_ json: JSON) -> BodyDetection? {
    if json["contents"]?.isArray == true || json["generateContentRequest"]?.isObject == true {
      return BodyDetection(dialect: .gemini, kind: .request)
    }
    guard let messages = json["messages"], messages.isArray else {
      let isResponses =
        json["input"]?.isString == true || json["input"]?.isArray == true
        || json["previous_response_id"]?.isString == true || json["prompt"]?.isObject == true
      return isResponses ? BodyDetection(dialect: .openAIResponses, kind: .request) : nil
    }
    let marks = marks(of: json, messages)
    if marks == 0 { return BodyDetection(dialect: .openAIChat, kind: .request, others: [.anthropic]) }
    return BodyDetection(dialect: marks > 0 ? .anthropic : .openAIChat, kind: .request)
  }

  /// What speaks for Anthropic less what speaks for Chat.
  private static func marks(of json: JSON, _ messages: JSON) -> Int {
    var marks = 0
    for member in json.members {
      if anthropicMembers.contains(member.key) { marks += 4 }
      if chatMembers.contains(member.key) { marks -= 4 }
    }
    if json["tool_choice"]?.isString == true { marks -= 4 }
    for tool in json["tools"].map({ Array($0.elements.prefix(8)) }) ?? [] {
      marks += tool["input_schema"] != nil ? 4 : tool["function"] != nil ? -4 : 0
    }
    for message in messages.elements.prefix(64) {
      if let role = message["role"]?.string, ["system", "developer", "tool", "function"].contains(role) { marks -= 4 }
      if message["tool_calls"] != nil || message["reasoning_content"] != nil { marks -= 4 }
      for part in message["content"].map({ Array($0.elements.prefix(64)) }) ?? [] {
        guard let type = part["type"]?.string else { continue }
        if anthropicBlocks.contains(type) { marks += 4 }
        if chatParts.contains(type) { marks -= 4 }
        if part["cache_control"] != nil { marks += 1 }
      }
    }
    // The weakest signs: Anthropic demands a limit, and its models have one name.
    if let model = json["model"]?.string, model.contains("claude") { marks += 2 }
    if json["max_tokens"] == nil { marks -= 3 }
    return marks
  }

  private static let anthropicMembers: Set = [
    "system", "stop_sequences", "thinking", "top_k", "anthropic_version", "anthropic_beta", "output_config", "betas",
    "context_management", "mcp_servers", "container", "cache_control",
  ]
  private static let chatMembers: Set = [
    "n", "stop", "max_completion_tokens", "response_format", "stream_options", "frequency_penalty", "presence_penalty",
    "reasoning_effort", "seed", "logprobs", "top_logprobs", "logit_bias", "user", "parallel_tool_calls", "functions",
    "function_call", "modalities", "audio", "prediction", "store", "web_search_options", "verbosity", "enable_thinking",
    "prompt_cache_key",
  ]
  private static let anthropicBlocks: Set = [
    "tool_use", "tool_result", "thinking", "redacted_thinking", "image", "document", "server_tool_use", "search_result",
  ]
  private static let chatParts: Set = ["image_url", "input_audio", "refusal", "file", "video_url"]
}
