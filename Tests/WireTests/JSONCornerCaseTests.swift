import Foundation
import TestSupport
import Testing
import Wire

/// The corners of RFC 8259 that public test suites of parsers turn to, each with Foundation's verdict beside ours.
@Suite struct JSONCornerCaseTests {
  /// Where two right parsers may differ.
  enum Difference: String, Sendable {
    /// RFC 8259, 6: implementations may set limits on range and precision; ours keeps numbers as written.
    case hugeNumber = "a number that no Double holds"
    /// RFC 8259, 8.2: behaviour is unpredictable; ours keeps the escape and reads U+FFFD.
    case loneSurrogate = "an escaped surrogate without its other half"
    /// RFC 8259, 9: implementations may set limits on depth; ours is 512.
    case depth = "nesting"
    /// RFC 8259, 8.1: implementations may ignore a byte order mark; ours is given bodies, which have none.
    case byteOrderMark = "a byte order mark"
    /// RFC 8259, 8.1: JSON between systems is UTF-8; Foundation guesses others.
    case otherEncoding = "UTF-16 and UTF-32"
    /// Foundation is lenient here; RFC 8259, 4 and 5, is not.
    case trailingComma = "a comma behind the last value"
    /// RFC 8259, 4: names should be unique; ours keeps all, and the last one counts.
    case duplicateName = "one name twice"
  }

  struct Corner: Sendable, CustomStringConvertible {
    var bytes: [UInt8]
    var isJSON: Bool
    var difference: Difference?
    var description: String { String(decoding: bytes.prefix(40), as: UTF8.self).debugDescription }

    init(_ text: String, _ isJSON: Bool, _ difference: Difference? = nil) {
      self.init(Array(text.utf8), isJSON, difference)
    }

    init(_ bytes: [UInt8], _ isJSON: Bool, _ difference: Difference? = nil) {
      self.bytes = bytes
      self.isJSON = isJSON
      self.difference = difference
    }
  }

