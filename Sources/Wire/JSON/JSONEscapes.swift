/// Escapes inside JSON strings.
enum JSONEscapes {
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
  static func decode(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == UInt8(ascii: "\\"), position + 1 < bytes.count else {
        output.append(byte)
        position += 1
        continue
      }
      let escape = bytes[position + 1]
      position += 2
      switch escape {
      case UInt8(ascii: "b"): output.append(0x08)
      case UInt8(ascii: "f"): output.append(0x0C)
      case UInt8(ascii: "n"): output.append(0x0A)
      case UInt8(ascii: "r"): output.append(0x0D)
      case UInt8(ascii: "t"): output.append(0x09)
      case UInt8(ascii: "u"):
        let unit = codeUnit(bytes, at: position)
        position += 4
        append(unit, bytes, &position, to: &output)
      default: output.append(escape)
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func codeUnit(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> UInt32 {
    var value: UInt32 = 0
    for offset in 0..<4 where position + offset < bytes.count {
      value = value << 4 | (hexValue(bytes[position + offset]) ?? 0)
    }
    return value
  }

  private static func append(
    _ unit: UInt32, _ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int, to output: inout [UInt8]
  ) {
    var scalar = Unicode.Scalar(unit) ?? "\u{FFFD}"
    if unit & 0xFC00 == 0xD800, position + 5 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u")
    {
      let low = codeUnit(bytes, at: position + 2)
      if low & 0xFC00 == 0xDC00 {
        scalar = Unicode.Scalar(0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF)) ?? "\u{FFFD}"
        position += 6
      }
    }
    output.append(contentsOf: Array(String(Character(scalar)).utf8))
  }
}
