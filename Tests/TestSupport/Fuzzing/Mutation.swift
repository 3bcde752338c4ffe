import Wire

/// Changes an input so that it stays nearly right.
///
/// Values of other kinds, members gone, repeated and borrowed from other inputs, events lost and swapped. The same
/// generator makes the same changes every time.
public struct Mutation: Sendable {
  private let isStream: Bool
  /// Values seen in seeds by the name of their member, as JSON text.
  private var values: [String: [[UInt8]]] = [:]
  private var keys: [String] = []
  private let words: [String]

  /// Learns members and their values from the seeds.
  public init(_ target: FuzzTarget, seeds: [[UInt8]], words: [String] = []) {
    switch target.kind {
    case .eventStream, .stream: isStream = true
    default: isStream = false
    }
    self.words = words
    for seed in seeds {
      let documents = isStream ? StreamEnding.frames(seed) : [try? JSON(parsing: seed)]
      for document in documents.compactMap({ $0 }) { learn(document, depth: 0) }
    }
    keys = values.keys.sorted()
  }

  private mutating func learn(_ value: JSON, depth: Int) {
    guard depth < 40 else { return }
    for element in value.elements { learn(element, depth: depth + 1) }
    for member in value.members {
      if member.value.byteCount <= 600, values[member.key, default: []].count < 64 {
        let text = Array(member.value.text.utf8)
        if values[member.key]?.contains(text) != true { values[member.key, default: []].append(text) }
      }
      learn(member.value, depth: depth + 1)
    }
  }

  /// The input with one to four changes.
  public func mutated(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<(random.chance(60) ? 1 : random.int(2...4)) {
      bytes = isStream ? changedStream(bytes, &random) : changedDocument(bytes, &random)
    }
    return bytes
  }

  // MARK: - Streams

  private func changedStream(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    if random.chance(5) { return changedBytes(bytes, &random) }
    if random.chance(5) { return Array(bytes.prefix(random.int(0...bytes.count))) }
    var frames: [ServerSentEvent] = WireFuzzing.items(bytes, [bytes.count]).compactMap {
      if case .event(let event) = $0 { event } else { nil }
    }
    guard !frames.isEmpty else { return changedBytes(bytes, &random) }
    let place = random.int(0...(frames.count - 1))
    switch random.int(0...9) {
    case 0: frames.remove(at: place)
    case 1: frames.swapAt(place, random.int(0...(frames.count - 1)))
    case 2: frames.insert(frames[random.int(0...(frames.count - 1))], at: place)
    case 3: frames.removeSubrange(place...)
    default: frames[place].data = changedDocument(frames[place].data, &random)
    }
    var output: [UInt8] = []
    for frame in frames { EventStreamWriter.append(frame, to: &output) }
    return output
  }

  // MARK: - Documents

  private func changedDocument(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    if random.chance(5) { return changedBytes(bytes, &random) }
    let splice = bytes.withUnsafeBytes { buffer -> Splice? in
      guard let scan = try? TopLevelScan(buffer) else { return nil }
      var places = Places()
      places.gather(scan.members, scan.object, in: buffer, depth: 0)
      return change(places, buffer, &random)
    }
    guard let splice else { return changedBytes(bytes, &random) }
    return bytes.withUnsafeBytes { splice.applied(to: $0) }
  }

  /// Where values, members and containers stand.
  private struct Places {
    var values: [(key: String?, range: Range<Int>)] = []
    /// Members and elements, for a copy or for taking out; with where their container begins and ends.
    var items: [(range: Range<Int>, container: Range<Int>)] = []
    var objects: [Range<Int>] = []
    var keys: [Range<Int>] = []

    mutating func gather(
      _ members: [TopLevelScan.Member], _ object: Range<Int>, in buffer: UnsafeRawBufferPointer, depth: Int
    ) {
      objects.append(object)
      for member in members {
        keys.append(member.key)
        items.append(((member.key.lowerBound - 1)..<member.value.upperBound, object))
        gather(member.value, String(decoding: buffer[member.key], as: UTF8.self), in: buffer, depth: depth + 1)
      }
    }

    private mutating func gather(_ value: Range<Int>, _ key: String?, in buffer: UnsafeRawBufferPointer, depth: Int) {
      values.append((key, value))
      guard depth < 12, values.count < 4000 else { return }
      if let members = TopLevelScan.members(of: value, in: buffer) {
        gather(members, value, in: buffer, depth: depth)
      } else if let elements = TopLevelScan.elements(of: value, in: buffer) {
        for element in elements {
          items.append((element, value))
          gather(element, key, in: buffer, depth: depth + 1)
        }
      }
    }
  }

