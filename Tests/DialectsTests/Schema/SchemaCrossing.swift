import Conversation
import Dialects
import Wire

/// What a schema becomes on its way to each protocol.
enum SchemaCrossing {
  struct Sent {
    var schema: JSON?
    var strict: Bool?
    var losses: [Loss]
    var body: JSON

    /// Keywords and paths that were declared.
    var paths: [String] { losses.map(\.path) }
  }

  enum Target: String, CaseIterable, Sendable {
    case chat, responses, anthropic, gemini, geminiOpenAPI

    var dialect: any Dialect {
      switch self {
      case .chat: OpenAIChat()
      case .responses: OpenAIResponses()
      case .anthropic: AnthropicMessages()
      case .gemini, .geminiOpenAPI: Gemini()
      }
    }

    var quirks: Quirks {
      var quirks = Quirks()
      quirks.jsonSchemaTools = self != .geminiOpenAPI
      return quirks
    }
  }

  static func json(_ text: String) -> JSON { (try? JSON(parsing: text)) ?? .null }

  static func write(_ request: ConversationRequest, to target: Target) -> (body: JSON, losses: [Loss]) {
    var losses = Losses()
    let line = RequestTarget(model: "m", quirks: target.quirks)
    let bytes = (try? target.dialect.writeRequest(request, for: line, losses: &losses)) ?? []
    return ((try? JSON(parsing: bytes)) ?? .null, losses.list)
  }

  /// A tool's schema.
  static func tool(_ schema: String, to target: Target, strict: Bool? = nil) -> Sent {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    request.tools = [Tool(name: "f", kind: .function(schema: json(schema), strict: strict))]
    let (body, losses) = write(request, to: target)
    let tool = body["tools"]?.elements.first
    let (sent, isStrict): (JSON?, JSON?) =
      switch target {
      case .chat: (tool?["function"]?["parameters"], tool?["function"]?["strict"])
      case .responses: (tool?["parameters"], tool?["strict"])
      case .anthropic: (tool?["input_schema"], tool?["strict"])
      case .gemini: (tool?["functionDeclarations"]?.elements.first?["parametersJsonSchema"], nil)
      case .geminiOpenAPI: (tool?["functionDeclarations"]?.elements.first?["parameters"], nil)
      }
    return Sent(schema: sent, strict: isStrict?.bool, losses: losses, body: body)
  }

  /// A tool whose only argument `p` has the schema: what that becomes.
  static func property(_ schema: String, to target: Target) -> Sent {
    var sent = tool(#"{"type":"object","properties":{"p":\#(schema)}}"#, to: target)
    sent.schema = sent.schema?["properties"]?["p"]
    return sent
  }

  /// The schema of a structured answer.
  static func answer(_ schema: String, to target: Target, strict: Bool? = nil) -> Sent {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    request.outputFormat = .jsonSchema(JSONSchemaFormat(schema: json(schema), strict: strict))
    let (body, losses) = write(request, to: target)
    let format: JSON? =
      switch target {
      case .chat: body["response_format"]?["json_schema"]
      case .responses: body["text"]?["format"]
      case .anthropic: body["output_config"]?["format"]
      case .gemini, .geminiOpenAPI: body["generationConfig"]
      }
    let sent = format?["schema"] ?? format?["responseJsonSchema"] ?? format?["responseSchema"]
    return Sent(schema: sent, strict: format?["strict"]?.bool, losses: losses, body: body)
  }
}
