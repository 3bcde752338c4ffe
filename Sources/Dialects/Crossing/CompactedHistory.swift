import Conversation
import Wire

/// Compacted stretches of a history on their way to an upstream that did not compact them.
///
/// Anthropic's blocks are in clear and become the user's text, as ours did when they were read; anyone else's can be read
/// by their maker alone: a marker takes their place, for the model must know that something is missing.
enum CompactedHistory {
  static func apply(
    _ messages: inout [Message], for upstream: DialectID, _ quirks: Quirks, losses: inout Losses
  ) {
    guard messages.holdOpaqueParts,
      messages.contains(where: { $0.parts.contains { needsWords($0, upstream, quirks) } })
    else { return }
    var result: [Message] = []
    for (index, message) in messages.enumerated() {
      var rest = message
      rest.parts = []
      for part in message.parts {
        guard case .opaque(let opaque) = part.content, needsWords(part, upstream, quirks) else {
          rest.parts.append(part)
          continue
        }
        if !rest.parts.isEmpty { result.append(rest) }
        rest.parts = []
        if let summary = summary(of: opaque) {
          result.append(Message(.user, text: words(for: summary)))
        } else {
          losses.add(
            part.path ?? "messages[\(index)]", "compacted by another provider; a marker stands in its place")
          result.append(Message(.user, text: marker))
        }
      }
      if !rest.parts.isEmpty || message.parts.isEmpty { result.append(rest) }
    }
    messages = result
  }

  /// The user's text that stands for a compacted stretch.
  static func words(for summary: String) -> String {
    "The earlier part of this conversation was replaced by a summary, which the model that led it has written. Go on "
      + "from there, and do not do again what is done.\n\n" + summary
  }

  private static let marker =
    "[The earlier part of this conversation was compacted by another provider and cannot be read here. Ask the user "
    + "about it if it matters.]"

  private static func summary(of opaque: OpaquePart) -> String? {
    switch opaque.dialect {
    case .anthropic: opaque.json["content"]?.string
    default: nil
    }
  }

  private static func needsWords(_ part: Part, _ upstream: DialectID, _ quirks: Quirks) -> Bool {
    guard case .opaque(let opaque) = part.content else { return false }
    switch opaque.dialect {
    case .anthropic:
      return upstream != .anthropic && opaque.type == "compaction" && opaque.json["content"]?.isString == true
    case .openAIResponses:
      guard OpenAIResponses.compactionTypes.contains(opaque.type) else { return false }
      guard upstream == .openAIResponses, quirks.compaction else { return true }
      return opaque.json["encrypted_content"]?.string.map(CompactionSeal.isSeal) ?? false
    default: return false
    }
  }
}
