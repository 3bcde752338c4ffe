import Conversation

extension ProviderPreset {
  static let mistral = ProviderPreset(
    "mistral", "Mistral",
    endpoints: [Endpoint(.openAIChat, "https://api.mistral.ai/v1")],
    quirks: .thirdParty {
      // Members it does not document are refused (422, `extra_forbidden`); usage comes in every stream unasked.
      $0.maxTokensField = .maxTokens
      $0.streamUsage = false
      $0.reasoningReplay = .never
      $0.reasoningSwitch = .none
      $0.stripFields = ["logit_bias", "logprobs", "service_tier", "store", "stream_options", "top_logprobs", "user"]
    },
    models: ["mistral-medium-latest", "mistral-large-latest", "mistral-small-latest", "codestral-latest"],
    prices: [
      ModelPrice("mistral-medium-latest", 1.5, 7.5, cacheRead: 0.15),
      ModelPrice("mistral-medium-3.5", 1.5, 7.5, cacheRead: 0.15),
      ModelPrice("codestral-latest", 0.3, 0.9),
    ],
    priceSource: Source("https://docs.mistral.ai/inference/pricing", date: nil),
    website: "https://console.mistral.ai/api-keys",
    source: Source("https://docs.mistral.ai/resources/migration-guides", date: "2026-11-21"))
}
