import Conversation

extension ProviderPreset {
  /// GLM, from the international site.
  static let zai = glm(
    "zai", "Z.AI", chat: "https://api.z.ai/api/paas/v4", anthropic: "https://api.z.ai/api/anthropic/v1",
    website: "https://z.ai/manage-apikey/apikey-list", page: "https://docs.z.ai/api-reference/introduction",
    prices: [
      ModelPrice("glm-5.3", 1.4, 4.4, cacheRead: 0.26),
      ModelPrice("glm-5.2", 1.4, 4.4, cacheRead: 0.26),
      ModelPrice("glm-5.1", 1.4, 4.4, cacheRead: 0.26),
    ])

  /// The same with a coding plan's key.
  static let zaiCoding = glm(
    "zai-coding", "Z.AI coding plan", chat: "https://api.z.ai/api/coding/paas/v4",
    anthropic: "https://api.z.ai/api/anthropic/v1", website: "https://z.ai/subscribe",
    page: "https://docs.z.ai/devpack/tool/claude", quotaPreset: "glm-coding")

  /// GLM, from the Chinese site.
  static let zhipu = glm(
    "zhipu", "Zhipu (China)", chat: "https://open.bigmodel.cn/api/paas/v4",
    anthropic: "https://open.bigmodel.cn/api/anthropic/v1", website: "https://open.bigmodel.cn/usercenter/apikeys",
    page: "https://docs.bigmodel.cn/cn/api/introduction")

  /// The same with a coding plan's key.
  static let zhipuCoding = glm(
    "zhipu-coding", "Zhipu coding plan (China)", chat: "https://open.bigmodel.cn/api/coding/paas/v4",
    anthropic: "https://open.bigmodel.cn/api/anthropic/v1", website: "https://bigmodel.cn/glm-coding",
    page: "https://docs.bigmodel.cn/cn/coding-plan/tool/claude", quotaPreset: "glm-coding")

  private static func glm(
    _ name: String, _ displayName: String, chat: String, anthropic: String, website: String, page: String,
    quotaPreset: String? = nil, prices: [ModelPrice] = []
  ) -> ProviderPreset {
    ProviderPreset(
      name, displayName,
      endpoints: [
        Endpoint(.openAIChat, chat),
        Endpoint(.anthropic, anthropic, authentication: .bearer),
      ],
      quirks: .thirdParty {
        $0.maxTokensField = .maxTokens
        $0.reasoningSwitch = .thinkingType
      },
      modelQuirks: [
        // Text only, but for the `v` models.
        ModelQuirks("glm-*", .imageInput(false)),
        ModelQuirks("glm-*v", .imageInput(true)),
        ModelQuirks("glm-*v-*", .imageInput(true)),
      ],
      models: ["glm-5.3", "glm-5.2", "glm-5.1", "glm-5-turbo", "glm-4.7", "glm-4.6v"], prices: prices,
      priceSource: prices.isEmpty
        ? nil : Source("https://docs.z.ai/guides/overview/pricing", date: nil),
      website: website, quotaPreset: quotaPreset, source: Source(page, date: nil))
  }
}
