import Wire

/// A request in no protocol's words: the union of what the four can say.
///
/// Readers fill in what the client said and never narrow; writers say what their protocol can and declare the rest as
/// `Losses`. What a reader did not understand stays in `extensions` at the level where it stood.
public struct ConversationRequest: Sendable {
  /// The model as asked for.
  public var model: String
  /// Whether the answer is to be streamed.
  public var isStream: Bool
  /// System text, turns and tool results in their order.
  public var messages: [Message]
  /// What the model may call, in the client's order.
  public var tools: [Tool]
  /// Which of the tools must be called; nil leaves it to the protocol's default.
  public var toolChoice: ToolChoice?
  /// Whether one turn may call several tools; nil where not said.
  public var parallelToolCalls: Bool?
  /// How tokens are drawn and how many.
  public var sampling = Sampling()
  /// What is wanted of the model's thinking; nil where the client did not say.
  public var reasoning: ReasoningRequest?
  /// The shape asked for; nil where the client did not say.
  public var outputFormat: OutputFormat?
  /// `low`, `medium` or `high`.
  public var verbosity: String?
  /// The tier asked for, in the client's word; vendors do not share names.
  public var serviceTier: String?
  /// `prompt_cache_key`: requests that share it share a prefix cache.
  public var cacheKey: String?
  /// A stable id of the end user.
  public var userID: String?
  /// Free-form labels.
  public var metadata: JSON?
  /// Responses: go on from a stored response.
  public var previousResponseID: String?
  /// Responses and Chat: keep the response at the vendor.
  public var store: Bool?
  /// Chat: whether a stream ends with a usage chunk.
  ///
  /// Other protocols always tell.
  public var includesStreamUsage: Bool?
  /// Responses: whether `include` names `reasoning.encrypted_content`.
  public var includesEncryptedReasoning: Bool
  /// What the reader did not understand at the request's top level.
  public var extensions: Extensions?

  /// Makes a request that leaves all else unsaid.
  public init(model: String, isStream: Bool = false, messages: [Message] = [], tools: [Tool] = []) {
    self.model = model
    self.isStream = isStream
    self.messages = messages
    self.tools = tools
    includesEncryptedReasoning = false
  }

  /// About how many bytes the request takes in any protocol, as far as its own body tells.
  public var roughSize: Int { 1024 + (extensions?.source.byteCount ?? 0) }

  /// What a reply needs to know of its request, cut loose from the request's bytes: no messages, no tool schemas.
  public func summary() -> ConversationRequest {
    var copy = ConversationRequest(model: model, isStream: isStream)
    copy.toolChoice = toolChoice
    copy.parallelToolCalls = parallelToolCalls
    copy.sampling = sampling
    copy.sampling.logitBias = nil
    copy.reasoning = reasoning
    copy.outputFormat = outputFormat?.detached()
    copy.verbosity = verbosity
    copy.serviceTier = serviceTier
    copy.cacheKey = cacheKey
    copy.userID = userID
    copy.metadata = metadata?.detached()
    copy.previousResponseID = previousResponseID
    copy.store = store
    copy.includesStreamUsage = includesStreamUsage
    copy.includesEncryptedReasoning = includesEncryptedReasoning
    return copy
  }
}

/// How tokens are drawn and how many.
///
/// Numbers keep the client's spelling; nil members were not said.
public struct Sampling: Sendable, Hashable {
  /// The most tokens to generate, reasoning included where the vendor counts it.
  public var maxOutputTokens: JSONNumber?
  /// How far sampling strays from the likeliest token.
  public var temperature: JSONNumber?
  /// Nucleus sampling: the probability mass to draw from.
  public var topP: JSONNumber?
  /// The number of likeliest tokens to draw from.
  public var topK: JSONNumber?
  /// The texts that end the answer, in the client's order; empty when none were given.
  public var stop: [String] = []
  /// Asks for repeatable sampling, as far as the vendor can.
  public var seed: JSONNumber?
  /// Bias against tokens that have occurred at all.
  public var presencePenalty: JSONNumber?
  /// Bias against tokens by how often they have occurred.
  public var frequencyPenalty: JSONNumber?
  /// How many answers (`n`, `candidateCount`).
  public var candidateCount: Int?
  /// Whether the log probabilities of the tokens are wanted.
  public var logprobs: Bool?
  /// How many alternatives per token to report.
  public var topLogprobs: Int?
  /// Chat: token id to bias.
  public var logitBias: [String: JSONNumber]?

  /// Makes sampling with nothing said.
  public init() {}
}

/// What the client wants of the model's thinking.
///
/// Nil members were not said.
public struct ReasoningRequest: Sendable, Hashable {
  /// Explicitly on or off; nil leaves it to `effort` or the model.
  public var isEnabled: Bool?
  /// `none`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`, or a vendor's own word.
  public var effort: String?
  /// Anthropic `budget_tokens`, Gemini `thinkingBudget`; -1 is Gemini's "as you like".
  public var budgetTokens: Int?
  /// Whether the model is to decide for itself (Anthropic `adaptive`).
  public var isAdaptive: Bool
  /// Responses `summary`: `auto`, `concise`, `detailed`.
  public var summary: String?
  /// Whether the answer should show its thinking; nil where the protocol has no such switch.
  public var showsThoughts: Bool?
  /// Anthropic `display`: `omitted`, `summarized`, `updates`.
  public var display: String?

  /// Makes a wish; what is not given stays unsaid.
  public init(
    isEnabled: Bool? = nil, effort: String? = nil, budgetTokens: Int? = nil, isAdaptive: Bool = false,
    summary: String? = nil, showsThoughts: Bool? = nil, display: String? = nil
  ) {
    self.isEnabled = isEnabled
    self.effort = effort
    self.budgetTokens = budgetTokens
    self.isAdaptive = isAdaptive
    self.summary = summary
    self.showsThoughts = showsThoughts
    self.display = display
  }
}

/// The shape the answer's text must have.
public enum OutputFormat: Sendable {
  case text
  case jsonObject
  case jsonSchema(JSONSchemaFormat)

  func detached() -> OutputFormat {
    guard case .jsonSchema(var format) = self else { return self }
    format.schema = format.schema?.detached()
    format.extensions = nil
    return .jsonSchema(format)
  }
}

/// A schema for the answer's text.
public struct JSONSchemaFormat: Sendable {
  /// Required by the OpenAI protocols, absent in the others.
  public var name: String?
  /// What the schema is for, in words for the model.
  public var description: String?
  /// The JSON Schema, as the client wrote it.
  public var schema: JSON?
  /// Whether the answer must follow the schema exactly; nil where not said.
  public var strict: Bool?
  /// What the reader did not understand of the format object.
  public var extensions: Extensions?

  /// Makes a format for answers that follow `schema`.
  public init(name: String? = nil, description: String? = nil, schema: JSON?, strict: Bool? = nil) {
    self.name = name
    self.description = description
    self.schema = schema
    self.strict = strict
  }
}
