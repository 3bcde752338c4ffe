import Conversation
import Wire

/// Tools that a vendor runs, on their way to a provider that runs none: it would refuse the whole request, or take them
/// and never call them.
enum HostedTools {
  /// Responses' tools of that kind which no other protocol has.
  private static let responsesTypes: Set<String> = [
    "file_search", "mcp", "image_generation", "computer_use_preview", "computer",
  ]

  static func leaveOut(of request: inout ConversationRequest, losses: inout Losses) {
    request.tools.removeAll { tool in
      guard let name = name(of: tool) else { return false }
      losses.addTool(tool.place, name, "the provider runs no tools of its own, as `\(name)` is")
      return true
    }
    if request.tools.isEmpty, case .required? = request.toolChoice { request.toolChoice = nil }
  }

  private static func name(of tool: Tool) -> String? {
    switch tool.kind {
    case .hosted(let hosted): hosted.kind.rawValue
    case .opaque(let opaque):
      opaque.dialect == .openAIResponses && responsesTypes.contains(opaque.type) ? opaque.type : nil
    case .function, .custom: nil
    }
  }
}
