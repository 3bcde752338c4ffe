import Conversation
import Dialects
import NIOCore
import Wire

/// Token counting over another protocol: the request that asks and the answer's number.
enum TokenCount {
  /// A generation request's body as a count request's.
  static func request(_ body: [UInt8], _ dialect: DialectID, model: String) -> ByteBuffer {
    if dialect == .gemini { return ByteBuffer(bytes: Gemini().countRequest(body, model: model)) }
    guard let json = try? JSON(parsing: body) else { return ByteBuffer(bytes: body) }
    let kept: Set<String> =
      dialect == .anthropic
      ? ["model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control"]
      : ["model", "input", "instructions", "tools", "tool_choice", "reasoning", "text", "parallel_tool_calls"]
    var writer = JSONWriter()
    writer.object { writer in
      for member in json.members where kept.contains(member.key) {
        writer.key(named: member.key)
        writer.value(member.value)
      }
    }
    return ByteBuffer(bytes: writer.finish())
  }

  /// An upstream's count in the client's words; nil if the answer holds none.
  static func answer(_ body: [UInt8], from upstream: DialectID, to client: DialectID) -> ByteBuffer? {
    guard let json = try? JSON(parsing: body),
      let count = upstream == .gemini ? Gemini().readCount(json) : json["input_tokens"]?.int.map({ max(0, $0) })
    else { return nil }
    if client == .gemini { return ByteBuffer(bytes: Gemini().writeCount(count)) }
    var writer = JSONWriter()
    writer.object { $0.member("input_tokens", count) }
    return ByteBuffer(bytes: writer.finish())
  }
}
