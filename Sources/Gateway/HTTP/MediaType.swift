/// The value of a `content-type`, parameters included; letters count regardless of case (RFC 9110 §8.3.1).
struct MediaType {
  private let text: String

  init(_ text: String) { self.text = text }

  var isEmpty: Bool { text.isEmpty }
  var isEventStream: Bool { begins("text/event-stream") }
  var isPlainText: Bool { begins("text/plain") }

  private func begins(_ type: StaticString) -> Bool {
    var bytes = text.utf8.drop { $0 == 0x20 || $0 == 0x09 }.makeIterator()
    return type.withUTF8Buffer { $0.allSatisfy { wanted in bytes.next().map(Self.folded) == wanted } }
  }

  private static func folded(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}
