import Conversation

extension ProviderPreset {
  static let groq = ProviderPreset(
    "groq", "Groq",
    endpoints: [
      Endpoint(.openAIChat, "https://api.groq.com/openai/v1"),
      Endpoint(.openAIResponses, "https://api.groq.com/openai/v1"),
    ],
    quirks: .thirdParty {
      // An unknown member of a message is refused.
      $0.reasoningReplay = .never
      $0.stripFields = ["logprobs", "logit_bias", "top_logprobs"]
    },
    modelQuirks: [
      ModelQuirks("openai/gpt-oss*", .imageInput(false)),
      ModelQuirks("llama-3.3*", .imageInput(false), .reasoningSwitch(.none)),
      ModelQuirks("qwen/qwen3*", .imageInput(false)),
    ],
    models: ["openai/gpt-oss-120b", "openai/gpt-oss-20b", "qwen/qwen3-32b", "llama-3.3-70b-versatile"],
    website: "https://console.groq.com/keys",
    source: Source("https://console.groq.com/docs/openai", date: "2026-11-21"))
}
