/// The providers aor knows by name.
///
/// A new one is a constant in `Presets/` and a line here.
public enum ProviderCatalog {
  /// Every preset, in the order they are listed.
  public static let all: [ProviderPreset] = [
    .anthropic, .openAI, .gemini,
    .deepSeek, .zai, .zaiCoding, .zhipu, .zhipuCoding, .moonshot, .moonshotChina, .miniMax, .miniMaxChina,
    .qwen, .qwenChina, .siliconFlow, .siliconFlowChina, .volcengine,
    .openRouter, .vercel, .groq, .mistral, .xai, .together, .fireworks, .cerebras, .nvidia, .perplexity, .gitHubModels,
    .ollamaCloud,
    .ollama, .lmStudio, .llamaCpp, .vllm,
  ]

  private static let byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })

  /// The preset of that name, or nil.
  public static func preset(named name: String) -> ProviderPreset? { byName[name] }
}
