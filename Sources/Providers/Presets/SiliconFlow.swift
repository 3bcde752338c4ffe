import Conversation

extension ProviderPreset {
  static let siliconFlow = siliconFlow(
    "siliconflow", "SiliconFlow", host: "api.siliconflow.com", website: "https://cloud.siliconflow.com/account/ak",
    page: "https://docs.siliconflow.com/en/api-reference/chat-completions/chat-completions")

  static let siliconFlowChina = siliconFlow(
    "siliconflow-cn", "SiliconFlow (China)", host: "api.siliconflow.cn",
    website: "https://cloud.siliconflow.cn/account/ak",
    page: "https://docs.siliconflow.cn/cn/docs/api/messages-post")

  private static func siliconFlow(
    _ name: String, _ displayName: String, host: String, website: String, page: String
  ) -> ProviderPreset {
    ProviderPreset(
      name, displayName,
      endpoints: [
        Endpoint(.openAIChat, "https://\(host)/v1"),
        Endpoint(.anthropic, "https://\(host)/v1", authentication: .bearer),
      ],
      quirks: .thirdParty {
        $0.maxTokensField = .maxTokens
        $0.reasoningSwitch = .enableThinking
      },
      models: ["deepseek-ai/DeepSeek-V4-Flash", "zai-org/GLM-5.2"], website: website, quotaPreset: "siliconflow",
      source: Source(page, date: nil))
  }
}
