import Testing
import Wire

/// Reading values out of a document.
@Suite struct JSONViewTests {
  @Test(arguments: [
    (#""plain""#, "plain"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\u0000x""#, "é\0x"),
    (#""\ud83d\ude00!""#, "😀!"), (#""\uD83D\uDE00""#, "😀"), (#""\ud83d""#, "\u{FFFD}"),
    (#""\ud83dx""#, "\u{FFFD}x"), (#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
    (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"), (#""\ud83d\n""#, "\u{FFFD}\n"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
    (#""é中\u4e2d""#, "é中中"), (#""""#, ""),
  ])
  func escapesAreDecoded(text: String, decoded: String) throws {
    let value = try JSON(parsing: text)
    #expect(value.string.map { Array($0.unicodeScalars) } == Array(decoded.unicodeScalars))
  }

  @Test(
    arguments: [
      ("1", 1, 1.0), ("-0", 0, -0.0), ("1.0", 1, 1.0), ("3e0", 3, 3.0), ("1E2", 100, 100.0), ("1.5", nil, 1.5),
      ("9223372036854775807", Int.max, 9_223_372_036_854_775_807.0),
      ("9223372036854775808", nil, 9.223372036854775808e18),
      ("-9223372036854775808", Int.min, -9_223_372_036_854_775_808.0), ("1e400", nil, Double.infinity),
      ("-1e400", nil, -Double.infinity), ("1e-400", 0, 0.0),
    ] as [(String, Int?, Double)])
  func numbersKeepTheirLexeme(text: String, int: Int?, double: Double) throws {
    let value = try JSON(parsing: text)
    #expect(value.number?.lexeme == text)
    #expect(value.int == int)
    #expect(value.double == double)
    #expect(value.text == text)
  }

  @Test func valuesOfAnotherKindReadAsNil() throws {
    let value = try JSON(parsing: #"{"s":"x","n":1,"t":true,"z":null,"a":[],"o":{}}"#)
    for member in value.members {
      #expect((member.value.string != nil) == (member.key == "s"))
      #expect((member.value.number != nil) == (member.key == "n"))
      #expect((member.value.bool != nil) == (member.key == "t"))
      #expect(member.value.isNull == (member.key == "z"))
      #expect(member.value["any"] == nil)
      #expect(member.value.members.isEmpty)
      #expect(member.value.elements.isEmpty)
    }
  }

  @Test func membersAreFoundByNameHoweverItIsEscapedAndTheLastOfDuplicatesCounts() throws {
    let value = try JSON(parsing: #"{"a":1,"b":{"a":9},"a":2,"caf\u00e9":3,"":4}"#)
    #expect(value["a"]?.int == 2)
    #expect(value[name: "a"]?.int == 2)
    #expect(value["café"]?.int == 3)
    #expect(value[name: "café"]?.int == 3)
    #expect(value[""]?.int == 4)
    #expect(value["c"] == nil)
    #expect(value.members.map(\.key) == ["a", "b", "a", "café", ""])
    #expect(value.members.count == 5)
    #expect(value.members.first { $0.isNamed("café") }?.value.int == 3)
  }

  @Test func namesAreComparedByTheirCharactersCodes() throws {
    // Swift calls these two spellings of é equal; JSON does not.
    let value = try JSON(parsing: "{\"e\u{301}\":1,\"\u{E9}\":2}")
    #expect(value[name: "e\u{301}"]?.int == 1)
    #expect(value[name: "\u{E9}"]?.int == 2)
    #expect(try JSON(parsing: "\"e\u{301}\"") != JSON(parsing: "\"\u{E9}\""))
    #expect(try JSON(parsing: "{\"e\u{301}\":1}") != JSON(parsing: "{\"\u{E9}\":1}"))
    #expect(try JSON(parsing: "{\"e\\u0301\":1}")["\u{E9}"] == nil)
  }

  @Test func elementsComeInOrder() throws {
    let value = try JSON(parsing: #"[1,[2,[3]],{"a":[4]},5]"#)
    #expect(value.elements.map(\.text) == ["1", "[2,[3]]", #"{"a":[4]}"#, "5"])
    #expect(value.elements.count == 4)
    #expect(value.elements.first?.int == 1)
  }

  @Test func aViewTellsItsBytes() throws {
    let value = try JSON(parsing: #" { "a" : "x\n" , "b" : [ 1 , 2 ] } "#)
    let list = try #require(value["b"])
    #expect(list.withBytes { String(decoding: $0, as: UTF8.self) } == "[ 1 , 2 ]")
    #expect(list.byteCount == 9)
    #expect(value["a"]?.byteCount == 5)
    #expect(list.text == "[1,2]")
  }

  @Test(arguments: [#"{"a":[1,{"b":"\u00e9"}],"a":null}"#, " [ 1 , \"x y\" ] ", "\"s\"", "1.0", "{}"])
  func aDetachedValueIsTheSame(text: String) throws {
    let whole = try JSON(parsing: "[0,\(text),0]")
    let view = try #require(whole.elements.dropFirst().first { _ in true })
    #expect(view.detached() == view)
    #expect(view.detached().text == view.text)
    #expect(view.detached().detached().members.map(\.key) == view.members.map(\.key))
  }

  @Test func aValueDeeperThanTheStandardLimitCanBeDetached() throws {
    let text = String(repeating: "[", count: 900) + String(repeating: "]", count: 900)
    let value = try JSON(parsing: text, limits: JSONLimits(depth: 1000))
    #expect(value.detached().text == text)
  }

  @Test(arguments: [
    ("{\"a\":1}", " { \"a\" : 1 } ", true), (#""\u0041\/""#, #""A/""#, true),
    ("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", false),
    ("1", "1.0", false), ("1e2", "1E2", false), ("[1]", "[1,2]", false), ("[1,2]", "[1]", false), ("{}", "[]", false),
    ("{\"a\":1}", "{\"a\":1,\"a\":1}", false), ("null", "false", false), ("\"1\"", "1", false),
    ("[[],{}]", "[[],{}]", true),
  ])
  func equalityCountsOrderLexemesAndDuplicatesOnly(left: String, right: String, isEqual: Bool) throws {
    #expect((try JSON(parsing: left) == JSON(parsing: right)) == isEqual)
    #expect((try JSON(parsing: right) == JSON(parsing: left)) == isEqual)
  }

  @Test func aStringIsComparedInPlace() throws {
    #expect(try JSON(parsing: #""tool_use""#).isString("tool_use"))
    #expect(try JSON(parsing: #""tool\u005fuse""#).isString("tool_use"))
    #expect(try !JSON(parsing: #""tool""#).isString("tool_use"))
    #expect(try !JSON(parsing: "1").isString("1"))
  }
}
