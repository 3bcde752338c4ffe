import Conversation
import Testing

@testable import Gateway

@Suite struct ReasoningMemoryTests {
  private static let scope = ReasoningMemory.Scope(group: "default", session: "one")

  private static func turn(_ call: String, state: String = "SIG") -> [Part] {
    [
      Part(
        .reasoning(Reasoning([.init(.text, "because")])),
        state: ReasoningState(dialect: .anthropic, kind: .signature, blob: state, origin: SealOrigin("o"))),
      Part(.toolCall(ToolCall(id: call, name: "look", input: "{}"))),
    ]
  }

  /// What of the state comes back for a replayed call.
  private static func restored(
    _ memory: ReasoningMemory, _ call: String, scope: ReasoningMemory.Scope = scope, now: Int64 = 0
  ) -> String? {
    var request = ConversationRequest(
      model: "m",
      messages: [Message(.assistant, [Part(.toolCall(ToolCall(id: call, name: "look", input: "{}")))])])
    memory.restore(&request, scope: scope, now: now)
    return request.messages[0].parts.first?.state?.blob
  }

  @Test func aTurnComesBackToItsOwnSessionOnly() {
    let memory = ReasoningMemory()
    memory.remember(Self.turn("c1"), scope: Self.scope, now: 0)
    #expect(Self.restored(memory, "c1") == "SIG")
    #expect(Self.restored(memory, "c2") == nil)
    #expect(Self.restored(memory, "c1", scope: .init(group: "default", session: "two")) == nil)
    #expect(Self.restored(memory, "c1", scope: .init(group: "other", session: "one")) == nil)
  }

  @Test func whatIsOlderThanItsLifetimeIsForgotten() {
    let memory = ReasoningMemory(lifetime: 1000)
    memory.remember(Self.turn("c1"), scope: Self.scope, now: 0)
    #expect(Self.restored(memory, "c1", now: 1000) == "SIG")
    #expect(Self.restored(memory, "c1", now: 1001) == nil)
  }

  @Test func theOldestGoFirstWhenMemoryIsFull() {
    let memory = ReasoningMemory(limit: 4000)
    let state = String(repeating: "s", count: 600)
    for index in 0..<10 { memory.remember(Self.turn("c\(index)", state: state), scope: Self.scope, now: 0) }
    #expect(Self.restored(memory, "c0") == nil)
    #expect(Self.restored(memory, "c9") == state)
  }
}
