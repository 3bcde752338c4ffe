import Conversation
import Wire

// Compacted conversations: https://developers.openai.com/api/docs/guides/compaction

extension OpenAIResponses {
  /// The types under which a compacted stretch stands in `input`; Codex has used all of them.
  static let compactionTypes = ["compaction", "compaction_summary", "context_compaction"]

  /// Bytes of the user's messages that a compacted conversation keeps, the newest first: what OpenAI keeps, 64,000
  /// tokens, at four bytes each.
  static let keptBytes = 256 * 1024

  /// Writes the answer of `/responses/compact`: the user's messages of the request, then the compacted rest.
  ///
  /// `request` is the client's body. Format: https://developers.openai.com/api/reference/resources/responses/methods/compact
  public static func writeCompacted(
    _ response: ConversationResponse, of request: JSON, for reply: ReplyContext
  ) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("id", responseID(response.id, reply))
      writer.member("object", static: "response.compaction")
      writer.member("created_at", response.createdAt ?? reply.createdAt)
      writer.array("output") { writer in
        for (index, message) in keptMessages(of: request).enumerated() {
          write(message, fallbackID: "msg_\(reply.exchangeID)_\(index)", into: &writer)
        }
        for part in response.candidates.first?.parts ?? [] {
          if case .opaque(let opaque) = part.content, opaque.dialect == dialect { writer.value(opaque.json) }
        }
      }
      writer.key("usage")
      ResponsesObject.write(response.usage ?? Usage(), into: &writer)
    }
    return writer.finish()
  }

  private static func keptMessages(of request: JSON) -> [JSON] {
    guard let input = request["input"] else { return [] }
    if input.isString {
      return [
        JSON { writer in
          writer.object {
            $0.member("role", static: "user")
            $0.member("content", input)
          }
        }
      ]
    }
    var kept: [JSON] = []
    var space = keptBytes
    for item in input.elements.reversed() {
      guard item["role"]?.isString("user") == true, item["type"] == nil || item["type"]?.isString("message") == true
      else { continue }
      space -= item.byteCount
      guard space >= 0 || kept.isEmpty else { break }
      kept.append(item)
    }
    return kept.reversed()
  }

  private static func write(_ message: JSON, fallbackID: String, into writer: inout JSONWriter) {
    writer.object { writer in
      if message["id"]?.isString != true { writer.member("id", fallbackID) }
      if message["type"] == nil { writer.member("type", static: "message") }
      if message["status"] == nil { writer.member("status", static: "completed") }
      for member in message.members {
        if member.isNamed("id"), !member.value.isString { continue }
        if member.isNamed("content"), let text = member.value.string {
          writer.array("content") { writer in
            writer.object {
              $0.member("type", static: "input_text")
              $0.member("text", text)
            }
          }
          continue
        }
        writer.key(named: member.key)
        writer.value(member.value)
      }
    }
  }
}
