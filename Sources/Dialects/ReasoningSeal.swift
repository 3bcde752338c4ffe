import Conversation
import Wire

/// Wraps foreign reasoning state so that it can travel in a client protocol's own slot and come back.
///
/// A seal is standard base64 as a whole (Gemini's slot takes nothing else). It begins with `ReasoningSeal.prefix`, eight
/// base64 characters that encode six bytes, and the gateway's `SealMark`, eight more, so a byte scan of a body finds
/// it. The text behind them is `dialect NUL kind NUL origin NUL blob`.
///
/// A *note* is a seal around thoughts that no vendor signed. Where the client shows them it holds nothing: it only says
/// that the turn is not its protocol's own, so that the body is read before it goes anywhere.
public enum ReasoningSeal {
  /// What every seal of every version begins with.
  static let marker: StaticString = "AORSEAL"

  /// What every seal of this version begins with.
  public static let prefix: StaticString = "AORSEAL1"

  /// Seals a state; one without origin is sealed with an empty one.
  public static func seal(_ state: ReasoningState, _ mark: SealMark = .none) -> String {
    let text = [state.dialect.rawValue, state.kind.rawValue, state.origin?.rawValue ?? "", state.blob]
      .joined(separator: "\0")
    return prefix.description + mark.text + Base64.encode(Array(text.utf8))
  }

  /// Whether a slot's text is a seal of that mark, of this or a later version.
  public static func isSeal(_ text: String, _ mark: SealMark = .none) -> Bool {
    text.utf8.starts(with: marker.description.utf8)
      && (mark == .none || text.utf8.dropFirst(prefix.utf8CodeUnitCount).starts(with: mark.text.utf8))
  }

  /// Whether a seal of that mark is somewhere in a body.
  static func isInside(_ bytes: UnsafeRawBufferPointer, _ mark: SealMark) -> Bool {
    var start = 0
    while let place = ByteSearch.position(of: marker, in: bytes, from: start) {
      let own = place + prefix.utf8CodeUnitCount
      if mark == .none { return true }
      if own <= bytes.count, bytes[own...].starts(with: mark.text.utf8) { return true }
      start = place + 1
    }
    return false
  }

  /// The state inside a seal of that mark; nil if `text` is none, or is damaged or of a version this one does not know.
  public static func open(_ text: String, _ mark: SealMark = .none) -> ReasoningState? {
    let front = prefix.description + mark.text
    guard text.utf8.starts(with: front.utf8), let bytes = Base64.decode(text.utf8.dropFirst(front.utf8.count)),
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
  ///
  /// A seal of another mark is native: whoever made it speaks the client's protocol and knows how to open it.
  public static func read(
    _ text: String, dialect: DialectID, kind: ReasoningState.Kind, _ mark: SealMark = .none
  ) -> ReasoningState? {
    guard isSeal(text, mark) else { return ReasoningState(dialect: dialect, kind: kind, blob: text, origin: nil) }
    return open(text, mark)
  }

  /// What to put into a slot of `dialect`: the blob itself for that dialect's own state, else a seal.
  public static func write(_ state: ReasoningState, into dialect: DialectID, _ mark: SealMark = .none) -> String {
    state.dialect == dialect ? state.blob : seal(state, mark)
  }

  /// Seals thoughts that no vendor signed; `text` only where the client does not show them.
  public static func note(_ text: String = "", _ mark: SealMark = .none) -> String {
    seal(ReasoningState(dialect: .openAIChat, kind: .signature, blob: text, origin: nil), mark)
  }
}

extension ReasoningState {
  /// The text of a note; nil for a vendor's state.
  ///
  /// Chat has no slot for state, so nothing but a note is ever sealed as Chat's.
  var note: String? { dialect == .openAIChat && kind == .signature && origin == nil ? blob : nil }
}
