import Conversation

extension ProviderPreset {
  static let openAI = ProviderPreset(
    "openai", "OpenAI",
    endpoints: [
      Endpoint(.openAIResponses, "https://api.openai.com/v1"),
      Endpoint(.openAIChat, "https://api.openai.com/v1"),
    ],
    // https://developers.openai.com/api/docs/guides/prompt-caching
    quirks: Quirks { $0.sessionCacheKey = true },
    modelQuirks: [
      // Reasoning models refuse `max_tokens`.
      ModelQuirks("gpt-5*", .maxTokensField(.maxCompletionTokens)),
      ModelQuirks("gpt-6*", .maxTokensField(.maxCompletionTokens)),
      ModelQuirks("o?", .maxTokensField(.maxCompletionTokens), .efforts(["low", "medium", "high"])),
      ModelQuirks("o?-*", .maxTokensField(.maxCompletionTokens), .efforts(["low", "medium", "high"])),
      // The most each model answers with is on its page: https://developers.openai.com/api/docs/models
      ModelQuirks("gpt-5", .maxOutputTokens(128_000)), ModelQuirks("gpt-5-mini*", .maxOutputTokens(128_000)),
      ModelQuirks("gpt-5-nano*", .maxOutputTokens(128_000)), ModelQuirks("gpt-5-codex*", .maxOutputTokens(128_000)),
      ModelQuirks("gpt-5.?", .maxOutputTokens(128_000)), ModelQuirks("gpt-5.?-*", .maxOutputTokens(128_000)),
      ModelQuirks("gpt-6*", .maxOutputTokens(128_000)), ModelQuirks("gpt-4o*", .maxOutputTokens(16_384)),
      ModelQuirks("gpt-4.1*", .maxOutputTokens(32_768)),
      // Before GPT-5.2 nothing is above `high`: https://developers.openai.com/api/docs/guides/reasoning
      ModelQuirks("gpt-5", .efforts(["minimal", "low", "medium", "high"])),
      ModelQuirks("gpt-5-mini*", .efforts(["minimal", "low", "medium", "high"])),
      ModelQuirks("gpt-5-nano*", .efforts(["minimal", "low", "medium", "high"])),
      ModelQuirks("gpt-5.1", .efforts(["low", "medium", "high"])),
    ],
    models: [
      "gpt-6.1-sol", "gpt-6-astra", "gpt-6-luna", "gpt-5.6-terra", "gpt-5.5", "gpt-5.4", "gpt-5.4-mini",
      "gpt-5.3-codex",
    ],
    // Prompts up to 272,000 tokens; each from its model's page.
    prices: [
      ModelPrice("gpt-6.1-sol", 2, 10, cacheRead: 0.1, cacheWrite: 2.5),
      ModelPrice("gpt-6-luna", 0.1, 0.5, cacheRead: 0.01, cacheWrite: 0.125),
      ModelPrice("gpt-5.4", 2.5, 15, cacheRead: 0.25),
      ModelPrice("gpt-5-codex", 1.25, 10, cacheRead: 0.125),
    ],
    priceSource: Source("https://developers.openai.com/api/docs/models", date: "2026-11-21"),
    website: "https://platform.openai.com/api-keys",
    source: Source("https://developers.openai.com/api/reference/overview", date: "2026-11-21"))
}
