/// A text that grows, and where its Unicode scalars stand in its UTF-8: Google counts the bytes of a citation, everybody
/// else the scalars.
///
/// Nothing is counted twice, however many places are asked for.
struct TextOffsets: Sendable {
  /// The text so far.
  private var bytes: [UInt8]
  /// How many scalars begin before each `stride`-th byte.
  private var marks: [Int] = []
  /// Bytes and scalars that `marks` knows of.
  private var counted = (bytes: 0, scalars: 0)
  private static let stride = 64

  init(_ text: String = "") { bytes = Array(text.utf8) }

  /// How many bytes the text has.
  var count: Int { bytes.count }

  mutating func append(_ piece: String) { bytes.append(contentsOf: piece.utf8) }

  /// How many scalars begin in the first `count` bytes; nil where there are not as many.
  mutating func scalars(inBytes count: Int) -> Int? {
    guard count >= 0, count <= bytes.count else { return nil }
    mark()
    let place = count / Self.stride
    guard marks.indices.contains(place) else { return counted.scalars }
    return bytes[(place * Self.stride)...].prefix(count - place * Self.stride).reduce(marks[place]) {
      $0 + Self.scalar(at: $1)
    }
  }

  /// How many bytes the first `count` scalars take; the whole text where there are not as many.
  mutating func bytes(ofScalars count: Int) -> Int {
    mark()
    guard count < counted.scalars else { return counted.bytes }
    // The last mark that stands before the scalar or at it.
    var (low, high) = (0, marks.count)
    while low < high {
      let middle = (low + high) / 2
      if marks[middle] <= count { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return 0 }
    var position = (low - 1) * Self.stride
    var scalars = marks[low - 1]
    for byte in bytes[position...] {
      scalars += Self.scalar(at: byte)
      if scalars > count { break }
      position += 1
    }
    return position
  }

  private mutating func mark() {
    for byte in bytes[counted.bytes...] {
      if counted.bytes % Self.stride == 0 { marks.append(counted.scalars) }
      counted.bytes += 1
      counted.scalars += Self.scalar(at: byte)
    }
  }

  private static func scalar(at byte: UInt8) -> Int { byte & 0xC0 == 0x80 ? 0 : 1 }
}
