import Testing
import Wire

/// What RFC 8259 allows and what it does not.
@Suite struct JSONGrammarTests {
  @Test(arguments: [
    "null", "true", "false", "0", "-0", "0.0", "1.5", "-1e5", "1E+5", "1e-05", "123456789012345678901234567890",
    "\"\"", "[]", "{}", "[[]]", "[1,2]", "{\"a\":{}}", " 1 ", "\t\n\r [ ]\n", "{ \"a\" : 1 , \"a\" : 2 }",
    #""\"\\\/\b\f\n\r\t""#, #""\u0000\uFFFF\uabCD""#, #""\ud800""#, #""\udc00\ud800""#, "\"\u{7F}\u{2028}\u{2029}\"",
    "\"\u{10FFFF}\"", "\"é中😀\"",
  ])
  func legalTextIsRead(text: String) throws {
    _ = try JSON(parsing: text)
  }

  @Test(arguments: [
    ("", JSONError.Kind.unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("nul", .unexpectedEnd, 3),
    ("nulL", .unexpectedByte, 3), ("True", .unexpectedByte, 0), ("truex", .trailingBytes, 4),
    ("1 2", .trailingBytes, 2), ("[1]]", .trailingBytes, 3), ("{}{}", .trailingBytes, 2),
    ("[", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3), ("[1,]", .unexpectedByte, 3),
    ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3), ("[1}", .unexpectedByte, 2),
    ("{", .unexpectedEnd, 1), ("{\"a\"", .unexpectedEnd, 4), ("{\"a\":", .unexpectedEnd, 5),
    ("{\"a\":1", .unexpectedEnd, 6), ("{\"a\":1,}", .unexpectedByte, 7), ("{\"a\" 1}", .unexpectedByte, 5),
    ("{a:1}", .unexpectedByte, 1), ("{1:1}", .unexpectedByte, 1), ("{\"a\":1]", .unexpectedByte, 6),
    ("{,}", .unexpectedByte, 1), ("'a'", .unexpectedByte, 0), ("/**/1", .unexpectedByte, 0),
    ("01", .invalidNumber, 1), ("-", .invalidNumber, 1), ("-a", .invalidNumber, 1), ("+1", .unexpectedByte, 0),
    (".5", .unexpectedByte, 0), ("1.", .invalidNumber, 2), ("1.e5", .invalidNumber, 2), ("1e", .invalidNumber, 2),
    ("1e+", .invalidNumber, 3), ("0x10", .trailingBytes, 1), ("-01", .invalidNumber, 2), ("NaN", .unexpectedByte, 0),
    ("-Infinity", .invalidNumber, 1), ("\"", .unexpectedEnd, 1), ("\"a", .unexpectedEnd, 2),
    ("\"\\", .unexpectedEnd, 2), ("\"\\\"", .unexpectedEnd, 3), ("\"\\x\"", .invalidEscape, 1),
    ("\"\\u12\"", .invalidEscape, 1), ("\"\\u12", .unexpectedEnd, 5), ("\"\\uGGGG\"", .invalidEscape, 1),
    ("\"\\'\"", .invalidEscape, 1), ("\"a\u{1}\"", .invalidString, 2), ("\"a\nb\"", .invalidString, 2),
    ("\"0123456789abcdef\t\"", .invalidString, 17), ("\u{FEFF}1", .unexpectedByte, 0), ("\u{A0}1", .unexpectedByte, 0),
    ("\u{0C}1", .unexpectedByte, 0), ("[\"a\",\u{0B}1]", .unexpectedByte, 5),
  ])
  func illegalTextIsRefusedAtItsPlace(text: String, kind: JSONError.Kind, offset: Int) {
    #expect(throws: JSONError(kind, at: offset)) { try JSON(parsing: text) }
  }

  /// Unicode 15, table 3-7: the first and last of each row, and the neighbours that are out.
  @Test(
    arguments: [
      ([0x7F], true), ([0x80], false), ([0xBF], false), ([0xC0, 0x80], false), ([0xC1, 0xBF], false),
      ([0xC2, 0x80], true), ([0xC2, 0x7F], false), ([0xC2, 0xC0], false), ([0xDF, 0xBF], true), ([0xC2], false),
      ([0xE0, 0xA0, 0x80], true), ([0xE0, 0x9F, 0xBF], false), ([0xE0, 0xBF, 0xBF], true), ([0xE1, 0x80, 0x80], true),
      ([0xE1, 0x80], false), ([0xE1, 0x80, 0xC0], false), ([0xEC, 0xBF, 0xBF], true), ([0xED, 0x9F, 0xBF], true),
      ([0xED, 0xA0, 0x80], false), ([0xED, 0xBF, 0xBF], false), ([0xEE, 0x80, 0x80], true), ([0xEF, 0xBF, 0xBF], true),
      ([0xF0, 0x90, 0x80, 0x80], true), ([0xF0, 0x8F, 0xBF, 0xBF], false), ([0xF0, 0x90, 0x80], false),
      ([0xF1, 0x80, 0x80, 0x80], true), ([0xF3, 0xBF, 0xBF, 0xBF], true), ([0xF4, 0x8F, 0xBF, 0xBF], true),
      ([0xF4, 0x90, 0x80, 0x80], false), ([0xF5, 0x80, 0x80, 0x80], false), ([0xFE], false), ([0xFF], false),
      ([0xF1, 0x80, 0x80, 0x7F], false), ([0xC3, 0xA9, 0xC3], false), ([0xC3, 0xA9, 0xE4, 0xB8, 0xAD], true),
    ] as [([UInt8], Bool)])
  func utf8IsValidated(bytes: [UInt8], isValid: Bool) {
    // Before, across and behind a block of sixteen bytes, and against the end of the text.
    for lead in [0, 1, 13, 14, 15, 16, 40] {
      let text = [UInt8(ascii: "\"")] + Array(repeating: UInt8(ascii: "x"), count: lead) + bytes + [UInt8(ascii: "\"")]
      #expect(((try? JSON(parsing: text)) != nil) == isValid, "after \(lead) bytes")
      #expect((try? JSON(parsing: text.dropLast())) == nil)
    }
  }

  @Test func nestingIsBounded() throws {
    let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    _ = try JSON(parsing: nested(512))
    #expect(throws: JSONError(.tooDeep, at: 512)) { try JSON(parsing: nested(513)) }
    #expect(throws: JSONError(.tooDeep, at: 3)) { try JSON(parsing: nested(4), limits: JSONLimits(depth: 3)) }
    #expect(throws: JSONError(.tooDeep, at: 512)) { try JSON(parsing: String(repeating: "[", count: 1_000_000)) }
    let objects = String(repeating: "{\"a\":", count: 600)
    #expect(throws: JSONError(.tooDeep, at: 512 * 5)) { try JSON(parsing: objects) }
  }

  @Test func sizeIsBounded() throws {
    let limits = JSONLimits(size: 4)
    _ = try JSON(parsing: "1234", limits: limits)
    #expect(throws: JSONError(.tooLarge, at: 0)) { try JSON(parsing: "12345", limits: limits) }
  }

  @Test func anErrorNamesItsPlace() {
    #expect(JSONError(.invalidNumber, at: 7).description == "invalid number at byte 7")
  }
}
