import Conversation
import Wire

/// What Anthropic's system messages between turns say beside their text, said so that everybody understands it: tools
/// that come and go, an effort from here on, and words that are meant for one turn only.
///
/// Everybody else is sent all tools from the start, those that a message defines among them, and is told in words which
/// can be called.
/// Formats: https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages, …/effort-per-message
enum TurnDirectives {
  static func apply(_ request: inout ConversationRequest) {
    let lastUser = request.messages.lastIndex { $0.role == .user } ?? -1
    var gone: Set<Int> = []
    for index in request.messages.indices {
      guard request.messages[index].role == .system, request.messages[index].slot == .turn,
        let own = request.messages[index].extensions.own(.anthropic)
      else { continue }
      var reader = ObjectReader(own.source)
      _ = reader.take("role")
      _ = reader.take("content")
      if takeClearing(&reader), index < lastUser {
        request.messages[index].parts.removeAll { if case .text = $0.content { true } else { false } }
      }
      if let effort = takeEffort(&reader) {
        request.reasoning = request.reasoning ?? ReasoningRequest()
        request.reasoning?.effort = effort
      }
      request.messages[index].extensions = Extensions(.anthropic, path: own.path, reader)
      changeTools(of: &request, at: index)
      if request.messages[index].parts.isEmpty, reader.residue.rest.isEmpty { gone.insert(index) }
    }
    guard !gone.isEmpty else { return }
    request.messages = request.messages.enumerated().filter { !gone.contains($0.offset) }.map(\.element)
  }

  /// Whether the message's text is only for the turn it stands in.
  private static func takeClearing(_ reader: inout ObjectReader) -> Bool {
    switch reader.peek("clear_at")?.string {
    case "never":
      _ = reader.take("clear_at")
      return false
    case "next_user_message":
      _ = reader.take("clear_at")
      return true
    default: return false
    }
  }

  private static func takeEffort(_ reader: inout ObjectReader) -> String? {
    guard let config = reader.peek("output_config"), config.isObject,
      config.members.allSatisfy({ $0.isNamed("effort") && $0.value.isString })
    else { return nil }
    _ = reader.take("output_config")
    return config["effort"]?.string
  }

  private static func changeTools(of request: inout ConversationRequest, at index: Int) {
    for part in request.messages[index].parts.indices {
      guard case .opaque(let opaque) = request.messages[index].parts[part].content, opaque.dialect == .anthropic,
        let tool = opaque.json["tool"]
      else { continue }
      let name = name(of: tool)
      switch (opaque.type, name) {
      case ("tool_addition", let name?):
        if let definition = tool["definition"], !request.tools.contains(where: { $0.name == name }) {
          request.tools.append(AnthropicMessages.readTool(definition, path: "\(opaque.path).tool.definition"))
        }
        request.messages[index].parts[part] = words(ToolReferences.canBeCalled(name), of: opaque)
      case ("tool_removal", let name?):
        request.messages[index].parts[part] = words("The tool `\(name)` can no longer be called.", of: opaque)
      default: break
      }
    }
  }

  private static func words(_ words: String, of block: OpaquePart) -> Part {
    var reader = ObjectReader(block.json)
    _ = reader.take("type")
    _ = reader.take("tool")
    return Part(.text(Text(words)), extensions: Extensions(.anthropic, path: block.path, reader))
  }

  /// The name by which the model calls the tool; nil for those of servers that only Anthropic connects to.
  private static func name(of tool: JSON) -> String? {
    switch tool["type"]?.string {
    case "tool_reference": tool["name"]?.string
    case "tool_definition": tool["definition"]?["name"]?.string
    default: nil
    }
  }
}
