/// State of a model's thinking that the vendor wants back next turn and nobody else can read.
public struct ReasoningState: Sendable, Hashable {
  /// Which slot it came from.
  public enum Kind: String, Sendable, Hashable {
    /// Anthropic `thinking.signature`.
    case signature
    /// Anthropic `redacted_thinking.data`.
    case redacted
    /// Gemini `thoughtSignature`.
    case thoughtSignature
    /// Responses `encrypted_content`.
    case encrypted
    /// The blocks of a call that the vendor ran, as a JSON array: no thinking, but only their maker can read all of it.
    case hostedCall
  }

  /// The protocol the blob belongs to.
  public var dialect: DialectID
  /// The slot the blob came from and goes back to.
  public var kind: Kind
  /// As the vendor sent it.
  public var blob: String
  /// Who made it; nil when the client sent it in its protocol's own slot without our seal.
  public var origin: SealOrigin?

  /// Makes a state.
  public init(dialect: DialectID, kind: Kind, blob: String, origin: SealOrigin?) {
    self.dialect = dialect
    self.kind = kind
    self.blob = blob
    self.origin = origin
  }

  /// Whether an upstream of this dialect and origin made it, as far as is known.
  public func belongs(to dialect: DialectID, _ origin: SealOrigin?) -> Bool {
    guard self.dialect == dialect else { return false }
    guard let own = self.origin, let origin else { return true }
    return own == origin
  }
}

/// Names who made a piece of reasoning state.
///
/// Protocol, provider, account and model family, folded into one opaque word by the gateway; only ever compared.
public struct SealOrigin: Sendable, Hashable {
  /// The word; equal words mean the same maker.
  public let rawValue: String

  /// Wraps a word the gateway made.
  public init(_ rawValue: String) { self.rawValue = rawValue }
}
