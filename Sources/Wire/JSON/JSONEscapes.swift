/// Escapes inside JSON strings.
enum JSONEscapes {
  /// Whether a backslash and this are all of an escape.
  @inline(__always)
  static func isShort(_ byte: UInt8) -> Bool {
    // One bit for each of "/ and \bfnrt.
    let (below64, from64): (UInt64, UInt64) = (0x8004_0000_0000, 0x14_4044_1000_0000)
    return byte < 128 && (byte < 64 ? below64 : from64) >> UInt64(byte & 63) & 1 == 1
  }

  static func hexValue(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
  }

  /// The text of a string's inner bytes, which the parser has accepted.
  ///
  /// Lone surrogates become U+FFFD.
  static func decode(_ bytes: UnsafeRawBufferPointer) -> String {
    // No escape is shorter than what it stands for, so the text is never ahead of the bytes read, and what may be read
    // at `position` may be written at `length`.
    String(unsafeUninitializedCapacity: bytes.count) { output in
      let text = UnsafeMutableRawBufferPointer(output)
      var (position, length) = (0, 0)
      while position < bytes.count {
        let run = copyPlainText(bytes, from: position, to: text, at: length)
        position += run
        length += run
        guard position + 1 < bytes.count else { break }
        let escape = bytes[position + 1]
        position += 2
        if escape == UInt8(ascii: "u") {
          append(scalar(in: bytes, at: &position), to: text, at: &length)
        } else {
          text[length] = meaning(of: escape)
          length += 1
        }
      }
      return length
    }
  }

  /// Copies what stands before the next backslash and returns how much that is.
  ///
  /// Sixteen bytes at a time: those behind a backslash are copied too and written over later.
  @inline(__always)
  private static func copyPlainText(
    _ bytes: UnsafeRawBufferPointer, from start: Int, to text: UnsafeMutableRawBufferPointer, at length: Int
  ) -> Int {
    let backslash = ByteBlock(repeating: UInt8(ascii: "\\"))
    var run = 0
    while start + run <= bytes.count - 16 {
      let block = bytes.block(at: start + run)
      text.storeBytes(of: block, toByteOffset: length + run, as: ByteBlock.self)
      if let place = BlockPlaces(block .== backslash).first { return run + place }
      run += 16
    }
    while start + run < bytes.count, bytes[start + run] != UInt8(ascii: "\\") {
      text[length + run] = bytes[start + run]
      run += 1
    }
    return run
  }

  /// What a backslash and one character stand for.
  @inline(__always)
  private static func meaning(of escape: UInt8) -> UInt8 {
    switch escape {
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    default: escape
    }
  }

  private static func codeUnit(_ bytes: UnsafeRawBufferPointer, at position: Int) -> UInt32 {
    var value: UInt32 = 0
    for offset in 0..<4 where position + offset < bytes.count {
      value = value << 4 | (hexValue(bytes[position + offset]) ?? 0)
    }
    return value
  }

  /// The scalar whose four digits begin at `position`, together with the second escape of a pair.
  private static func scalar(in bytes: UnsafeRawBufferPointer, at position: inout Int) -> Unicode.Scalar {
    let unit = codeUnit(bytes, at: position)
    position += 4
    if unit & 0xFC00 == 0xD800, position + 5 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    {
      let low = codeUnit(bytes, at: position + 2)
      if low & 0xFC00 == 0xDC00 {
        position += 6
        return Unicode.Scalar(0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF)) ?? "\u{FFFD}"
      }
    }
    return Unicode.Scalar(unit) ?? "\u{FFFD}"
  }

  private static func append(
    _ scalar: Unicode.Scalar, to text: UnsafeMutableRawBufferPointer, at length: inout Int
  ) {
    for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
      text[length] = byte
      length += 1
    }
  }
}
