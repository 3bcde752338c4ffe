import Conversation

/// Servers on the user's own machine. The address is written with numbers, so that no resolver can point it elsewhere.
extension ProviderPreset {
  static let ollama = local(
    "ollama", "Ollama", port: 11434, website: "https://ollama.com/download",
    page: "https://docs.ollama.com/api/anthropic-compatibility")

  static let lmStudio = local(
    "lmstudio", "LM Studio", port: 1234, website: "https://lmstudio.ai/download",
    page: "https://lmstudio.ai/docs/developer/openai-compat")

  static let llamaCpp = local(
    "llamacpp", "llama.cpp", port: 8080, website: "https://github.com/ggml-org/llama.cpp/releases",
    page: "https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md")

  static let vllm = local(
    "vllm", "vLLM", port: 8000, website: "https://docs.vllm.ai/en/latest/getting_started/installation",
    page: "https://docs.vllm.ai/en/stable/serving/online_serving.html")

  private static func local(
    _ name: String, _ displayName: String, port: Int, website: String, page: String
  ) -> ProviderPreset {
    let base = "http://127.0.0.1:\(port)/v1"
    return ProviderPreset(
      name, displayName,
      endpoints: [
        Endpoint(.openAIChat, base, authentication: .none),
        Endpoint(.anthropic, base, authentication: .none),
        Endpoint(.openAIResponses, base, authentication: .none),
      ],
      quirks: .thirdParty { $0.maxTokensField = .maxTokens }, models: [], website: website, isLocal: true,
      source: Source(page, date: "2026-11-21"))
  }
}
