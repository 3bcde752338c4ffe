/// Words that bytes are searched for, all in one pass.
public struct ByteNeedles: Sendable {
  private struct Needle {
    let text: StaticString
    /// Two bytes that stand apart: nearly nothing but the word has both in their places.
    ///
    /// The very first is left out, for it is mostly a quote, and those are everywhere in JSON.
    let (early, late): (ByteBlock, ByteBlock)
    let (earlyPlace, latePlace): (Int, Int)

    init(_ text: StaticString, of length: Int) {
      self.text = text
      (earlyPlace, latePlace) = (min(1, length - 1), length - 1)
      early = ByteBlock(repeating: text.utf8Start[earlyPlace])
      late = ByteBlock(repeating: text.utf8Start[latePlace])
    }

    func stands(at position: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
      let length = latePlace + 1
      guard length <= bytes.count - position, bytes[position + latePlace] == text.utf8Start[latePlace] else {
        return false
      }
      for offset in 0..<length where bytes[position + offset] != text.utf8Start[offset] { return false }
      return true
    }
  }

  private let needles: [Needle]
  /// The bytes of the longest word; 0 where there is none.
  public let longest: Int

  /// Takes the words; empty ones are left out.
  public init(_ words: [StaticString]) {
    needles = words.compactMap { word in
      guard word.hasPointerRepresentation, word.utf8CodeUnitCount > 0 else { return nil }
      return Needle(word, of: word.utf8CodeUnitCount)
    }
    longest = needles.reduce(0) { max($0, $1.latePlace + 1) }
  }

  /// Where one of the words occurs first at or after `start`; nil if none does.
  public func firstPosition(in bytes: UnsafeRawBufferPointer, from start: Int = 0) -> Int? {
    firstPosition(in: bytes, within: start..<max(start, bytes.count))
  }

  /// Where in `range` one of the words begins first, wherever it ends; nil if none does.
  public func firstPosition(in bytes: UnsafeRawBufferPointer, within range: Range<Int>) -> Int? {
    let end = min(range.upperBound, bytes.count)
    var position = range.lowerBound
    guard position >= 0, !needles.isEmpty else { return nil }
    // Sixteen places at a time, as long as the longest word has room behind the last of them.
    while position < end, bytes.count - position >= longest + 15 {
      if let place = firstPosition(in: bytes, ofBlockAt: position) { return place < end ? place : nil }
      position += 16
    }
    if position < end, let place = firstPosition(inEndOf: bytes, from: position) { return place < end ? place : nil }
    while position < end, longest > Self.padding {
      if needles.contains(where: { $0.stands(at: position, in: bytes) }) { return position }
      position += 1
    }
    return nil
  }

  /// The longest word whose room can be had behind the last bytes.
  private static let padding = 32

  /// Where a word begins behind `start`, for which not all of the words have room.
  ///
  /// The end of the bytes is copied to where there is room behind it.
  private func firstPosition(inEndOf bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
    guard longest <= Self.padding, rest.count < longest + 15 else { return nil }
    // The rest has less than 47 bytes, and a block in it needs no more than 47 behind its place.
    return withUnsafeTemporaryAllocation(byteCount: 96, alignment: 16) { room in
      room.initializeMemory(as: UInt8.self, repeating: 0)
      room.copyMemory(from: rest)
      let padded = UnsafeRawBufferPointer(room)
      var position = 0
      while position < rest.count {
        if let place = firstPosition(in: rest, ofBlockAt: position, padded) { return start + place }
        position += 16
      }
      return nil
    }
  }

  @inline(__always)
  private func firstPosition(
    in bytes: UnsafeRawBufferPointer, ofBlockAt position: Int, _ padded: UnsafeRawBufferPointer? = nil
  ) -> Int? {
    let blocks = padded ?? bytes
    var marks = SIMDMask<SIMD16<Int8>>(repeating: false)
    // No sum overflows: all are places in the bytes.
    for needle in needles {
      marks =
        marks
        .| ((blocks.block(at: position &+ needle.earlyPlace) .== needle.early)
          .& (blocks.block(at: position &+ needle.latePlace) .== needle.late))
    }
    var places = ByteBlock(repeating: 0).places { _ in marks }
    while let place = places.next() {
      if needles.contains(where: { $0.stands(at: position + place, in: bytes) }) { return position + place }
    }
    return nil
  }
}
