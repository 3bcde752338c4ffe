/// Standard base64 with padding (RFC 4648 §4).
public enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  /// What each byte stands for; `noDigit` for those outside both alphabets.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: noDigit, count: 256)
    for (value, byte) in alphabet.enumerated() { values[Int(byte)] = UInt8(value) }
    values[Int(UInt8(ascii: "-"))] = 62
    values[Int(UInt8(ascii: "_"))] = 63
    return values
  }()
  private static let noDigit: UInt8 = 0xFF

  /// Encodes bytes in the standard alphabet, padded.
  public static func encode(_ bytes: [UInt8]) -> String {
    let length = (bytes.count + 2) / 3 * 4
    return String(unsafeUninitializedCapacity: length) { output in
      alphabet.withUnsafeBufferPointer { alphabet in
        var written = 0
        func append(_ digit: UInt8) {
          output.initializeElement(at: written, to: digit)
          written += 1
        }
        var position = 0
        while position < bytes.count {
          let left = bytes.count - position
          let first = UInt32(bytes[position]) << 16
          let second = left > 1 ? UInt32(bytes[position + 1]) << 8 : 0
          let third = left > 2 ? UInt32(bytes[position + 2]) : 0
          let group = first | second | third
          append(alphabet[Int(group >> 18 & 63)])
          append(alphabet[Int(group >> 12 & 63)])
          append(left > 1 ? alphabet[Int(group >> 6 & 63)] : padding)
          append(left > 2 ? alphabet[Int(group & 63)] : padding)
          position += 3
        }
        return written
      }
    }
  }

  /// The bytes of base64 text, padded or not, in the standard or the URL alphabet; nil for anything else.
  public static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
    text.withContiguousStorageIfAvailable(decode(digits:)) ?? Array(text).withUnsafeBufferPointer(decode(digits:))
  }

  private static func decode(digits text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    let end = text.lastIndex { $0 != padding }.map { $0 + 1 } ?? 0
    let padded = text.count - end
    guard padded <= 2, padded == 0 || text.count % 4 == 0, end % 4 != 1 else { return nil }
    let length = end / 4 * 3 + max(0, end % 4 - 1)
    var isValid = true
    let output = [UInt8](unsafeUninitializedCapacity: length) { output, count in
      values.withUnsafeBufferPointer { values in
        var group: UInt32 = 0
        var bits = 0
        for byte in text[..<end] {
          let value = values[Int(byte)]
          guard value != noDigit else {
            isValid = false
            return
          }
          group = group << 6 | UInt32(value)
          bits += 6
          guard bits >= 8, count < length else { continue }
          bits -= 8
          output.initializeElement(at: count, to: UInt8(truncatingIfNeeded: group >> UInt32(bits)))
          count += 1
        }
      }
    }
    return isValid ? output : nil
  }
}
