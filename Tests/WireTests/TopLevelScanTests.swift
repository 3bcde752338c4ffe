import TestSupport
import Testing
import Wire

@Suite struct TopLevelScanTests {
  @Test(arguments: 0..<8) func membersStandWhereTheParserFindsThem(seed: UInt64) throws {
    var generator = DocumentGenerator(seed: seed)
    generator.hasDuplicates = true
    for _ in 0..<300 {
      let text = generator.object()
      let bytes = Array(text.utf8)
      let parsed = try JSON(parsing: bytes)
      try bytes.withUnsafeBytes { buffer in
        let scan = try TopLevelScan(buffer)
        let expected = parsed.members.map { member in
          "\(member.key) \(member.value.withBytes { String(decoding: $0, as: UTF8.self) })"
        }
        let found = scan.members.map { member in
          let key = TopLevelScan.string((member.key.lowerBound - 1)..<(member.key.upperBound + 1), in: buffer) ?? "?"
          return "\(key) \(String(decoding: buffer[member.value], as: UTF8.self))"
        }
        #expect(found == expected, "\(text)")
        for (member, value) in zip(scan.members, parsed.members.map(\.value)) {
          let members = TopLevelScan.members(of: member.value, in: buffer)
          #expect(members?.count == (value.isObject ? value.members.count : nil), "\(text)")
          let elements = TopLevelScan.elements(of: member.value, in: buffer)
          #expect(
            elements?.map { String(decoding: buffer[$0], as: UTF8.self) }
              == (value.isArray
                ? value.elements.map { $0.withBytes { String(decoding: $0, as: UTF8.self) } } : nil),
            "\(text)")
        }
      }
    }
  }

  @Test(arguments: [
    "", " ", "null", "[]", "\"a\"", "{", "{\"", "{\"a", "{\"a\\", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,",
    "{\"a\":1,}",
    "{\"a\":}", "{\"a\":[1,2}", "{\"a\":{]}", "{\"a\":[{]}]}", "{a:1}", "{\"a\":1}}", "{\"a\":1} x", "{\"a\":\"x}",
    "{\"a\":1 \"b\":2}", "{\"a\" \"b\"}", "{\"a\":1:2}", "{,}", "{\"a\":[}", "{\"a\":\"\\\"}", "{\"a\":{\"b\":\"\\\"}}",
  ])
  func brokenTextIsRefused(text: String) {
    #expect(throws: JSONError.self) { try Array(text.utf8).withUnsafeBytes { try TopLevelScan($0) } }
  }

  /// Each level is a bit, and every 64 levels a new word begins.
  @Test(arguments: [1, 2, 62, 63, 64, 65, 127, 128, 129, 200, 1000])
  func bracketsAreMatchedAtEveryDepth(depth: Int) throws {
    var generator = SeededGenerator(seed: UInt64(depth))
    let isObject = (0..<depth).map { _ in generator.chance(50) }
    let opening = isObject.map { $0 ? "{\"a\":" : "[" }.joined()
    let closing = isObject.reversed().map { $0 ? "}" : "]" }
    func scan(_ closing: [String]) throws -> Int {
      let text = "{\"deep\":\(opening)0\(closing.joined()),\"after\":1}"
      return try Array(text.utf8).withUnsafeBytes { try TopLevelScan($0).members.count }
    }
    #expect(try scan(closing) == 2)
    for level in [0, depth / 2, depth - 1] {
      var wrong = closing
      wrong[level] = wrong[level] == "}" ? "]" : "}"
      #expect(throws: JSONError.self) { try scan(wrong) }
    }
  }

  @Test func boundlessNestingIsRefused() {
    let text = "{\"a\":" + String(repeating: "[", count: 100_000)
    #expect(throws: JSONError.self) { try Array(text.utf8).withUnsafeBytes { try TopLevelScan($0) } }
  }

  @Test func aMemberIsFoundHoweverItsNameIsEscapedAndTheLastOfDuplicatesCounts() throws {
    let text = #" {"model":"a","x":{"model":"b"},"mod\u0065l":"c","stream":true,"n":null} "#
    try Array(text.utf8).withUnsafeBytes { bytes in
      let scan = try TopLevelScan(bytes)
      let model = try #require(scan.member("model", in: bytes))
      #expect(TopLevelScan.string(model.value, in: bytes) == "c")
      let stream = try #require(scan.member("stream", in: bytes))
      #expect(TopLevelScan.isTrue(stream.value, in: bytes))
      #expect(TopLevelScan.string(stream.value, in: bytes) == nil)
      #expect(scan.member("mode", in: bytes) == nil)
      #expect(String(decoding: bytes[scan.object], as: UTF8.self) == text.dropFirst().dropLast())
    }
  }

  @Test(arguments: [#""a""#, #""\\""#, #""\\\"""#, #""x\\\\""#, #""0123456789abcd\"""#, #""0123456789abcde\\""#])
  func backslashesBeforeAQuoteAreCounted(value: String) throws {
    try Array("{\"k\":\(value),\"l\":1}".utf8).withUnsafeBytes { bytes in
      let scan = try TopLevelScan(bytes)
      #expect(scan.members.count == 2)
      #expect(scan.members.first.map { String(decoding: bytes[$0.value], as: UTF8.self) } == value)
    }
  }
}

/// Where strings end, against a walk from character to character.
@Suite struct StringEndTests {
  private static func end(of text: [UInt8], from start: Int) -> Int? {
    var position = start
    while position < text.count {
      if text[position] == UInt8(ascii: "\"") { return position + 1 }
      position += text[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    return nil
  }

  @Test(arguments: 0..<40) func theEndIsTheFirstQuoteThatNothingEscapes(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let letters = random.pick([#"ab\""#, #"abcdefgh\\\""#, #"abcdefghijklmnop""#].map { Array($0.utf8) }) ?? []
      let inner = (0..<random.int(0...80)).map { _ in random.pick(letters) ?? 0 }
      let text = Array("{\"k\":\"".utf8) + inner + Array("\"}".utf8)
      guard let end = Self.end(of: text, from: 6) else { continue }
      // A body that ends with the string's object is one exactly where the string ends there.
      let whole = Array(text[..<end]) + [UInt8(ascii: "}")]
      let values = try whole.withUnsafeBytes { try TopLevelScan($0).members.map(\.value) }
      #expect(values == [5..<end], "\(String(decoding: whole, as: UTF8.self))")
    }
  }

  @Test func aStringWithoutEndIsRefused() {
    for length in 0..<40 {
      for tail in ["", "\\\"", "\\\\\\\""] {
        let text = Array(("[\"" + String(repeating: "a", count: length) + tail).utf8)
        text.withUnsafeBytes { bytes in
          #expect((try? TopLevelScan(bytes)) == nil)
          #expect(TopLevelScan.elements(of: 0..<bytes.count, in: bytes) == nil)
        }
      }
    }
  }
}

@Suite struct SpliceTests {
  private static func apply(_ edits: [(Range<Int>, String)], to text: String) -> String {
    var splice = Splice()
    for (range, replacement) in edits { splice.replace(range, with: Array(replacement.utf8)) }
    return Array(text.utf8).withUnsafeBytes { String(decoding: splice.applied(to: $0), as: UTF8.self) }
  }

  @Test func rangesAreReplacedAndEverythingElseStays() {
    #expect(Self.apply([], to: "abc") == "abc")
    #expect(Self.apply([(1..<2, "XYZ")], to: "abc") == "aXYZc")
    #expect(Self.apply([(2..<3, ""), (0..<1, "A")], to: "abc") == "Ab", "edits may come in any order")
    #expect(Self.apply([(0..<0, "<"), (3..<3, ">")], to: "abc") == "<abc>")
    #expect(Self.apply([(1..<1, "1"), (1..<1, "2")], to: "ab") == "a12b", "insertions at one place keep their order")
    #expect(Self.apply([(0..<3, "")], to: "abc") == "")
  }

  @Test func editsThatCannotBeMadeAreLeftOut() {
    #expect(Self.apply([(0..<2, "X"), (1..<3, "Y")], to: "abc") == "Xc")
    #expect(Self.apply([(2..<9, "X")], to: "abc") == "abc")
    #expect(Self.apply([(7..<9, "X")], to: "abc") == "abc")
  }
}
