/// An event that a stream repeats with other words.
///
/// An answer comes as hundreds of events that are alike but for a few words and counters. Whoever has read one says
/// which of its values may be others next time; an event that is the same everywhere else then says the same, with
/// those words, and need not be parsed. What differs in anything more is no match, and is parsed.
public struct RecurringEvent: Sendable {
  /// A value that may differ.
  private struct Gap {
    enum Kind { case words, text, count }
    var kind: Kind
    /// Where it stands in `data`; of text, without the quotes.
    var start: Int
    var end: Int
  }

  /// What stands around the words of an event, from its first byte to its last.
  private struct Frame {
    private(set) var before: [UInt8] = []
    private(set) var behind: [UInt8] = []
    /// The bytes before the data, and those behind.
    private(set) var (head, tail) = (0, 0)
    private(set) var isSet = false
    /// How often it was another; where ids or counts are, it always is.
    private var changes = 0
    private static let mostChanges = 4

    mutating func forget() {
      isSet = false
      changes = 0
    }

    mutating func remember(_ match: Match, in bytes: UnsafeRawBufferPointer, from start: Int) {
      guard changes < Self.mostChanges else { return isSet = false }
      changes += 1
      before = Array(bytes[start..<match.words.lowerBound])
      behind = Array(bytes[match.words.upperBound..<match.end])
      (head, tail) = (match.data.lowerBound - start, match.end - match.data.upperBound)
      isSet = true
    }
  }

  private var name: String?
  private var nameBytes: [UInt8] = []
  private var data: [UInt8] = []
  /// Whether the data may be found in a stream as they are: in one field, and without white space before them.
  private var isOneLine = false
  /// What stood in a stream before the data of the match before.
  private var head: [UInt8] = []
  /// The last match as a whole, but for its words.
  private var frame = Frame()
  /// In order; empty where nothing is remembered.
  private var gaps: [Gap] = []
  /// Which of them has the words.
  private var words = 0

  /// Makes a memory of nothing.
  public init() {}

  /// Whether an event is remembered.
  public var isSet: Bool { !gaps.isEmpty }

  /// Forgets the event: what the next one like it says may be something else now.
  public mutating func forget() {
    if !gaps.isEmpty { gaps.removeAll(keepingCapacity: true) }
    frame.forget()
  }

  /// Remembers an event.
  ///
  /// `words` is the string that makes the difference, a view of `event` parsed. `varying` are other values that say
  /// nothing to the reader, views of the same: strings, integral numbers, and all such numbers in objects and lists.
  /// Values of other kinds count as the same each time, and so do nils.
  public mutating func remember(_ event: ServerSentEvent, words: JSON, varying: [JSON?] = []) {
    forget()
    guard words.isString, words.document.bytes.count == event.data.count else { return }
    if event.name != name {
      name = event.name
      head = []
      nameBytes = Array((event.name ?? "").utf8)
    }
    data.removeAll(keepingCapacity: true)
    data.append(contentsOf: event.data)
    isOneLine = data.first != 0x20 && data.withUnsafeBytes { $0.endOfLine(from: 0) == $0.count }
    add(words.document.node(words.index), as: .words)
    for case let value? in varying where value.document === words.document {
      let root = value.document.node(value.index)
      switch root.kind {
      case .string: add(root, as: .text)
      case .number, .object, .array:
        for index in value.index..<max(value.index, Int(root.next)) {
          let node = value.document.node(index)
          if node.kind == .number { add(node, as: .count) }
        }
      case .null, .true, .false: break
      }
    }
    gaps.sort { $0.start < $1.start }
    self.words = gaps.firstIndex { $0.kind == .words } ?? 0
  }

  /// The most values of one event that may differ; what more there are must be the same.
  private static let limit = 64
  /// The most bytes of an event that is recognised where it stands in a stream; larger ones are the parser's to judge.
  private static let longest = 1024 * 1024

  private mutating func add(_ node: JSONNode, as kind: Gap.Kind) {
    let gap = Gap(kind: kind, start: Int(node.start), end: Int(node.end))
    guard gaps.count < Self.limit, gap.start <= gap.end, gap.end <= data.count,
      !gaps.contains(where: { $0.start == gap.start })
    else { return }
    if kind == .count, data[gap.start..<gap.end].contains(where: { !Self.isDigit($0) }) { return }
    gaps.append(gap)
  }

