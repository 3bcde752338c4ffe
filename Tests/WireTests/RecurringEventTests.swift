import TestSupport
import Testing
import Wire

/// Events that are recognised instead of parsed.
@Suite struct RecurringEventTests {
  private static let first = ##"{"type":"delta","n":10,"text":"The ","pad":"ab","rest":{"a":[1,2.5,{"b":3}]}}"##

  /// A memory of `first`, in which `n`, `pad` and the whole numbers of `rest` may differ.
  private static func memory(_ name: String? = "delta") throws -> RecurringEvent {
    let event = ServerSentEvent(name: name, data: first)
    let json = try JSON(parsing: event.data)
    var recurring = RecurringEvent()
    recurring.remember(
      event, words: try #require(json["text"]), varying: [json["n"], json["pad"], json["none"], json["rest"]])
    return recurring
  }

  static let cases: [(text: String, words: String?)] = [
    (first, "The "),
    (##"{"type":"delta","n":7,"text":"function ","pad":"","rest":{"a":[0,2.5,{"b":12345}]}}"##, "function "),
    (
      ##"{"type":"delta","n":10,"text":"a\"b\\\n\u00e9\ud83d\ude00","pad":"\"","rest":{"a":[1,2.5,{"b":3}]}}"##,
      "a\"b\\\né😀"
    ),
    (##"{"type":"delta","n":10,"text":"中😀","pad":"é","rest":{"a":[1,2.5,{"b":3}]}}"##, "中😀"),
    // No words, and words that are none.
    (##"{"type":"delta","n":10,"text":"","pad":"ab","rest":{"a":[1,2.5,{"b":3}]}}"##, nil),
    (##"{"type":"delta","n":10,"text":null,"pad":"ab","rest":{"a":[1,2.5,{"b":3}]}}"##, nil),
    // Another kind, another order, another spelling, more and less.
    (##"{"type":"other","n":10,"text":"x","pad":"ab","rest":{"a":[1,2.5,{"b":3}]}}"##, nil),
    (##"{"n":10,"type":"delta","text":"x","pad":"ab","rest":{"a":[1,2.5,{"b":3}]}}"##, nil),
    (##"{"type":"delta", "n":10,"text":"x","pad":"ab","rest":{"a":[1,2.5,{"b":3}]}}"##, nil),
    (##"{"type":"delta","n":10,"text":"x","more":1,"pad":"ab","rest":{"a":[1,2.5,{"b":3}]}}"##, nil),
    (##"{"type":"delta","n":10,"text":"x","pad":"ab","rest":{"a":[1,2.5,{"b":3}]}} "##, nil),
    (##"{"type":"delta","n":10,"text":"x","pad":"ab","rest":{"a":[1,2.5,{"b":3}]"##, nil),
    (##"{"type":"delta","n":10,"text":"x","pad":"ab","rest":{"a":[1,3.5,{"b":3}]}}"##, nil),
    // Not JSON: numbers and strings as no parser takes them.
    (##"{"type":"delta","n":010,"text":"x","pad":"ab","rest":{"a":[1,2.5,{"b":3}]}}"##, nil),
    (##"{"type":"delta","n":,"text":"x","pad":"ab","rest":{"a":[1,2.5,{"b":3}]}}"##, nil),
    (##"{"type":"delta","n":-1,"text":"x","pad":"ab","rest":{"a":[1,2.5,{"b":3}]}}"##, nil),
    (##"{"type":"delta","n":10,"text":"\x","pad":"ab","rest":{"a":[1,2.5,{"b":3}]}}"##, nil),
    (##"{"type":"delta","n":10,"text":"x","pad":"\u12","rest":{"a":[1,2.5,{"b":3}]}}"##, nil),
    ("{\"type\":\"delta\",\"n\":10,\"text\":\"x\ty\",\"pad\":\"ab\",\"rest\":{\"a\":[1,2.5,{\"b\":3}]}}", nil),
    ("", nil),
  ]

  @Test(arguments: cases) func anEventIsKnownByEverythingButItsWords(text: String, words: String?) throws {
    #expect(try Self.memory().words(of: ServerSentEvent(name: "delta", data: text)) == words)
    #expect(try Self.memory().words(of: ServerSentEvent(name: "other", data: text)) == nil)
    #expect(try Self.memory().words(of: ServerSentEvent(data: text)) == nil)
    #expect(try Self.memory(nil).words(of: ServerSentEvent(data: text)) == words)
  }

  /// Ways in which an event may stand in a stream.
  static let framings: [(name: String?, text: String, isMatch: Bool)] = [
    ("delta", "event: delta\ndata: DATA\n\n", true),
    ("delta", "event:delta\ndata:DATA\n\n", true),
    ("delta", "event: delta\r\ndata: DATA\r\n\r\n", true),
    (nil, "data: DATA\n\n", true),
    (nil, "data:DATA\r\n\r\n", true),
    // Another name or none, another field, a comment.
    ("delta", "event: deltas\ndata: DATA\n\n", false),
    ("delta", "event:  delta\ndata: DATA\n\n", false),
    ("delta", "data: DATA\n\n", false),
    (nil, "event: delta\ndata: DATA\n\n", false),
    (nil, "id: 1\ndata: DATA\n\n", false),
    (nil, "data: DATA\nid: 1\n\n", false),
    (nil, ": words\ndata: DATA\n\n", false),
    (nil, "data:  DATA\n\n", false),
    (nil, "data DATA\n\n", false),
    // Not there to its end, or in lines that end as few do.
    (nil, "data: DATA\n", false),
    (nil, "data: DATA\r\n\r", false),
    (nil, "data: DATA\r\r", false),
    (nil, "data: DATA\ndata: DATA\n\n", false),
  ]

  @Test(arguments: framings)
  func anEventIsKnownWhereItStandsInAStream(name: String?, text: String, isMatch: Bool) throws {
    let data = Self.first.replacing("The ", with: "function ")
    let event = text.replacing("DATA", with: data)
    let start = "> ".utf8.count
    let end = start + event.utf8.count
    for behind in isMatch ? ["", "\n", "data: "] : [""] {
      var recurring = try Self.memory(name)
      Array("> \(event)\(behind)".utf8).withUnsafeBytes { bytes in
        // Once more, for what stands before the data is remembered then.
        for _ in 0..<2 {
          let match = recurring.match(in: bytes, from: start)
          #expect(match.map { RecurringEvent.words(of: $0, in: bytes) } == (isMatch ? "function " : nil))
          #expect(match?.end == (isMatch ? end : nil))
          #expect(match.map { String(decoding: bytes[$0.data], as: UTF8.self) } == (isMatch ? data : nil))
        }
        for count in 0..<(isMatch ? end : 0) {
          let cut = UnsafeRawBufferPointer(rebasing: bytes[..<count])
          #expect(recurring.match(in: cut, from: min(start, count)) == nil)
        }
      }
    }
  }

  /// Each event of a stream by itself: other fields before the data, other names and other white space.
  @Test func whatStandsBeforeTheDataMayChange() throws {
    var recurring = try Self.memory(nil)
    for head in ["data: ", "data:", "data: ", "data:", "id: 1\ndata:", "data: "] {
      Array("\(head)\(Self.first)\n\n".utf8).withUnsafeBytes { bytes in
        let match = recurring.match(in: bytes, from: 0)
        guard let match else { return }
        #expect(match.end == bytes.count)
        #expect(String(decoding: bytes[match.data], as: UTF8.self) == Self.first)
      }
    }
    let named = ServerSentEvent(name: "delta", data: Self.first)
    recurring.remember(named, words: try #require(try JSON(parsing: named.data)["text"]))
    Array("data: \(Self.first)\n\n".utf8).withUnsafeBytes { #expect(recurring.match(in: $0, from: 0) == nil) }
    Array("event: delta\ndata: \(Self.first)\n\n".utf8).withUnsafeBytes {
      #expect(recurring.match(in: $0, from: 0)?.end == $0.count)
    }
  }

  /// The data of several fields look in a stream like a line of them and one that is nothing.
  @Test func dataOfSeveralLinesAreParsed() throws {
    let event = ServerSentEvent(data: "{\"text\":\"a\",\n\"b\":1}")
    var recurring = RecurringEvent()
    recurring.remember(event, words: try #require(try JSON(parsing: event.data)["text"]))
    #expect(recurring.words(of: event) == "a")
    Array("data: {\"text\":\"a\",\n\"b\":1}\n\n".utf8).withUnsafeBytes { bytes in
      #expect(recurring.match(in: bytes, from: 0) == nil)
    }
  }

  /// Words of any length, with and without escapes, between a beginning and an end of any length.
  @Test func aFrameIsWhatItsPiecesAre() throws {
    for size in [0, 20, 500, 1000, 1100] {
      for words in ["", "a", "\"\\\n\u{1}é😀", "sixteen bytes or so", "\u{1F}"] {
        for count in [1, 7, 15, 16, 17, 60, 200] {
          let text = String(repeating: words, count: count)
          let (head, tail) = (String(repeating: "h", count: size), String(repeating: "t", count: size / 2))
          var writer = JSONWriter()
          writer.string(text)
          let quoted = String(decoding: writer.finish(), as: UTF8.self)
          let frame = RecurringFrame(Array("\(head)\"\"\(tail)".utf8), at: size + 1)
          var output = Array("> ".utf8)
          frame.append(text, to: &output)
          #expect(String(decoding: output, as: UTF8.self) == "> \(head)\(quoted)\(tail)")
          for (number, end) in [
            (0, "}\n\n"), (-120, ""), (.max, "}"),
            (.min, "an end that is longer than what stands behind a number in any of the protocols"),
          ] as [(Int, StaticString)] {
            output = []
            frame.append(text, number: number, end, to: &output)
            #expect(String(decoding: output, as: UTF8.self) == "\(head)\(quoted)\(tail)\(number)\(end)")
          }
        }
      }
    }
  }

  @Test func brokenUTF8IsNoMatch() throws {
    let broken = Self.first.utf8.flatMap { $0 == UInt8(ascii: "T") ? [0xC3, 0x28] : [$0] }
    #expect(try Self.memory().words(of: ServerSentEvent(name: "delta", data: broken)) == nil)
  }

  @Test func everyCutIsNoMatch() throws {
    let bytes = Array(Self.first.utf8)
    let recurring = try Self.memory()
    for count in 0..<bytes.count {
      #expect(recurring.words(of: ServerSentEvent(name: "delta", data: Array(bytes.prefix(count)))) == nil)
      #expect(recurring.words(of: ServerSentEvent(name: "delta", data: Array(bytes.dropFirst(count + 1)))) == nil)
    }
  }

  @Test func whatIsForgottenMatchesNothing() throws {
    var recurring = try Self.memory()
    #expect(recurring.isSet)
    recurring.forget()
    #expect(!recurring.isSet)
    #expect(recurring.words(of: ServerSentEvent(name: "delta", data: Self.first)) == nil)
    #expect(RecurringEvent().words(of: ServerSentEvent(data: "")) == nil)
  }

  @Test func valuesOfAnotherDocumentAreNotRemembered() throws {
    let event = ServerSentEvent(data: #"{"text":"a"}"#)
    let other = try #require(try JSON(parsing: #"{"n":1,"text":"abcdef"}"#)["text"])
    var recurring = RecurringEvent()
    recurring.remember(event, words: other)
    #expect(!recurring.isSet)
    recurring.remember(event, words: .null)
    #expect(!recurring.isSet)
  }

  @Test func manyValuesAreNoBurden() throws {
    let members = (0..<10_000).map { "\"m\($0)\":\"\($0)\"" }.joined(separator: ",")
    let event = ServerSentEvent(data: "{\"text\":\"a\",\(members)}")
    let json = try JSON(parsing: event.data)
    var recurring = RecurringEvent()
    recurring.remember(event, words: try #require(json["text"]), varying: json.members.map(\.value))
    #expect(recurring.words(of: event) == "a")
    #expect(recurring.words(of: ServerSentEvent(data: "{\"text\":\"b\",\(members)}")) == "b")
  }

  /// Whatever is changed in an event: what is recognised is what would be parsed.
  @Test(arguments: 0..<20) func whatMatchesIsWhatAParserReads(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let recurring = try Self.memory()
    let known = try JSON(parsing: Self.first)
    let spare = Array(#"{}[]",:\0123456789abu "#.utf8)
    for _ in 0..<500 {
      var bytes = Array(Self.first.utf8)
      for _ in 0...random.int(0...3) {
        let place = random.int(0...(bytes.count - 1))
        switch random.int(0...2) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(random.pick(spare) ?? 0, at: place)
        default: bytes[place] = random.pick(spare) ?? 0
        }
      }
      guard let words = recurring.words(of: ServerSentEvent(name: "delta", data: bytes)) else { continue }
      let json = try JSON(parsing: bytes)
      #expect(json["text"]?.string == words)
      #expect(json.members.map(\.key) == known.members.map(\.key))
      #expect(json["type"]?.string == "delta")
    }
  }

  /// What was recognised before makes no difference to what is recognised next.
  @Test(arguments: 0..<20) func whatCameBeforeChangesNoMatch(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var recurring = try Self.memory()
    let spare = Array("{}[]\",:\\0123456789abu \r\n".utf8)
    let heads = ["event: delta\ndata: ", "event: delta\ndata:", "event:delta\r\ndata: ", "data: "]
    var matches = 0
    for _ in 0..<500 {
      let end = random.pick(["\n\n", "\r\n\r\n", "\n"]) ?? ""
      let words = random.pick(["The ", "", "a\\nb", "…", "much longer words than those"]) ?? ""
      var bytes = Array("\(random.pick(heads) ?? "")\(Self.first.replacing("The ", with: words))\(end)".utf8)
      for _ in 0..<random.int(0...1) { bytes[random.int(0...(bytes.count - 1))] = random.pick(spare) ?? 0 }
      var fresh = try Self.memory()
      bytes.withUnsafeBytes { bytes in
        let match = recurring.match(in: bytes, from: 0)
        #expect(match == fresh.match(in: bytes, from: 0))
        if match != nil { matches += 1 }
      }
    }
    #expect(matches > 50)
  }
}
