import Conversation

extension ProviderPreset {
  /// MiniMax, from the international site.
  static let miniMax = miniMax(
    "minimax", "MiniMax", host: "api.minimax.io",
    website: "https://platform.minimax.io/user-center/basic-information/interface-key",
    page: "https://platform.minimax.io/docs/api-reference/text-anthropic-api")

  /// MiniMax, from the Chinese site.
  static let miniMaxChina = miniMax(
    "minimax-cn", "MiniMax (China)", host: "api.minimaxi.com",
    website: "https://platform.minimaxi.com/user-center/basic-information/interface-key",
    page: "https://platform.minimaxi.com/docs/api-reference/text-anthropic-api")

  private static func miniMax(
    _ name: String, _ displayName: String, host: String, website: String, page: String
  ) -> ProviderPreset {
    ProviderPreset(
      name, displayName,
      // Anthropic Messages first: over Chat most models put their reasoning into the text. The page below tells of this
      // one only; the other two addresses rest on pages that are not MiniMax's.
      endpoints: [
        Endpoint(.anthropic, "https://\(host)/anthropic/v1", authentication: .bearer),
        Endpoint(.openAIChat, "https://\(host)/v1"),
        Endpoint(.openAIResponses, "https://\(host)/v1"),
      ],
      quirks: .thirdParty {
        $0.reasoningSwitch = .none
        $0.reasoningReplay = .never
      },
      modelQuirks: [ModelQuirks("MiniMax-M2*", .imageInput(false))],
      models: ["MiniMax-M3", "MiniMax-M2.7", "MiniMax-M2.7-highspeed", "MiniMax-M2.5"], website: website,
      quotaPreset: "minimax-coding", source: Source(page, date: "2026-11-21"))
  }
}
