import Conversation
import Wire

extension OpenAIResponses {
  /// Log probabilities as this protocol wants them: `bytes` and `top_logprobs` of every token, which Chat servers leave
  /// out or say `null` for.
  ///
  /// https://platform.openai.com/docs/api-reference/responses/object
  static func whole(_ logprobs: JSON) -> JSON {
    guard logprobs.elements.contains(where: { lacks($0, "top_logprobs") || lacksBytes($0) }) else { return logprobs }
    return JSON { writer in
      writer.array { writer in
        for token in logprobs.elements { write(token, isTop: false, to: &writer) }
      }
    }
  }

  private static func lacks(_ token: JSON, _ member: StaticString) -> Bool { token[member]?.isArray != true }

  private static func lacksBytes(_ token: JSON) -> Bool {
    lacks(token, "bytes") || (token["top_logprobs"]?.elements.contains { lacks($0, "bytes") } ?? false)
  }

  private static func write(_ token: JSON, isTop: Bool, to writer: inout JSONWriter) {
    guard token.isObject else { return writer.value(token) }
    writer.object { writer in
      for member in token.members where !member.isNamed("bytes") && !member.isNamed("top_logprobs") {
        writer.key(named: member.key)
        writer.value(member.value)
      }
      if let bytes = token["bytes"], bytes.isArray {
        writer.member("bytes", bytes)
      } else {
        writer.array("bytes") { writer in
          for byte in (token["token"]?.string ?? "").utf8 { writer.int(Int(byte)) }
        }
      }
      guard !isTop else { return }
      writer.array("top_logprobs") { writer in
        for top in token["top_logprobs"]?.elements ?? JSON.null.elements { write(top, isTop: true, to: &writer) }
      }
    }
  }
}
