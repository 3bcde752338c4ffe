import Conversation

extension ProviderPreset {
  static let gemini = ProviderPreset(
    "gemini", "Google Gemini",
    endpoints: [Endpoint(.gemini, "https://generativelanguage.googleapis.com/v1beta")],
    // See https://ai.google.dev/gemini-api/docs/gemini-3 and https://ai.google.dev/gemini-api/docs/tool-combination
    modelQuirks: [
      ModelQuirks(
        "gemini-3*", .mixedTools(true), .functionResponseParts(true), .thinkingLevels(true), .maxOutputTokens(65_536)),
      // Each model's own page below https://ai.google.dev/gemini-api/docs/models
      ModelQuirks("gemini-2.5*", .maxOutputTokens(65_536)),
    ],
    models: [
      "gemini-3.8-flash", "gemini-3.5-flash", "gemini-3.1-pro-preview", "gemini-2.5-pro", "gemini-2.5-flash",
      "gemini-2.5-flash-lite",
    ],
    // Prompts up to 200,000 tokens.
    prices: [
      ModelPrice("gemini-3.8-flash", 0.75, 3.75),
      ModelPrice("gemini-3.5-flash", 1.5, 9),
      ModelPrice("gemini-3.1-pro-preview", 2, 12),
      ModelPrice("gemini-2.5-pro", 1.25, 10),
      ModelPrice("gemini-2.5-flash", 0.3, 2.5),
      ModelPrice("gemini-2.5-flash-lite", 0.1, 0.4),
    ],
    priceSource: Source("https://ai.google.dev/gemini-api/docs/pricing", date: "2026-11-21"),
    website: "https://aistudio.google.com/apikey",
    source: Source("https://ai.google.dev/api/generate-content", date: "2026-11-21"))
}
