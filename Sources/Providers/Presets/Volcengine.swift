import Conversation

extension ProviderPreset {
  static let volcengine = ProviderPreset(
    "volcengine", "Volcengine Ark",
    endpoints: [
      Endpoint(.openAIChat, "https://ark.cn-beijing.volces.com/api/v3"),
      Endpoint(.openAIResponses, "https://ark.cn-beijing.volces.com/api/v3"),
    ],
    quirks: .thirdParty {
      $0.reasoningSwitch = .thinkingType
      $0.storesResponses = true
      $0.hostedTools = true
    },
    models: ["doubao-seed-1-8-251228", "deepseek-v4-pro-ga-260813", "deepseek-v4-flash-ga-260731"],
    website: "https://console.volcengine.com/ark/region:ark+cn-beijing/apiKey",
    source: Source("https://www.volcengine.com/docs/82379/1298459", date: "2026-11-21"))
}
