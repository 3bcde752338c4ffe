import TestSupport
import Testing
import Wire

@Suite struct ByteSearchTests {
  @Test func aWordIsFoundAtEveryPlaceAndLength() {
    for length in 8...70 {
      for place in 0...(length - 8) {
        var bytes = [UInt8](repeating: UInt8(ascii: "\""), count: length)
        bytes.replaceSubrange(place..<(place + 8), with: "\"custom\"".utf8)
        bytes.withUnsafeBytes { buffer in
          #expect(ByteSearch.position(of: "\"custom\"", in: buffer) == place, "of \(length)")
          #expect(ByteSearch.position(of: "\"custom\"", in: buffer, from: place) == place)
          #expect(ByteSearch.position(of: "\"custom\"", in: buffer, from: place + 1) == nil)
          #expect(!ByteSearch.contains("\"custoM\"", in: buffer))
        }
      }
    }
  }

  @Test(arguments: 0..<20) func theFirstOccurrenceIsFound(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      // Few letters, so that there are many near misses.
      let text = (0..<random.int(0...100)).map { _ in random.pick(Array("ab".utf8)) ?? 0 }
      let expected = text.indices.first { text[$0...].starts(with: "abaab".utf8) }
      text.withUnsafeBytes { #expect(ByteSearch.position(of: "abaab", in: $0) == expected) }
      let single = text.firstIndex(of: UInt8(ascii: "b"))
      text.withUnsafeBytes { #expect(ByteSearch.position(of: "b", in: $0) == single) }
    }
  }

  @Test func aWordIsFoundBehindManyBytesWithoutIt() {
    for place in [0, 15, 16, 63, 64, 65, 127, 128, 200, 255, 256, 300] {
      var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 320)
      bytes.replaceSubrange(place..<(place + 7), with: "AORSEAL".utf8)
      bytes.withUnsafeBytes { buffer in
        #expect(ByteSearch.position(of: "AORSEAL", in: buffer) == place)
        #expect(ByteSearch.position(of: "AORSEAL", in: buffer, from: place + 1) == nil)
      }
    }
  }

  @Test(arguments: 0..<20) func manyWordsAreFoundAtOnce(seed: UInt64) {
    let words: [StaticString] = ["\"ab\"", "\"abc", "\"b\"", "\"", "cab-", "\"role\": \"system\"", "\"é\""]
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let pieces = ["\"", "a", "b", "c", "\"a", "-", "cab", "\"role\": ", "\"system\"", "é", "xxxxxxxxxxxxxxxx"]
      let text = Array((0..<random.int(0...30)).map { _ in random.pick(pieces) ?? "" }.joined().utf8)
      let some = words.filter { _ in random.chance(70) }
      text.withUnsafeBytes { bytes in
        #expect(ByteSearch.containsAny(of: some, in: bytes) == some.contains { ByteSearch.contains($0, in: bytes) })
      }
    }
  }

  @Test func theEdgesHoldNothing() {
    Array("abc".utf8).withUnsafeBytes { bytes in
      #expect(ByteSearch.position(of: "", in: bytes) == nil)
      #expect(ByteSearch.position(of: "abcd", in: bytes) == nil)
      #expect(ByteSearch.position(of: "a", in: bytes, from: -1) == nil)
      #expect(ByteSearch.position(of: "a", in: bytes, from: .max) == nil)
      #expect(ByteSearch.position(of: "c", in: bytes, from: 2) == 2)
    }
    [UInt8]().withUnsafeBytes { #expect(!ByteSearch.contains("a", in: $0)) }
  }
}
