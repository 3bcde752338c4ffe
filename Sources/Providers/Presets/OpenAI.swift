import Conversation

extension ProviderPreset {
  static let openAI = ProviderPreset(
    "openai", "OpenAI",
    endpoints: [
      Endpoint(.openAIResponses, "https://api.openai.com/v1"),
      Endpoint(.openAIChat, "https://api.openai.com/v1"),
    ],
    modelQuirks: [
      // Reasoning models refuse `max_tokens`.
      ModelQuirks("gpt-5*", .maxTokensField(.maxCompletionTokens)),
      ModelQuirks("gpt-6*", .maxTokensField(.maxCompletionTokens)),
      ModelQuirks("o?", .maxTokensField(.maxCompletionTokens)),
      ModelQuirks("o?-*", .maxTokensField(.maxCompletionTokens)),
    ],
    models: [
      "gpt-6.1-sol", "gpt-6-astra", "gpt-6-luna", "gpt-5.6-terra", "gpt-5.5", "gpt-5.4", "gpt-5.4-mini",
      "gpt-5.3-codex",
    ],
    prices: [
      ModelPrice("gpt-6-astra", 10, 50, cacheRead: 1),
      ModelPrice("gpt-6.1-sol", 2, 10, cacheRead: 0.1, cacheWrite: 2.5),
      ModelPrice("gpt-6-sol", 2, 10, cacheRead: 0.2, cacheWrite: 2.5),
      ModelPrice("gpt-6-luna", 0.1, 0.5, cacheRead: 0.01, cacheWrite: 0.125),
      ModelPrice("gpt-5.6-sol", 4, 20, cacheRead: 0.4),
      ModelPrice("gpt-5.6-terra", 2, 12, cacheRead: 0.2),
      ModelPrice("gpt-5.6-luna", 0.2, 1.2, cacheRead: 0.02),
      ModelPrice("gpt-5.5", 5, 30, cacheRead: 0.5),
      ModelPrice("gpt-5.4", 2.5, 15, cacheRead: 0.25),
      ModelPrice("gpt-5.4-mini", 0.75, 4.5, cacheRead: 0.075),
      ModelPrice("gpt-5.4-nano", 0.2, 1.25, cacheRead: 0.02),
      ModelPrice("gpt-5.3-codex", 1.75, 14, cacheRead: 0.175),
      ModelPrice("gpt-5.2", 1.75, 14, cacheRead: 0.175),
      ModelPrice("gpt-5-codex", 1.25, 10, cacheRead: 0.125),
      ModelPrice("gpt-5-mini", 0.25, 2, cacheRead: 0.025),
      ModelPrice("gpt-4o", 2.5, 10, cacheRead: 1.25),
      ModelPrice("gpt-4o-mini", 0.15, 0.6, cacheRead: 0.075),
    ],
    priceSource: Source("https://developers.openai.com/api/docs/pricing", date: nil),
    website: "https://platform.openai.com/api-keys",
    source: Source("https://developers.openai.com/api/reference/overview", date: "2026-11-21"))
}
