import Conversation
import NIOCore
import Wire

/// Token counting over another protocol: the request that asks and the answer's number.
enum TokenCount {
  /// A generation request's body as a count request's.
  static func request(_ body: [UInt8], _ dialect: DialectID, model: String) -> ByteBuffer {
    guard let json = try? JSON(parsing: body) else { return ByteBuffer(bytes: body) }
    var writer = JSONWriter()
    if dialect == .gemini {
      // https://ai.google.dev/api/tokens: system text and tools count only inside `generateContentRequest`.
      writer.object {
        $0.object("generateContentRequest") { writer in
          writer.member("model", model.hasPrefix("models/") ? model : "models/" + model)
          for member in json.members where member.key != "model" {
            writer.key(named: member.key)
            writer.value(member.value)
          }
        }
      }
    } else {
      let kept: Set<String> =
        dialect == .anthropic
        ? ["model", "messages", "system", "tools", "tool_choice", "thinking", "cache_control"]
        : ["model", "input", "instructions", "tools", "tool_choice", "reasoning", "text", "parallel_tool_calls"]
      writer.object { writer in
        for member in json.members where kept.contains(member.key) {
          writer.key(named: member.key)
          writer.value(member.value)
        }
      }
    }
    return ByteBuffer(bytes: writer.finish())
  }

  /// An upstream's count in the client's words; nil if the answer holds none.
  static func answer(_ body: [UInt8], from upstream: DialectID, to client: DialectID) -> ByteBuffer? {
    guard let json = try? JSON(parsing: body),
      let count = (upstream == .gemini ? json["totalTokens"] : json["input_tokens"])?.int
    else { return nil }
    var writer = JSONWriter()
    writer.object {
      if client == .gemini { $0.member("totalTokens", count) } else { $0.member("input_tokens", count) }
    }
    return ByteBuffer(bytes: writer.finish())
  }
}
