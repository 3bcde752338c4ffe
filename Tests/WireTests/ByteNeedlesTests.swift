import TestSupport
import Testing
import Wire

@Suite struct ByteNeedlesTests {
  private static let words: [StaticString] = ["\"usage\":{", "[DONE]", "x"]

  @Test func everyWordIsFoundAtEveryPlaceAndLength() {
    let needles = ByteNeedles(Self.words)
    for word in Self.words {
      let text = Array(word.description.utf8)
      for length in text.count...60 {
        for place in 0...(length - text.count) {
          var bytes = [UInt8](repeating: UInt8(ascii: "\""), count: length)
          bytes.replaceSubrange(place..<(place + text.count), with: text)
          bytes.withUnsafeBytes { buffer in
            #expect(needles.firstPosition(in: buffer) == place, "\(word) of \(length)")
            #expect(needles.firstPosition(in: buffer, from: place) == place)
            #expect(needles.firstPosition(in: buffer, from: place + 1) == nil)
          }
        }
      }
    }
  }

  @Test(arguments: 0..<20) func theFirstOfAllIsFound(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let words: [StaticString] = ["abaab", "bb", "aaaa"]
    let needles = ByteNeedles(words)
    for _ in 0..<200 {
      // Few letters, so that there are many near misses.
      let text = (0..<random.int(0...100)).map { _ in random.pick(Array("abc".utf8)) ?? 0 }
      text.withUnsafeBytes { buffer in
        let expected = words.compactMap { ByteSearch.position(of: $0, in: buffer) }.min()
        #expect(needles.firstPosition(in: buffer) == expected)
      }
    }
  }

  @Test func theEdgesHoldNothing() {
    Array("abc".utf8).withUnsafeBytes { bytes in
      #expect(ByteNeedles([]).firstPosition(in: bytes) == nil)
      #expect(ByteNeedles([""]).firstPosition(in: bytes) == nil)
      #expect(ByteNeedles(["", "c"]).firstPosition(in: bytes) == 2)
      #expect(ByteNeedles(["abcd"]).firstPosition(in: bytes) == nil)
      #expect(ByteNeedles(["a"]).firstPosition(in: bytes, from: -1) == nil)
      #expect(ByteNeedles(["a"]).firstPosition(in: bytes, from: .max) == nil)
    }
    [UInt8]().withUnsafeBytes { #expect(ByteNeedles(["a"]).firstPosition(in: $0) == nil) }
  }
}
