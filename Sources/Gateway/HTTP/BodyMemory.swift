import NIOConcurrencyHelpers

/// Bytes of the request bodies of all connections, from their first byte to the end of their exchange.
///
/// Only what is there counts, never what a `content-length` promises: a promise costs its maker nothing.
final class BodyMemory: Sendable {
  /// Bytes of a body that are not counted.
  ///
  /// Most requests are smaller and must not pay; their sum is bounded by the number of connections.
  static let uncounted = 64 * 1024
  /// Bytes that are counted at once.
  static let step = 256 * 1024

  private let held = NIOLockedValueBox(0)

  var bytes: Int { held.withLockedValue { $0 } }

  /// Whether there is room for that many more for a body that holds `own`; a body that is the only one always has it.
  func take(_ bytes: Int, own: Int, limit: Int) -> Bool {
    held.withLockedValue { held in
      guard held == own || bytes <= limit - held else { return false }
      held += bytes
      return true
    }
  }

  func give(_ bytes: Int) { held.withLockedValue { $0 -= bytes } }
}

/// One connection's part of it.
struct HeldBody {
  private var bytes = 0

  /// Counts a body of that many bytes; false where there is no room.
  ///
  /// `limit` is only asked for when it grows.
  mutating func grow(to count: Int, in memory: BodyMemory, limit: @autoclosure () -> Int) -> Bool {
    guard count > BodyMemory.uncounted, count > bytes else { return true }
    let mask = BodyMemory.step - 1
    let wanted = (count | mask) - bytes
    guard memory.take(wanted, own: bytes, limit: limit()) else { return false }
    bytes += wanted
    return true
  }

  mutating func release(to memory: BodyMemory) {
    guard bytes > 0 else { return }
    memory.give(bytes)
    bytes = 0
  }
}
