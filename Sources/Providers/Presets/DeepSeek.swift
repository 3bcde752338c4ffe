import Conversation

extension ProviderPreset {
  static let deepSeek = ProviderPreset(
    "deepseek", "DeepSeek",
    endpoints: [
      Endpoint(.openAIChat, "https://api.deepseek.com/v1"),
      Endpoint(.anthropic, "https://api.deepseek.com/anthropic/v1"),
      // At the root of the host, so the whole address is given.
      Endpoint(.openAIResponses, "https://api.deepseek.com/responses"),
    ],
    quirks: .thirdParty {
      $0.maxTokensField = .maxTokens
      $0.reasoningSwitch = .thinkingType
    },
    modelQuirks: [
      ModelQuirks("deepseek-v4-pro*", .imageInput(false), .maxOutputTokens(393_216)),
      ModelQuirks("deepseek-flash*", .maxOutputTokens(393_216)),
      ModelQuirks("deepseek-chat", .imageInput(false)),
      ModelQuirks("deepseek-reasoner", .imageInput(false)),
    ],
    models: ["deepseek-flash", "deepseek-v4-pro"],
    // Off-peak; twice as much on weekdays 01:00-04:00 and 06:00-10:00 UTC.
    prices: [
      ModelPrice("deepseek-flash", 0.15, 0.6, cacheRead: 0.003),
      ModelPrice("deepseek-v4-flash", 0.15, 0.6, cacheRead: 0.003),
      ModelPrice("deepseek-v4-pro", 0.66, 1.98, cacheRead: 0.022),
    ],
    priceSource: Source("https://api-docs.deepseek.com/quick_start/pricing", date: "2026-11-21"),
    website: "https://platform.deepseek.com/api_keys", quotaPreset: "deepseek",
    source: Source("https://api-docs.deepseek.com/quick_start/agent_integrations/codex", date: "2026-11-21"))
}
