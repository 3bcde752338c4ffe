import Conversation
import Wire

/// Wraps foreign reasoning state so that it can travel in a client protocol's own slot and come back.
///
/// A seal is standard base64 as a whole (Gemini's slot takes nothing else) and begins with `ReasoningSeal.prefix`,
/// eight base64 characters that encode six bytes, so a byte scan of a body finds it. The text behind the prefix is
/// `dialect NUL kind NUL origin NUL blob`.
public enum ReasoningSeal {
  /// What every seal of every version begins with.
  static let marker: StaticString = "AORSEAL"

  /// What every seal of this version begins with.
  public static let prefix: StaticString = "AORSEAL1"

  /// Seals a state; one without origin is sealed with an empty one.
  public static func seal(_ state: ReasoningState) -> String {
    let text = [state.dialect.rawValue, state.kind.rawValue, state.origin?.rawValue ?? "", state.blob]
      .joined(separator: "\0")
    return prefix.description + Base64.encode(Array(text.utf8))
  }

  /// Whether a slot's text is a seal, of this or a later version.
  public static func isSeal(_ text: String) -> Bool { text.utf8.starts(with: marker.description.utf8) }

  /// The state inside a seal; nil if `text` is none, or is damaged or of a version this one does not know.
  public static func open(_ text: String) -> ReasoningState? {
    guard text.utf8.starts(with: prefix.description.utf8),
      let bytes = Base64.decode(text.utf8.dropFirst(prefix.utf8CodeUnitCount)),
      let content = String(validating: bytes, as: UTF8.self)
    else { return nil }
    let fields = content.split(separator: "\0", maxSplits: 3, omittingEmptySubsequences: false)
    guard fields.count == 4, let dialect = DialectID(rawValue: String(fields[0])),
      let kind = ReasoningState.Kind(rawValue: String(fields[1]))
    else { return nil }
    let origin = fields[2].isEmpty ? nil : SealOrigin(String(fields[2]))
    return ReasoningState(dialect: dialect, kind: kind, blob: String(fields[3]), origin: origin)
  }

  /// What a client's slot holds: the state inside our seal, a native state of the client's own protocol, or nil for a
  /// seal that cannot be opened.
  public static func read(_ text: String, dialect: DialectID, kind: ReasoningState.Kind) -> ReasoningState? {
    guard isSeal(text) else { return ReasoningState(dialect: dialect, kind: kind, blob: text, origin: nil) }
    return open(text)
  }

  /// What to put into a slot of `dialect`: the blob itself for that dialect's own state, else a seal.
  public static func write(_ state: ReasoningState, into dialect: DialectID) -> String {
    state.dialect == dialect ? state.blob : seal(state)
  }
}
