import Conversation

extension ProviderPreset {
  /// GLM, from the international site.
  static let zai = glm(
    "zai", "Z.AI", chat: "https://api.z.ai/api/paas/v4", anthropic: "https://api.z.ai/api/anthropic/v1",
    website: "https://z.ai/manage-apikey/apikey-list", page: "https://docs.z.ai/api-reference/introduction",
    prices: [
      ModelPrice("glm-5", 1, 3.2, cacheRead: 0.2),
      ModelPrice("glm-5-turbo", 1.2, 4, cacheRead: 0.24),
      ModelPrice("glm-4.7", 0.6, 2.2, cacheRead: 0.11),
      ModelPrice("glm-4.7-flashx", 0.07, 0.4, cacheRead: 0.01),
      ModelPrice("glm-4.6", 0.6, 2.2, cacheRead: 0.11),
      ModelPrice("glm-4.5", 0.6, 2.2, cacheRead: 0.11),
      ModelPrice("glm-4.5-air", 0.2, 1.1, cacheRead: 0.03),
    ])

  /// The same with a coding plan's key.
  ///
  /// Responses is described at https://docs.z.ai/devpack/tool/codex
  static let zaiCoding = glm(
    "zai-coding", "Z.AI coding plan", chat: "https://api.z.ai/api/coding/paas/v4",
    anthropic: "https://api.z.ai/api/anthropic/v1", responses: "https://api.z.ai/api/v1",
    website: "https://z.ai/subscribe", page: "https://docs.z.ai/devpack/quick-start", quotaPreset: "glm-coding")

  /// GLM, from the Chinese site.
  static let zhipu = glm(
    "zhipu", "Zhipu (China)", chat: "https://open.bigmodel.cn/api/paas/v4",
    anthropic: "https://open.bigmodel.cn/api/anthropic/v1", website: "https://open.bigmodel.cn/usercenter/apikeys",
    page: "https://docs.bigmodel.cn/cn/guide/develop/http/introduction")

  /// The same with a coding plan's key.
  ///
  /// Responses is described at https://docs.bigmodel.cn/cn/coding-plan/tool/codex
  static let zhipuCoding = glm(
    "zhipu-coding", "Zhipu coding plan (China)", chat: "https://open.bigmodel.cn/api/coding/paas/v4",
    anthropic: "https://open.bigmodel.cn/api/anthropic/v1", responses: "https://open.bigmodel.cn/api/v1",
    website: "https://bigmodel.cn/glm-coding", page: "https://docs.bigmodel.cn/cn/coding-plan/tool",
    quotaPreset: "glm-coding")

  private static func glm(
    _ name: String, _ displayName: String, chat: String, anthropic: String, responses: String? = nil,
    website: String, page: String, quotaPreset: String? = nil, prices: [ModelPrice] = []
  ) -> ProviderPreset {
    ProviderPreset(
      name, displayName,
      endpoints: [
        Endpoint(.openAIChat, chat),
        Endpoint(.anthropic, anthropic, authentication: .bearer),
      ] + (responses.map { [Endpoint(.openAIResponses, $0)] } ?? []),
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
        ? nil : Source("https://docs.z.ai/guides/overview/pricing", date: "2026-11-21"),
      website: website, quotaPreset: quotaPreset, source: Source(page, date: "2026-11-21"))
  }
}
