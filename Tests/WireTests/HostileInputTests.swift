import TestSupport
import Testing
import Wire

/// Damaged and random input must end in an error or in values, never in a trap or a hang.
@Suite struct HostileInputTests {
  static let seeds = [
    #"{"model":"m","stream":true,"messages":[{"role":"user","content":"caf\u00e9 \ud83d\ude00 \"q\" \\"}],"n":1.5e-3}"#,
    #"{"id":"x","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}],"usage":null}"#,
    "event: message_start\ndata: {\"type\":\"message_start\"}\n\n: ping\r\n\r\ndata: a\rdata: b\r\r",
    "[[[[{\"a\":[{}]}]]]]",
  ]

  private static func mutated(_ random: inout SeededGenerator) -> [UInt8] {
    var bytes = Array((random.pick(seeds) ?? "").utf8)
    for _ in 0..<random.int(0...6) {
      guard !bytes.isEmpty else { break }
      let place = random.int(0...(bytes.count - 1))
      switch random.int(0...5) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
      case 3: bytes.removeSubrange(place...)
      case 4: bytes.insert(contentsOf: bytes[place...].prefix(40), at: place)
      default: bytes.insert(random.pick(Array("\"\\{}[]:,\n\r".utf8)) ?? 0, at: place)
      }
    }
    return bytes
  }

  @Test(arguments: 0..<8) func nothingTraps(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<1000 {
      let bytes = Self.mutated(&random)
      let parsed = try? JSON(parsing: bytes)
      if let parsed {
        #expect((try? JSON(parsing: parsed.text)) == parsed)
        #expect(parsed.detached() == parsed)
        Self.walk(parsed)
      }
      bytes.withUnsafeBytes { buffer in
        let scan = try? TopLevelScan(buffer)
        // Whatever the parser accepts, the scan accepts.
        if parsed?.isObject == true { #expect(scan != nil) }
        for member in scan?.members ?? [] {
          #expect(member.key.upperBound < member.value.lowerBound && member.value.upperBound <= buffer.count)
          _ = TopLevelScan.string(member.value, in: buffer)
          _ = TopLevelScan.members(of: member.value, in: buffer)
          _ = TopLevelScan.elements(of: member.value, in: buffer)
          _ = member.isNamed("model", in: buffer)
        }
      }
      let whole = try? EventStreamParserTests.items(bytes)
      #expect((try? EventStreamParserTests.items(bytes, piece: random.int(1...9))) == whole)
      _ = Base64.decode(bytes)
    }
  }

  private static func walk(_ value: JSON) {
    _ = (value.string, value.int, value.double, value.bool)
    for element in value.elements { walk(element) }
    for member in value.members { walk(member.value) }
  }

  /// Doubling the input must not take four times as long; these would not end.
  @Test func longRunsOfOneByteAreReadInOnePass() {
    for byte in Array("\"\\[{}],: 0\n\r-e".utf8) + [0x80, 0xF0, 0xFF] {
      let bytes = [UInt8(ascii: "{"), UInt8(ascii: "\"")] + [UInt8](repeating: byte, count: 400_000)
      #expect((try? JSON(parsing: bytes)) == nil)
      bytes.withUnsafeBytes { #expect((try? TopLevelScan($0)) == nil) }
      _ = try? EventStreamParserTests.items(bytes, piece: 4096)
    }
  }
}
