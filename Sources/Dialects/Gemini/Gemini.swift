import Conversation
import Wire

/// Google's Gemini API, `generateContent` and `streamGenerateContent`, as the Developer API and Vertex AI speak it.
///
/// Format: https://ai.google.dev/api/generate-content. The model and the choice between stream and whole answer stand
/// in the URL. Servers take members in camelCase and snake_case; readers accept both, and writing back a client's own
/// request keeps the spelling it used.
public struct Gemini: Dialect {
  /// Makes the dialect, which has no settings.
  public init() {}

  /// Names the protocol.
  public var id: DialectID { .gemini }

  /// The most that Google's older endpoints allow too.
  public var naming: NamingRule { Self.rule }
  private static let rule = NamingRule(tools: Alphabet(maxLength: 64, punctuation: "_.:-", startsWithLetter: true))

  /// Google's stand-in for a signature that the history cannot have because another model made the call, in base64.
  ///
  /// See https://ai.google.dev/gemini-api/docs/thought-signatures
  static let signatureStandIn = "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="

  /// The chunks of a streamed answer that came as one JSON array (`streamGenerateContent` without `alt=sse`), as the
  /// events an `EventReader` takes.
  ///
  /// A single object is one chunk.
  public func readStreamArray(_ body: JSON) -> [ServerSentEvent] {
    guard body.isArray else { return [Self.event(body)] }
    return body.elements.map(Self.event)
  }

  private static func event(_ chunk: JSON) -> ServerSentEvent {
    var writer = JSONWriter()
    writer.value(chunk)
    return ServerSentEvent(data: writer.finish())
  }
}
