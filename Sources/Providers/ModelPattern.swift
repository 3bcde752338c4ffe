/// A model name pattern: letters count regardless of case, `*` stands for any run of characters, `?` for exactly one.
///
/// Matching takes at most pattern length × name length steps, whatever the pattern: each run of literals between two
/// stars is looked for once, leftmost first, and never given back.
public struct ModelPattern: Sendable, Hashable {
  /// Whether the pattern must cover the name or may match inside it.
  public enum Anchoring: Sendable, Hashable {
    case whole, inside
  }

  /// The pattern as written.
  public let text: String
  /// How many characters are neither `*` nor `?`.
  public let literals: Int
  private let pieces: [[UInt8]]

  /// Reads a pattern; every text is one.
  public init(_ text: String) {
    self.text = text
    let bytes = Array(text.lowercased().utf8)
    pieces = bytes.split(separator: Self.star, omittingEmptySubsequences: false).map(Array.init)
    literals = text.unicodeScalars.reduce(0) { $0 + ($1 == "*" || $1 == "?" ? 0 : 1) }
  }

  /// Whether the pattern fits a name.
  public func matches(_ name: String, _ anchoring: Anchoring) -> Bool {
    matches(folded: Self.fold(name), anchoring)
  }

  /// A name in the form `matches(folded:_:)` takes: made once, it serves many patterns.
  public static func fold(_ name: String) -> [UInt8] { Array(name.lowercased().utf8) }

  /// Whether the pattern fits a folded name.
  public func matches(folded name: [UInt8], _ anchoring: Anchoring) -> Bool {
    var rest = name[...]
    var middle = pieces[...]
    if anchoring == .whole {
      guard let first = middle.popFirst(), let after = Self.prefix(first, of: rest) else { return false }
      rest = after
      guard let last = middle.popLast() else { return rest.isEmpty }
      guard let before = Self.suffix(last, of: rest) else { return false }
      rest = before
    }
    for piece in middle where !piece.isEmpty {
      guard let after = Self.find(piece, in: rest) else { return false }
      rest = after
    }
    return true
  }

  private static let star = UInt8(ascii: "*")
  private static let mark = UInt8(ascii: "?")

  /// What follows the first place where `piece` fits.
  private static func find(_ piece: [UInt8], in text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var rest = text
    while true {
      if let after = prefix(piece, of: rest) { return after }
      guard rest.popFirst() != nil else { return nil }
      while let next = rest.first, isContinuation(next) { rest.removeFirst() }
    }
  }

  /// What follows `piece` at the start of `text`; `?` takes one character, however many bytes it has.
  private static func prefix(_ piece: [UInt8], of text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var rest = text
    for wanted in piece {
      guard let byte = rest.popFirst() else { return nil }
      if wanted == mark {
        while let next = rest.first, isContinuation(next) { rest.removeFirst() }
      } else if byte != wanted {
        return nil
      }
    }
    return rest
  }

  /// What precedes `piece` at the end of `text`.
  private static func suffix(_ piece: [UInt8], of text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var rest = text
    for wanted in piece.reversed() {
      guard var byte = rest.popLast() else { return nil }
      if wanted == mark {
        while isContinuation(byte), let previous = rest.popLast() { byte = previous }
      } else if byte != wanted {
        return nil
      }
    }
    return rest
  }

  private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