  // MARK: - Recognising

  /// Where the remembered event stands this time.
  public struct Match: Sendable, Equatable {
    fileprivate var words: Range<Int>
    fileprivate var hasEscapes: Bool
    /// Where its data stand in the bytes of the stream.
    public fileprivate(set) var data: Range<Int>
    /// The place behind the blank line that ends it.
    public fileprivate(set) var end: Int
  }

  /// The words of an event that is the remembered one but for them; nil for any other, and where it has none.
  public func words(of event: ServerSentEvent) -> String? {
    guard !gaps.isEmpty, event.name == name else { return nil }
    return event.data.withUnsafeBytes { bytes in
      guard let match = match(inData: bytes, from: 0), match.end == bytes.count else { return nil }
      return Self.words(of: match, in: bytes)
    }
  }

  /// The event that begins at `start`, where it is the remembered one but for its words; nil for any other, where it has
  /// none, and where it is not there to its end.
  ///
  /// `start` must be the beginning of a line outside of any event.
  public mutating func match(in bytes: UnsafeRawBufferPointer, from start: Int) -> Match? {
    guard isSet else { return nil }
    if frame.isSet, let match = match(inFrame: bytes, from: start) { return match }
    guard let data = startOfData(in: bytes, from: start), var match = match(inData: bytes, from: data),
      let line = Self.endOfLine(at: match.end, in: bytes), let end = Self.endOfLine(at: line, in: bytes),
      end - start <= Self.longest
    else { return nil }
    match.end = end
    frame.remember(match, in: bytes, from: start)
    return match
  }

  /// The match of an event that is the one before but for its words, in everything around them too.
  private func match(inFrame bytes: UnsafeRawBufferPointer, from start: Int) -> Match? {
    let (before, behind) = (frame.before.count, frame.behind.count)
    guard before + behind <= bytes.count - start,
      frame.before.withUnsafeBytes({ bytes.holds(at: start, $0, from: 0, length: before) }),
      let text = Self.endOfText(at: start + before, in: bytes), text.end > start + before,
      behind <= bytes.count - text.end, text.end + behind - start <= Self.longest,
      frame.behind.withUnsafeBytes({ bytes.holds(at: text.end, $0, from: 0, length: behind) })
    else { return nil }
    let end = text.end + behind
    return Match(
      words: (start + before)..<text.end, hasEscapes: text.hasEscapes,
      data: (start + frame.head)..<(end - frame.tail), end: end)
  }

  /// What makes the difference in an event of these bytes.
  public static func words(of match: Match, in bytes: UnsafeRawBufferPointer) -> String {
    let words = UnsafeRawBufferPointer(rebasing: bytes[match.words])
    return match.hasEscapes ? JSONEscapes.decode(words) : String(decoding: words, as: UTF8.self)
  }

  /// Where the data of an event begin whose fields are those of the remembered one: its name, and one line of data.
  private mutating func startOfData(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    guard isOneLine else { return nil }
    // No data begin with white space: where there is some, it belongs to another head.
    let isSame =
      !head.isEmpty && head.count < bytes.count - start && bytes[start + head.count] != 0x20
      && head.withUnsafeBytes { bytes.holds(at: start, $0, from: 0, length: $0.count) }
    if isSame { return start + head.count }
    guard let data = endOfHead(in: bytes, from: start) else { return nil }
    head = Array(bytes[start..<data])
    return data
  }

  private func endOfHead(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var position = start
    if name != nil {
      // "event:", as little-endian bytes.
      guard let value = Self.value(of: 0x3A74_6E65_7665, length: 6, at: position, in: bytes),
        nameBytes.count < bytes.count - value,
        nameBytes.withUnsafeBytes({ bytes.holds(at: value, $0, from: 0, length: $0.count) }),
        let next = Self.endOfLine(at: value + nameBytes.count, in: bytes)
      else { return nil }
      position = next
    }
    // "data:"
    return Self.value(of: 0x3A_6174_6164, length: 5, at: position, in: bytes)
  }

