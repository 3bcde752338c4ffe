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

  /// Appends text that needs no escape in its quotes, a comma before it and a byte behind it as wanted.
  ///
  /// Put together on the stack: to ask the array for room five times takes longer than the rest.
  mutating func append(quoting text: StaticString, behindComma: Bool, and last: UInt8? = nil) {
    text.withUTF8Buffer { text in
      withUnsafeTemporaryAllocation(byteCount: 128, alignment: 1) { room in
        // A comma, two quotes and the last byte.
        guard let text = text.baseAddress.map({ UnsafeRawBufferPointer(start: $0, count: text.count) }),
          text.count <= room.count - 4
        else { return appendLong(UnsafeRawBufferPointer(text), behindComma: behindComma, and: last) }
        var count = 0
        if behindComma {
          room[0] = UInt8(ascii: ",")
          count = 1
        }
        room[count] = UInt8(ascii: "\"")
        UnsafeMutableRawBufferPointer(rebasing: room[(count + 1)...]).copyMemory(from: text)
        count &+= text.count &+ 2
        room[count &- 1] = UInt8(ascii: "\"")
        if let last {
          room[count] = last
          count &+= 1
        }
        append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<count]))
      }
    }
  }

  private mutating func appendLong(_ text: UnsafeRawBufferPointer, behindComma: Bool, and last: UInt8?) {
    if behindComma { append(UInt8(ascii: ",")) }
    append(UInt8(ascii: "\""))
    append(contentsOf: text)
    append(UInt8(ascii: "\""))
    if let last { append(last) }
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
