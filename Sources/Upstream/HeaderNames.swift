/// A set of header names, asked whatever the case of the name in question.
///
/// By length, since lower-casing and hashing every header of every message costs more than comparing with the one or two
/// names that are as long.
public struct HeaderNames: Sendable {
  private let byLength: [[[UInt8]]]

  /// Takes names in lower-case ASCII.
  public init(_ names: some Sequence<String>) {
    var byLength: [[[UInt8]]] = []
    for name in Set(names) {
      let length = name.utf8.count
      while byLength.count <= length { byLength.append([]) }
      byLength[length].append(Array(name.utf8))
    }
    self.byLength = byLength
  }

  /// Whether the name is among them.
  public func contains(_ name: String) -> Bool {
    let length = name.utf8.count
    guard length < byLength.count, !byLength[length].isEmpty else { return false }
    var name = name
    return name.withUTF8 { bytes in byLength[length].contains { Self.isSame(bytes, $0) } }
  }

  /// Both are as long.
  private static func isSame(_ bytes: UnsafeBufferPointer<UInt8>, _ lowercase: [UInt8]) -> Bool {
    for (byte, expected) in zip(bytes, lowercase) where byte.lowercaseASCII != expected { return false }
    return true
  }
}

extension String {
  /// Whether this is the same header name, or word of a header, whatever the case of ASCII letters.
  public func isHeaderName(_ name: String) -> Bool {
    utf8.count == name.utf8.count && hasHeaderPrefix(name)
  }

  /// Whether a header name begins with `prefix`, whatever the case of ASCII letters.
  public func hasHeaderPrefix(_ prefix: String) -> Bool {
    var bytes = utf8.makeIterator()
    for expected in prefix.utf8 {
      guard let byte = bytes.next(), byte == expected || byte.lowercaseASCII == expected.lowercaseASCII else {
        return false
      }
    }
    return true
  }
}

extension UInt8 {
  /// An ASCII capital as its small letter, anything else as it is.
  fileprivate var lowercaseASCII: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