  private func change(
    _ places: Places, _ buffer: UnsafeRawBufferPointer, _ random: inout SeededGenerator
  ) -> Splice? {
    var splice = Splice()
    switch random.int(0...9) {
    case 0, 1, 2:
      guard let place = random.pick(places.values) else { return nil }
      splice.replace(place.range, with: value(for: place.key, &random))
    case 3:
      guard let place = random.pick(places.values), let other = random.pick(places.values) else { return nil }
      splice.replace(place.range, with: Array(buffer[other.range]))
    case 4:
      guard let item = random.pick(places.items) else { return nil }
      splice.replace(without(item.range, item.container, buffer), with: [])
    case 5:
      guard let item = random.pick(places.items) else { return nil }
      splice.replace(
        item.range.lowerBound..<item.range.lowerBound, with: Array(buffer[item.range]) + [UInt8(ascii: ",")])
    case 6, 7:
      guard let object = random.pick(places.objects) else { return nil }
      let key = key(&random)
      let isEmpty = buffer[object].dropFirst().dropLast().allSatisfy { $0 <= 0x20 }
      splice.replace(
        (object.lowerBound + 1)..<(object.lowerBound + 1),
        with: Array("\"\(key)\":".utf8) + value(for: key, &random) + (isEmpty ? [] : [UInt8(ascii: ",")]))
    case 8:
      guard let place = random.pick(places.keys) else { return nil }
      splice.replace(place, with: Array(key(&random).utf8))
    default:
      guard let place = random.pick(places.values.filter { buffer[$0.range.lowerBound] == UInt8(ascii: "\"") }) else {
        return nil
      }
      let inside = random.int((place.range.lowerBound + 1)...(place.range.upperBound - 1))
      splice.replace(inside..<inside, with: Array((random.pick(Self.fragments) ?? "").utf8))
    }
    return splice
  }

  /// An item with the comma before or behind it.
  private func without(_ item: Range<Int>, _ container: Range<Int>, _ buffer: UnsafeRawBufferPointer) -> Range<Int> {
    var end = item.upperBound
    while end < container.upperBound, buffer[end] <= 0x20 { end += 1 }
    if end < container.upperBound, buffer[end] == UInt8(ascii: ",") { return item.lowerBound..<(end + 1) }
    var start = item.lowerBound
    while start > container.lowerBound, buffer[start - 1] <= 0x20 { start -= 1 }
    if start > container.lowerBound + 1, buffer[start - 1] == UInt8(ascii: ",") { start -= 1 }
    return start..<item.upperBound
  }

  private func key(_ random: inout SeededGenerator) -> String {
    (random.chance(40) ? random.pick(words) : nil) ?? random.pick(keys) ?? "x"
  }

  private func value(for key: String?, _ random: inout SeededGenerator) -> [UInt8] {
    if random.chance(45), let key, let known = random.pick(values[key] ?? []) { return known }
    if random.chance(20), let word = random.pick(words) { return Array("\"\(word)\"".utf8) }
    if random.chance(30), let key = random.pick(keys), let other = random.pick(values[key] ?? []) { return other }
    return Array((random.pick(Self.odd) ?? "null").utf8)
  }

  private func changedBytes(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    guard !bytes.isEmpty else { return Array((random.pick(Self.odd) ?? "{}").utf8) }
    var bytes = bytes
    let place = random.int(0...(bytes.count - 1))
    switch random.int(0...4) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes.remove(at: place)
    case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
    case 3: bytes.insert(contentsOf: bytes[place...].prefix(random.int(1...60)), at: random.int(0...(bytes.count - 1)))
    default: bytes.insert(random.pick(Array("\"\\{}[]:,\n\r \u{1}e-.0".utf8)) ?? 0, at: place)
    }
    return bytes
  }

  private static let odd = [
    "null", "true", "false", "0", "-0", "1", "-1", "1.5", "1e3", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "18446744073709551616", "-99999999999999999999", "1e308", "1e400", "-1e400", "1e-400",
    "4294967296", "2147483647", "9007199254740993", "0.1e1", "100000",
    "\"\"", "\" \"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\u2028\\n\\r\"", "\"e\\u0301\"", "\"AORSEAL1\"",
    "\"AORSEAL1YW50aHJvcGljAHNpZ25hdHVyZQBoZXJlAGJsb2I=\"", "\"data:image/png;base64,iVBORw0KGgo=\"", "\"data:,\"",
    "\"https://example.com/a b?c#d\"", "\"[DONE]\"", "\"{\"", "\"{\\\"a\\\":1}\"", "\"{\\\"input\\\":\\\"\\\\u00\"",
    "\"123\"", "\"1e9s\"", "[]", "[[]]", "[null]", "[{}]", "{}", "{\"\":null}", "{\"type\":\"text\"}",
    "{\"type\":\"text\",\"text\":\"\"}", "{\"a\":{\"a\":{\"a\":{\"a\":[]}}}}", "[1,2,3,4,5,6,7,8,9]",
  ]

  private static let fragments = [
    "\\n", "\\r\\n", "\\\"", "\\\\", "\\u0000", "\\ud83d", "\\ude00", "\\ud83d\\ude00", "e\u{301}", "\u{2028}", "😀",
    "<system-reminder>", "</system-reminder>", "<think>", "</think>", "AORSEAL1", "data: x\\n\\n", "[DONE]", "{", "}",
    " ", ",", "/", ".", "base64,", ";", "%00", "\u{7F}",
  ]
}
