import NIOConcurrencyHelpers
import Wire

/// Keeps responses for clients that go on by `previous_response_id`, over upstreams that keep none.
///
/// Only with the setting `responses.store`. In memory only, never logged; bounded by bytes, age and count, the longest
/// unused first. Of a conversation each response keeps what its own request added: the rest is the one before it.
final class ResponseStore: Sendable {
  /// One response and what was asked.
  struct Entry: Sendable {
    /// The group it was asked in; no other sees it.
    var group: String
    /// The response this one went on from.
    var previous: String?
    /// What its own request added, as items of `input`.
    var input: [JSON]
    /// The response object as the client got it.
    var response: JSON

    fileprivate var size: Int { input.reduce(response.byteCount + 512) { $0 + $1.byteCount + 64 } }
  }

  /// What may be kept.
  struct Bounds: Sendable {
    var bytes: Int
    /// Milliseconds without use.
    var age: Int64
    var count = 10_000
  }

  private struct Kept: Sendable {
    var entry: Entry
    /// Milliseconds since 1970.
    var usedAt: Int64
    /// The number of its last use; places in `order` with another one are outdated.
    var use: UInt64
  }

  private struct State: Sendable {
    var kept: [String: Kept] = [:]
    /// Longest unused first.
    var order: [(id: String, use: UInt64)] = []
    var size = 0
    var uses: UInt64 = 0

    mutating func touch(_ id: String, now: Int64) {
      uses &+= 1
      kept[id]?.usedAt = now
      kept[id]?.use = uses
      order.append((id, uses))
      guard order.count > 64, order.count > kept.count &* 4 else { return }
      order.removeAll { kept[$0.id]?.use != $0.use }
    }

    mutating func remove(_ id: String) -> Entry? {
      guard let old = kept.removeValue(forKey: id) else { return nil }
      size -= old.entry.size
      return old.entry
    }

    mutating func trim(_ bounds: Bounds, now: Int64) {
      var dropped = 0
      for place in order {
        let isCurrent = kept[place.id]?.use == place.use
        let isExpired = kept[place.id].map { now - $0.usedAt > bounds.age } ?? false
        guard !isCurrent || isExpired || size > bounds.bytes || kept.count > bounds.count else { break }
        if isCurrent { _ = remove(place.id) }
        dropped += 1
      }
      order.removeFirst(dropped)
    }
  }

  private let state = NIOLockedValueBox(State())

  /// Keeps a response under its id.
  func keep(_ entry: Entry, id: String, bounds: Bounds, now: Int64) {
    // A view of a request's bytes would keep all of them.
    var entry = entry
    entry.input = entry.input.map { $0.detached() }
    entry.response = entry.response.detached()
    guard entry.size <= bounds.bytes else { return }
    state.withLockedValue { state in
      _ = state.remove(id)
      state.size += entry.size
      state.kept[id] = Kept(entry: entry, usedAt: now, use: 0)
      state.touch(id, now: now)
      state.trim(bounds, now: now)
    }
  }

  /// A response of that group; nil if none is kept.
  func entry(_ id: String, group: String, bounds: Bounds, now: Int64) -> Entry? {
    state.withLockedValue { state in
      state.trim(bounds, now: now)
      return state.kept[id].flatMap { $0.entry.group == group ? $0.entry : nil }
    }
  }

  /// The items of the whole conversation up to and including a response; nil if any of it is gone.
  ///
  /// Counts as a use of all of them.
  func history(upTo id: String, group: String, bounds: Bounds, now: Int64) -> [JSON]? {
    state.withLockedValue { state in
      state.trim(bounds, now: now)
      var chain: [(id: String, entry: Entry)] = []
      var next: String? = id
      while let id = next {
        // A response cannot go on from itself, but an upstream may give one id twice.
        guard let kept = state.kept[id], kept.entry.group == group, chain.count < state.kept.count else { return nil }
        chain.append((id, kept.entry))
        next = kept.entry.previous
      }
      for link in chain.reversed() { state.touch(link.id, now: now) }
      return chain.reversed().flatMap { link in
        link.entry.input + Array((link.entry.response["output"] ?? .null).elements)
      }
    }
  }

  /// Forgets a response; returns whether there was one.
  func forget(_ id: String, group: String) -> Bool {
    state.withLockedValue { state in
      guard state.kept[id]?.entry.group == group else { return false }
      return state.remove(id) != nil
    }
  }

  /// Bytes kept.
  var size: Int { state.withLockedValue { $0.size } }
}
