import Conversation
import Wire

extension OpenAIChat {
  /// What chunks of a stream say of the whole answer that nobody here understands (`system_fingerprint`, `provider`,
  /// `prompt_filter_results`, …): told once each, as a whole answer tells it.
  struct ChunkRest: Sendable {
    private var told: Set<String> = []
    /// What came before the stream had begun.
    private var waiting: [OpaqueEvent] = []
    /// The most members that are told.
    private static let limit = 64

    private static let understood = NameTable([
      "id", "object", "created", "model", "choices", "usage", "service_tier", "error", "citations", "search_results",
      // Random padding against length attacks.
      "obfuscation",
    ])

    mutating func read(_ chunk: JSON, hasStarted: Bool, into events: inout [ConversationEvent]) {
      var members: [JSONMember] = []
      for member in chunk.members where !member.isNamed(in: Self.understood) {
        guard OpenAIChat.saysSomething(member.value), told.count < Self.limit, told.insert(member.key).inserted
        else { continue }
        members.append(member)
      }
      if !members.isEmpty { waiting.append(OpenAIChat.event("chunk", members, index: nil)) }
      guard hasStarted else { return }
      for event in waiting { events.append(.opaque(event)) }
      waiting = []
    }
  }

  /// An event of members that nobody understood.
  static func event(_ level: String, _ members: [JSONMember], index: Int?) -> OpaqueEvent {
    let json = JSON { writer in
      writer.object { writer in
        if let index { writer.member("index", index) }
        for member in members {
          writer.key(named: member.key)
          writer.value(member.value)
        }
      }
    }
    return OpaqueEvent(.openAIChat, name: level, json)
  }

  static func saysSomething(_ value: JSON) -> Bool {
    switch value.kind {
    case .null: false
    case .array: !value.elements.isEmpty
    case .object: !value.members.isEmpty
    case .string: !value.isString("")
    default: true
    }
  }
}
