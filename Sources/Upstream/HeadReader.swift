/// Puts an answer's head together from the lines libcurl hands over, interim heads and trailers left out.
struct HeadReader {
  /// Bytes of all header lines of one answer.
  static let limit = 256 * 1024

  enum Step {
    case more
    case complete
    case tooLarge
  }

  private var status = 0
  private var headers: [(name: String, value: String)] = []
  private var size = 0
  private var isEncoded = false
  private(set) var isComplete = false

  /// Reads one line with its line break.
  mutating func read(_ line: UnsafeRawBufferPointer) -> Step {
    guard !isComplete else { return .more }
    size += line.count
    guard size <= Self.limit else { return .tooLarge }
    var line = line[...]
    while let last = line.last, last == 0x0a || last == 0x0d { line = line.dropLast() }

    if line.isEmpty {
      if status >= 100 && status < 200 && status != 101 { return .more }
      isComplete = true
      return .complete
    }
    if line.starts(with: "HTTP/".utf8) {
      status = Self.status(line)
      headers.removeAll(keepingCapacity: true)
      isEncoded = false
    } else if line.first == 0x20 || line.first == 0x09 {
      guard let last = headers.indices.last else { return .more }
      headers[last].value += " " + Self.text(line)
    } else if let colon = line.firstIndex(of: 0x3a) {
      let name = String(decoding: line[..<colon], as: UTF8.self)
      let value = Self.text(line[(colon + 1)...])
      if name.isHeaderName("content-encoding"), !value.isHeaderName("identity") { isEncoded = true }
      headers.append((name, value))
    }
    return .more
  }

  /// The complete head.
  ///
  /// libcurl decodes the body, so an encoding and the encoded length are no longer true of it.
  mutating func take() -> UpstreamResponseHead {
    if isEncoded {
      headers.removeAll {
        $0.name.isHeaderName("content-encoding") || $0.name.isHeaderName("content-length")
      }
    }
    defer { headers = [] }
    return UpstreamResponseHead(status: status, headers: headers)
  }

  private static func status(_ line: Slice<UnsafeRawBufferPointer>) -> Int {
    guard let space = line.firstIndex(of: 0x20) else { return 0 }
    var status = 0
    for byte in line[(space + 1)...].prefix(3) {
      guard byte &- 0x30 < 10 else { break }
      status = status &* 10 &+ Int(byte &- 0x30)
    }
    return status
  }

  private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    var bytes = bytes
    while let first = bytes.first, first == 0x20 || first == 0x09 { bytes = bytes.dropFirst() }
    while let last = bytes.last, last == 0x20 || last == 0x09 { bytes = bytes.dropLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
