/// Finds text in bytes.
public enum ByteSearch {
  /// Whether `needle` occurs in `bytes`.
  public static func contains(_ needle: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
    position(of: needle, in: bytes) != nil
  }

  /// The first place at or after `start` that ends a line, LF or CR; the count of the bytes if there is none.
  public static func endOfLine(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    bytes.endOfLine(from: start)
  }

  /// How many bytes the two have in common at their beginnings.
  public static func commonPrefix(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
    let length = min(left.count, right.count)
    var count = 0
    while count &+ 16 <= length, left.holds(at: count, right, from: count, length: 16) { count &+= 16 }
    while count < length, left[count] == right[count] { count &+= 1 }
    return count
  }

  /// How many bytes the two have in common at their ends.
  public static func commonSuffix(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
    let length = min(left.count, right.count)
    let (leftEnd, rightEnd) = (left.count, right.count)
    var count = 0
    while count &+ 16 <= length,
      left.holds(at: leftEnd &- count &- 16, right, from: rightEnd &- count &- 16, length: 16)
    { count &+= 16 }
    while count < length, left[leftEnd &- count &- 1] == right[rightEnd &- count &- 1] { count &+= 1 }
    return count
  }

  /// Where `needle` occurs first at or after `start`.
  public static func position(of needle: StaticString, in bytes: UnsafeRawBufferPointer, from start: Int = 0) -> Int? {
    needle.withUTF8Buffer { needle in
      let length = needle.count
      guard length > 0, start >= 0, length <= bytes.count, start <= bytes.count - length else { return nil }
      // Two bytes of the needle, tested at sixteen places at a time: one alone is often a quote, and those are
      // everywhere in JSON.
      let middle = length / 2
      let first = ByteBlock(repeating: needle[0])
      let second = ByteBlock(repeating: needle[middle])
      func matches(at position: Int) -> Bool {
        for offset in 0..<length where bytes[position + offset] != needle[offset] { return false }
        return true
      }
      var position = start
      let last = bytes.count - length
      while position + 15 <= last {
        var hits = bytes.block(at: position).places { block in
          (block .== first) .& (bytes.block(at: position + middle) .== second)
        }
        while let hit = hits.next() {
          if matches(at: position + hit) { return position + hit }
        }
        position += 16
      }
      while position <= last {
        if matches(at: position) { return position }
        position += 1
      }
      return nil
    }
  }
}

/// Sixteen bytes, compared at once.
typealias ByteBlock = SIMD16<UInt8>

extension ByteBlock {
  /// The places, in order, for which `test` holds.
  @inline(__always)
  func places(where test: (ByteBlock) -> SIMDMask<SIMD16<Int8>>) -> BlockPlaces {
    BlockPlaces(ByteBlock(repeating: 0).replacing(with: ByteBlock(repeating: 0xFF), where: test(self)))
  }
}

/// Places inside a block, first to last.
struct BlockPlaces {
  private var low: UInt64
  private var high: UInt64

  /// Every byte of `marks` is 0xFF where the place counts, else 0.
  @inline(__always)
  init(_ marks: ByteBlock) {
    // Only a change of view: both types are sixteen plain bytes.
    let words = unsafeBitCast(marks, to: SIMD2<UInt64>.self)
    low = UInt64(littleEndian: words.x)
    high = UInt64(littleEndian: words.y)
  }

  /// The first place; nil if there is none.
  @inline(__always)
  var first: Int? {
    if low != 0 { return low.trailingZeroBitCount / 8 }
    return high == 0 ? nil : 8 + high.trailingZeroBitCount / 8
  }

