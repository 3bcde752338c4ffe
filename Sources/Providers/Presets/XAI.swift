import Conversation

extension ProviderPreset {
  static let xai = ProviderPreset(
    "xai", "xAI",
    // Its Anthropic layer is deprecated.
    endpoints: [
      Endpoint(.openAIResponses, "https://api.x.ai/v1"),
      Endpoint(.openAIChat, "https://api.x.ai/v1"),
    ],
    quirks: .thirdParty {
      $0.storesResponses = true
      $0.hostedTools = true
      $0.reasoningReplay = .never
      // https://docs.x.ai/developers/advanced-api-usage/prompt-caching/maximizing-cache-hits
      $0.sessionCacheKey = true
      $0.sessionHeader = "x-grok-conv-id"
    },
    modelQuirks: [
      // Reasoning models refuse these, and those before 4.3 an effort too.
      ModelQuirks("grok-4*", .stripFields(["frequency_penalty", "presence_penalty", "stop"])),
      ModelQuirks("grok-4", .reasoningSwitch(.none)),
      ModelQuirks("grok-4-*", .reasoningSwitch(.none)),
      ModelQuirks("grok-4.20*", .reasoningSwitch(.none)),
    ],
    models: ["grok-4.7", "grok-4.6", "grok-4.3"],
    prices: [ModelPrice("grok-4.7", 2, 6)],
    priceSource: Source("https://docs.x.ai/developers/grok-4-7", date: "2026-11-21"),
    website: "https://console.x.ai", source: Source("https://docs.x.ai/docs/guides/reasoning", date: "2026-11-21"))
}
