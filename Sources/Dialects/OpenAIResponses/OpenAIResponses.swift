import Conversation
import Wire

/// OpenAI Responses, as Codex and the OpenAI SDKs speak it.
///
/// A conversation is a flat list of items: messages, reasoning, calls, outputs. Consecutive items of the model make one
/// assistant message here; every item's own fields stay with its part, a message item's with the `ItemFrame` its parts
/// share. Bodies and answers of `/responses/compact` read the same way.
/// Format: https://platform.openai.com/docs/api-reference/responses
public struct OpenAIResponses: Dialect {
  /// The protocol; it has no settings.
  public init() {}

  /// Always `openAIResponses`.
  public var id: DialectID { .openAIResponses }

  /// Letters, digits, `_` and `-`, at most 64.
  public var naming: NamingRule { Self.rule }
  private static let rule = NamingRule(tools: Alphabet(maxLength: 64, punctuation: "_-"))

  /// A reader for OpenAI's streams and those of vendors who speak Responses.
  public func makeEventReader(origin: SealOrigin?) -> any EventReader {
    OpenAIResponsesEventReader(origin: origin)
  }

  /// A writer of streams with every event that the SDKs and Codex need.
  public func makeEventWriter(for reply: ReplyContext) -> any EventWriter {
    OpenAIResponsesEventWriter(reply: reply)
  }
}

extension OpenAIResponses {
  static let dialect = DialectID.openAIResponses
  /// The most characters of an item's `id`.
  static let maxIDLength = 64

  /// Where reasoning state comes from: a client's slot, which may hold a seal, or an upstream.
  enum StateSource {
    case client(SealMark)
    case upstream(SealOrigin?)

    func state(_ text: String) -> ReasoningState? {
      switch self {
      case .client(let mark): ReasoningSeal.read(text, dialect: dialect, kind: .encrypted, mark)
      case .upstream(let origin): ReasoningState(dialect: dialect, kind: .encrypted, blob: text, origin: origin)
      }
    }
  }
}
