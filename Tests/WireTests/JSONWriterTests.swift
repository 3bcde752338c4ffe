import Testing
import Wire

@Suite struct JSONWriterTests {
  @Test func valuesOfEveryKindAreWritten() throws {
    let view = try JSON(parsing: " { \"k\" : [ 1.0 , \"a  b\" ] } ")
    let value = JSON { writer in
      writer.object {
        $0.member("text", "x")
        $0.member("static", static: "y")
        $0.member("int", -3)
        $0.member("yes", true)
        $0.member("no", false)
        $0.member("number", JSONNumber(lexeme: "1.50"))
        $0.member("view", view)
        $0.nullMember("nothing")
        $0.object("empty") { _ in }
        $0.array("list") {
          $0.int(1)
          $0.string("two")
          $0.bool(true)
          $0.null()
          $0.number(2.5)
          $0.array { _ in }
          $0.object {
            $0.key(named: "q\""); $0.value(.null)
          }
        }
      }
    }
    #expect(
      value.text
        == #"{"text":"x","static":"y","int":-3,"yes":true,"no":false,"number":1.50,"view":{"k":[1.0,"a  b"]},"#
        + #""nothing":null,"empty":{},"list":[1,"two",true,null,2.5,[],{"q\"":null}]}"#)
  }

  @Test func whatMustBeEscapedIsAndNothingElse() throws {
    let all = String(String.UnicodeScalarView((0...0x7F).compactMap { Unicode.Scalar($0) })) + "é中😀\u{2028}"
    var writer = JSONWriter()
    writer.string(all)
    let text = String(decoding: writer.finish(), as: UTF8.self)
    #expect(
      text
        == #""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014"#
        + #"\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f !\"#
        + "\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\\\]^_`abcdefghijklmnopqrstuvwxyz{|}~\u{7F}é中😀\u{2028}\""
    )
    #expect(try JSON(parsing: text).string == all)
  }

  /// Texts around the sizes of blocks and of the writer's buffer, with what must be escaped at every kind of place.
  @Test(arguments: [0, 1, 7, 15, 16, 17, 31, 33, 100, 1000, 1005, 1021, 1022, 1023, 1024, 1025, 3000])
  func textsOfEveryLengthComeBack(length: Int) throws {
    for escaped in ["\n", "\"", "\\", "\u{1}", "é", "😀"] {
      let places = length > 100 ? stride(from: 0, through: length, by: 97) : stride(from: 0, through: length, by: 1)
      for place in places {
        let text =
          String(repeating: "a", count: place) + escaped + escaped + String(repeating: "b", count: length - place)
        #expect(try JSON(parsing: JSON.string(text).text).string == text)
      }
      let all = String(repeating: escaped, count: length)
      #expect(try JSON(parsing: JSON.string(all).text).string == all)
    }
  }

  @Test func aRawValueTakesItsPlaceAmongTheOthers() {
    var writer = JSONWriter()
    writer.array {
      $0.rawValue("{\"a\":1}".utf8)
      $0.rawValue("2".utf8)
      $0.int(3)
    }
    #expect(String(decoding: writer.finish(), as: UTF8.self) == #"[{"a":1},2,3]"#)
  }

  @Test func writingGoesOnBehindOtherBytes() {
    var output = Array("data: ".utf8)
    JSONWriter.append(to: &output) { $0.object { $0.member("a", 1) } }
    #expect(String(decoding: output, as: UTF8.self) == #"data: {"a":1}"#)
  }

  @Test func whatIsNoWholeValueBecomesNull() {
    #expect(JSON { _ in }.isNull)
    #expect(JSON { $0.rawValue("{".utf8) }.isNull)
  }
}
