import Conversation

extension ProviderPreset {
  /// Qwen on Alibaba Cloud Model Studio, Singapore.
  static let qwen = dashScope(
    "qwen", "Qwen (Alibaba Model Studio)", host: "dashscope-intl.aliyuncs.com",
    website: "https://modelstudio.console.alibabacloud.com/?tab=dashboard#/api-key",
    page: "https://www.alibabacloud.com/help/en/model-studio/anthropic-api-messages")

  /// Qwen on Alibaba Cloud Model Studio, Beijing.
  static let qwenChina = dashScope(
    "qwen-cn", "Qwen (Alibaba Bailian, China)", host: "dashscope.aliyuncs.com",
    website: "https://bailian.console.aliyun.com/?tab=model#/api-key",
    page: "https://help.aliyun.com/zh/model-studio/anthropic-api-messages")

  private static func dashScope(
    _ name: String, _ displayName: String, host: String, website: String, page: String
  ) -> ProviderPreset {
    ProviderPreset(
      name, displayName,
      endpoints: [
        Endpoint(.openAIChat, "https://\(host)/compatible-mode/v1"),
        Endpoint(.anthropic, "https://\(host)/apps/anthropic/v1"),
        // Its older address, under `/api/v2/apps/protocols`, is to end; see
        // https://help.aliyun.com/en/model-studio/compatibility-with-openai-responses-api
        Endpoint(.openAIResponses, "https://\(host)/compatible-mode/v1"),
      ],
      quirks: .thirdParty {
        $0.maxTokensField = .maxTokens
        $0.reasoningSwitch = .enableThinking
        $0.storesResponses = true
        $0.hostedTools = true
      },
      modelQuirks: [ModelQuirks("qwen3-coder*", .imageInput(false), .reasoningSwitch(.none))],
      models: ["qwen3.7-max", "qwen3.7-plus", "qwen3.5-plus", "qwen-plus", "qwen3-coder-plus"], website: website,
      source: Source(page, date: "2026-11-21"))
  }
}