  /// Where the value of a line begins whose first bytes are these, a field's name and its colon.
  @inline(__always)
  private static func value(of field: UInt64, length: Int, at position: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count - position >= 8 else { return nil }
    let first = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    guard first & (1 << UInt64(length * 8) - 1) == field else { return nil }
    return bytes[position + length] == 0x20 ? position + length + 1 : position + length
  }

  /// The place behind a line feed, or both bytes of a line end that has two; nil where the line does not end.
  @inline(__always)
  private static func endOfLine(at position: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
    guard position < bytes.count else { return nil }
    if bytes[position] == 0x0A { return position + 1 }
    guard bytes[position] == 0x0D, position + 1 < bytes.count, bytes[position + 1] == 0x0A else { return nil }
    return position + 2
  }

  /// The match of data that begin at `start`, and where they end.
  private func match(inData bytes: UnsafeRawBufferPointer, from start: Int) -> Match? {
    guard !gaps.isEmpty else { return nil }
    return data.withUnsafeBytes { Self.match(inData: bytes, from: start, $0, gaps, words) }
  }

  private static func match(
    inData bytes: UnsafeRawBufferPointer, from start: Int, _ known: UnsafeRawBufferPointer, _ gaps: [Gap], _ words: Int
  ) -> Match? {
    guard gaps.indices.contains(words) else { return nil }
    let gap = gaps[words]
    guard let begin = end(of: 0..<gap.start, known, gaps[..<words], at: start, in: bytes),
      let text = endOfText(at: begin, in: bytes), text.end > begin,
      let end = end(of: gap.end..<known.count, known, gaps[(words + 1)...], at: text.end, in: bytes)
    else { return nil }
    return Match(words: begin..<text.end, hasEscapes: text.hasEscapes, data: start..<end, end: end)
  }

  /// The place behind what stands at `start` like the `range` of the remembered data; nil where it differs in more than
  /// the gaps.
  private static func end(
    of range: Range<Int>, _ known: UnsafeRawBufferPointer, _ gaps: ArraySlice<Gap>, at start: Int,
    in bytes: UnsafeRawBufferPointer
  ) -> Int? {
    // Of ids and times most streams have one.
    if let end = end(ofSame: range, known, at: start, in: bytes) { return end }
    var (position, place) = (start, range.lowerBound)
    for gap in gaps {
      guard gap.start >= place, let begin = end(ofSame: place..<gap.start, known, at: position, in: bytes),
        let end = gap.kind == .count ? endOfCount(at: begin, in: bytes) : endOfText(at: begin, in: bytes)?.end
      else { return nil }
      position = end
      place = gap.end
    }
    guard place > range.lowerBound, place <= range.upperBound else { return nil }
    return end(ofSame: place..<range.upperBound, known, at: position, in: bytes)
  }

  @inline(__always)
  private static func end(
    ofSame range: Range<Int>, _ known: UnsafeRawBufferPointer, at start: Int, in bytes: UnsafeRawBufferPointer
  ) -> Int? {
    let length = range.count
    guard length <= bytes.count - start, bytes.holds(at: start, known, from: range.lowerBound, length: length) else {
      return nil
    }
    return start + length
  }

  /// The place of the quote behind the text of a string; nil where it is no text of JSON.
  @inline(__always)
  private static func endOfText(at start: Int, in bytes: UnsafeRawBufferPointer) -> (end: Int, hasEscapes: Bool)? {
    let end = bytes.endOfPlainText(from: start)
    if end < bytes.count, bytes[end] == UInt8(ascii: "\"") { return (end, false) }
    var scanner = JSONParser.Scanner(bytes: bytes, depth: 0, from: end)
    guard let hasEscapes = try? scanner.text() else { return nil }
    return (scanner.position, hasEscapes)
  }

  /// The place behind a whole number as JSON spells it; nil where there is none.
  private static func endOfCount(at start: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
    var end = start
    while end < bytes.count, isDigit(bytes[end]) { end += 1 }
    guard end > start, end == start + 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
    return end
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
