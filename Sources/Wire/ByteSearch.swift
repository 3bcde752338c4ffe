#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

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

  /// Whether one of the words occurs in `bytes`.
  ///
  /// Those that begin with a quote are looked for all at once, at the quotes of `bytes`: what many words cost is then
  /// about what a few do.
  public static func containsAny(of words: [StaticString], in bytes: UnsafeRawBufferPointer) -> Bool {
    guard words.count > 3 else { return words.contains { contains($0, in: bytes) } }
    var quoted = [[StaticString]](repeating: [], count: 256)
    for word in words {
      let second = word.withUTF8Buffer { $0.count > 1 && $0[0] == UInt8(ascii: "\"") ? $0[1] : nil }
      if let second {
        quoted[Int(second)].append(word)
      } else if contains(word, in: bytes) {
        return true
      }
    }
    let quote = ByteBlock(repeating: UInt8(ascii: "\""))
    func isWord(at position: Int) -> Bool {
      guard position + 1 < bytes.count else { return false }
      return quoted[Int(bytes[position + 1])].contains { word in
        word.withUTF8Buffer { word in
          guard word.count <= bytes.count - position else { return false }
          let found = UnsafeRawBufferPointer(rebasing: bytes[position..<(position + word.count)])
          return found.hasSameBytes(as: UnsafeRawBufferPointer(word))
        }
      }
    }
    var position = 0
    while position <= bytes.count - 16 {
      var places = BlockPlaces(bytes.block(at: position) .== quote)
      while let place = places.next() {
        if isWord(at: position + place) { return true }
      }
      position += 16
    }
    return (position..<max(position, bytes.count)).contains { bytes[$0] == UInt8(ascii: "\"") && isWord(at: $0) }
  }

  /// Where `needle` occurs first at or after `start`.
  public static func position(of needle: StaticString, in bytes: UnsafeRawBufferPointer, from start: Int = 0) -> Int? {
    needle.withUTF8Buffer { needle in
      let length = needle.count
      guard length > 0, start >= 0, length <= bytes.count, start <= bytes.count - length else { return nil }
      // Two bytes of the needle, tested at sixteen places at a time. Not the very first: it is mostly a quote, which is
      // everywhere in JSON, and with it `"custom"` looks like every `"content"`.
      let (early, late) = (min(1, length - 1), length - 1)
      let first = ByteBlock(repeating: needle[early])
      let second = ByteBlock(repeating: needle[late])
      func matches(at position: Int) -> Bool {
        for offset in 0..<length where bytes[position + offset] != needle[offset] { return false }
        return true
      }
      @inline(__always) func hits(at position: Int) -> SIMDMask<SIMD16<Int8>> {
        (bytes.block(at: position &+ early) .== first) .& (bytes.block(at: position &+ late) .== second)
      }
      func firstMatch(inBlockAt position: Int) -> Int? {
        var places = BlockPlaces(hits(at: position))
        while let place = places.next() {
          if matches(at: position + place) { return position + place }
        }
        return nil
      }
      var position = start
      let last = bytes.count - length
      // Most of a body has nothing like the needle: four blocks are asked at once. Nothing overflows here, for `last`
      // and the 63 bytes behind a position are inside the buffer.
      while position <= last &- 63 {
        let any =
          hits(at: position) .| hits(at: position &+ 16) .| hits(at: position &+ 32) .| hits(at: position &+ 48)
        if !BlockPlaces(any).isEmpty {
          for block in stride(from: position, to: position + 64, by: 16) {
            if let match = firstMatch(inBlockAt: block) { return match }
          }
        }
        position &+= 64
      }
      while position <= last &- 15 {
        if let match = firstMatch(inBlockAt: position) { return match }
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
  /// Whether a bit is set.
  @inline(__always)
  fileprivate var isAnySet: Bool {
    // Only a change of view: both types are sixteen plain bytes.
    let words = unsafeBitCast(self, to: SIMD2<UInt64>.self)
    return words.x | words.y != 0
  }

  /// The places, in order, for which `test` holds.
  @inline(__always)
  func places(where test: (ByteBlock) -> SIMDMask<SIMD16<Int8>>) -> BlockPlaces { BlockPlaces(test(self)) }
}

/// Places inside a block, first to last.
struct BlockPlaces {
  /// One of four bits for each byte of the block, the first lowest: the shortest way from a mask of sixteen bytes to a
  /// number.
  private var marks: UInt64

  /// The places where `mask` holds.
  @inline(__always)
  init(_ mask: SIMDMask<SIMD16<Int8>>) {
    let bytes = ByteBlock(repeating: 0).replacing(with: ByteBlock(repeating: 0xFF), where: mask)
    // Only changes of view: all are plain bytes. Of each pair, half of the one and half of the other are left.
    let pairs = unsafeBitCast(bytes, to: SIMD8<UInt16>.self) &>> 4
    marks = UInt64(littleEndian: unsafeBitCast(Self.halves(pairs), to: UInt64.self)) & 0x1111_1111_1111_1111
  }

  /// One by one, which becomes one instruction: the vector's own initialiser stays a call where much is inlined.
  @inline(__always)
  private static func halves(_ pairs: SIMD8<UInt16>) -> SIMD8<UInt8> {
    @inline(__always) func half(_ place: Int) -> UInt8 { UInt8(truncatingIfNeeded: pairs[place]) }
    return SIMD8(half(0), half(1), half(2), half(3), half(4), half(5), half(6), half(7))
  }

  /// Whether there are none.
  @inline(__always)
  var isEmpty: Bool { marks == 0 }

  /// The first place; nil if there is none.
  @inline(__always)
  var first: Int? { marks == 0 ? nil : marks.trailingZeroBitCount &>> 2 }

  /// Takes the first place out.
  @inline(__always)
  mutating func next() -> Int? {
    guard let place = first else { return nil }
    marks &= marks &- 1
    return place
  }

  /// Takes the places before `place` out.
  @inline(__always)
  mutating func removeAll(before place: Int) { marks &= UInt64.max << UInt64(truncatingIfNeeded: place &* 4) }
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
    if length >= 64, let ours = baseAddress, let theirs = other.baseAddress {
      return memcmp(ours + position, theirs + place, length) == 0
    }
    var offset = 0
    // The last block reaches to the very end, over bytes that were compared already.
    while true {
      if difference(at: position &+ offset, other, place &+ offset).isAnySet { return false }
      if offset == length &- 16 { return true }
      offset = Swift.min(offset &+ 16, length &- 16)
    }
  }

  /// The bits in which two blocks differ.
  @inline(__always)
  private func difference(at position: Int, _ other: UnsafeRawBufferPointer, _ place: Int) -> ByteBlock {
    block(at: position) ^ other.block(at: place)
  }

  @inline(__always)
  private func eight(at position: Int) -> UInt64 { loadUnaligned(fromByteOffset: position, as: UInt64.self) }

  /// The sixteen bytes at `position`, which must all be there.
  @inline(__always)
  func block(at position: Int) -> ByteBlock {
    loadUnaligned(fromByteOffset: position, as: ByteBlock.self)
  }

  /// Whether both hold the same.
  @inline(__always)
  func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
    count == other.count && holds(at: 0, other, from: 0, length: count)
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

  /// The place behind the closing quote of the JSON string whose text begins at `start`, right behind its opening
  /// quote; nil if it has no end.
  @inline(__always)
  func endOfString(from start: Int) -> Int? {
    let backslash = ByteBlock(repeating: UInt8(ascii: "\\"))
    let quote = ByteBlock(repeating: UInt8(ascii: "\""))
    // Positions are inside the buffer, so that nothing here can overflow.
    let (count, whole) = (count, count &- 16)
    var position = start
    // Two bytes before the text's first there is nothing of it, but right before it stands its quote.
    if start >= 2 {
      while position <= whole {
        // Text is full of escaped quotes: those behind a single backslash are passed over at once.
        let single = (block(at: position &- 1) .== backslash) .& .!(block(at: position &- 2) .== backslash)
        guard let place = BlockPlaces((block(at: position) .== quote) .& .!single).first else {
          position &+= 16
          continue
        }
        position &+= place &+ 1
        if !isEscaped(at: position &- 1, in: start) { return position }
      }
    }
    while position < count {
      position &+= 1
      if self[position &- 1] == UInt8(ascii: "\""), !isEscaped(at: position &- 1, in: start) { return position }
    }
    return nil
  }

  /// Whether the byte at `position` is escaped in the text that begins at `start`: behind an odd number of backslashes.
  @inline(__always)
  private func isEscaped(at position: Int, in start: Int) -> Bool {
    guard position > start, self[position &- 1] == UInt8(ascii: "\\") else { return false }
    var run = position &- 1
    while run > start, self[run &- 1] == UInt8(ascii: "\\") { run &-= 1 }
    return (position &- run) & 1 == 1
  }

  /// The first place at or after `start` that a JSON string cannot simply run over: a quote, a backslash, a control
  /// character or a byte of a longer UTF-8 sequence; `count` if there is none.
  @inline(__always)
  func endOfPlainText(from start: Int) -> Int {
    firstPosition(from: start) { byte in
      byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 || byte >= 0x80
    } inBlock: {
      Self.endsPlainText($0)
    }
  }

  /// The places of a block that a JSON string cannot simply run over.
  @inline(__always)
  static func endsPlainText(_ block: ByteBlock) -> SIMDMask<SIMD16<Int8>> {
    // Only a change of view, and no call: read as signed, both control characters and bytes from 0x80 are below 0x20.
    (block .== ByteBlock(repeating: UInt8(ascii: "\""))) .| (block .== ByteBlock(repeating: UInt8(ascii: "\\")))
      .| (unsafeBitCast(block, to: SIMD16<Int8>.self) .< SIMD16<Int8>(repeating: 0x20))
  }

  /// The places of a block that must be escaped in a JSON string.
  @inline(__always)
  static func mustEscape(_ block: ByteBlock) -> SIMDMask<SIMD16<Int8>> {
    (block .== ByteBlock(repeating: UInt8(ascii: "\""))) .| (block .== ByteBlock(repeating: UInt8(ascii: "\\")))
      .| (block .< ByteBlock(repeating: 0x20))
  }

  @inline(__always)
  private func firstPosition(
    from start: Int, where test: (UInt8) -> Bool, inBlock blockTest: (ByteBlock) -> SIMDMask<SIMD16<Int8>>
  ) -> Int {
    // Positions are inside the buffer, so that nothing here can overflow.
    let (count, whole) = (count, count &- 16)
    var position = start
    while position <= whole {
      if let place = block(at: position).places(where: blockTest).first { return position &+ place }
      position &+= 16
    }
    while position < count, !test(self[position]) { position &+= 1 }
    return position
  }
}
