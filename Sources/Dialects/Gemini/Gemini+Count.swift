import Wire

/// Counting tokens: `models/{model}:countTokens`. Format: https://ai.google.dev/api/tokens
extension Gemini {
  /// A `generateContent` body as one that asks what it would cost: system text and tools count only inside
  /// `generateContentRequest`.
  public func countRequest(_ body: [UInt8], model: String) -> [UInt8] {
    guard let json = try? JSON(parsing: body), json[member: .generateContentRequest] == nil else { return body }
    var writer = JSONWriter()
    writer.object { writer in
      writer.object("generateContentRequest") { writer in
        writer.member("model", model.hasPrefix("models/") ? model : "models/" + model)
        for member in json.members where !member.isNamed("model") {
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
