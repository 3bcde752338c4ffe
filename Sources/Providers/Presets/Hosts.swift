import Conversation

/// Hosts of other makers' open models.
extension ProviderPreset {
  static let together = ProviderPreset(
    "together", "Together AI",
    endpoints: [Endpoint(.openAIChat, "https://api.together.ai/v1")],
    quirks: .thirdParty { $0.maxTokensField = .maxTokens },
    models: ["deepseek-ai/DeepSeek-V4-Pro", "zai-org/GLM-5.2", "moonshotai/Kimi-K2.6", "openai/gpt-oss-120b"],
    website: "https://api.together.ai/settings/api-keys",
    source: Source("https://docs.together.ai/docs/inference/openai-compatibility", date: "2026-11-21"))

  static let fireworks = ProviderPreset(
    "fireworks", "Fireworks AI",
    endpoints: [
      Endpoint(.openAIChat, "https://api.fireworks.ai/inference/v1"),
      Endpoint(.anthropic, "https://api.fireworks.ai/inference/v1", authentication: .bearer),
      Endpoint(.openAIResponses, "https://api.fireworks.ai/inference/v1"),
    ],
    quirks: .thirdParty { $0.maxTokensField = .maxTokens },
    models: ["accounts/fireworks/models/kimi-k2p6", "accounts/fireworks/models/glm-5p2"],
    website: "https://app.fireworks.ai/settings/users/api-keys", quotaPreset: "fireworks",
    source: Source("https://docs.fireworks.ai/tools-sdks/anthropic-compatibility", date: "2026-11-21"))

  static let cerebras = ProviderPreset(
    "cerebras", "Cerebras",
    endpoints: [Endpoint(.openAIChat, "https://api.cerebras.ai/v1")],
    quirks: .thirdParty {
      $0.reasoningReplay = .never
      $0.imageInput = false
      // Refused with a 400 by what its clients report; its own pages read do not say. A refusal loses the request,
      // leaving them out a nuance.
      $0.stripFields = ["frequency_penalty", "logit_bias", "presence_penalty"]
    },
    models: ["gpt-oss-120b", "zai-glm-4.7"], website: "https://cloud.cerebras.ai",
    source: Source("https://inference-docs.cerebras.ai/api-reference/chat-completions", date: "2026-11-21"))

  static let nvidia = ProviderPreset(
    "nvidia", "NVIDIA NIM",
    endpoints: [Endpoint(.openAIChat, "https://integrate.api.nvidia.com/v1")],
    // It has no Responses. Reasoning is switched by `chat_template_kwargs`, differently per model.
    quirks: .thirdParty {
      $0.maxTokensField = .maxTokens
      $0.reasoningSwitch = .none
      $0.reasoningReplay = .never
    },
    models: ["nvidia/nemotron-3-super-120b-a12b", "nvidia/nemotron-3-ultra-550b-a55b"],
    website: "https://build.nvidia.com/settings/api-keys",
    source: Source(
      "https://github.com/NVIDIA/NemoClaw/blob/main/docs/inference/use-nvidia-endpoints.mdx", date: "2026-11-21"))

  static let perplexity = ProviderPreset(
    "perplexity", "Perplexity",
    // Chat Completions ended on 2026-09-27.
    endpoints: [Endpoint(.openAIResponses, "https://api.perplexity.ai/v1")],
    quirks: .thirdParty { _ in },
    models: ["perplexity/sonar", "openai/gpt-5.4"], website: "https://www.perplexity.ai/account/api/keys",
    source: Source("https://docs.perplexity.ai/docs/grounded-llm/openai-compatibility", date: "2026-11-21"))

  static let gitHubModels = ProviderPreset(
    "github-models", "GitHub Models",
    // A personal access token with the `models: read` permission.
    endpoints: [Endpoint(.openAIChat, "https://models.github.ai/inference")],
    quirks: .thirdParty { $0.reasoningReplay = .never },
    models: ["openai/gpt-4.1", "openai/gpt-5", "deepseek/DeepSeek-R1"],
    website: "https://github.com/settings/personal-access-tokens",
    source: Source("https://docs.github.com/rest/models/inference", date: "2026-11-21"))

  static let ollamaCloud = ProviderPreset(
    "ollama-cloud", "Ollama Cloud",
    endpoints: [
      Endpoint(.openAIChat, "https://ollama.com/v1"),
      Endpoint(.anthropic, "https://ollama.com/v1", authentication: .bearer),
      Endpoint(.openAIResponses, "https://ollama.com/v1"),
    ],
    quirks: .thirdParty { $0.maxTokensField = .maxTokens },
    models: ["gpt-oss:120b", "qwen3-coder:480b"], website: "https://ollama.com/settings/keys",
    source: Source("https://docs.ollama.com/api/introduction", date: "2026-11-21"))

  static let vercel = ProviderPreset(
    "vercel", "Vercel AI Gateway",
    endpoints: [
      Endpoint(.openAIChat, "https://ai-gateway.vercel.sh/v1"),
      Endpoint(.anthropic, "https://ai-gateway.vercel.sh/v1"),
    ],
    quirks: .thirdParty { $0.developerRole = true },
    models: ["anthropic/claude-opus-4.6", "openai/gpt-5.4", "zai/glm-5"],
    website: "https://vercel.com/ai-gateway", quotaPreset: "vercel-gateway",
    source: Source("https://vercel.com/docs/ai-gateway/sdks-and-apis/anthropic-messages-api", date: "2026-11-21"))
}
