import Foundation
import TestSupport
import Testing
import Wire

@Suite struct Base64Tests {
  /// RFC 4648 §10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func theVectorsOfTheStandard(plain: String, encoded: String) {
    #expect(Base64.encode(Array(plain.utf8)) == encoded)
    #expect(Base64.decode(encoded.utf8) == Array(plain.utf8))
    #expect(Base64.decode(encoded.utf8.filter { $0 != UInt8(ascii: "=") }) == Array(plain.utf8), "without padding")
  }

  @Test func bothAlphabetsAreRead() {
    #expect(Base64.encode([0xFB, 0xFF, 0xBF]) == "+/+/")
    #expect(Base64.decode("+/+/".utf8) == [0xFB, 0xFF, 0xBF])
    #expect(Base64.decode("-_-_".utf8) == [0xFB, 0xFF, 0xBF])
  }

  @Test(arguments: [
    "A", "=", "==", "====", "A=", "AA=", "A===", "AAA==", "AAAA=", "AAAA==", "=AAA", "A=AA", "AA=A",
    "AA AA", "AA\nAA", "AAAA\n", "A?AA", "AAé=",
  ])
  func anythingElseIsRefused(text: String) {
    #expect(Base64.decode(text.utf8) == nil)
    #expect(Base64.decode(AnySequence(text.utf8)) == nil)
  }

  @Test(arguments: 0..<4) func bytesComeBackAsFoundationSeesThem(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let bytes = (0..<random.int(0...80)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let text = Base64.encode(bytes)
      #expect(text == Data(bytes).base64EncodedString())
      #expect(Base64.decode(text.utf8) == bytes)
      #expect(Base64.decode(AnySequence(text.utf8)) == bytes)
    }
  }
}
