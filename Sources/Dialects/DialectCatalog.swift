import Conversation

/// Every protocol aor speaks, listed once.
public enum DialectCatalog {
  /// One implementation of each protocol.
  public static let all: [any Dialect] = [OpenAIChat(), OpenAIResponses(), AnthropicMessages(), Gemini()]

  /// The implementation of a protocol.
  public static func dialect(_ id: DialectID) -> any Dialect {
    switch id {
    case .openAIChat: OpenAIChat()
    case .openAIResponses: OpenAIResponses()
    case .anthropic: AnthropicMessages()
    case .gemini: Gemini()
    }
  }
}
