import Conversation

/// Recorded cases that break a hub law, each with the reason why that cannot be helped.
///
/// Keep it short: a case belongs here only if no writer could do better.
struct LawsException: Sendable {
  var law: String
  var id: String
  var to: DialectID
  var reason: String

  static let all =
    [
      LawsException(
        law: "request", id: "openai-compat/rig-llamacpp-multimodal-matrix-malformed-data-uri", to: .gemini,
        reason: "the image's data is no base64: Gemini's alphabet is normalised, which changes what was never an image"),
      LawsException(
        law: "stream", id: "anthropic/pyai-anthropic-compaction-usage-with-cache-streaming", to: .gemini,
        reason: "the cache count falls to 0 in mid-stream; Gemini leaves zeros out, and folding keeps the last one told"
      ),
    ] + foundTools

  /// A search found tools on the way, and where there is no item for them they can only be declared with the others.
  private static let foundTools = [
    "openai-responses/lingua-responsestoolsearchinputparam-responses-followup-stream",
    "openai-responses/lingua-responsestoolsearchinputparam-responses-stream",
  ].flatMap { id in
    [DialectID.openAIChat, .anthropic, .gemini].map {
      LawsException(law: "cache", id: id, to: $0, reason: "tools found by a search are declared from then on")
    }
  }

  /// Whether a case need not keep a law.
  static func covers(_ law: String, _ id: String, _ to: DialectID) -> Bool {
    all.contains { $0.law == law && $0.id == id && $0.to == to }
  }
}
