import Conversation

/// What can be asked of an endpoint.
public enum EndpointOperation: Sendable, Hashable {
  /// An answer. Gemini has the model and the manner in the path.
  case generate(model: String, stream: Bool)
  case models
  case countTokens(model: String)
  case compact
  case embeddings
  case imageGenerations
  case imageEdits
  case imageVariations
  case speech
  case transcriptions
  case translations
  case moderations
  case rerank
  case completions
}

extension EndpointOperation {
  /// The operation's name in sentences.
  public var name: String {
    switch self {
    case .generate: "generation"
    case .models: "models"
    case .countTokens: "token counting"
    case .compact: "compaction"
    case .embeddings: "embeddings"
    case .imageGenerations, .imageEdits, .imageVariations: "images"
    case .speech, .transcriptions, .translations: "audio"
    case .moderations: "moderation"
    case .rerank: "rerank"
    case .completions: "completions"
    }
  }

  /// What follows the base with its version segment; nil where the protocol has no such thing.
  func path(in dialect: DialectID) -> String? {
    switch dialect {
    case .openAIChat, .openAIResponses:
      switch self {
      case .generate: dialect == .openAIChat ? "/chat/completions" : "/responses"
      case .compact: dialect == .openAIResponses ? "/responses/compact" : nil
      case .models: "/models"
      // https://platform.openai.com/docs/api-reference/responses/input-tokens
      case .countTokens: dialect == .openAIResponses ? "/responses/input_tokens" : nil
      case .embeddings: "/embeddings"
      case .imageGenerations: "/images/generations"
      case .imageEdits: "/images/edits"
      case .imageVariations: "/images/variations"
      case .speech: "/audio/speech"
      case .transcriptions: "/audio/transcriptions"
      case .translations: "/audio/translations"
      case .moderations: "/moderations"
      case .rerank: "/rerank"
      case .completions: "/completions"
      }
    case .anthropic:
      switch self {
      case .generate: "/messages"
      case .countTokens: "/messages/count_tokens"
      case .models: "/models"
      default: nil
      }
    case .gemini:
      switch self {
      case .generate(let model, let stream):
        Self.geminiModel(model) + (stream ? ":streamGenerateContent" : ":generateContent")
      case .countTokens(let model): Self.geminiModel(model) + ":countTokens"
      case .models: "/models"
      default: nil
      }
    }
  }

  /// The query the operation itself needs.
  func query(in dialect: DialectID) -> String? {
    // Without `alt=sse` Gemini streams one JSON array.
    if case .generate(_, stream: true) = self, dialect == .gemini { return "alt=sse" }
    return nil
  }

  /// `/models/<model>`; names that carry their own collection (`tunedModels/x`) keep it.
  private static func geminiModel(_ model: String) -> String {
    let parts = model.split(separator: "/", omittingEmptySubsequences: false)
    if let first = parts.first, parts.count == 2, ["models", "tunedModels"].contains(first), let last = parts.last,
      !last.isEmpty
    {
      return "/\(first)/" + encode(last)
    }
    return "/models/" + encode(model[...])
  }

  /// Percent-encodes everything but RFC 3986's unreserved characters, so that a model name stays one path segment.
  private static func encode(_ text: Substring) -> String {
    let digits = Array("0123456789ABCDEF")
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, 45, 46, 95, 126:
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        result.append("%")
        result.append(digits[Int(byte >> 4)])
        result.append(digits[Int(byte & 15)])
      }
    }
    return result
  }
}

extension EndpointOperation {
  /// An operation found at the end of a pasted URL's path.
  struct Recognised {
    var suffix: String
    /// Nil where several protocols share the path.
    var dialect: DialectID?
  }

  /// Longer ones first.
  private static let suffixes: [(String, DialectID?)] = [
    ("/chat/completions", .openAIChat), ("/responses/compact", .openAIResponses),
    ("/responses/input_tokens", .openAIResponses), ("/responses", .openAIResponses),
    ("/messages/count_tokens", .anthropic), ("/messages", .anthropic), ("/images/generations", nil),
    ("/images/edits", nil), ("/images/variations", nil), ("/audio/speech", nil), ("/audio/transcriptions", nil),
    ("/audio/translations", nil), ("/embeddings", nil), ("/moderations", nil), ("/rerank", nil),
    ("/completions", nil), ("/models", nil),
  ]

  static func recognise(path: String) -> Recognised? {
    for (suffix, dialect) in suffixes where path.hasSuffix(suffix) {
      // `…/v1beta/models` can only be Gemini's.
      let isGemini = suffix == "/models" && path.hasSuffix("/v1beta/models")
      return Recognised(suffix: suffix, dialect: isGemini ? .gemini : dialect)
    }
    // `…/models/<model>:generateContent`
    guard let slash = path.lastIndex(of: "/"), path[..<slash].hasSuffix("/models"),
      let colon = path.lastIndex(of: ":"), colon > slash,
      ["generateContent", "streamGenerateContent", "countTokens"].contains(String(path[colon...].dropFirst()))
    else { return nil }
    return Recognised(suffix: "/models" + path[slash...], dialect: .gemini)
  }
}
