import NIOCore

/// Gathers the many small pieces libcurl hands over into the one buffer a receiver gets.
///
/// Appends through a pointer into the buffer's own memory: a burst has hundreds of pieces, and going through
/// `ByteBuffer` for each would cost more than copying them. The pointer stays right because the buffer is held here alone
/// until `take()`, and is asked for again whenever the buffer grows.
struct PieceBuffer {
  /// Bytes held for the receiver before libcurl is told to wait.
  static let limit = 512 * 1024

  private var buffer = ByteBuffer()
  private var memory: UnsafeMutableRawPointer?
  /// What fits into the memory, and at most the limit.
  private var capacity = 0
  /// The size of the last buffer taken, which the next is likely to need again.
  private var expected = 0
  private(set) var count = 0
  /// Whether the receiver takes no more for now.
  var isPaused = false

  /// Appends a piece where others wait already and there is room for it; false where `append` has to be asked.
  @inline(__always)
  mutating func appendToOthers(_ bytes: UnsafeRawPointer, _ length: Int) -> Bool {
    guard count > 0, !isPaused, length <= capacity &- count, let memory else { return false }
    (memory + count).copyMemory(from: bytes, byteCount: length)
    count &+= length
    return true
  }

  /// Appends a piece; false where libcurl has to keep it for now.
  mutating func append(_ bytes: UnsafeRawPointer, _ length: Int) -> Bool {
    if isPaused || (count > 0 && count &+ length > Self.limit) { return false }
    if length > capacity &- count { grow(by: length) }
    guard let memory else { return false }
    (memory + count).copyMemory(from: bytes, byteCount: length)
    count &+= length
    return true
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
    capacity = min(buffer.capacity, max(Self.limit, length))
    buffer.withVeryUnsafeMutableBytes { memory = $0.baseAddress }
  }
}
