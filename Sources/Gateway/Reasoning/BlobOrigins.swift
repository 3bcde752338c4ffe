import Conversation
import NIOConcurrencyHelpers

/// Remembers who made the native reasoning blobs that passed through without a seal.
///
/// A client that speaks its provider's own protocol replays them bare; after a route change they would reach a
/// provider that did not make them. Also remembers which calls an Anthropic client was given without thinking: a
/// history that ends in one must go out with thinking off. Holds fingerprints only, bounded, oldest first.
final class BlobOrigins: Sendable {
  private struct State: Sendable {
    var origins: [UInt64: SealOrigin] = [:]
    var order: [UInt64] = []
    /// How many blobs each origin has, per dialect.
    var seen: [DialectID: Set<SealOrigin>] = [:]
    var unthought: Set<UInt64> = []
    var unthoughtOrder: [UInt64] = []
  }

  private let limit: Int
  private let state = NIOLockedValueBox(State())

  init(limit: Int = 50_000) {
    self.limit = limit
  }

  /// Notes that `origin` made `blob`.
  func note(_ blob: String, dialect: DialectID, origin: SealOrigin) {
    let key = Self.key(blob)
    state.withLockedValue { state in
      state.seen[dialect, default: []].insert(origin)
      guard state.origins.updateValue(origin, forKey: key) == nil else { return }
      state.order.append(key)
      if state.order.count > limit {
        let dropped = limit / 8
        for old in state.order.prefix(dropped) { state.origins[old] = nil }
        state.order.removeFirst(dropped)
      }
    }
  }

  /// Notes that an Anthropic client was given a call without thinking before it, though it asked for thinking.
  func noteUnthought(_ call: String) {
    let key = Fingerprint.value(call.utf8)
    state.withLockedValue { state in
      guard state.unthought.insert(key).inserted else { return }
      state.unthoughtOrder.append(key)
      if state.unthoughtOrder.count > limit {
        let dropped = limit / 8
        state.unthought.subtract(state.unthoughtOrder.prefix(dropped))
        state.unthoughtOrder.removeFirst(dropped)
      }
    }
  }

  /// Whether there are calls without thinking at all, so that a body must be looked into.
  var hasUnthought: Bool { state.withLockedValue { !$0.unthought.isEmpty } }

  /// Whether a call was made without thinking.
  func isUnthought(_ call: String) -> Bool {
    let key = Fingerprint.value(call.utf8)
    return state.withLockedValue { $0.unthought.contains(key) }
  }

  /// Clients may replay base64 in the other alphabet.
  private static func key(_ blob: String) -> UInt64 {
    Fingerprint.value(
      blob.utf8.lazy.map {
        $0 == UInt8(ascii: "-") ? UInt8(ascii: "+") : $0 == UInt8(ascii: "_") ? UInt8(ascii: "/") : $0
      })
  }

  /// Whether blobs made by someone other than `origin` are about, so that a body must be looked into.
  func hasForeign(_ dialect: DialectID, to origin: SealOrigin) -> Bool {
    state.withLockedValue { state in
      guard let seen = state.seen[dialect] else { return false }
      return seen.contains { $0 != origin }
    }
  }

  /// Fills in the origins of native blobs, as far as they are known.
  func resolve(_ request: inout ConversationRequest) {
    for message in request.messages.indices {
      for part in request.messages[message].parts.indices {
        guard let found = request.messages[message].parts[part].state, found.origin == nil else { continue }
        let key = Self.key(found.blob)
        request.messages[message].parts[part].state?.origin = state.withLockedValue { $0.origins[key] }
      }
    }
  }
}

extension ConversationRequest {
  /// Whether some reasoning state was made by another than `origin`.
  func hasForeignState(dialect: DialectID, origin: SealOrigin) -> Bool {
    messages.contains { message in
      message.parts.contains { $0.state.map { !$0.belongs(to: dialect, origin) } ?? false }
    }
  }
}
