import Conversation

/// The names that are allowed: ASCII letters, digits and some punctuation.
public struct Alphabet: Sendable, Hashable {
  /// The most characters.
  public var maxLength: Int
  /// Punctuation allowed beside ASCII letters and digits.
  public var punctuation: String
  /// Whether a name must begin with a letter or underscore.
  public var startsWithLetter: Bool

  /// Describes names.
  public init(maxLength: Int, punctuation: String, startsWithLetter: Bool = false) {
    self.maxLength = maxLength
    self.punctuation = punctuation
    self.startsWithLetter = startsWithLetter
  }

  /// Whether a name may stay as it is.
  func allows(_ name: String) -> Bool {
    guard let first = name.utf8.first, name.utf8.count <= maxLength, name.utf8.allSatisfy(allows) else { return false }
    return !startsWithLetter || mayBegin(with: first)
  }

  /// An allowed name for `name` that is not taken.
  ///
  /// Cut and taken ones carry a hash of `whole`, so that two long names with one beginning stay apart.
  func fit(_ name: String, whole: String, isTaken: (String) -> Bool) -> String {
    var bytes = name.utf8.map { allows($0) ? $0 : UInt8(ascii: "_") }
    if startsWithLetter, let first = bytes.first, !mayBegin(with: first) { bytes.insert(UInt8(ascii: "_"), at: 0) }
    let plain = String(decoding: bytes, as: UTF8.self)
    if !bytes.isEmpty, bytes.count <= maxLength, !isTaken(plain) { return plain }
    var salt = 0
    while true {
      let suffix = "_" + Fingerprint.text(salt == 0 ? whole : "\(whole)#\(salt)")
      let head = String(decoding: bytes.prefix(max(1, maxLength - suffix.utf8.count)), as: UTF8.self)
      if !isTaken(head + suffix) { return head + suffix }
      salt += 1
    }
  }

  private func allows(_ byte: UInt8) -> Bool { byte.isASCIILetterOrDigit || punctuation.utf8.contains(byte) }

  private func mayBegin(with byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || byte.isASCIILetterOrDigit && byte > UInt8(ascii: "9")
  }
}

extension UInt8 {
  /// Whether it is an ASCII letter or digit.
  var isASCIILetterOrDigit: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
