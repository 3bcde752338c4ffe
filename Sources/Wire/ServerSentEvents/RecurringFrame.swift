/// A piece of a stream that a writer sends again and again with other words: what stands before them and behind is made
/// once.
public struct RecurringFrame: Sendable {
  private let bytes: [UInt8]
  /// Where in `bytes` the words go.
  private let place: Int

  /// Makes a frame of bytes that have an empty JSON string where the words go; `place` is its inside
  /// (`JSONWriter.emptyString`).
  public init(_ bytes: [UInt8], at place: Int) {
    self.bytes = bytes
    self.place = min(max(0, place), bytes.count)
  }

  /// Appends the frame with these words, escaped.
  public func append(_ words: String, to output: inout [UInt8]) {
    append(words, UnsafeRawBufferPointer(start: nil, count: 0), to: &output)
  }

  /// Appends the frame with these words, escaped, and behind it a number and `end`.
  public func append(_ words: String, number: Int, _ end: StaticString, to output: inout [UInt8]) {
    // Room for a number and a short end.
    withUnsafeTemporaryAllocation(byteCount: 64, alignment: 16) { room in
      let start = Decimal.write(number, endingAt: Decimal.longest, of: room)
      guard end.utf8CodeUnitCount <= room.count - Decimal.longest else {
        append(words, UnsafeRawBufferPointer(rebasing: room[start..<Decimal.longest]), to: &output)
        return end.withUTF8Buffer { output.append(contentsOf: $0) }
      }
      end.withUTF8Buffer {
        UnsafeMutableRawBufferPointer(rebasing: room[Decimal.longest...]).copyMemory(from: UnsafeRawBufferPointer($0))
      }
      append(
        words, UnsafeRawBufferPointer(rebasing: room[start..<(Decimal.longest + end.utf8CodeUnitCount)]), to: &output)
    }
  }

  /// Put together on the stack, where it fits: to append the pieces to the array takes longer than what is in them.
  private func append(_ words: String, _ suffix: UnsafeRawBufferPointer, to output: inout [UInt8]) {
    var text = words
    let isWritten = text.withUTF8 { text in
      withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { room in
        let others = bytes.count + suffix.count
        guard others <= room.count, text.count <= (room.count - others) / EscapedText.longest else { return false }
        var length = place
        bytes.withUnsafeBytes { bytes in
          room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<place]))
          var escaped = EscapedText(UnsafeRawBufferPointer(text))
          length = escaped.fill(room, from: length, to: room.count)
          UnsafeMutableRawBufferPointer(rebasing: room[length...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[place...]))
          length += bytes.count - place
        }
        UnsafeMutableRawBufferPointer(rebasing: room[length...]).copyMemory(from: suffix)
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<(length + suffix.count)]))
        return true
      }
    }
    guard !isWritten else { return }
    output.append(contentsOf: bytes[..<place])
    output.append(escaping: words)
    output.append(contentsOf: bytes[place...])
    output.append(contentsOf: suffix)
  }
}
