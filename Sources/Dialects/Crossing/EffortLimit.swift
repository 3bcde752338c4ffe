import Conversation

/// Brings a wish for effort within what a model takes: a word it does not know would be refused.
enum EffortLimit {
  /// From the least on.
  private static let words = ["minimal", "low", "medium", "high", "xhigh", "max", "ultra"]

  static func apply(
    _ request: inout ConversationRequest, for upstream: DialectID, _ quirks: Quirks, losses: inout Losses
  ) {
    guard !quirks.efforts.isEmpty, let wish = request.reasoning else { return }
    // A budget becomes a word where the upstream's protocol has nothing else.
    let isWordOnly = upstream == .openAIChat || upstream == .openAIResponses
    guard let word = isWordOnly ? wish.effortWord : wish.effort, !quirks.efforts.contains(word),
      let place = words.firstIndex(of: word)
    else { return }
    let taken = words.indices.filter { quirks.efforts.contains(words[$0]) }
    guard let nearest = taken.last(where: { $0 < place }) ?? taken.first else { return }
    request.reasoning?.effort = words[nearest]
    losses.add(.effort, "the model does not take `\(word)`; `\(words[nearest])` is asked for")
  }
}
