import Conversation
import Dialects
import Testing
import Wire

/// Losses of settings are told in the client's own words, whatever the target: the table of settings, whole requests.
@Suite struct LossNamesTests {
  /// A client's request that says all it can, to one target.
  struct Case: Sendable, CustomStringConvertible {
    var client: DialectID
    var target: DialectID
    var body: String
    var quirks = Quirks()
    /// Every place that is lost.
    var lost: Set<String>
    var description: String { "\(client.rawValue) → \(target.rawValue)" }
  }

  private static let schema = """
    {"type":"object","properties":{"tags":{"type":"array","maxItems":3,"items":{"type":"string","pattern":"x"}}}}
    """
  private static let chat = """
    {"model":"m","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":8,"temperature":2.5,"top_p":0.5,
    "stop":[" ","a","b","c","d","e"],"seed":99999999999,"presence_penalty":1,"frequency_penalty":1,"logprobs":true,
    "top_logprobs":30,"logit_bias":{"1":2},"verbosity":"low","service_tier":"odd","prompt_cache_key":"k",
    "safety_identifier":"u","metadata":{"a":"b"},"store":true,"parallel_tool_calls":false,"n":1,
    "tools":[{"type":"function","function":{"name":"a"}},
    {"type":"function","function":{"name":"f","strict":true,"parameters":\(schema)}}],
    "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":\(schema)}}}
    """
  private static let responses = """
    {"model":"m","input":"hi","max_output_tokens":99999999999,"temperature":2.5,"top_p":0.5,"top_logprobs":30,
    "include":["message.output_text.logprobs"],"service_tier":"odd","prompt_cache_key":"k","user":"u",
    "metadata":{"a":"b"},"store":true,"parallel_tool_calls":false,"reasoning":{"effort":"none"},
    "text":{"verbosity":"low","format":{"type":"json_schema","name":"n","schema":\(schema)}},
    "tools":[{"type":"function","name":"f","strict":true,"parameters":\(schema)},
    {"type":"web_search","filters":{"allowed_domains":["a.b"]}},{"type":"file_search"}]}
    """
  private static let anthropic = """
    {"model":"m","max_tokens":8,"messages":[{"role":"user","content":"hi"}],"top_k":3,"stop_sequences":["a"],
    "service_tier":"odd","metadata":{"user_id":"\(String(repeating: "u", count: 80))"},"thinking":{"type":"disabled"},
    "output_config":{"effort":"low","format":{"type":"json_schema","schema":\(schema)}},
    "tool_choice":{"type":"auto","disable_parallel_tool_use":true},
    "tools":[{"name":"f","strict":true,"input_schema":{"type":"object","anyOf":[]}},
    {"type":"web_fetch_20250910","name":"web_fetch"}]}
    """
  private static let gemini = """
    {"contents":[{"role":"user","parts":[{"text":"hi"}]}],"generation_config":{"max_output_tokens":8,"temperature":2,
    "topP":0.5,"topK":3,"stopSequences":["a","b","c","d","e"],"seed":7,"presencePenalty":1,"frequency_penalty":1,
    "responseLogprobs":true,"logprobs":3,"response_mime_type":"application/json","response_schema":\(schema)},
    "tools":[{"function_declarations":[{"name":"f","parameters":{"type":"OBJECT","anyOf":[{"type":"STRING"}]}}]},
    {"google_search":{}}]}
    """

