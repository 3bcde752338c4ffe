import Conversation
import Wire

/// Turns the items of tools that the client runs into calls and results.
struct ClientToolHistory {
  private let missing: ClientTools.Missing
  /// The functions they are declared as.
  private let names: [ClientToolKind: String]
  /// Call ids by item id: a `local_shell_call_output` may name its call by that.
  private var callIDs: [String: String] = [:]

  init(_ missing: ClientTools.Missing, names: [ClientToolKind: String]) {
    self.missing = missing
    self.names = names
  }

  private static let calls = Dictionary(
    uniqueKeysWithValues: [ClientToolKind.localShell, .shell, .applyPatch, .toolSearch].map { ($0.callType, $0) })
  private static let outputs = Dictionary(
    uniqueKeysWithValues: [ClientToolKind.localShell, .shell, .applyPatch, .toolSearch].map { ($0.outputType, $0) })

  mutating func lower(_ messages: inout [Message]) {
    for index in messages.indices {
      var kept: [Part] = []
      for part in messages[index].parts { if let part = lower(part) { kept.append(part) } }
      let hasGone = kept.count < messages[index].parts.count
      messages[index].parts = kept
      if hasGone, kept.isEmpty { messages[index].extensions = nil }
    }
    if missing.toolSearch {
      messages.removeAll { $0.parts.isEmpty && $0.role == .developer && $0.extensions == nil && $0.slot == .turn }
    }
  }

  private mutating func lower(_ part: Part) -> Part? {
    guard case .opaque(let opaque) = part.content, opaque.dialect == .openAIResponses else { return part }
    let item = opaque.json
    if opaque.type == "additional_tools", missing.toolSearch { return nil }
    if let kind = Self.calls[opaque.type], missing.includes(kind) {
      // Without an id the vendor ran it itself.
      guard let callID = item["call_id"]?.string ?? item["id"]?.string,
        kind != .toolSearch || item["call_id"]?.isString == true
      else { return part }
      if let id = item["id"]?.string { callIDs[id] = callID }
      let call = ToolCall(id: callID, name: names[kind] ?? kind.rawValue, input: kind.input(of: item).text)
      return part.bare(.toolCall(call))
    }
    if let kind = Self.outputs[opaque.type], missing.includes(kind) {
      guard
        let callID = item["call_id"]?.string ?? item["id"]?.string.map({ callIDs[$0] ?? $0 }),
        kind != .toolSearch || item["call_id"]?.isString == true
      else { return part }
      let (text, isError) = kind.result(of: item)
      return part.bare(
        .toolResult(
          ToolResult(callID: callID, name: names[kind] ?? kind.rawValue, parts: [.text(text)], isError: isError)))
    }
    return part
  }
}
