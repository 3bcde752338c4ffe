import Providers

/// The model a client asked for, as the matching rules see it.
public struct ModelName: Sendable, Hashable {
  /// The name as asked, spaces at the ends and `listingPrefix` left out; `default` when the client named none.
  public let asked: String
  /// The name without a `[1m]`-style suffix.
  public let bare: String
  /// The name with everything it came with.
  let given: String
  let foldedAsked: [UInt8]
  let foldedBare: [UInt8]

  /// The longest name that is matched, in UTF-8 bytes.
  public static let maximumLength = 512

  /// Reads the request's model.
  public init(_ model: String?) {
    let trimmed = Self.trim(model ?? "")
    given = trimmed.isEmpty ? Self.fallback : trimmed
    let plain = Self.trim(Self.withoutListingPrefix(given))
    asked = plain.isEmpty ? given : plain
    bare = Self.withoutSuffix(asked)
    foldedAsked = ModelPattern.fold(asked)
    foldedBare = bare.utf8.count == asked.utf8.count ? foldedAsked : ModelPattern.fold(bare)
  }

  /// What a request without a model asks for, and the pattern that matches when nothing else does.
  public static let fallback = "default"

  /// What Claude Code's model list has before names that Claude Code would leave out otherwise.
  ///
  /// It keeps only those that begin with `claude` or `anthropic` (newer versions: that contain one of them):
  /// https://code.claude.com/docs/en/llm-gateway-protocol. No provider can have a `:` in its name, so nothing that is
  /// configured can be meant; a route of exactly the whole name still comes first.
  public static let listingPrefix = "claude-aor:"

  /// The name under which Claude Code lists a model.
  public static func listed(_ name: String) -> String {
    let folded = name.lowercased()
    return folded.hasPrefix("claude") || folded.hasPrefix("anthropic") ? name : listingPrefix + name
  }

  /// The name of a model that Claude Code listed.
  public static func withoutListingPrefix(_ name: String) -> String {
    name.hasPrefix(listingPrefix) ? String(name.dropFirst(listingPrefix.count)) : name
  }

  /// Takes off a context suffix such as `[1m]`, also one that stands there twice: brackets at the very end around letters
  /// and digits.
  ///
  /// Agents add it for themselves; no upstream knows such a name.
  public static func withoutSuffix(_ name: String) -> String {
    var name = name
    while let shorter = withoutLastSuffix(name) { name = shorter }
    return name
  }

  private static func withoutLastSuffix(_ name: String) -> String? {
    guard name.utf8.last == UInt8(ascii: "]"), let open = name.utf8.lastIndex(of: UInt8(ascii: "[")),
      open > name.startIndex
    else { return nil }
    let inner = name[name.index(after: open)...].dropLast()
    guard !inner.isEmpty, inner.utf8.allSatisfy(Self.isAlphanumeric) else { return nil }
    return String(name[..<open])
  }

  static func trim(_ text: String) -> String {
    let kept = text.drop { $0.isWhitespace }
    guard let last = kept.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(kept[...last])
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      true
    default: false
    }
  }
}
