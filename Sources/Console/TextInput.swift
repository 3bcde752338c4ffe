#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The stream a command reads from.
public struct TextInput: Sendable {
  /// Whether a person types into it.
  public var isTerminal: Bool
  let descriptor: Int32

  /// Makes an input over a descriptor.
  public init(descriptor: Int32, isTerminal: Bool) {
    self.descriptor = descriptor
    self.isTerminal = isTerminal
  }

  /// Reads to the end of the stream, refusing more than `limit` bytes or bytes that are not UTF-8.
  public func readAll(limit: Int) throws(ConsoleError) -> String {
    guard let text = String(validating: try readBytes(limit: limit), as: UTF8.self) else {
      throw .badInput("standard input is not UTF-8 text")
    }
    return text
  }

  /// Reads to the end of the stream, whatever its bytes are, refusing more than `limit` of them.
  public func readBytes(limit: Int) throws(ConsoleError) -> [UInt8] {
    var bytes: [UInt8] = []
    while let piece = try readPiece() {
      bytes += piece
      if bytes.count > limit { throw .badInput("standard input holds more than \(limit) bytes") }
    }
    return bytes
  }

  /// Reads what has arrived, waiting for something; nil at the end of the stream.
  public func readPiece() throws(ConsoleError) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 { return count == 0 ? nil : Array(buffer.prefix(count)) }
      if errno == EINTR { continue }
      throw .badInput("standard input cannot be read: \(String(cString: strerror(errno)))")
    }
  }
}
