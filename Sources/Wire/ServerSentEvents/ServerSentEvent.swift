/// One event of an event stream. Format: https://html.spec.whatwg.org/multipage/server-sent-events.html
public struct ServerSentEvent: Sendable, Hashable {
  /// The `event` field; nil where there was none.
  public var name: String?
  /// The `data` fields, joined by line feeds.
  public var data: [UInt8]

  /// Makes an event.
  public init(name: String? = nil, data: [UInt8]) {
    self.name = name
    self.data = data
  }

  /// Makes an event.
  public init(name: String? = nil, data: String) {
    self.init(name: name, data: Array(data.utf8))
  }

  /// The data as text.
  public var text: String { String(decoding: data, as: UTF8.self) }

  /// Whether the data is the `[DONE]` that ends OpenAI streams.
  public var isDone: Bool { data.drop { $0 == 0x20 }.starts(with: "[DONE]".utf8) }
}

/// What a piece of an event stream holds.
public enum EventStreamItem: Sendable, Hashable {
  case event(ServerSentEvent)
  /// A comment line, as used for keep-alives.
  case comment
}

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

  /// Reads the next piece.
  public mutating func feed(
    _ bytes: UnsafeRawBufferPointer, _ receive: (EventStreamItem) -> Void
  ) throws(EventStreamError) {
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
    }
    if start < bytes.count {
      line.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<bytes.count]))
      if line.count + data.count > limit { throw .eventTooLarge(limit: limit) }
    }
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
    let place = text.firstPosition(of: UInt8(ascii: ":"), from: 0)
    let colon = place < text.count ? place : nil
    if colon == 0 { return receive(.comment) }
    let field = UnsafeRawBufferPointer(rebasing: text[..<(colon ?? text.count)])
    var valueStart = colon.map { $0 + 1 } ?? text.count
    if valueStart < text.count, text[valueStart] == 0x20 { valueStart += 1 }
    let value = UnsafeRawBufferPointer(rebasing: text[valueStart...])
    if field.elementsEqual("data".utf8) {
      if hasData { data.append(0x0A) }
      data.append(contentsOf: value)
      hasData = true
    } else if field.elementsEqual("event".utf8) {
      name = String(decoding: value, as: UTF8.self)
    }
  }

  private mutating func dispatch(_ receive: (EventStreamItem) -> Void) {
    defer {
      name = nil
      hasData = false
    }
    guard hasData else { return }
    let event = ServerSentEvent(name: name, data: data)
    data = []
    receive(.event(event))
  }
}

/// Frames events as bytes.
public enum EventStreamWriter {
  /// Appends an event whose data `build` writes as one line of JSON.
  public static func append(
    name: StaticString?, to output: inout [UInt8], _ build: (inout JSONWriter) -> Void
  ) {
    if let name {
      output.append(contentsOf: "event: ".utf8)
      name.withUTF8Buffer { output.append(contentsOf: $0) }
      output.append(0x0A)
    }
    output.append(contentsOf: "data: ".utf8)
    JSONWriter.append(to: &output, build)
    output.append(0x0A)
    output.append(0x0A)
  }

  /// Appends an event; data of several lines becomes several fields, read back with line feeds between.
  ///
  /// Line ends in the name are left out.
  public static func append(_ event: ServerSentEvent, to output: inout [UInt8]) {
    if let name = event.name {
      output.append(contentsOf: "event: ".utf8)
      output.append(contentsOf: name.utf8.filter { $0 != 0x0A && $0 != 0x0D })
      output.append(0x0A)
    }
    for line in event.data.split(omittingEmptySubsequences: false, whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      output.append(contentsOf: "data: ".utf8)
      output.append(contentsOf: line)
      output.append(0x0A)
    }
    output.append(0x0A)
  }

  /// Appends a comment, which every client ignores.
  public static func appendComment(_ text: StaticString, to output: inout [UInt8]) {
    output.append(contentsOf: ": ".utf8)
    text.withUTF8Buffer { output.append(contentsOf: $0) }
    output.append(0x0A)
    output.append(0x0A)
  }
}
