/// When colour is used; the values of `--color`.
public enum ColorChoice: String, Sendable, CaseIterable {
  case auto, always, never

  /// Whether a stream gets colour.
  ///
  /// `NO_COLOR` beats `CLICOLOR=0` beats `CLICOLOR_FORCE` beats the terminal's own nature; an explicit choice beats all
  /// of them.
  public func isColored(isTerminal: Bool, environment: [String: String]) -> Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto: break
    }
    if let value = environment["NO_COLOR"], !value.isEmpty { return false }
    if environment["CLICOLOR"] == "0" { return false }
    if let value = environment["CLICOLOR_FORCE"], !value.isEmpty, value != "0" { return true }
    return isTerminal && environment["TERM"] != "dumb"
  }
}

/// Puts colour around text, or leaves it alone.
///
/// Meaning is never carried by colour only.
public struct Style: Sendable, Hashable {
  /// Whether colour is used at all.
  public var isColored: Bool

  /// Makes a style.
  public init(isColored: Bool) {
    self.isColored = isColored
  }

  /// Something that went well.
  public func good(_ text: String) -> String { paint("32", text) }
  /// Something that failed.
  public func bad(_ text: String) -> String { paint("31", text) }
  /// Something to look at.
  public func warning(_ text: String) -> String { paint("33", text) }
  /// Something to do next.
  public func hint(_ text: String) -> String { paint("36", text) }
  /// A heading.
  public func heading(_ text: String) -> String { paint("1", text) }
  /// Something of less weight.
  public func faint(_ text: String) -> String { paint("2", text) }

  private func paint(_ code: String, _ text: String) -> String {
    isColored && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
