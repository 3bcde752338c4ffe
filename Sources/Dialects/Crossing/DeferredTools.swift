import Conversation
import Wire

/// A vendor's search among deferred tools, on the way to an upstream without one: every tool is declared from the start,
/// so that nothing is lost but what deferring saves.
///
/// Formats: https://developers.openai.com/api/docs/guides/tools-tool-search,
/// https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-search-tool
enum DeferredTools {
  /// Comes after `ClientTools`, which declares what earlier searches found.
  static func declareAll(in request: inout ConversationRequest, for upstream: DialectID, _ quirks: Quirks) {
    func isMissing(_ dialect: DialectID) -> Bool {
      switch dialect {
      case .openAIResponses: upstream != dialect || !quirks.namespaceTools
      case .anthropic: upstream != dialect
      case .openAIChat, .gemini: false
      }
    }
    request.tools.removeAll { tool in
      guard case .opaque(let opaque) = tool.kind else { return false }
      return isMissing(opaque.dialect) && isSearch(opaque)
    }
    for index in request.tools.indices {
      guard let own = request.tools[index].extensions, isMissing(own.dialect), own.source["defer_loading"] != nil
      else { continue }
      request.tools[index].extensions?.residue.take("defer_loading")
    }
    guard request.messages.holdOpaqueParts else { return }
    for index in request.messages.indices {
      request.messages[index].parts.removeAll { part in
        guard case .opaque(let opaque) = part.content else { return false }
        return isMissing(opaque.dialect) && isSearched(opaque)
      }
    }
  }

  private static func isSearch(_ tool: OpaquePart) -> Bool {
    switch tool.dialect {
    case .openAIResponses: tool.type == "tool_search" && tool.json["execution"]?.isString("client") != true
    case .anthropic: tool.type.hasPrefix("tool_search_tool_")
    default: false
    }
  }

  /// Whether a piece of the history tells of such a search or of what it found.
  private static func isSearched(_ part: OpaquePart) -> Bool {
    switch part.dialect {
    case .openAIResponses:
      (part.type == "tool_search_call" || part.type == "tool_search_output")
        && part.json["execution"]?.isString("client") != true
    case .anthropic:
      part.type == "tool_search_tool_result"
        || part.type == "server_tool_use" && part.json["name"]?.string?.hasPrefix("tool_search_tool_") == true
    default: false
    }
  }
}
