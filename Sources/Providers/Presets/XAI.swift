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
      $0.reasoningReplay = .never
    },
    // Reasoning models refuse these.
    modelQuirks: [ModelQuirks("grok-4*", .stripFields(["frequency_penalty", "presence_penalty", "stop"]))],
    models: ["grok-4.7", "grok-4.6", "grok-4.3"],
    prices: [
      ModelPrice("grok-4.7", 2, 6), ModelPrice("grok-4.5", 2, 6, cacheRead: 0.5), ModelPrice("grok-4.3", 1.25, 2.5),
    ],
    priceSource: Source("https://docs.x.ai/developers/grok-4-7", date: "2026-11-21"),
    website: "https://console.x.ai", source: Source("https://docs.x.ai/developers/introduction", date: nil))
}
