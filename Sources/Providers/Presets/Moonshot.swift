import Conversation

extension ProviderPreset {
  /// Kimi, from the international site.
  static let moonshot = kimi(
    "moonshot", "Moonshot (Kimi)", host: "api.moonshot.ai", website: "https://platform.kimi.ai/console/api-keys",
    page: "https://github.com/MoonshotAI/kimi-code/blob/main/docs/en/configuration/providers.md")

  /// Kimi, from the Chinese site; keys are not interchangeable.
  static let moonshotChina = kimi(
    "moonshot-cn", "Moonshot (Kimi, China)", host: "api.moonshot.cn",
    website: "https://platform.moonshot.cn/console/api-keys",
    page: "https://github.com/MoonshotAI/kimi-cli/blob/main/src/kimi_cli/auth/platforms.py")

  private static func kimi(
    _ name: String, _ displayName: String, host: String, website: String, page: String
  ) -> ProviderPreset {
    ProviderPreset(
      name, displayName,
      // The pages name the first; the other two are known from clients that call them.
      endpoints: [
        Endpoint(.openAIChat, "https://\(host)/v1"),
        Endpoint(.anthropic, "https://\(host)/anthropic/v1", authentication: .bearer),
        Endpoint(.openAIResponses, "https://\(host)/v1"),
      ],
      quirks: .thirdParty { _ in },
      // The K3 models take `reasoning_effort`, those before a `thinking` switch.
      modelQuirks: [ModelQuirks("kimi-k2*", .reasoningSwitch(.thinkingType))],
      models: ["kimi-k3.1-pro", "kimi-k3", "kimi-k2.7-code", "kimi-k2.6"], website: website, quotaPreset: "moonshot",
      source: Source(page, date: "2026-11-21"))
  }
}
