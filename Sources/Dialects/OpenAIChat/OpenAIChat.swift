import Conversation
import Wire

/// OpenAI Chat Completions and the many servers that speak it, spoken in both directions.
///
/// Format: https://developers.openai.com/api/reference/resources/chat. Vendors add members of their own; readers know
/// the common ones (`reasoning_content`, `reasoning`, `reasoning_details`, Mistral's content lists) and keep the rest.
public struct OpenAIChat: Dialect {
  /// Makes the dialect; it holds nothing.
  public init() {}

  /// `openai-chat`.
  public var id: DialectID { .openAIChat }

  /// OpenAI's `^[a-zA-Z0-9_-]{1,64}$`.
  public var naming: NamingRule { Self.rule }
  private static let rule = NamingRule(tools: Alphabet(maxLength: 64, punctuation: "_-"))

  /// Makes a reader for one upstream stream.
  public func makeEventReader(origin: SealOrigin?) -> any EventReader {
    StreamReader(origin: origin)
  }

  /// Makes a writer for one client stream.
  public func makeEventWriter(for reply: ReplyContext) -> any EventWriter {
    StreamWriter(for: reply)
  }
}

extension OpenAIChat {
  /// The inner object of an own one, kept so that its member order and unknown members come back.
  static func inner(_ extensions: Extensions?, _ name: String) -> Extensions? {
    extensions.own(.openAIChat)?.nested(name)
  }

  static func path(_ base: String, _ name: String) -> String { base.isEmpty ? name : base + "." + name }
}
