import NIOCore

/// Gathers the many small pieces libcurl hands over into the one buffer a receiver gets.
///
/// Appends through a pointer into the buffer's own memory: a burst has hundreds of pieces, and going through
/// `ByteBuffer` for each would cost more than copying them. The pointer stays right because the buffer is held here alone
/// until `take()`, and is asked for again whenever the buffer grows.
struct PieceBuffer {
  private var buffer = ByteBuffer()
  private var memory: UnsafeMutableRawPointer?
  private var capacity = 0
  /// The size of the last buffer taken, which the next is likely to need again.
  private var expected = 0
  private(set) var count = 0

  mutating func append(_ bytes: UnsafeRawPointer, _ length: Int) {
    if length > capacity &- count { grow(by: length) }
    guard let memory else { return }
    (memory + count).copyMemory(from: bytes, byteCount: length)
    count &+= length
  }

  /// Hands the gathered bytes over and begins anew.
  mutating func take() -> ByteBuffer {
    var taken = ByteBuffer()
    swap(&taken, &buffer)
    taken.moveWriterIndex(to: count)
    expected = min(count, 128 * 1024)
    memory = nil
    capacity = 0
    count = 0
    return taken
  }

  /// Drops what nobody took.
  mutating func clear() {
    buffer = ByteBuffer()
    memory = nil
    capacity = 0
    count = 0
  }

  private mutating func grow(by length: Int) {
    buffer.moveWriterIndex(to: count)
    buffer.reserveCapacity(max(count &+ length, count &* 2, expected, 1024))
    capacity = buffer.capacity
    buffer.withVeryUnsafeMutableBytes { memory = $0.baseAddress }
  }
}
