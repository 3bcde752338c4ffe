/// An event stream that is larger than allowed.
public enum EventStreamError: Error, Sendable, Hashable {
  /// One event exceeds the parser's bound, in bytes.
  case eventTooLarge(limit: Int)
}

/// Cuts bytes, however they arrive, into events.
///
/// Lines may end in LF, CR or CRLF; a byte order mark is skipped.
public struct EventStreamParser: Sendable {
  private let limit: Int
  private var line: [UInt8] = []
  private var name: String?
  /// The name of an event before, as it came and as text: most streams repeat one, which need not be made anew.
  private var lastName: (bytes: [UInt8], text: String) = ([], "")
  private var data: [UInt8] = []
  private var hasData = false
  private var skipsLineFeed = false
  private var atStart = true

  /// - Parameter limit: the most bytes one event may take.
  public init(limit: Int = 32 * 1024 * 1024) {
    self.limit = limit
  }

  /// Whether an event has begun and not ended.
  public var isInsideEvent: Bool { hasData || name != nil || !line.isEmpty }

  /// Whether what begins so may be an event stream: `event:`, `data:`, `id:`, `retry:` or a comment, behind white space
  /// and a byte order mark; nil as long as nothing else has come.
  public static func isStream(_ bytes: some Sequence<UInt8>) -> Bool? {
    let start = bytes.first { $0 > 0x20 && $0 != 0xEF && $0 != 0xBB && $0 != 0xBF }
    return start.map { "edir:".utf8.contains($0) }
  }

  /// Takes what is left of the last line's end, if anything, so that what follows begins a line outside of any event;
  /// tells how many bytes that took, and nil inside an event.
  ///
  /// Whole events that stand there may be read by others, and what is behind them fed to the parser.
  public mutating func skipToEvent(in bytes: UnsafeRawBufferPointer) -> Int? {
    guard !isInsideEvent, !atStart, let first = bytes.first else { return nil }
    let length = skipsLineFeed && first == 0x0A ? 1 : 0
    skipsLineFeed = false
    return length
  }

  /// Reads the next piece.
  public mutating func feed(
    _ bytes: UnsafeRawBufferPointer, _ receive: (EventStreamItem) -> Void
  ) throws(EventStreamError) {
    _ = try feed(bytes, stopsBehindEvent: false, receive)
  }

  /// Reads the next piece up to the end of the line that ends an event, or of one that stands outside any; tells how
  /// many bytes that took, which is all of them where an event goes on beyond them.
  public mutating func feedLine(
    _ bytes: UnsafeRawBufferPointer, _ receive: (EventStreamItem) -> Void
  ) throws(EventStreamError) -> Int {
    try feed(bytes, stopsBehindEvent: true, receive)
  }

  private mutating func feed(
    _ bytes: UnsafeRawBufferPointer, stopsBehindEvent: Bool, _ receive: (EventStreamItem) -> Void
  ) throws(EventStreamError) -> Int {
    var start = 0
    while start < bytes.count {
      if skipsLineFeed {
        skipsLineFeed = false
        if bytes[start] == 0x0A {
          start += 1
          continue
        }
      }
      let end = bytes.endOfLine(from: start)
      guard end < bytes.count else { break }
      try endLine(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), receive)
      skipsLineFeed = bytes[end] == 0x0D
      start = end + 1
      if stopsBehindEvent, !isInsideEvent { return start }
    }
    if start < bytes.count {
      line.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<bytes.count]))
      if line.count + data.count > limit { throw .eventTooLarge(limit: limit) }
    }
    return bytes.count
  }

  /// Reads the next piece.
  public mutating func feed(_ bytes: [UInt8], _ receive: (EventStreamItem) -> Void) throws(EventStreamError) {
    let result = bytes.withUnsafeBytes { buffer -> Result<Void, EventStreamError> in
      do throws(EventStreamError) {
        return .success(try feed(buffer, receive))
      } catch {
        return .failure(error)
      }
    }
    try result.get()
  }

  /// Ends the stream.
  ///
  /// An event without its closing blank line is delivered all the same: upstreams leave it out.
  public mutating func finish(_ receive: (EventStreamItem) -> Void) {
    if !line.isEmpty {
      let last = line
      line = []
      last.withUnsafeBytes { process($0, receive) }
    }
    dispatch(receive)
  }

  private mutating func endLine(
    _ tail: UnsafeRawBufferPointer, _ receive: (EventStreamItem) -> Void
  ) throws(EventStreamError) {
    if line.isEmpty {
      process(tail, receive)
    } else {
      line.append(contentsOf: tail)
      let whole = line
      line.removeAll(keepingCapacity: true)
      whole.withUnsafeBytes { process($0, receive) }
    }
    if data.count > limit { throw .eventTooLarge(limit: limit) }
  }

  private mutating func process(_ whole: UnsafeRawBufferPointer, _ receive: (EventStreamItem) -> Void) {
    var text = whole
    if atStart {
      atStart = false
      if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF {
        text = UnsafeRawBufferPointer(rebasing: text[3...])
      }
    }
    if text.isEmpty { return dispatch(receive) }
    if let value = text.value(of: "data") {
      if hasData { data.append(0x0A) }
      data.append(contentsOf: value)
      hasData = true
    } else if let value = text.value(of: "event") {
      takeName(value)
    } else if text[0] == UInt8(ascii: ":") {
      receive(.comment)
    }
  }

  private mutating func takeName(_ value: UnsafeRawBufferPointer) {
    let isKnown = lastName.bytes.withUnsafeBytes { known in
      known.count == value.count && value.holds(at: 0, known, from: 0, length: known.count)
    }
    if !isKnown {
      let text = String(decoding: value, as: UTF8.self)
      guard value.count <= Self.keptName else { return name = text }
      lastName = (Array(value), text)
    }
    name = lastName.text
  }

  private mutating func dispatch(_ receive: (EventStreamItem) -> Void) {
    defer {
      name = nil
      hasData = false
    }
    guard hasData else { return }
    // The event takes the buffer with it and gives it back: the next one needs no new one, unless somebody keeps it. He
    // must not keep much more than the event, therefore the bound.
    var event = ServerSentEvent(name: name, data: [])
    swap(&event.data, &data)
    receive(.event(event))
    guard event.data.capacity <= max(Self.reusedCapacity, event.data.count) else { return }
    swap(&event.data, &data)
    data.removeAll(keepingCapacity: true)
  }

  /// The bytes of a buffer that serves any event, however small.
  private static let reusedCapacity = 1024
  /// The bytes of the longest name that is kept; protocols' own have a few dozen.
  private static let keptName = 64
}

extension UnsafeRawBufferPointer {
  /// The value of a line that is the field of that name; nil for other lines.
  @inline(__always)
  fileprivate func value(of field: StaticString) -> UnsafeRawBufferPointer? {
    let length = field.utf8CodeUnitCount
    guard count >= length else { return nil }
    for position in 0..<length where self[position] != field.utf8Start[position] { return nil }
    guard count > length else { return UnsafeRawBufferPointer(rebasing: self[length...]) }
    guard self[length] == UInt8(ascii: ":") else { return nil }
    let start = count > length + 1 && self[length + 1] == 0x20 ? length + 2 : length + 1
    return UnsafeRawBufferPointer(rebasing: self[start...])
  }
}