  /// Takes the first place out.
  @inline(__always)
  mutating func next() -> Int? {
    guard let place = first else { return nil }
    if place < 8 { low &= ~(0xFF << UInt64(place * 8)) } else { high &= ~(0xFF << UInt64((place - 8) * 8)) }
    return place
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the `length` bytes at `position` are those at `place` of `other`; all of them must be there.
  @inline(__always)
  func holds(at position: Int, _ other: UnsafeRawBufferPointer, from place: Int, length: Int) -> Bool {
    // No sum overflows: all are places in the two.
    guard length >= 16 else {
      if length >= 8 {
        let (ours, theirs) = (position &+ length &- 8, place &+ length &- 8)
        return eight(at: position) == other.eight(at: place) && eight(at: ours) == other.eight(at: theirs)
      }
      for offset in 0..<Swift.max(0, length) where self[position &+ offset] != other[place &+ offset] { return false }
      return true
    }
    // The last block reaches to the very end, over bytes that were compared already.
    var offset = 0
    while true {
      let differing = block(at: position &+ offset) ^ other.block(at: place &+ offset)
      // Only a change of view: both types are sixteen plain bytes.
      let words = unsafeBitCast(differing, to: SIMD2<UInt64>.self)
      if words.x | words.y != 0 { return false }
      if offset == length &- 16 { return true }
      offset = Swift.min(offset &+ 16, length &- 16)
    }
  }

  @inline(__always)
  private func eight(at position: Int) -> UInt64 { loadUnaligned(fromByteOffset: position, as: UInt64.self) }

  /// The sixteen bytes at `position`, which must all be there.
  @inline(__always)
  func block(at position: Int) -> ByteBlock {
    loadUnaligned(fromByteOffset: position, as: ByteBlock.self)
  }

  /// The first place at or after `start` that holds `byte`; `count` if there is none.
  @inline(__always)
  func firstPosition(of byte: UInt8, from start: Int) -> Int {
    firstPosition(from: start) {
      $0 == byte
    } inBlock: {
      $0 .== ByteBlock(repeating: byte)
    }
  }

  /// The first place at or after `start` that ends a line: LF or CR; `count` if there is none.
  @inline(__always)
  func endOfLine(from start: Int) -> Int {
    firstPosition(from: start) {
      $0 == 0x0A || $0 == 0x0D
    } inBlock: { block in
      (block .== ByteBlock(repeating: 0x0A)) .| (block .== ByteBlock(repeating: 0x0D))
    }
  }

  /// The place behind the closing quote of the JSON string whose text begins at `start`; nil if it has no end.
  @inline(__always)
  func endOfString(from start: Int) -> Int? {
    var position = start
    while true {
      position = firstPosition(of: UInt8(ascii: "\""), from: position)
      guard position < count else { return nil }
      // An odd number of backslashes before a quote escapes it.
      var run = position
      while run > start, self[run - 1] == UInt8(ascii: "\\") { run -= 1 }
      let backslashes = position - run
      position += 1
      if backslashes & 1 == 0 { return position }
    }
  }

  /// The first place at or after `start` that a JSON string cannot simply run over: a quote, a backslash, a control
  /// character or a byte of a longer UTF-8 sequence; `count` if there is none.
  @inline(__always)
  func endOfPlainText(from start: Int) -> Int {
    firstPosition(from: start) { byte in
      byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 || byte >= 0x80
    } inBlock: { block in
      // Read as signed, both control characters and bytes from 0x80 are below 0x20.
      (block .== ByteBlock(repeating: UInt8(ascii: "\""))) .| (block .== ByteBlock(repeating: UInt8(ascii: "\\")))
        .| (SIMD16<Int8>(truncatingIfNeeded: block) .< SIMD16<Int8>(repeating: 0x20))
    }
  }

  /// The first place at or after `start` that must be escaped in a JSON string; `count` if there is none.
  @inline(__always)
  func firstToEscape(from start: Int) -> Int {
    firstPosition(from: start) { byte in
      byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20
    } inBlock: { block in
      (block .== ByteBlock(repeating: UInt8(ascii: "\""))) .| (block .== ByteBlock(repeating: UInt8(ascii: "\\")))
        .| (block .< ByteBlock(repeating: 0x20))
    }
  }

  @inline(__always)
  private func firstPosition(
    from start: Int, where test: (UInt8) -> Bool, inBlock blockTest: (ByteBlock) -> SIMDMask<SIMD16<Int8>>
  ) -> Int {
    var position = start
    while position <= count - 16 {
      if let place = block(at: position).places(where: blockTest).first { return position + place }
      position += 16
    }
    while position < count, !test(self[position]) { position += 1 }
    return position
  }
}
