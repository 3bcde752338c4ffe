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
    models: ["mistral-medium-3.5", "mistral-large-4", "mistral-small-latest", "codestral-latest"],
    prices: [
      ModelPrice("mistral-medium-3.5", 1.5, 7.5),
      // Half its list price, as it is offered.
      ModelPrice("mistral-large-4", 0.68, 2.09, cacheRead: 0.07),
      ModelPrice("mistral-large-4-0", 0.68, 2.09, cacheRead: 0.07),
      ModelPrice("mistral-large-2512", 0.5, 1.5),
      ModelPrice("mistral-small-latest", 0.15, 0.6),
      ModelPrice("mistral-small-2603", 0.15, 0.6),
      ModelPrice("codestral-latest", 0.3, 0.9),
      ModelPrice("codestral-2508", 0.3, 0.9),
    ],
    // The data its documentation is made of.
    priceSource: Source(
      "https://github.com/mistralai/platform-docs-public/tree/main/src/schema/models/models", date: "2026-11-21"),
    website: "https://console.mistral.ai/api-keys",
    source: Source("https://docs.mistral.ai/resources/migration-guides", date: "2026-11-21"))
}
