import Conversation
import Wire

/// Says in words what Anthropic's `tool_reference` blocks say: which of the deferred tools a search has loaded.
///
/// Everybody else was sent all tools from the start, and would get an empty result instead.
enum ToolReferences {
  static func apply(_ messages: inout [Message]) {
    guard messages.holdOpaqueParts else { return }
    for message in messages.indices {
      for part in messages[message].parts.indices {
        guard case .toolResult(var result) = messages[message].parts[part].content else { continue }
        var isChanged = false
        for inner in result.parts.indices {
          guard let name = reference(result.parts[inner]) else { continue }
          result.parts[inner] = .text(canBeCalled(name))
          isChanged = true
        }
        if isChanged { messages[message].parts[part].content = .toolResult(result) }
      }
    }
  }

  static func canBeCalled(_ name: String) -> String { "The tool `\(name)` can be called now." }

  private static func reference(_ part: Part) -> String? {
    guard case .opaque(let opaque) = part.content, opaque.dialect == .anthropic, opaque.type == "tool_reference" else {
      return nil
    }
    return opaque.json["tool_name"]?.string
  }
}
