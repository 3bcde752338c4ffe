import Dialects
import Wire

/// Laws of the JSON and event stream parsers over any bytes.
enum WireFuzzing {
  static func json(_ bytes: [UInt8]) -> [String] {
    var broken: [String] = []
    let parsed = try? JSON(parsing: bytes)
    if let parsed {
      broken += copies(of: parsed)
      broken += rewriting(parsed)
    }
    return broken + scan(bytes, parsed)
  }

  private static func copies(of parsed: JSON) -> [String] {
    var broken: [String] = []
    let text = parsed.text
    let again = try? JSON(parsing: text)
    if again != parsed { broken.append("written and parsed again it is another value") }
    if again?.text != text { broken.append("written twice it is another text") }
    if parsed.detached() != parsed { broken.append("detached it is another value") }
    var writer = JSONWriter()
    writer.array { writer in
      writer.value(parsed)
      writer.value(parsed.detached())
    }
    let copies = try? JSON(parsing: writer.finish())
    if copies?.elements.map({ $0 == parsed }) != [true, true] { broken.append("in an array it is another value") }
    return broken
  }

  /// Written value by value, strings escaped anew.
  private static func rewriting(_ parsed: JSON) -> [String] {
    var writer = JSONWriter()
    rewrite(parsed, &writer)
    let bytes = writer.finish()
    if (try? JSON(parsing: bytes)) != parsed { return ["rewritten it is another value"] }
    return []
  }

  private static func rewrite(_ value: JSON, _ writer: inout JSONWriter) {
    switch value.kind {
    case .null: writer.null()
    case .true, .false: writer.bool(value.bool ?? false)
    case .number:
      _ = (value.int, value.double)
      writer.number(value.number ?? 0)
    case .string: writer.string(value.string ?? "")
    case .array: writer.array { for element in value.elements { rewrite(element, &$0) } }
    case .object:
      writer.object { writer in
        for member in value.members {
          writer.key(named: member.key)
          rewrite(member.value, &writer)
        }
      }
    }
  }

  private static func scan(_ bytes: [UInt8], _ parsed: JSON?) -> [String] {
    bytes.withUnsafeBytes { buffer in
      var broken: [String] = []
      let scan = try? TopLevelScan(buffer)
      guard let parsed else {
        if let scan { probe(scan, buffer) }
        return broken
      }
      guard let scan else { return parsed.isObject ? ["the scan refuses what the parser takes"] : [] }
      if !parsed.isObject { broken.append("the scan takes what is no object") }
      let expected = parsed.members.map { "\($0.key) \($0.value.withBytes { String(decoding: $0, as: UTF8.self) })" }
      let found = scan.members.map { member in
        let key = TopLevelScan.string((member.key.lowerBound - 1)..<(member.key.upperBound + 1), in: buffer) ?? "?"
        return "\(key) \(String(decoding: buffer[member.value], as: UTF8.self))"
      }
      if !found.elementsEqual(expected, by: { $0.utf8.elementsEqual($1.utf8) }) {
        broken.append("the scan finds other members than the parser")
      }
      probe(scan, buffer)
      return broken + splice(scan, parsed, buffer)
    }
  }

  private static func probe(_ scan: TopLevelScan, _ buffer: UnsafeRawBufferPointer) {
    for member in scan.members {
      _ = member.isNamed("model", in: buffer)
      _ = TopLevelScan.string(member.value, in: buffer)
      _ = TopLevelScan.members(of: member.value, in: buffer)
      _ = TopLevelScan.elements(of: member.value, in: buffer)
    }
  }

  /// Each value replaced is replaced, and nothing else.
  private static func splice(_ scan: TopLevelScan, _ parsed: JSON, _ buffer: UnsafeRawBufferPointer) -> [String] {
    var splice = Splice()
    for (index, member) in scan.members.enumerated() where index % 2 == 0 {
      splice.replace(member.value, with: Array("\"\(index)\"".utf8))
    }
    guard let edited = try? JSON(parsing: splice.applied(to: buffer)) else { return ["spliced it is no JSON"] }
    var index = 0
    var others = edited.members.makeIterator()
    for member in parsed.members {
      guard let other = others.next(), other.key.utf8.elementsEqual(member.key.utf8),
        index % 2 == 0 ? other.value.string == "\(index)" : other.value == member.value
      else { return ["spliced member \(index) is wrong"] }
      index += 1
    }
    return others.next() == nil ? [] : ["spliced it has more members"]
  }

  // MARK: - Event streams

  static func eventStream(_ bytes: [UInt8]) -> [String] {
    var broken: [String] = []
    let whole = items(bytes, [bytes.count])
    var choice = InputChoice(bytes)
    var sizes = [[1], [2], [choice.size(3...64)]]
    sizes.append((0..<40).map { _ in choice.size(1...9) })
    for sizes in sizes where items(bytes, sizes) != whole {
      broken.append("split into \(sizes.prefix(4)) it holds other events")
    }
    var written: [UInt8] = []
    var expected: [ServerSentEvent] = []
    for case .event(let event) in whole {
      EventStreamWriter.append(event, to: &written)
      // A writer of lines knows one line end; U+FFFD stands for what was no UTF-8.
      var event = event
      event.data = event.data.map { $0 == 0x0D ? 0x0A : $0 }
      expected.append(event)
    }
    let again = items(written, [written.count])
    if again != expected.map(EventStreamItem.event) { broken.append("written and parsed again it holds other events") }
    broken += usageFilter(bytes, &choice)
    return broken
  }

  /// What the filter lets through does not hang on how it came, and only whole events are taken out.
  private static func usageFilter(_ bytes: [UInt8], _ choice: inout InputChoice) -> [String] {
    func filtered(_ size: Int) -> [UInt8] {
      var filter = UsageChunkFilter()
      var output: [UInt8] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        let piece = Array(bytes[start..<min(bytes.count, start + size)])
        piece.withUnsafeBytes { filter.filter($0, into: &output) }
      }
      filter.finish(into: &output)
      return output
    }
    let whole = filtered(max(1, bytes.count))
    let pieces = filtered(choice.size(1...7))
    if whole != pieces { return ["the usage filter hangs on how the bytes come"] }
    return whole.count <= bytes.count ? [] : ["the usage filter adds bytes"]
  }

  static func items(_ bytes: [UInt8], _ sizes: [Int], limit: Int = 1 << 20) -> [EventStreamItem] {
    var parser = EventStreamParser(limit: limit)
    var items: [EventStreamItem] = []
    var position = 0
    var piece = 0
    while position < bytes.count {
      let end = min(bytes.count, position + max(1, sizes[min(piece, sizes.count - 1)]))
      try? parser.feed(Array(bytes[position..<end])) { items.append($0) }
      position = end
      piece += 1
    }
    parser.finish { items.append($0) }
    return items
  }
}
