import Conversation

/// How much reasoning is left out of a request whose upstream refused what it was given.
enum DroppedReasoning: Sendable, Hashable {
  case none
  /// State that is not known to be the upstream's own.
  case unknown
  /// All of it.
  case all

  /// The next step; nil when nothing is left to leave out.
  var next: DroppedReasoning? {
    switch self {
    case .none: .unknown
    case .unknown: .all
    case .all: nil
    }
  }
}

/// Tells an upstream's refusal of reasoning state from other bad requests.
enum InvalidReasoning {
  static func isNamed(by failure: UpstreamFailure) -> Bool {
    guard failure.kind == .invalidRequest || failure.kind == .notFound || failure.kind == .unprocessable else {
      return false
    }
    if failure.code == "invalid_encrypted_content" { return true }
    let text = failure.message.lowercased()
    // Responses: unreadable content, an item nobody stored, a call whose reasoning was left out.
    if text.contains("encrypted content") || text.contains("encrypted_content") { return true }
    if text.contains("item with id 'rs_") || text.contains("required 'reasoning' item") { return true }
    // Anthropic: a tool turn that must begin with the thinking it had.
    if text.contains("expected `thinking`") { return true }
    guard text.contains("signature") else { return false }
    return text.contains("thinking") || text.contains("thought")
  }
}

extension ConversationRequest {
  /// Without the reasoning that `dropped` names; item ids of the turns it stood in go too, because Responses refuses
  /// items whose reasoning is missing.
  func without(_ dropped: DroppedReasoning, for dialect: DialectID, _ origin: SealOrigin) -> ConversationRequest {
    guard dropped != .none else { return self }
    func stays(_ state: ReasoningState?) -> Bool {
      guard dropped == .unknown, let state else { return false }
      return state.dialect == dialect && state.origin == origin
    }
    var copy = self
    for message in copy.messages.indices where copy.messages[message].role == .assistant {
      let before = copy.messages[message].parts.count
      copy.messages[message].parts.removeAll { part in
        if case .reasoning = part.content { !stays(part.state) } else { false }
      }
      let lostReasoning = copy.messages[message].parts.count != before
      for part in copy.messages[message].parts.indices {
        if !stays(copy.messages[message].parts[part].state) { copy.messages[message].parts[part].state = nil }
      }
      if lostReasoning { copy.messages[message].forgetItems() }
    }
    copy.messages.removeAll { $0.parts.isEmpty && $0.role == .assistant }
    return copy
  }
}
