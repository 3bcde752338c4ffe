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
    let digits = String(value(text.utf8), radix: 36)
    return String((String(repeating: "0", count: 13) + digits).suffix(8))
  }
}
