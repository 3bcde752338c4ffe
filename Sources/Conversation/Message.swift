/// Who speaks.
public enum Role: String, Sendable, Hashable {
  case system, developer, user, assistant
  /// A message of tool results only, as OpenAI Chat and Responses send them. Elsewhere results are parts of user
  /// messages.
  case tool
}

/// One entry of a conversation: a role and ordered parts.
public struct Message: Sendable {
  /// Where the message stood in its protocol.
  public enum Slot: Sendable, Hashable {
    /// Outside the turns: Anthropic `system`, Gemini `systemInstruction`, Responses `instructions`.
    case instructions
    case turn
  }

  /// Who speaks.
  public var role: Role
  /// What is said, in order.
  public var parts: [Part]
  /// Where the message stood.
  public var slot: Slot
  /// Chat's `name`.
  public var name: String?
  /// Responses' item id, where the message was an item.
  public var id: String?
  /// What the reader did not understand of the message object.
  public var extensions: Extensions?

  /// Makes a message, a turn unless told otherwise.
  public init(_ role: Role, _ parts: [Part] = [], slot: Slot = .turn) {
    self.role = role
    self.parts = parts
    self.slot = slot
  }

  /// A message of one text.
  public init(_ role: Role, text: String, slot: Slot = .turn) {
    self.init(role, [Part(.text(Text(text)))], slot: slot)
  }
}

extension Message {
  /// Takes Responses' item ids off every part, keeping together what was one item.
  public mutating func forgetItems() {
    var frames: [ObjectIdentifier: ItemFrame] = [:]
    for index in parts.indices {
      switch parts[index].content {
      case .toolCall(var call):
        call.itemID = nil
        parts[index].content = .toolCall(call)
      case .reasoning(var reasoning):
        reasoning.id = nil
        parts[index].content = .reasoning(reasoning)
      default: break
      }
      guard let frame = parts[index].frame else { continue }
      let bare = frames[ObjectIdentifier(frame)] ?? ItemFrame(id: nil, extensions: frame.extensions)
      frames[ObjectIdentifier(frame)] = bare
      parts[index].frame = bare
    }
  }

  /// Where the message stood in its protocol's words; nil where that is not known.
  ///
  /// What Responses has as several items stood where its first part did.
  public var path: String? { extensions?.path ?? parts.lazy.compactMap(\.path).first }

  /// Whether a part, or a part of a tool's result, is one protocol's own.
  public var holdsOpaqueParts: Bool {
    // By places: walking over the parts would copy each of them.
    parts.indices.contains { index in
      switch parts[index].content {
      case .opaque: true
      case .toolResult(let result):
        result.parts.indices.contains { if case .opaque = result.parts[$0].content { true } else { false } }
      default: false
      }
    }
  }

  /// The tool calls among the parts, in order.
  public var toolCalls: [ToolCall] {
    parts.compactMap { if case .toolCall(let call) = $0.content { call } else { nil } }
  }
}

extension [Message] {
  /// Whether there is a part that is one protocol's own; most histories have none.
  public var holdOpaqueParts: Bool { indices.contains { self[$0].holdsOpaqueParts } }
}
