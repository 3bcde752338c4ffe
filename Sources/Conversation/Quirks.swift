/// How one provider departs from the protocol it speaks.
///
/// Flags only, set in the provider catalog or by `aor provider edit --set`: no code asks a host's name. The defaults are
/// the protocol as its vendor documents it.
public struct Quirks: Sendable, Hashable, Codable {
  /// Chat: the member that carries the output limit.
  ///
  public enum MaxTokensField: String, Sendable, Hashable, Codable, CaseIterable {
    /// The one a Chat client used; `max_completion_tokens` for other clients.
    case asSent = "as-sent"
    /// The one a Chat client used; `max_tokens` for other clients, which the plainest servers know.
    case asSentOrMaxTokens = "as-sent-or-max_tokens"
    case maxTokens = "max_tokens"
    case maxCompletionTokens = "max_completion_tokens"
  }

  /// Chat: when an assistant turn's reasoning text goes back upstream as `reasoning_content`.
  public enum ReasoningReplay: String, Sendable, Hashable, Codable, CaseIterable {
    case never
    /// Only on assistant turns that call tools (DeepSeek's thinking mode demands it).
    case toolTurns = "tool-turns"
    case always
  }

  /// Chat: how reasoning is asked for.
  public enum ReasoningSwitch: String, Sendable, Hashable, Codable, CaseIterable {
    /// `reasoning_effort`, OpenAI's own.
    case effort
    /// `thinking: {"type": "enabled"|"disabled"}` (Zhipu, DeepSeek, Ark).
    case thinkingType = "thinking-type"
    /// `enable_thinking: true|false` (Qwen, ModelScope).
    case enableThinking = "enable-thinking"
    /// `reasoning: {"effort": …}` (OpenRouter).
    case reasoningObject = "reasoning-object"
    /// `chat_template_kwargs: {"thinking": true|false, "enable_thinking": true|false}` (vLLM, SGLang, NVIDIA NIM): the
    /// model's own chat template reads one of the two and passes over the other.
    /// https://docs.vllm.ai/en/latest/features/reasoning_outputs/
    case templateArguments = "template-arguments"
    /// The provider has no switch: the wish is a declared loss.
    case none
  }

  /// Anthropic: how thinking is asked for.
  public enum ThinkingStyle: String, Sendable, Hashable, Codable, CaseIterable {
    /// `thinking: {"type": "adaptive"}` and `output_config.effort`.
    case adaptive
    /// `thinking: {"type": "enabled", "budget_tokens": N}`.
    case budget
  }

  /// Anthropic: the life of the cache marks (`cache_control`) that aor sets for clients of other protocols, which cannot.
  public enum CacheMarks: String, Sendable, Hashable, Codable, CaseIterable {
    case off
    case fiveMinutes = "5m"
    case oneHour = "1h"
  }

  /// Chat: the output limit's member.
  public var maxTokensField: MaxTokensField = .asSent
  /// Chat: whether the `developer` role is known; otherwise it is sent as `system`.
  public var developerRole = true
  /// Chat: whether streams are asked for `stream_options.include_usage`.
  public var streamUsage = true
  /// Chat: whether `reasoning_content` is sent back.
  public var reasoningReplay: ReasoningReplay = .toolTurns
  /// Chat: how reasoning is asked for.
  public var reasoningSwitch: ReasoningSwitch = .effort
  /// The words of effort the models take, `minimal` to `max`; empty for all that the protocol has.
  ///
  /// Others are brought to the next one below.
  public var efforts: [String] = []
  /// Chat and Responses: whether freeform `custom` tools are known; otherwise they are lowered to functions.
  public var customTools = true
  /// Whether the provider itself runs tools like web search; otherwise they are a declared loss, but for Anthropic's own
  /// among Anthropic providers.
  public var hostedTools = true
  /// Chat: whether `web_search_options` is known.
  public var webSearchOptions = false
  /// Responses: whether `namespace` and `tool_search` tools are known; otherwise they are flattened.
  public var namespaceTools = true
  /// Responses: whether the provider keeps responses (`previous_response_id`).
  public var storesResponses = true
  /// Responses: whether items of the input keep their ids; otherwise they are taken out, for servers that look up what
  /// nobody stored (some deployments on Azure, with `store: false`).
  ///
  /// OpenAI itself takes them, and others demand them.
  public var itemIDs = true
  /// Responses: whether the provider compacts conversations (`/responses/compact`, `compaction_trigger`); otherwise its
  /// model is asked for a summary.
  public var compaction = true
  /// Anthropic: how thinking is asked for.
  public var thinkingStyle: ThinkingStyle = .adaptive
  /// Anthropic: whether `anthropic-beta`, what Anthropic takes behind a beta only, and Claude Code's billing mark are
  /// taken out of requests.
  public var stripBetas = false
  /// Anthropic: `max_tokens` when the client gave none (the protocol requires it).
  public var defaultMaxTokens = 32_000
  /// The most tokens the model answers with, 0 where it is not known.
  ///
  /// A greater limit in a request of another protocol is brought down to it.
  public var maxOutputTokens = 0
  /// Anthropic: whether requests of clients that speak another protocol get cache marks.
  ///
  /// A cache write costs more than plain input, and a read a tenth of it: right for agents, wrong for single questions.
  public var cacheMarks: CacheMarks = .off
  /// Chat and Responses: whether `prompt_cache_key` is made of the agent's session where the client gave none.
  public var sessionCacheKey = false
  /// The header that keeps a session on one server of the provider, and with it its prompt cache; empty for none.
  public var sessionHeader = ""
  /// Gemini: whether tools may use `parametersJsonSchema`; otherwise schemas are cut to the OpenAPI subset.
  public var jsonSchemaTools = true
  /// Gemini: whether `functionCall` and `functionResponse` take an `id` (Vertex AI refuses it).
  public var functionCallIDs = true
  /// Gemini: whether functions may stand beside search tools and JSON output (from Gemini 3 on); otherwise the functions
  /// win and the rest is a declared loss.
  public var mixedTools = false
  /// Gemini: whether media of a tool's result go into `functionResponse.parts` (from Gemini 3 on); otherwise they follow
  /// the responses in the same turn.
  public var functionResponseParts = false
  /// Gemini: whether effort is sent as `thinkingLevel`; otherwise as `thinkingBudget`, which all models take.
  public var thinkingLevels = false
  /// Gemini: whether the first call of a step that has no signature of this upstream gets Google's documented stand-in,
  /// without which Gemini 3 refuses the history.
  public var signatureStandIn = true
  /// Whether the models take images; otherwise they become a marker and a declared loss.
  public var imageInput = true
  /// Top-level request members this provider refuses, taken out of every request.
  public var stripFields: [String] = []

  /// The protocol as documented.
  public init() {}
}
