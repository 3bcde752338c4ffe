import Conversation

/// The names that are allowed: ASCII letters, digits and some punctuation.
public struct Alphabet: Sendable, Hashable {
  /// The most characters.
  public var maxLength: Int
  /// Punctuation allowed beside ASCII letters and digits.
  public let punctuation: String
  /// Whether a name must begin with a letter or underscore.
  public var startsWithLetter: Bool
  /// A bit for each ASCII character that is allowed.
  private let allowedBelow64: UInt64
  private let allowedFrom64: UInt64

  /// Describes names.
  public init(maxLength: Int, punctuation: String, startsWithLetter: Bool = false) {
    self.maxLength = maxLength
    self.punctuation = punctuation
    self.startsWithLetter = startsWithLetter
    var allowed: [UInt64] = [0, 0]
    for byte in UInt8(0)..<128 where byte.isASCIILetterOrDigit || punctuation.utf8.contains(byte) {
      allowed[Int(byte / 64)] |= 1 << UInt64(byte % 64)
    }
    (allowedBelow64, allowedFrom64) = (allowed[0], allowed[1])
  }

  /// Whether a name may stay as it is.
  func allows(_ name: String) -> Bool {
    // Walking over the UTF-8 of a short string costs several times as much as its bytes do.
    var name = name
    return name.withUTF8 { allows(UnsafeRawBufferPointer($0)) }
  }

  /// Whether a name, given by its bytes, may stay as it is.
  func allows(_ name: UnsafeRawBufferPointer) -> Bool {
    guard let first = name.first, name.count <= maxLength, !startsWithLetter || mayBegin(with: first) else {
      return false
    }
    return name.allSatisfy { allows($0) }
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

  /// Whether a name may hold the byte.
  func allows(_ byte: UInt8) -> Bool {
    guard byte < 128 else { return false }
    return (byte < 64 ? allowedBelow64 : allowedFrom64) >> UInt64(byte % 64) & 1 == 1
  }

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
