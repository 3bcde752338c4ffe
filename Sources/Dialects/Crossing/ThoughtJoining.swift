import Conversation

/// Joins what Gemini clients replay in pieces: a streamed thought comes back as one part per delta, its signature on
/// the last, though it is one thought to everybody else.
enum ThoughtJoining {
  static func apply(_ messages: inout [Message]) {
    for index in messages.indices where messages[index].role == .assistant {
      messages[index].parts = joined(messages[index].parts)
    }
  }

  private static func joined(_ parts: [Part]) -> [Part] {
    var joined: [Part] = []
    for part in parts {
      guard case .reasoning(let next) = part.content, let last = joined.last, last.state == nil,
        case .reasoning(var thought) = last.content
      else {
        joined.append(part)
        continue
      }
      let text = thought.segments.map(\.text).joined() + next.segments.map(\.text).joined()
      thought.segments = [Reasoning.Segment(thought.segments.first?.kind ?? .text, text)]
      joined[joined.count - 1].content = .reasoning(thought)
      joined[joined.count - 1].state = part.state
    }
    return joined
  }
}
