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
    var position = 0
    while position < bytes.count {
      if followsReturn {
        followsReturn = false
        if bytes[position] == 0x0A {
          // It goes where its other half went.
          switch hidLastEvent {
          case true?: break
          case false?: output.append(0x0A)
          case nil: keep(bytes[position...position], &output)
          }
          position += 1
          continue
        }
      }
      hidLastEvent = nil
      let plain = plainEvents(in: bytes, from: position)
      guard plain == position else {
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[position..<plain]))
        hidLastEvent = false
        followsReturn = bytes[plain - 1] == 0x0D
        position = plain
        continue
      }
      let end = ByteSearch.endOfLine(in: bytes, from: position)
      guard end < bytes.count else {
        isLineEmpty = false
        return keep(bytes[position...], &output)
      }
      keep(bytes[position...end], &output)
      followsReturn = bytes[end] == 0x0D
      if isLineEmpty, end == position { endEvent(&output) }
      isLineEmpty = true
      position = end + 1
    }
  }

  /// Appends what is still held: the stream is over.
  public mutating func finish(into output: inout [UInt8]) { endEvent(&output) }

  /// The place behind the whole events at `start` that tell no usage; `start` inside of an event.
  private func plainEvents(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    guard state == .holding, held.isEmpty, isLineEmpty else { return start }
    let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
    let told = Self.usage(in: rest) ?? rest.count
    return start + EventBoundary.end(in: UnsafeRawBufferPointer(rebasing: rest[..<told]))
  }

  private mutating func keep(_ bytes: Slice<UnsafeRawBufferPointer>, _ output: inout [UInt8]) {
    let bytes = UnsafeRawBufferPointer(rebasing: bytes)
    if state == .passing { return output.append(contentsOf: bytes) }
    held.append(contentsOf: bytes)
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
    guard held.withUnsafeBytes(Self.tellsUsage) else { return false }
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

  private static func tellsUsage(_ bytes: UnsafeRawBufferPointer) -> Bool { usage(in: bytes) != nil }

  /// Where first a member `usage` is an object: in other chunks it is null.
  private static func usage(in bytes: UnsafeRawBufferPointer) -> Int? {
    let name: StaticString = "\"usage\""
    var start = 0
    while let place = ByteSearch.position(of: name, in: bytes, from: start) {
      start = place + name.utf8CodeUnitCount
      let colon = bytes.firstText(from: start)
      guard colon < bytes.count, bytes[colon] == UInt8(ascii: ":") else { continue }
      let value = bytes.firstText(from: colon + 1)
      if value < bytes.count, bytes[value] == UInt8(ascii: "{") { return place }
    }
    return nil
  }
}

extension UnsafeRawBufferPointer {
  /// The first place at or after `start` without white space; `count` if there is none.
  fileprivate func firstText(from start: Int) -> Int {
    var position = start
    while position < count,
      self[position] == 0x20 || self[position] == 0x09 || self[position] == 0x0A || self[position] == 0x0D
    {
      position += 1
    }
    return position
  }
}
