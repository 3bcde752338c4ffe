import Wire

/// Relays a Chat stream byte for byte, but for the usage chunk the client did not ask for.
public struct UsageChunkFilter: Sendable {
  /// What becomes of the bytes that come next.
  private enum State: Sendable {
    /// Inside an event that may be the chunk.
    case holding
    /// Inside an event that is too long to be it.
    case passing
  }

  /// A usage chunk is a few hundred bytes.
  private static let limit = 64 * 1024

  private var state = State.holding
  private var held: [UInt8] = []
  /// Whether the line being read is still empty.
  private var isLineEmpty = true
  /// Whether a line feed now would belong to the carriage return before it.
  private var followsReturn = false
  /// Whether the event before this one was hidden, which such a line feed then is too; nil inside an event.
  private var hidLastEvent: Bool?

  /// Starts at the beginning of a stream.
  public init() {}

  /// Appends what may go on to `output`.
  ///
  /// Bytes of an event are held until it is whole.
  public mutating func filter(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
    for byte in bytes {
      let isSecondHalf = followsReturn && byte == 0x0A
      followsReturn = byte == 0x0D
      if isSecondHalf {
        if hidLastEvent != true { keep(byte, &output) }
        continue
      }
      hidLastEvent = nil
      keep(byte, &output)
      guard byte == 0x0A || byte == 0x0D else {
        isLineEmpty = false
        continue
      }
      if isLineEmpty { endEvent(&output) }
      isLineEmpty = true
    }
  }

  /// Appends what is still held: the stream is over.
  public mutating func finish(into output: inout [UInt8]) { endEvent(&output) }

  private mutating func keep(_ byte: UInt8, _ output: inout [UInt8]) {
    // The line feed behind an event that is out goes out with it.
    if state == .passing || hidLastEvent == false { return output.append(byte) }
    held.append(byte)
    guard held.count > Self.limit else { return }
    output.append(contentsOf: held)
    held.removeAll()
    state = .passing
  }

  private mutating func endEvent(_ output: inout [UInt8]) {
    let isHidden = state == .holding && isUsageChunk()
    if !isHidden { output.append(contentsOf: held) }
    held.removeAll(keepingCapacity: true)
    state = .holding
    hidLastEvent = isHidden
  }

  /// Whether the event held is a chunk of usage and nothing else.
  ///
  /// Azure sends chunks without choices that tell other things; their usage is null or absent.
  private func isUsageChunk() -> Bool {
    let isLikely = held.withUnsafeBytes { bytes in
      ByteSearch.contains("\"usage\"", in: bytes) && ByteSearch.contains("\"choices\"", in: bytes)
    }
    guard isLikely else { return false }
    var parser = EventStreamParser()
    var event: ServerSentEvent?
    try? parser.feed(held) { if case .event(let whole) = $0 { event = whole } }
    return event?.data.withUnsafeBytes { bytes in
      guard let scan = try? TopLevelScan(bytes), let choices = scan.member("choices", in: bytes),
        let usage = scan.member("usage", in: bytes)
      else { return false }
      return TopLevelScan.elements(of: choices.value, in: bytes)?.isEmpty == true
        && TopLevelScan.members(of: usage.value, in: bytes) != nil
    } ?? false
  }
}
