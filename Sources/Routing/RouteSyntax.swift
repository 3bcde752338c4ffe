import Providers

/// Why a pattern or a target as typed is refused.
public enum RouteSyntaxError: Error, Sendable, Hashable {
  case blankPattern
  case patternTooLong
  case patternHasControlCharacter
  /// `=` with nothing behind it.
  case exactPatternWithoutName
  case blankTarget
  /// A target without a `/`.
  case targetWithoutSlash(String)
  case targetWithoutProvider(String)
  case badProviderName(String)
  case targetHasControlCharacter
}

extension RouteSyntaxError: CustomStringConvertible {
  /// A lower-case sentence.
  public var description: String {
    switch self {
    case .blankPattern: "the pattern is blank"
    case .patternTooLong: "the pattern is longer than \(Route.maximumPatternLength) bytes"
    case .patternHasControlCharacter: "the pattern has a control character"
    case .exactPatternWithoutName: "`=` must be followed by a model name"
    case .blankTarget: "the target is blank"
    case .targetWithoutSlash(let text): "target `\(text)` has no `/`"
    case .targetWithoutProvider(let text): "target `\(text)` names no provider"
    case .badProviderName(let name): "`\(name)` is not a provider name: letters, digits, `.`, `_` and `-` only"
    case .targetHasControlCharacter: "the target has a control character"
    }
  }

  /// What to type instead, where there is something to say.
  public var hint: String? {
    switch self {
    case .blankPattern: "use `'*'` for every model, or `default` for those nothing else matches"
    case .targetWithoutSlash(let text):
      "write `\(text)/` to keep the requested model, or `\(text)/MODEL` to name one"
    case .blankTarget, .targetWithoutProvider: "write PROVIDER/ or PROVIDER/MODEL"
    case .patternTooLong, .patternHasControlCharacter, .exactPatternWithoutName, .badProviderName,
      .targetHasControlCharacter:
      nil
    }
  }
}

extension Route {
  /// The longest pattern, in UTF-8 bytes.
  public static let maximumPatternLength = 256

  /// Checks a pattern as typed and gives the form to store.
  public static func validate(pattern: String) throws(RouteSyntaxError) -> String {
    let pattern = ModelName.trim(pattern)
    guard !pattern.isEmpty else { throw .blankPattern }
    guard pattern.utf8.count <= maximumPatternLength else { throw .patternTooLong }
    guard !pattern.unicodeScalars.contains(where: isControl) else { throw .patternHasControlCharacter }
    guard pattern != "=" else { throw .exactPatternWithoutName }
    return pattern.lowercased() == ModelName.fallback ? ModelName.fallback : pattern
  }

  fileprivate static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
  }
}

extension RouteTarget {
  /// Reads `PROVIDER/[MODEL]`, split at the first `/`.
  public init(parsing text: String) throws(RouteSyntaxError) {
    let text = ModelName.trim(text)
    guard !text.isEmpty else { throw .blankTarget }
    guard !text.unicodeScalars.contains(where: Route.isControl) else { throw .targetHasControlCharacter }
    guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else { throw .targetWithoutSlash(text) }
    let provider = String(text[..<slash])
    guard !provider.isEmpty else { throw .targetWithoutProvider(text) }
    guard Provider.isValid(name: provider) else { throw .badProviderName(provider) }
    self.init(provider: provider, model: String(text[text.utf8.index(after: slash)...]))
  }
}

extension Group {
  /// Whether a text can be a group's name: 1 to 64 letters, digits, `_` and `-`.
  public static func isValid(name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 48...57, 65...90, 97...122, 45, 95: true
        default: false
        }
      }
  }
}
