import Conversation

extension ProviderPreset {
  static let siliconFlow = siliconFlow(
    "siliconflow", "SiliconFlow", host: "api.siliconflow.com", website: "https://cloud.siliconflow.com/account/ak",
    page: "https://docs.siliconflow.com/cn/api-reference/chat-completions/chat-completions_copy",
    models: ["deepseek-ai/DeepSeek-V4-Flash", "deepseek-ai/DeepSeek-V4-Pro", "zai-org/GLM-5.1"])

  static let siliconFlowChina = siliconFlow(
    "siliconflow-cn", "SiliconFlow (China)", host: "api.siliconflow.cn",
    website: "https://cloud.siliconflow.cn/account/ak",
    page: "https://docs.siliconflow.cn/cn/api-reference/chat-completions/messages.md",
    models: ["deepseek-ai/DeepSeek-V4-Flash", "Pro/zai-org/GLM-5"])

  private static func siliconFlow(
    _ name: String, _ displayName: String, host: String, website: String, page: String, models: [String]
  ) -> ProviderPreset {
    ProviderPreset(
      name, displayName,
      // Messages is documented for the Chinese site.
      endpoints: [
        Endpoint(.openAIChat, "https://\(host)/v1"),
        Endpoint(.anthropic, "https://\(host)/v1", authentication: .bearer),
      ],
      quirks: .thirdParty {
        $0.maxTokensField = .maxTokens
        $0.reasoningSwitch = .enableThinking
      },
      models: models, website: website, quotaPreset: "siliconflow", source: Source(page, date: "2026-11-21"))
  }
}
