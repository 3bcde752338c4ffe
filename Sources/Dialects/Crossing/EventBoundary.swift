/// Where events end in a stream's bytes.
public enum EventBoundary {
  /// Bytes beyond which an event without end is passed on all the same.
  private static let limit = 1024 * 1024

  /// How many bytes at the beginning are whole events.
  public static func last(in bytes: UnsafeRawBufferPointer) -> Int {
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
    return bytes.count > limit ? bytes.count : 0
  }
}
