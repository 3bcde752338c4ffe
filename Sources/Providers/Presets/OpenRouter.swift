import Conversation

extension ProviderPreset {
  static let openRouter = ProviderPreset(
    "openrouter", "OpenRouter",
    endpoints: [
      Endpoint(.openAIChat, "https://openrouter.ai/api/v1"),
      Endpoint(.anthropic, "https://openrouter.ai/api/v1", authentication: .bearer),
      Endpoint(.openAIResponses, "https://openrouter.ai/api/v1"),
    ],
    quirks: Quirks {
      $0.reasoningSwitch = .reasoningObject
      $0.customTools = false
      $0.namespaceTools = false
      $0.storesResponses = false
      $0.compaction = false
      // Every model's thinking is asked for in the one form that all of them take here.
      $0.thinkingStyle = .budget
    },
    modelQuirks: [
      ModelQuirks("anthropic/claude-*-5*", .thinkingStyle(.adaptive)),
      ModelQuirks("anthropic/claude-*-4.6*", .thinkingStyle(.adaptive)),
      ModelQuirks("anthropic/claude-*-4.7*", .thinkingStyle(.adaptive)),
      ModelQuirks("anthropic/claude-*-4.8*", .thinkingStyle(.adaptive)),
    ],
    models: [
      "openrouter/auto", "anthropic/claude-sonnet-5.5", "openai/gpt-6.1-sol", "google/gemini-3.8-flash",
      "deepseek/deepseek-flash", "z-ai/glm-5.3", "moonshotai/kimi-k3",
    ],
    website: "https://openrouter.ai/settings/keys", quotaPreset: "openrouter-key",
    source: Source("https://openrouter.ai/docs/quickstart", date: "2026-11-21"))
}
