import Testing
import Wire

@Suite("Texts passed on as they stand")
struct JSONTextTests {
  /// Pieces of string text, as written, and what they stand for.
  static let pieces: [(written: String, text: String)] = [
    ("plain", "plain"), (#"\n"#, "\n"), (#"\t\r\b\f"#, "\t\r\u{8}\u{C}"), (#"\""#, "\""), (#"\\"#, "\\"),
    (#"\\\\"#, #"\\"#), (#"\\\""#, #"\""#), (#"\/"#, "/"), ("/", "/"), (#"\u00e9"#, "é"), ("é", "é"), ("日本", "日本"),
    (#"\ud83d\ude00"#, "😀"), (#"\ud800"#, "\u{FFFD}"), (#"\u001f"#, "\u{1F}"), (#"\u000A"#, "\n"), ("\u{7F}", "\u{7F}"),
  ]

  /// Escapes on both sides of every border between two blocks of sixteen bytes.
  @Test func whatIsWrittenIsTheSameReadOrNot() throws {
    for padding in 0..<36 {
      for (written, text) in Self.pieces {
        for end in ["", "x", String(repeating: "y", count: 20)] {
          let front = String(repeating: "a", count: padding)
          let json = try #require(
            try JSON(parsing: #"{"before":[1],"text":""# + front + written + end + #"","behind":"\n"}"#)["text"])
          #expect(json.string == front + text + end)
          let words = try #require(JSONText(json))
          #expect(words.string == front + text + end)
          var (passed, read) = (JSONWriter(), JSONWriter())
          passed.object { $0.member("text", words) }
          read.object { $0.member("text", front + text + end) }
          #expect(passed.bytes == read.bytes)
        }
      }
    }
  }

  @Test(
    arguments: [
      ("\"\"", nil), (#""x""#, "x"), (#""  \n\t\r  x""#, "x"), (#"" \u0020x""#, "x"), (#"" \" ""#, "\""),
      (#""  \n ""#, nil), (#""\u000a""#, nil), (#""\\n""#, "\\"),
    ] as [(String, Character?)])
  func theFirstByteOfMeaning(written: String, first: Character?) throws {
    let words = try #require(JSONText(try JSON(parsing: written)))
    let space: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
    #expect(words.firstByte(notIn: space) == first?.asciiValue)
    #expect(JSONText(words.string).firstByte(notIn: space) == first?.asciiValue)
    #expect(words.isEmpty == words.string.isEmpty)
  }

  @Test func onlyStringsHaveText() throws {
    for text in ["1", "null", "true", "[]", "{}"] { #expect(JSONText(try JSON(parsing: text)) == nil) }
  }

  @Test func oneTextAloneStaysAsItIs() throws {
    let one = try #require(JSONText(try JSON(parsing: #""a\nb""#)))
    #expect([one].joinedTexts(by: "-").string == "a\nb")
    #expect([one, JSONText("c")].joinedTexts(by: "-").string == "a\nb-c")
    #expect([JSONText]().joinedTexts(by: "-").isEmpty)
  }

  @Test func aTextThatIsAnObject() throws {
    let words = try #require(JSONText(try JSON(parsing: #"" \n{\"a\":1}""#)))
    #expect(JSON(objectIn: words)?.text == #"{"a":1}"#)
    #expect(JSON(objectIn: JSONText("[1]")) == nil)
  }

  /// More nodes than one byte in twelve: the tape grows while it is written.
  @Test func manySmallValues() throws {
    let text = "[" + Array(repeating: #"{"a":[1,"b",{}]}"#, count: 500).joined(separator: ",") + "]"
    let json = try JSON(parsing: text)
    #expect(json.text == text)
    #expect(json.elements.count == 500)
    #expect(json.elements.allSatisfy { $0["a"]?.elements.count == 3 })
  }
}
