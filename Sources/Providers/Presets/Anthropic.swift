import Conversation

extension ProviderPreset {
  static let anthropic = ProviderPreset(
    "anthropic", "Anthropic",
    endpoints: [Endpoint(.anthropic, "https://api.anthropic.com/v1")],
    modelQuirks: [
      // Models before 4.6 know a thinking budget only; those since 4.7 refuse it.
      ModelQuirks("claude-3*", .thinkingStyle(.budget), .defaultMaxTokens(8192)),
      ModelQuirks("claude-3-haiku*", .defaultMaxTokens(4096), .maxOutputTokens(4096)),
      ModelQuirks("claude-3-5-*", .maxOutputTokens(8192)),
      ModelQuirks("claude-3-7-*", .maxOutputTokens(64_000)),
      ModelQuirks("claude-*-4-0*", .thinkingStyle(.budget), .maxOutputTokens(64_000)),
      ModelQuirks("claude-*-4-1*", .thinkingStyle(.budget), .maxOutputTokens(64_000)),
      ModelQuirks("claude-*-4-5*", .thinkingStyle(.budget), .maxOutputTokens(64_000)),
      ModelQuirks("claude-*-4-2025*", .thinkingStyle(.budget), .maxOutputTokens(64_000)),
      ModelQuirks("claude-opus-4-0*", .maxOutputTokens(32_000)),
      ModelQuirks("claude-opus-4-1*", .maxOutputTokens(32_000)),
      ModelQuirks("claude-opus-4-2025*", .maxOutputTokens(32_000)),
      // https://platform.claude.com/docs/en/about-claude/models/overview
      ModelQuirks("claude-*-4-6*", .maxOutputTokens(128_000)),
      ModelQuirks("claude-*-4-7*", .maxOutputTokens(128_000)),
      ModelQuirks("claude-*-4-8*", .maxOutputTokens(128_000)),
      ModelQuirks("claude-fable-5*", .maxOutputTokens(128_000)),
      ModelQuirks("claude-opus-5*", .maxOutputTokens(128_000)),
      ModelQuirks("claude-sonnet-5*", .maxOutputTokens(128_000)),
      ModelQuirks("claude-haiku-5*", .maxOutputTokens(128_000)),
    ],
    models: [
      "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-fable-5-1", "claude-opus-5",
      "claude-sonnet-5", "claude-opus-4-8", "claude-sonnet-4-6", "claude-haiku-4-5",
    ],
    prices: [
      ModelPrice("claude-fable-5-1", 10, 50, cacheRead: 0.25, cacheWrite: 12.5),
      ModelPrice("claude-fable-5", 10, 50, cacheRead: 1, cacheWrite: 12.5),
      ModelPrice("claude-opus-5-5", 4, 20, cacheRead: 0.2, cacheWrite: 5),
      ModelPrice("claude-opus-5", 5, 25, cacheRead: 0.5, cacheWrite: 6.25),
      ModelPrice("claude-opus-4-8", 5, 25, cacheRead: 0.5, cacheWrite: 6.25),
      ModelPrice("claude-opus-4-7", 5, 25, cacheRead: 0.5, cacheWrite: 6.25),
      ModelPrice("claude-opus-4-6", 5, 25, cacheRead: 0.5, cacheWrite: 6.25),
      ModelPrice("claude-opus-4-5", 5, 25, cacheRead: 0.5, cacheWrite: 6.25),
      ModelPrice("claude-opus-4-1", 15, 75, cacheRead: 1.5, cacheWrite: 18.75),
      ModelPrice("claude-sonnet-5-5", 2, 10, cacheRead: 0.1, cacheWrite: 2.5),
      ModelPrice("claude-sonnet-5", 2, 10, cacheRead: 0.2, cacheWrite: 2.5),
      ModelPrice("claude-sonnet-4-6", 3, 15, cacheRead: 0.3, cacheWrite: 3.75),
      ModelPrice("claude-sonnet-4-5", 3, 15, cacheRead: 0.3, cacheWrite: 3.75),
      // Prompts up to 100,000 tokens.
      ModelPrice("claude-haiku-5-5", 0.1, 0.5, cacheRead: 0.01, cacheWrite: 0.125),
      ModelPrice("claude-haiku-4-5", 1, 5, cacheRead: 0.1, cacheWrite: 1.25),
    ],
    priceSource: Source("https://platform.claude.com/docs/en/about-claude/pricing", date: "2026-11-21"),
    website: "https://console.anthropic.com/settings/keys",
    source: Source(
      "https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking", date: "2026-11-21"))
}
