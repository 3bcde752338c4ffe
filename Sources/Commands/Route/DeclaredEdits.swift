import Conversation
import Providers
import Routing

/// What a provider wants changed in bodies of its own protocol, in words.
enum DeclaredEdits {
  /// The edits, most frequent first; none for a provider that takes the protocol as it is.
  static func of(_ candidate: RouteCandidate) -> [String] {
    let quirks = candidate.quirks
    let all: [(Bool, String)] =
      switch candidate.endpoint.dialect {
      case .openAIChat:
        [
          (quirks.streamUsage, "streams are asked for their usage"),
          (!quirks.developerRole, "`developer` becomes `system`"),
          (quirks.maxTokensField != .asSent, "the output limit becomes `\(quirks.maxTokensField.rawValue)`"),
          (!quirks.customTools, "custom tools become functions"), (!quirks.imageInput, "images become a marker"),
        ]
      case .openAIResponses:
        [
          (!quirks.customTools, "custom tools become functions"), (!quirks.namespaceTools, "namespaces are flattened"),
          (!quirks.itemIDs, "ids of items are taken out"), (!quirks.imageInput, "images become a marker"),
        ]
      case .anthropic:
        [(quirks.stripBetas, "betas are taken out"), (!quirks.imageInput, "images become a marker")]
      case .gemini: []
      }
    let stripped = quirks.stripFields.map { "`\($0)` is taken out" }
    return all.filter(\.0).map(\.1) + stripped
  }
}
