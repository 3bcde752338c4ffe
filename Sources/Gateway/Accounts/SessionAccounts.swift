import Conversation
import NIOConcurrencyHelpers
import Routing

/// Remembers which account answered a session last, for that is where its prompt cache and its reasoning are.
///
/// In memory only and bounded, oldest first. A change of the configuration forgets everything: the user's new order
/// counts at once.
final class SessionAccounts: Sendable {
  private struct Key: Sendable, Hashable {
    var session: UInt64
    var provider: String
    var model: String
  }

  private struct Entry: Sendable {
    var accountID: String
    /// Milliseconds since 1970.
    var at: Int64
  }

  private struct State: Sendable {
    var entries: [Key: Entry] = [:]
    var generation: Int64 = 0
  }

  private let limit: Int
  private let lifetime: Int64
  private let state = NIOLockedValueBox(State())

  /// Makes an empty memory.
  ///
  /// - Parameters:
  ///   - limit: sessions kept, each with each model it uses.
  ///   - lifetime: milliseconds after the last answer; an hour is as long as prompt caches live.
  init(limit: Int = 4096, lifetime: Int64 = 3_600_000) {
    self.limit = limit
    self.lifetime = lifetime
  }

  /// Notes that `holder` answered the session.
  func note(_ holder: QuotaHolder, session: UInt64, generation: Int64, now: Int64) {
    let key = Key(session: session, provider: holder.provider, model: holder.model)
    state.withLockedValue { state in
      if state.generation != generation { state = State(generation: generation) }
      state.entries[key] = Entry(accountID: holder.accountID, at: now)
      guard state.entries.count > limit else { return }
      let oldest = state.entries.sorted { $0.value.at < $1.value.at }.prefix(max(1, limit / 8))
      for (key, _) in oldest { state.entries[key] = nil }
    }
  }

  /// Whether `holder` is where the session was answered last.
  func isHome(_ holder: QuotaHolder, of session: UInt64, generation: Int64, now: Int64) -> Bool {
    let key = Key(session: session, provider: holder.provider, model: holder.model)
    return state.withLockedValue { state in
      guard state.generation == generation, let entry = state.entries[key] else { return false }
      return entry.accountID == holder.accountID && now - entry.at <= lifetime
    }
  }
}
