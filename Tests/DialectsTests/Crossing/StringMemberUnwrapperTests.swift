import Testing

@testable import Dialects

@Suite struct StringMemberUnwrapperTests {
  static let cases: [(input: String, output: String)] = [
    (#"{"input":"plain"}"#, "plain"),
    (#" { "input" : "spaced" } "#, "spaced"),
    (#"{"input":""}"#, ""),
    (#"{"input":"a\nb\t\"q\" \\ \/ \b\f\r"}"#, "a\nb\t\"q\" \\ / \u{8}\u{C}\r"),
    (#"{"input":"\u00e9 \u4e2d é中😀 \ud83d\ude00!"}"#, "é 中 é中😀 😀!"),
    (#"{"input":"\ud83dabc\u0041"}"#, "\u{FFFD}abcA"),
    (#"{"input":"\ud83d\u0041"}"#, "\u{FFFD}A"),
    (#"{"input":"\ud83d\n"}"#, "\u{FFFD}\n"),
    (#"{"input":"\ud83d\ud83d\ude00"}"#, "\u{FFFD}😀"),
    (#"{"input":"\ude00x"}"#, "\u{FFFD}x"),
    (#"{"input":"end \ud83d"}"#, "end \u{FFFD}"),
    // Cut off by a token limit: what came is given.
    (#"{"input":"cut of"#, "cut of"),
    (#"{"input":"cut \"#, "cut "),
    // Models that ignore the schema.
    ("", ""),
    (#"{"patch":"other name"}"#, "other name"),
    (#""a bare string""#, "a bare string"),
    ("*** Begin Patch\n\"quoted\": \"text\"\n", "*** Begin Patch\n\"quoted\": \"text\"\n"),
    (#"{"a":"1","b":"2"}"#, #"{"a":"1","b":"2"}"#),
    (#"{"input":5}"#, #"{"input":5}"#),
    (#"{"input":{"deep":"x"}}"#, #"{"input":{"deep":"x"}}"#),
    (#"{"lines":["a","b"]}"#, #"{"lines":["a","b"]}"#),
    (#"{"in put":"x","y":1}"#, #"{"in put":"x","y":1}"#),
    (#"{"inputs":"longer name"}"#, "longer name"),
    ("{}", "{}"),
  ]

  @Test(arguments: cases)
  func theTextComesOutHoweverItIsCut(example: (input: String, output: String)) {
    let characters = Array(example.input.unicodeScalars)
    for size in 1...max(1, characters.count) {
      var unwrapper = StringMemberUnwrapper()
      var output = ""
      var position = 0
      while position < characters.count {
        let end = min(characters.count, position + size)
        output += unwrapper.feed(String(String.UnicodeScalarView(characters[position..<end])))
        position = end
      }
      output += unwrapper.finish()
      #expect(Array(output.unicodeScalars) == Array(example.output.unicodeScalars), "by \(size)")
    }
  }

  @Test func textIsGivenOutAsItArrives() {
    var unwrapper = StringMemberUnwrapper()
    #expect(unwrapper.feed(#"{"input":"one "#) == "one ")
    #expect(unwrapper.feed(#"two\"#) == "two")
    #expect(unwrapper.feed("nthree") == "\nthree")
  }

  /// Thousands of strings inside another form must not cost their square.
  @Test func anotherFormIsReadInOnePass() {
    let list = "{\"lines\":[" + Array(repeating: "\"a line of text\"", count: 40_000).joined(separator: ",") + "]}"
    var unwrapper = StringMemberUnwrapper()
    #expect(unwrapper.feed(list) + unwrapper.finish() == list)
  }
}
