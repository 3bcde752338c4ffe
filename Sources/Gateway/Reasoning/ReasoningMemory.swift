import Conversation
import Dialects
import NIOConcurrencyHelpers
import Wire

/// Keeps the reasoning of tool-calling turns for clients that carry no state themselves: those of Chat, whose protocol
/// has no slot for it, and those of Responses that did not ask for encrypted reasoning.
///
/// Bounded by bytes and age, oldest first; in memory only, never logged. Keyed by group, agent session (where the agent
/// names one) and the id of the turn's first call.
final class ReasoningMemory: Sendable {
  /// Whose turns these are.
  struct Scope: Sendable, Hashable {
    var group: String
    var session: String?
  }

  private struct Key: Sendable, Hashable {
    var scope: Scope
    var call: String
  }

  private struct Entry: Sendable {
    /// Milliseconds since 1970.
    var at: Int64
    var parts: [Part]
    /// State that sat on the calls themselves, by call id.
    var callStates: [String: ReasoningState]
    var size: Int
  }

  private struct State: Sendable {
    var entries: [Key: Entry] = [:]
    /// Oldest first.
    var order: [Key] = []
    var size = 0
  }

  private let limit: Int
  private let lifetime: Int64
  private let state = NIOLockedValueBox(State())

  /// Makes an empty memory.
  ///
  /// - Parameters:
  ///   - limit: bytes of reasoning text and state kept in all.
  ///   - lifetime: milliseconds after which a turn is forgotten; a conversation that rests longer starts anew.
  init(limit: Int = 16 * 1024 * 1024, lifetime: Int64 = 24 * 3_600_000) {
    self.limit = limit
    self.lifetime = lifetime
  }

  /// Remembers what the turn of `parts` will need next time; turns without calls or state need nothing.
  func remember(_ parts: [Part], scope: Scope, now: Int64) {
    var reasoning: [Part] = []
    var callStates: [String: ReasoningState] = [:]
    var first: String?
    var size = 0
    for part in parts {
      switch part.content {
      case .reasoning(let thought):
        // Thoughts without state are kept, too: some vendors want their text back.
        guard part.state != nil || !thought.segments.isEmpty else { continue }
        reasoning.append(Part(.reasoning(thought), state: part.state))
        size += thought.segments.reduce(part.state?.blob.utf8.count ?? 0) { $0 + $1.text.utf8.count }
      case .toolCall(let call):
        guard let id = call.id else { continue }
        first = first ?? id
        if let state = part.state {
          callStates[id] = state
          size += state.blob.utf8.count
        }
      default: break
      }
    }
    guard let first, !reasoning.isEmpty || !callStates.isEmpty, size <= limit / 4 else { return }
    let entry = Entry(at: now, parts: reasoning, callStates: callStates, size: size + 256)
    let key = Key(scope: scope, call: first)
    state.withLockedValue { state in
      if let old = state.entries.updateValue(entry, forKey: key) {
        state.size -= old.size
      } else {
        state.order.append(key)
      }
      state.size += entry.size
      var dropped = 0
      while dropped < state.order.count {
        let oldest = state.order[dropped]
        let isExpired = state.entries[oldest].map { now - $0.at > lifetime } ?? true
        guard isExpired || state.size > limit else { break }
        if let old = state.entries.removeValue(forKey: oldest) { state.size -= old.size }
        dropped += 1
      }
      state.order.removeFirst(dropped)
    }
  }

  /// Puts remembered reasoning back where a replayed history lacks it.
  func restore(_ request: inout ConversationRequest, scope: Scope, now: Int64) {
    guard state.withLockedValue({ !$0.entries.isEmpty }) else { return }
    for index in request.messages.indices where request.messages[index].role == .assistant {
      guard let first = request.messages[index].toolCalls.first?.id else { continue }
      guard let entry = state.withLockedValue({ $0.entries[Key(scope: scope, call: first)] }),
        now - entry.at <= lifetime
      else { continue }
      var message = request.messages[index]
      for part in message.parts.indices {
        guard case .toolCall(let call) = message.parts[part].content, message.parts[part].state == nil, let id = call.id
        else { continue }
        message.parts[part].state = entry.callStates[id]
      }
      let hasState = message.parts.contains { part in
        if case .reasoning = part.content { part.state != nil } else { false }
      }
      let isShort = message.parts.allSatisfy { if case .reasoning = $0.content { false } else { true } }
      if !hasState, isShort || entry.parts.contains(where: { $0.state != nil }) {
        // The client's own copy of the text, if it sent one back, has no state and gives way to ours.
        message.parts.removeAll { if case .reasoning = $0.content { true } else { false } }
        message.parts.insert(contentsOf: entry.parts, at: 0)
      }
      request.messages[index] = message
    }
  }
}

extension ConversationRequest {
  /// Whether a client that speaks `dialect` leaves it to us to keep its reasoning state.
  func needsReasoningMemory(dialect: DialectID) -> Bool {
    dialect == .openAIChat || (dialect == .openAIResponses && !includesEncryptedReasoning)
  }
}
