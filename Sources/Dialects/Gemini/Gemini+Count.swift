import Conversation
import Wire

/// Counting tokens: `models/{model}:countTokens`. Format: https://ai.google.dev/api/tokens
extension Gemini {
  /// Writes a request to count what `request` would send.
  ///
  /// Output settings go along; the API counts the input only.
  public func writeCountRequest(
    _ request: ConversationRequest, for target: RequestTarget, losses: inout Losses
  ) throws(DialectError) -> [UInt8] {
    let bytes = try writeRequest(request, for: target, losses: &losses)
    guard let body = try? JSON(parsing: bytes) else { throw DialectError("the request cannot be written") }
    if body[member: .generateContentRequest] != nil { return bytes }
    var writer = JSONWriter()
    writer.object { writer in
      writer.object("generateContentRequest") { writer in
        writer.member("model", "models/\(target.model)")
        for member in body.members where !member.isNamed("model") {
          writer.key(named: member.key)
          writer.value(member.value)
        }
      }
    }
    return writer.finish()
  }

  /// The count an upstream answered; nil if there is none.
  public func readCount(_ body: JSON) -> Int? { body[member: .totalTokens]?.int.map { max(0, $0) } }

  /// Writes a count for a client.
  public func writeCount(_ tokens: Int) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { $0.member("totalTokens", tokens) }
    return writer.finish()
  }
}
