#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// A stream that text is written to: a descriptor, or a closure in tests.
public struct TextOutput: Sendable {
  /// Whether a person looks at it: decides ornament, truncation and colour.
  public var isTerminal: Bool
  /// Columns of the terminal; nil where there is no limit.
  public var columns: Int?
  /// The colours to use on this stream.
  public var style: Style
  private let sink: @Sendable ([UInt8]) throws(ConsoleError) -> Void

  /// Makes a stream that hands its bytes to `sink`.
  public init(
    isTerminal: Bool, columns: Int?, style: Style, sink: @escaping @Sendable ([UInt8]) throws(ConsoleError) -> Void
  ) {
    self.isTerminal = isTerminal
    self.columns = columns
    self.style = style
    self.sink = sink
  }

  /// Makes a stream over a descriptor, unbuffered: commands hand over whole results.
  public init(descriptor: Int32, isTerminal: Bool, columns: Int?, style: Style) {
    self.init(isTerminal: isTerminal, columns: columns, style: style) { bytes throws(ConsoleError) in
      try Descriptor.writeAll(bytes, to: descriptor)
    }
  }

  /// Writes text as it is.
  public func write(_ text: String) throws(ConsoleError) {
    try sink(Array(text.utf8))
  }

  /// Writes bytes as they are.
  public func write(_ bytes: [UInt8]) throws(ConsoleError) {
    try sink(bytes)
  }

  /// Writes text and a line feed.
  public func writeLine(_ text: String = "") throws(ConsoleError) {
    try sink(Array(text.utf8) + [0x0A])
  }
}

/// Writes to descriptors until everything is written.
enum Descriptor {
  static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(ConsoleError) {
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes { raw in
        write(descriptor, raw.baseAddress.map { $0 + offset }, raw.count - offset)
      }
      if count >= 0 {
        offset += count
      } else if errno == EPIPE {
        throw .brokenPipe
      } else if errno == EAGAIN {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&ready, 1, -1)
      } else if errno != EINTR {
        throw .writeFailed(String(cString: strerror(errno)))
      }
    }
  }
}