  static let cases = [
    Case(
      client: .openAIChat, target: .anthropic, body: chat,
      lost: [
        "frequency_penalty", "logit_bias", "logprobs", "metadata", "presence_penalty", "prompt_cache_key",
        "response_format.json_schema.schema.properties.tags.items.pattern",
        "response_format.json_schema.schema.properties.tags.maxItems", "seed", "service_tier", "stop", "store",
        "temperature", "tools[1].function.strict", "top_logprobs", "top_p", "verbosity",
      ]),
    Case(
      client: .openAIChat, target: .gemini, body: chat,
      lost: [
        "logit_bias", "metadata", "parallel_tool_calls", "prompt_cache_key", "response_format", "safety_identifier",
        "seed", "service_tier", "stop", "store", "temperature", "tools[1].function.strict", "top_logprobs",
        "verbosity",
      ]),
    Case(
      client: .openAIChat, target: .openAIResponses, body: chat,
      lost: [
        "frequency_penalty", "logit_bias", "max_completion_tokens", "presence_penalty", "seed", "service_tier",
        "stop", "store",
      ]),
    Case(
      client: .openAIResponses, target: .openAIChat, body: responses,
      lost: [
        "service_tier", "tools[1]", "tools[2]",
      ]),
    Case(
      client: .openAIResponses, target: .anthropic, body: responses,
      lost: [
        "include", "metadata", "prompt_cache_key", "service_tier", "store", "temperature",
        "text.format.schema.properties.tags.items.pattern", "text.format.schema.properties.tags.maxItems",
        "text.verbosity", "tools[0].strict", "tools[2]", "top_logprobs", "top_p",
      ]),
    Case(
      client: .openAIResponses, target: .gemini, body: responses,
      lost: [
        "max_output_tokens", "metadata", "parallel_tool_calls", "prompt_cache_key", "service_tier", "store",
        "temperature", "text.format", "text.verbosity", "tools[0].strict", "tools[1].filters", "tools[2]",
        "top_logprobs", "user",
      ]),
    Case(
      client: .anthropic, target: .openAIChat, body: anthropic,
      lost: [
        "metadata.user_id", "output_config.effort", "output_config.format.schema", "service_tier",
        "tools[0].input_schema.anyOf", "tools[0].strict", "tools[1]", "top_k",
      ]),
    Case(
      client: .anthropic, target: .openAIResponses, body: anthropic,
      lost: [
        "max_tokens", "metadata.user_id", "output_config.effort", "output_config.format.schema", "service_tier",
        "stop_sequences", "tools[0].input_schema.anyOf", "tools[0].strict", "tools[1]", "top_k",
      ]),
    Case(
      client: .anthropic, target: .gemini, body: anthropic,
      lost: [
        "metadata.user_id", "output_config.effort", "output_config.format", "service_tier",
        "tool_choice.disable_parallel_tool_use", "tools[0].strict", "tools[1]",
      ]),
    Case(
      client: .gemini, target: .openAIChat, body: gemini,
      lost: [
        "generation_config.response_schema", "generation_config.stopSequences", "generation_config.topK",
        "tools[0].function_declarations[0].parameters.anyOf", "tools[1].google_search",
      ]),
    Case(
      client: .gemini, target: .openAIResponses, body: gemini,
      lost: [
        "generation_config.frequency_penalty", "generation_config.max_output_tokens",
        "generation_config.presencePenalty", "generation_config.response_schema", "generation_config.seed",
        "generation_config.stopSequences", "generation_config.topK",
        "tools[0].function_declarations[0].parameters.anyOf",
      ]),
    Case(
      client: .gemini, target: .anthropic, body: gemini,
      lost: [
        "generation_config.frequency_penalty", "generation_config.logprobs", "generation_config.presencePenalty",
        "generation_config.responseLogprobs", "generation_config.response_schema.properties.tags.items.pattern",
        "generation_config.response_schema.properties.tags.maxItems", "generation_config.seed",
        "generation_config.temperature", "generation_config.topP",
        "tools[0].function_declarations[0].parameters.anyOf",
      ]),
  ]

  @Test(arguments: cases) func settingsKeepTheirNames(item: Case) throws {
    let line = RequestLine(model: item.client == .gemini ? "m" : nil)
    let request = try DialectCatalog.dialect(item.client).readRequest(try JSON(parsing: item.body), line: line)
    let crossing = try Crossing.translated(
      request, from: item.client, to: DialectCatalog.dialect(item.target),
      for: RequestTarget(model: "up", quirks: item.quirks))
    let lost = crossing.losses.list
    #expect(Set(lost.map(\.path)) == item.lost, "\(lost.map { "\($0.path): \($0.reason)" }.joined(separator: "\n"))")
  }
}
