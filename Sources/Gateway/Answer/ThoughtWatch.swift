import Conversation

/// Watches an answer to an Anthropic client that asked for thinking for tool calls that nothing was thought before.
///
/// Anthropic refuses a history whose last tool turn has none while thinking is on.
struct ThoughtWatch {
  private let isOn: Bool
  private var hasThought = false

  init(_ request: ConversationRequest, client: DialectID) {
    isOn = client == .anthropic && request.reasoning?.isWanted == true
  }

  /// Hears of a part that begins; returns the id of a call without thinking.
  mutating func unthought(_ part: Part) -> String? {
    guard isOn else { return nil }
    switch part.content {
    case .reasoning: hasThought = true
    case .toolCall(let call): return hasThought ? nil : call.id
    default: break
    }
    return nil
  }
}
