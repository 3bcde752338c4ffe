import Conversation

/// Joins what Gemini clients replay in pieces: a streamed thought comes back as one part per delta, its signature on
/// the last, though it is one thought to everybody else.
enum ThoughtJoining {
  static func apply(_ messages: inout [Message]) {
    for index in messages.indices where messages[index].role == .assistant && hasPieces(messages[index].parts) {
      messages[index].parts = joined(messages[index].parts)
    }
  }

  /// Whether a thought stands behind another.
  private static func hasPieces(_ parts: [Part]) -> Bool {
    parts.indices.dropFirst().contains { isThought(parts[$0]) && isThought(parts[$0 - 1]) }
  }

  private static func isThought(_ part: borrowing Part) -> Bool {
    if case .reasoning = part.content { true } else { false }
  }

  private static func joined(_ parts: [Part]) -> [Part] {
    var joined: [Part] = []
    for part in parts {
      guard case .reasoning(let next) = part.content, let last = joined.indices.last, joined[last].state == nil,
        case .reasoning(var thought) = joined[last].content
      else {
        joined.append(part)
        continue
      }
      // Taken out of the part while it grows, so that it grows in place.
      joined[last].content = .reasoning(Reasoning())
      if thought.segments.isEmpty { thought.segments.append(Reasoning.Segment(.text, "")) }
      for segment in thought.segments.dropFirst() + next.segments { thought.segments[0].text += segment.text }
      thought.segments.removeSubrange(1...)
      joined[last].content = .reasoning(thought)
      joined[last].state = part.state
    }
    return joined
  }
}
