import Conversation

extension ProviderPreset {
  /// Kimi, from the international site.
  static let moonshot = kimi(
    "moonshot", "Moonshot (Kimi)", host: "api.moonshot.ai", website: "https://platform.kimi.ai/console/api-keys",
    page: "https://platform.kimi.ai/docs/api/overview",
    prices: [ModelPrice("kimi-k3", 3, 15, cacheRead: 0.3), ModelPrice("kimi-k2.6", 0.95, 4, cacheRead: 0.16)])

  /// Kimi, from the Chinese site; keys are not interchangeable.
  static let moonshotChina = kimi(
    "moonshot-cn", "Moonshot (Kimi, China)", host: "api.moonshot.cn",
    website: "https://platform.moonshot.cn/console/api-keys", page: "https://platform.moonshot.cn/docs/overview")

  private static func kimi(
    _ name: String, _ displayName: String, host: String, website: String, page: String, prices: [ModelPrice] = []
  ) -> ProviderPreset {
    ProviderPreset(
      name, displayName,
      endpoints: [
        Endpoint(.openAIChat, "https://\(host)/v1"),
        Endpoint(.anthropic, "https://\(host)/anthropic/v1", authentication: .bearer),
        Endpoint(.openAIResponses, "https://\(host)/v1"),
      ],
      quirks: .thirdParty { _ in },
      // The K3 models take `reasoning_effort`, those before a `thinking` switch.
      modelQuirks: [ModelQuirks("kimi-k2*", .reasoningSwitch(.thinkingType))],
      models: ["kimi-k3.1-pro", "kimi-k3", "kimi-k2.7-code", "kimi-k2.6"], prices: prices,
      priceSource: prices.isEmpty ? nil : Source("https://platform.kimi.ai/docs/pricing/chat", date: nil),
      website: website, quotaPreset: "moonshot", source: Source(page, date: nil))
  }
}
