/// A string's text on its way into JSON, escaped piece by piece.
struct EscapedText {
  /// The most that one byte becomes: `\u001f`.
  static let longest = 6

  private let text: UnsafeRawBufferPointer
  private var position = 0

  init(_ text: UnsafeRawBufferPointer) { self.text = text }

  /// Whether there is more to write.
  var hasMore: Bool { position < text.count }

  /// Writes the next piece into `output`, between `start` and `end`, and returns where it ends.
  ///
  /// There must be room for an escape at least.
  mutating func fill(_ output: UnsafeMutableRawBufferPointer, from start: Int, to end: Int) -> Int {
    guard let from = text.baseAddress, let to = output.baseAddress else { return start }
    // Positions are inside the buffers, so that nothing here can overflow.
    let (count, whole, last) = (text.count, text.count &- 16, end &- 16)
    var (position, length) = (position, start)
    defer { self.position = position }
    while position <= whole, length <= last {
      // The bytes behind one that must be escaped are copied too, and written over.
      let block = text.block(at: position)
      to.storeBytes(of: block, toByteOffset: length, as: ByteBlock.self)
      guard let place = BlockPlaces(UnsafeRawBufferPointer.mustEscape(block)).first else {
        position &+= 16
        length &+= 16
        continue
      }
      position &+= place
      length &+= place
      guard length <= end &- Self.longest else { return length }
      length &+= Self.escape(from.load(fromByteOffset: position, as: UInt8.self), to: to + length)
      position &+= 1
    }
    if position > whole, position < count, length <= last {
      // The rest in a block that needs no escapes but for it; most words are that short.
      var block = ByteBlock(repeating: 0x20)
      withUnsafeMutableBytes(of: &block) {
        $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: text[position..<count]))
      }
      if BlockPlaces(UnsafeRawBufferPointer.mustEscape(block)).isEmpty {
        to.storeBytes(of: block, toByteOffset: length, as: ByteBlock.self)
        length &+= count &- position
        position = count
      }
    }
    while position < count, length <= end &- Self.longest {
      let byte = from.load(fromByteOffset: position, as: UInt8.self)
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        length &+= Self.escape(byte, to: to + length)
      } else {
        to.storeBytes(of: byte, toByteOffset: length, as: UInt8.self)
        length &+= 1
      }
      position &+= 1
    }
    return length
  }

  /// Writes the escape of one byte; returns how many bytes it is.
  @inline(__always)
  private static func escape(_ byte: UInt8, to output: UnsafeMutableRawPointer) -> Int {
    output.storeBytes(of: UInt8(ascii: "\\"), as: UInt8.self)
    if let letter = letter(of: byte) {
      output.storeBytes(of: letter, toByteOffset: 1, as: UInt8.self)
      return 2
    }
    // Control characters only, so the first of the two digits is 0 or 1.
    let low = byte & 0xF
    output.storeBytes(of: UInt8(ascii: "u"), toByteOffset: 1, as: UInt8.self)
    output.storeBytes(of: UInt8(ascii: "0"), toByteOffset: 2, as: UInt8.self)
    output.storeBytes(of: UInt8(ascii: "0"), toByteOffset: 3, as: UInt8.self)
    output.storeBytes(of: UInt8(ascii: "0") + byte >> 4, toByteOffset: 4, as: UInt8.self)
    output.storeBytes(
      of: low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10, toByteOffset: 5, as: UInt8.self)
    return longest
  }

  /// What stands behind the backslash of a short escape; nil where there is none.
  @inline(__always)
  private static func letter(of byte: UInt8) -> UInt8? {
    if byte >= 0x20 { return byte }
    // b, t, n, nothing, f and r, for the characters from 8 to 13.
    let letters: UInt64 = 0x7266_006E_7462
    guard byte >= 8, byte <= 13, byte != 11 else { return nil }
    return UInt8(truncatingIfNeeded: letters &>> UInt64((byte &- 8) &* 8))
  }
}
