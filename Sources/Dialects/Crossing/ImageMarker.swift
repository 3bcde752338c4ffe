import Conversation

/// Replaces images by a marker, for models that take text only: an error on every further turn would end the session.
enum ImageMarker {
  static let text = "[image left out: this model takes text only]"

  static func apply(_ messages: inout [Message], losses: inout Losses) {
    for message in messages.indices {
      for part in messages[message].parts.indices {
        let path = messages[message].path ?? "messages[\(message)]"
        replace(&messages[message].parts[part], path: path, &losses)
      }
    }
  }

  private static func replace(_ part: inout Part, path: String, _ losses: inout Losses) {
    let path = part.path ?? path
    switch part.content {
    case .image:
      losses.add(path, "the provider takes no images; a marker stands in its place")
      part = .text(text)
    case .toolResult(var result):
      for index in result.parts.indices { replace(&result.parts[index], path: path, &losses) }
      part.content = .toolResult(result)
    default: break
    }
  }
}

extension ConversationRequest {
  /// Whether there are images in its messages, those in results of tools included.
  public var holdsImages: Bool { messages.contains { $0.parts.contains(where: Self.holdsImage) } }

  private static func holdsImage(_ part: Part) -> Bool {
    switch part.content {
    case .image: true
    case .toolResult(let result): result.parts.contains(where: holdsImage)
    default: false
    }
  }
}
