import Conversation
import Wire

/// Speaks Anthropic's Messages API.
///
/// Format: https://platform.claude.com/docs/en/api/messages
///
/// Reasoning state of other vendors travels in `thinking.signature` and `redacted_thinking.data` as a `ReasoningSeal`;
/// see `SealedThinking` for how each kind finds its way back.
public struct AnthropicMessages: Dialect {
  /// Creates the dialect.
  public init() {}

  /// Names the protocol.
  public var id: DialectID { .anthropic }

  /// Allows what Anthropic allows in tool names.
  public var naming: NamingRule { Self.rule }
  private static let rule = NamingRule(
    tools: Alphabet(maxLength: 128, punctuation: "_-"), properties: Alphabet(maxLength: 64, punctuation: "_.-"))

  /// Makes a reader for one upstream stream.
  public func makeEventReader(origin: SealOrigin?) -> any EventReader {
    AnthropicEventReader(origin: origin)
  }

  /// Makes a writer for one client stream.
  public func makeEventWriter(for reply: ReplyContext) -> any EventWriter {
    AnthropicEventWriter(reply: reply)
  }
}

extension AnthropicMessages {
  static let dialect = DialectID.anthropic

  /// What stands where the protocol demands a text and the conversation has none.
  static let placeholder = "."

  static func isBlank(_ text: JSONText) -> Bool {
    // Nearly every text begins with ASCII, and to ask for properties takes long.
    guard let first = text.firstByte(notIn: whitespace) else { return true }
    return first >= 0x80 && text.string.unicodeScalars.allSatisfy(\.properties.isWhitespace)
  }

  static func isBlank(_ text: String) -> Bool { isBlank(JSONText(text)) }

  private static let whitespace: [UInt8] = [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D]
}
