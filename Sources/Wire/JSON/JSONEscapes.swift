/// Escapes inside JSON strings.
enum JSONEscapes {
  /// Whether a backslash and this are an escape as the writer spells it, too.
  @inline(__always)
  static func isUsual(_ byte: UInt8) -> Bool {
    // One bit for each of " and \bfnrt; a slash needs no escape.
    let (below64, from64): (UInt64, UInt64) = (0x4_0000_0000, 0x14_4044_1000_0000)
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
    String(unsafeUninitializedCapacity: bytes.count) { decode(bytes, to: UnsafeMutableRawBufferPointer($0)) }
  }

  /// Writes the text into `text`, which has room for as much as `bytes`, and returns how much it is.
  private static func decode(_ bytes: UnsafeRawBufferPointer, to text: UnsafeMutableRawBufferPointer) -> Int {
    // No escape is shorter than what it stands for, so the text is never ahead of the bytes read, and what may be read
    // at `position` may be written at `length`. Nothing here can overflow.
    let backslash = ByteBlock(repeating: UInt8(ascii: "\\"))
    let (count, whole) = (bytes.count, bytes.count &- 16)
    var (position, length) = (0, 0)
    while position < count {
      if position <= whole {
        // The bytes behind a backslash are copied too, and written over later.
        let block = bytes.block(at: position)
        text.storeBytes(of: block, toByteOffset: length, as: ByteBlock.self)
        guard let place = BlockPlaces(block .== backslash).first else {
          position &+= 16
          length &+= 16
          continue
        }
        position &+= place
        length &+= place
      } else {
        guard bytes[position] == UInt8(ascii: "\\") else {
          text[length] = bytes[position]
          position &+= 1
          length &+= 1
          continue
        }
      }
      guard position &+ 1 < count else { break }
      let escape = bytes[position &+ 1]
      position &+= 2
      if escape == UInt8(ascii: "u") {
        append(scalar(in: bytes, at: &position), to: text, at: &length)
      } else {
        text[length] = meaning(of: escape)
        length &+= 1
      }
    }
    return length
  }

  /// What a backslash and one character stand for.
  @inline(__always)
  static func meaning(of escape: UInt8) -> UInt8 {
    // Quote, slash and backslash stand for themselves. Of the letters b, f, n, r and t no two share these four bits, which
    // tell where the four are that the control character has.
    guard escape >= UInt8(ascii: "b") else { return escape }
    let meanings: UInt64 = 0x9D0_A000_C080
    return UInt8(truncatingIfNeeded: meanings &>> UInt64(escape &>> 1 & 0xF &* 4)) & 0xF
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
