/// Short, stable names for long texts.
///
/// Not for secrets: FNV-1a, 64 bits.
public enum Fingerprint {
  /// Hashes bytes with FNV-1a to 64 bits, the same in every process.
  public static func value(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }

  /// Eight characters of `[0-9a-z]`.
  public static func text(_ text: String) -> String {
    var rest = value(text.utf8)
    return String(unsafeUninitializedCapacity: 8) { characters in
      for index in characters.indices.prefix(8).reversed() {
        let digit = UInt8(rest % 36)
        characters[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        rest /= 36
      }
      return 8
    }
  }
}
