/// Query strings on their way from a client to an upstream.
public enum ClientQuery {
  /// What of a client's query may go to an upstream of the same protocol: everything, byte for byte, but its `key`.
  ///
  /// Parameters that the call's own query names already are left out too. Nil when nothing is left.
  public static func forwardable(_ query: String, besides own: String? = nil) -> String? {
    let taken = Set((own ?? "").split(separator: "&").map { name(of: $0) })
    let kept = query.split(separator: "&").filter { part in
      let name = name(of: part)
      return !isCredential(name) && !taken.contains(name)
    }
    return kept.isEmpty ? nil : kept.joined(separator: "&")
  }

  /// A query fit for a log line: the value of `key` replaced.
  public static func masked(_ query: String) -> String {
    query.split(separator: "&", omittingEmptySubsequences: false)
      .map { isCredential(name(of: $0)) ? "key=***" : String($0) }
      .joined(separator: "&")
  }

  /// The value of `key`, which is how Gemini clients may send their credential; percent-decoded.
  public static func credential(in query: String) -> String? {
    for part in query.split(separator: "&") where isCredential(name(of: part)) {
      guard let equals = part.firstIndex(of: "=") else { continue }
      let value = decode(part[equals...].dropFirst())
      if !value.isEmpty { return value }
    }
    return nil
  }

  static func join(_ first: String?, _ second: String?) -> String? {
    guard let first, !first.isEmpty else { return second }
    guard let second, !second.isEmpty else { return first }
    return first + "&" + second
  }

  private static func isCredential(_ name: String) -> Bool { name.lowercased() == "key" }

  private static func name(of part: Substring) -> String {
    decode(part.prefix { $0 != "=" })
  }

  private static func decode(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      let pair = rest.prefix(2)
      if byte == UInt8(ascii: "%"), pair.count == 2,
        let value = UInt8(String(decoding: pair, as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
