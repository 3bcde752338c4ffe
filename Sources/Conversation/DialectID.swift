/// A wire protocol aor speaks.
///
/// The raw value is the name users type (`--protocol anthropic`) and the one stored in databases.
public enum DialectID: String, Sendable, Hashable, CaseIterable, Codable {
  case openAIChat = "openai-chat"
  case openAIResponses = "openai-responses"
  case anthropic = "anthropic"
  case gemini = "gemini"
}

extension DialectID {
  /// The vendor's own name of the protocol, for sentences.
  public var displayName: String {
    switch self {
    case .openAIChat: "OpenAI Chat Completions"
    case .openAIResponses: "OpenAI Responses"
    case .anthropic: "Anthropic Messages"
    case .gemini: "Gemini"
    }
  }
}
