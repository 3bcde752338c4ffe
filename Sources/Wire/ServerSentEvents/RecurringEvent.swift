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

  private var name: String?
  private var data: [UInt8] = []
  /// In order; empty where nothing is remembered.
  private var gaps: [Gap] = []

  /// Makes a memory of nothing.
  public init() {}

  /// Whether an event is remembered.
  public var isSet: Bool { !gaps.isEmpty }

  /// Forgets the event: what the next one like it says may be something else now.
  public mutating func forget() {
    if !gaps.isEmpty { gaps.removeAll(keepingCapacity: true) }
  }

  /// Remembers an event.
  ///
  /// `words` is the string that makes the difference, a view of `event` parsed. `varying` are other values that say
  /// nothing to the reader, views of the same: strings, integral numbers, and all such numbers in objects and lists.
  /// Values of other kinds count as the same each time, and so do nils.
  public mutating func remember(_ event: ServerSentEvent, words: JSON, varying: [JSON?] = []) {
    forget()
    guard words.isString, words.document.bytes.count == event.data.count else { return }
    name = event.name
    data.removeAll(keepingCapacity: true)
    data.append(contentsOf: event.data)
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
  }

  /// The most values of one event that may differ; what more there are must be the same.
  private static let limit = 64

  private mutating func add(_ node: JSONNode, as kind: Gap.Kind) {
    let gap = Gap(kind: kind, start: Int(node.start), end: Int(node.end))
    guard gaps.count < Self.limit, gap.start <= gap.end, gap.end <= data.count,
      !gaps.contains(where: { $0.start == gap.start })
    else { return }
    if kind == .count, data[gap.start..<gap.end].contains(where: { !Self.isDigit($0) }) { return }
    gaps.append(gap)
  }

  /// The words of an event that is the remembered one but for them; nil for any other, and where it has none.
  public func words(of event: ServerSentEvent) -> String? {
    guard !gaps.isEmpty, event.name == name else { return nil }
    return event.data.withUnsafeBytes { bytes in data.withUnsafeBytes { words(of: bytes, like: $0) } }
  }

  private func words(of bytes: UnsafeRawBufferPointer, like known: UnsafeRawBufferPointer) -> String? {
    var (position, place) = (0, 0)
    var words: UnsafeRawBufferPointer?
    var hasEscapes = false
    for gap in gaps {
      let length = gap.start - place
      // What stands between two gaps is the same; of both there is enough.
      guard length >= 0, length <= bytes.count - position,
        bytes.holds(at: position, known, from: place, length: length)
      else { return nil }
      position += length
      place = gap.end
      if gap.kind == .count {
        guard let end = Self.endOfCount(at: position, in: bytes) else { return nil }
        position = end
        continue
      }
      var scanner = JSONParser.Scanner(bytes: bytes, depth: 0, from: position)
      guard let escapes = try? scanner.text() else { return nil }
      if gap.kind == .words {
        words = UnsafeRawBufferPointer(rebasing: bytes[position..<scanner.position])
        hasEscapes = escapes
      }
      position = scanner.position
    }
    let rest = known.count - place
    guard let words, !words.isEmpty, bytes.count - position == rest,
      bytes.holds(at: position, known, from: place, length: rest)
    else { return nil }
    guard hasEscapes else { return String(decoding: words, as: UTF8.self) }
    return JSONEscapes.decode(words)
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
