// What JSON is made of, behind bytes that are there.

extension [UInt8] {
  /// Appends the text of a string, escaped, without its quotes.
  mutating func append(escaping text: String) { append(text, inQuotes: false) }

  /// Appends the text of a string, escaped, in its quotes.
  mutating func append(quoting text: String) { append(text, inQuotes: true) }

  /// By way of a buffer on the stack: to append the pieces between two escapes to the array one by one takes longer than
  /// anything else here.
  private mutating func append(_ text: String, inQuotes: Bool) {
    var text = text
    text.withUTF8 { text in
      withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { room in
        var escaped = EscapedText(UnsafeRawBufferPointer(text))
        var length = 0
        if inQuotes {
          room[0] = UInt8(ascii: "\"")
          length = 1
        }
        while true {
          // One byte is left for the closing quote.
          length = escaped.fill(room, from: length, to: room.count - 1)
          guard escaped.hasMore else { break }
          append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<length]))
          length = 0
        }
        if inQuotes {
          room[length] = UInt8(ascii: "\"")
          length += 1
        }
        append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<length]))
      }
    }
  }

  /// Appends an integer in decimal.
  mutating func append(digitsOf value: Int) {
    withUnsafeTemporaryAllocation(byteCount: Decimal.longest, alignment: 1) { digits in
      let start = Decimal.write(value, endingAt: digits.count, of: digits)
      append(contentsOf: UnsafeRawBufferPointer(rebasing: digits[start...]))
    }
  }
}

/// Integers as JSON spells them.
enum Decimal {
  /// The most digits there are, and a sign.
  static let longest = 20

  /// Writes an integer so that it ends before `end`, where there must be room for the longest, and returns where it
  /// begins.
  static func write(_ value: Int, endingAt end: Int, of room: UnsafeMutableRawBufferPointer) -> Int {
    var rest = value.magnitude
    var start = end
    repeat {
      start -= 1
      room[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
    if value < 0 {
      start -= 1
      room[start] = UInt8(ascii: "-")
    }
    return start
  }
}