  static let accepted: [Corner] =
    [
      "[[]   ]", "[]", "[\"\"]", "[null, 1, \"1\", {}]", "[1\n]", " [1]", "[1,null,null,null,2]", "[2] ", "[1 ]",
      "[123e65]", "[0e+1]", "[0e1]", "[ 4]", "[-0.000000000000000000000000000000000000000000000000000000000000001]",
      "[20e1]", "[-0]", "[-123]", "[-1]", "[1E22]", "[1E-2]", "[1E+2]", "[123e45]", "[123.456e78]", "[1e-2]", "[1e+2]",
      "[123]", "[123.456789]", "[1.0]", "[1.000000000000000005]", "[0.1E1]", "[9223372036854775807]",
      "[-9223372036854775808]", "[100000000000000000000]",
      #"{"asd":"sdf", "dfg":"fgh"}"#, "{}", #"{"":0}"#, #"{"foo\u0000bar": 42}"#, #"{"a":[]}"#,
      #"{ "min": -1.0e+28, "max": 1.0e+28 }"#, #"{"x":[{"id": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}]}"#,
      "{\n\"a\": \"b\"\n}",
      #"["\u0060\u012a\u12AB"]"#, #"["\uD801\udc37"]"#, #"["\ud83d\ude39\ud83d\udc8d"]"#, #"["\"\\\/\b\f\n\r\t"]"#,
      #"["\\u0000"]"#, #"["\""]"#, "[\"a/*b*/c/*d//e\"]", #"["\\a"]"#, #"["\\n"]"#, #"["\u0012"]"#, #"["\uFFFF"]"#,
      "[\"asd\"]", "[ \"asd\"]", "[\"\u{10FFFF}\"]", "[\"\u{FFFF}\"]", #"["\u0000"]"#, #"["\u002c"]"#, "[\"π\"]",
      "[\"\u{1BFFF}\"]", #"["\u0821"]"#, #"["\uDBFF\uDFFF"]"#, "[\"\u{2028}\"]", "[\"\u{2029}\"]", #"["\uA66D"]"#,
      "[\"⍂㈴⍂\"]", "[\"\u{7F}\"]", #"["\u005C"]"#, #"["\u200B"]"#, #"["new\u00A0line"]"#, "[\"a\u{7F}a\"]",
      "false", "42", "-0.1", "null", "\"asd\"", "true", "\"\"", "[\"a\"]\n", "[true]", " [] ", "\t\r\n []",
      "[\"\u{FEFF}\"]",
      "[[[[[[[[[[[[[[[[[[[[\"a\"]]]]]]]]]]]]]]]]]]]]", "[1,2,3,[4,5,{\"6\":[7]}]]", "{\"a\":\"b\",\"c\":{\"a\":1}}",
    ].map { Corner($0, true) } + [
      Corner(#"{"a":"b","a":"c"}"#, true, .duplicateName), Corner(#"{"a":"b","a":"b"}"#, true, .duplicateName),
      Corner(#"{"a":1,"\u0061":2}"#, true, .duplicateName),
      Corner("[1e400]", true, .hugeNumber), Corner("[-1e+9999]", true, .hugeNumber),
      Corner("[0.4e00669999999999999999999999999999999999999]", true, .hugeNumber),
      Corner("[123123e100000]", true, .hugeNumber), Corner("[1e-10000]", true, .hugeNumber),
      Corner("[-237462374673276894279832749832423479823246327846]", true, .hugeNumber),
      Corner(#"["\uDADA"]"#, true, .loneSurrogate), Corner(#"["\uD888\u1234"]"#, true, .loneSurrogate),
      Corner(#"["\uD800\n"]"#, true, .loneSurrogate), Corner(#"["\uDd1ea"]"#, true, .loneSurrogate),
      Corner(#"["\uD800\uD800\n"]"#, true, .loneSurrogate), Corner(#"["\ud800abc"]"#, true, .loneSurrogate),
      Corner(#"["\uDd1e\uD834"]"#, true, .loneSurrogate), Corner(#"["\uDFAA"]"#, true, .loneSurrogate),
      Corner(String(repeating: "[", count: 500) + String(repeating: "]", count: 500), true),
    ]

  static let refused: [Corner] =
    [
      "", " ", "[1 true]", "[\"\": 1]", "[\"\"],", "[,1]", "[1,,2]", "[\"x\",,]", "[\"x\"]]", "[\"x\"", "[x",
      "[3[4]]", "[1:2]", "[,]", "[-]", "[   , \"\"]", "[\"a\",\n4\n,1,", "[1,\n1\n,1", "[*]", "[\"\"", "[{}",
      "[fals]", "[nul]", "[tru]", "[truE]", "[++1234]", "[+1]", "[+Inf]", "[-01]", "[-1.0.]", "[-2.]", "[-NaN]",
      "[.-1]",
      "[.2e-3]", "[0.1.2]", "[0.3e+]", "[0.3e]", "[0.e1]", "[0E+]", "[0E]", "[0e+]", "[0e]", "[1.0e+]", "[1.0e-]",
      "[1.0e]", "[1 000.0]", "[1eE2]", "[2.e+3]", "[2.e-3]", "[2.e3]", "[9.e+]", "[Inf]", "[NaN]", "[１]", "[1+2]",
      "[0x1]", "[0x42]", "[Infinity]", "[0e+-1]", "[-123.123foo]", "[-Infinity]", "[-foo]", "[- 1]", "[-012]",
      "[-.123]",
      "[-1x]", "[1ea]", "[1.]", "[.123]", "[1.2a-3]", "[1.8011670033376514H-308]", "[012]", "[01]", "[1_000]",
      "[\"x\", truth]", "{[: \"x\"}", "{\"x\", null}", "{\"x\"::\"b\"}", "{🇨🇭}", "{\"a\":\"a\" 123}", "{key: 'value'}",
      "{\"a\" b}", "{:\"b\"}", "{\"a\" \"b\"}", "{\"a\":", "{\"a\"", "{1:1}", "{9999E9999:1}", "{null:null,null:null}",
      "{\"id\":0,,,,,}", "{'a':0}", "{\"a\":\"b\"}/**/", "{\"a\":\"b\"}/**//", "{\"a\":\"b\"}//",
      "{\"a\":\"b\",,\"c\":\"d\"}", "{a: \"b\"}", "{\"a\":\"a", "{ \"foo\" : \"bar\", \"a\" }", "{\"a\":\"b\"}#", "{}}",
      #"["\uD800\"]"#, #"["\uD800\u"]"#, #"["\uD800\u1"]"#, #"["\uD800\u1x"]"#, "[é]", "[\"\\\u{0}\"]", "[\"\\x00\"]",
      #"["\\\"]"#, "[\"\\\t\"]", "[\"\\🌀\"]", #"["\"]"#, #"["\u00A"]"#, #"["\uD834\uDd"]"#, #"["\a"]"#, #"["\uqqqq"]"#,
      "[\"\\", "[\"new\nline\"]", "[\"\t\"]", "[\"a\u{0}a\"]", "\"\\UA66D\"", "['single quote']", "abc",
      "[\\u0020\"asd\"]",
      "\"", "<.>", "[<null>]", "[1]x", "2@", "[1]]", "[a\u{300}]", "[True]", "1]", "{\"x\": true,", "[][]", "]", "[",
      "[\"asd]", "{\"a\":[\"a\"}", "aå", "å", "\u{2060}", "[\u{0C}]", "[\u{0B}]", "\u{2028}[]", "\u{A0}[]", "[\u{85}]",
      "{\"a\":1}{\"b\":2}", "[\"a\"\u{0}]", "nan", "Null", "TRUE", "undefined", "-", "--1", "1.e", "00", "-00", "0,1",
      "\\u0022a\"",
    ].map { Corner($0, false) } + [
      Corner([UInt8(ascii: "["), UInt8(ascii: "\""), 0xE9, UInt8(ascii: "\""), UInt8(ascii: "]")], false),
      Corner([UInt8(ascii: "["), UInt8(ascii: "\""), 0xC0, 0xAF, UInt8(ascii: "\""), UInt8(ascii: "]")], false),
      Corner([UInt8(ascii: "["), UInt8(ascii: "\""), 0xED, 0xA0, 0x80, UInt8(ascii: "\""), UInt8(ascii: "]")], false),
      Corner([UInt8(ascii: "["), UInt8(ascii: "\""), 0xFC, 0x83, 0xBF, UInt8(ascii: "\""), UInt8(ascii: "]")], false),
      Corner(
        [UInt8(ascii: "["), UInt8(ascii: "\""), 0xF4, 0xBF, 0xBF, 0xBF, UInt8(ascii: "\""), UInt8(ascii: "]")], false),
      Corner([UInt8(ascii: "["), 0xFF, UInt8(ascii: "]")], false), Corner([UInt8(ascii: "1"), 0xE5], false),
      Corner(
        [UInt8(ascii: "["), UInt8(ascii: "\""), UInt8(ascii: "\\"), 0xE5, UInt8(ascii: "\""), UInt8(ascii: "]")], false),
      Corner("[\"\",]", false, .trailingComma), Corner("[1,]", false, .trailingComma),
      Corner("{\"id\":0,}", false, .trailingComma),
      Corner([0xEF, 0xBB, 0xBF, UInt8(ascii: "{"), UInt8(ascii: "}")], false, .byteOrderMark),
      Corner([0xEF, 0xBB, UInt8(ascii: "{"), UInt8(ascii: "}")], false), Corner([0xEF, 0xBB, 0xBF], false),
      Corner([0xFF, 0xFE, UInt8(ascii: "["), 0, UInt8(ascii: "]"), 0], false, .otherEncoding),
      Corner([UInt8(ascii: "["), 0, UInt8(ascii: "]"), 0], false, .otherEncoding),
      Corner([0, UInt8(ascii: "["), 0, UInt8(ascii: "]")], false, .otherEncoding),
      Corner(String(repeating: "[", count: 513) + String(repeating: "]", count: 513), false, .depth),
      Corner(String(repeating: "[", count: 100_000), false),
      Corner(String(repeating: "[{\"\":", count: 50_000), false),
    ]

  @Test(arguments: accepted + refused) func cornersAreReadAsTheRFCSays(corner: Corner) {
    let ours = (try? JSON(parsing: corner.bytes)) != nil
    #expect(ours == corner.isJSON)
    let theirs = try? JSONSerialization.jsonObject(with: Data(corner.bytes), options: .fragmentsAllowed)
    if corner.difference == nil { #expect((theirs != nil) == ours, "Foundation differs") }
  }

  /// What is read where RFC 8259 leaves it open.
  @Test func whatIsOpenIsDecided() throws {
    #expect(try JSON(parsing: #"{"a":1,"b":0,"\u0061":2}"#)["a"]?.int == 2)
    #expect(
      try JSON(parsing: #"["\uD888\u1234","\uDFAAx","\uD800\uD800"]"#).elements.map(\.string) == [
        "\u{FFFD}\u{1234}", "\u{FFFD}x", "\u{FFFD}\u{FFFD}",
      ])
    let numbers = try JSON(parsing: "[1e400,-1e400,1e-400,18446744073709551616,1.0,10e-1,1e15,-0,0.5]")
    #expect(numbers.elements.map(\.int) == [nil, nil, 0, nil, 1, 1, 1_000_000_000_000_000, 0, nil])
    #expect(numbers.elements.first?.double == .infinity)
    #expect(numbers.text == "[1e400,-1e400,1e-400,18446744073709551616,1.0,10e-1,1e15,-0,0.5]")
  }
}
