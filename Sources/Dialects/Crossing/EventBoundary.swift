import Wire

/// Where events end in a stream's bytes.
public enum EventBoundary {
  /// Bytes beyond which an event without end is passed on all the same.
  private static let limit = 1024 * 1024

  /// How many bytes at the beginning are whole events; all of them where one is too long to be waited for.
  public static func last(in bytes: UnsafeRawBufferPointer) -> Int {
    let end = end(in: bytes)
    return end == 0 && bytes.count > limit ? bytes.count : end
  }

  /// How many bytes at the beginning are whole events.
  static func end(in bytes: UnsafeRawBufferPointer) -> Int {
    var position = bytes.count
    while position >= 2 {
      let last = bytes[position - 1]
      if last == 0x0A {
        if bytes[position - 2] == 0x0A { return position }
        if position >= 3, bytes[position - 2] == 0x0D, bytes[position - 3] == 0x0A { return position }
      } else if last == 0x0D, bytes[position - 2] == 0x0D {
        return position
      }
      position -= 1
    }
    return 0
  }

  /// The place behind the first blank line that follows a line which ends at or after `start`; nil if there is none.
  static func first(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var position = start
    while true {
      let end = ByteSearch.endOfLine(in: bytes, from: position)
      guard end + 1 < bytes.count else { return nil }
      if bytes[end + 1] == bytes[end] { return end + 2 }
      if bytes[end] == 0x0A, bytes[end + 1] == 0x0D, end + 2 < bytes.count, bytes[end + 2] == 0x0A { return end + 3 }
      position = end + 1
    }
  }
}
