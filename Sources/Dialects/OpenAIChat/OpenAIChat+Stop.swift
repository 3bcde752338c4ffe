import Conversation
import Wire

// Why answers end, and what they cost.

extension OpenAIChat {
  /// A finish reason, OpenAI's and vendors'.
  ///
  /// Calls decide where the word contradicts them: agents go by it. An answer of nothing but a refusal says `stop`, too.
  static func stop(_ word: String?, hasCalls: Bool, isRefusal: Bool = false, sequence: String? = nil) -> Stop {
    let ended: Stop.Reason = hasCalls ? .toolUse : isRefusal ? .refusal : .endTurn
    let reason: Stop.Reason
    switch word {
    case nil, "", "stop", "eos", "end_turn", "complete", "STOP": reason = ended
    case "tool_calls", "function_call", "tool_use": reason = ended
    case "stop_sequence": reason = .stopSequence
    case "length", "max_tokens", "max_output_tokens": reason = .maxTokens
    case "model_length", "model_context_window_exceeded": reason = .contextWindow
    case "content_filter", "sensitive", "safety", "recitation", "refusal": reason = .refusal
    default: reason = .other
    }
    var stop = Stop(reason, original: word, dialect: .openAIChat)
    // vLLM names the stop sequence that was hit.
    if reason == .endTurn, word == "stop", let sequence, !sequence.isEmpty {
      stop.reason = .stopSequence
      stop.sequence = sequence
    }
    return stop
  }

  /// The failure that a finish reason tells of: OpenRouter's `error`, and DeepSeek's word for servers that are busy.
  ///
  /// https://api-docs.deepseek.com/api/create-chat-completion
  static func brokenOff(_ word: String?) -> UpstreamFailure? {
    switch word {
    case "error": UpstreamFailure(.server, message: "the upstream ended the answer with an error")
    case "insufficient_system_resource":
      UpstreamFailure(.overloaded, message: "the upstream broke the answer off: \(word ?? "")")
    default: nil
    }
  }

  static func finishReason(_ stop: Stop?, hasCalls: Bool, hasRefusal: Bool = false) -> String {
    guard let stop else { return hasCalls ? "tool_calls" : "stop" }
    if stop.dialect == .openAIChat, let word = stop.original, !hasCalls || word != "stop" {
      switch word {
      case "stop", "length", "tool_calls", "content_filter", "function_call": return word
      default: break
      }
    }
    switch stop.reason {
    case .maxTokens, .contextWindow: return "length"
    // OpenAI's SDKs raise an error on `content_filter`, so that the refusal's words would not be seen.
    case .refusal where hasRefusal: return "stop"
    case .refusal, .malformedToolCall: return "content_filter"
    case .endTurn, .stopSequence, .toolUse, .pauseTurn, .other: return hasCalls ? "tool_calls" : "stop"
    }
  }

  // MARK: - Usage

  static func readUsage(_ json: JSON) -> Usage {
    func count(_ object: JSON?, _ names: StaticString...) -> Int? {
      var found: Int?
      // Some servers send both names of a count and fill in one.
      for name in names {
        guard let value = object?[name]?.int else { continue }
        if value > 0 { return value }
        found = found ?? 0
      }
      return found
    }
    let prompt = json["prompt_tokens_details"] ?? json["input_tokens_details"]
    let completion = json["completion_tokens_details"] ?? json["output_tokens_details"]
    var usage = Usage(
      input: count(json, "prompt_tokens", "input_tokens"), output: count(json, "completion_tokens", "output_tokens"),
      cacheRead: count(prompt, "cached_tokens")
        ?? count(json, "prompt_cache_hit_tokens", "cache_read_input_tokens", "cached_tokens", "num_cached_tokens"),
      cacheWrite: count(prompt, "cache_write_tokens") ?? count(json, "cache_creation_input_tokens"),
      reasoning: count(completion, "reasoning_tokens") ?? count(json, "reasoning_tokens"),
      total: count(json, "total_tokens"))
    if let creation = json["cache_creation"] {
      usage.cacheWrite5m = count(creation, "ephemeral_5m_input_tokens")
      usage.cacheWrite1h = count(creation, "ephemeral_1h_input_tokens")
    }
    usage.webSearches = count(json["server_tool_use"], "web_search_requests")
    // xAI leaves reasoning out of `completion_tokens`; its total gives it away, unless it is a sum that did not fit.
    if let total = usage.total, total < .max, let input = usage.input, let output = usage.output,
      let reasoning = usage.reasoning, reasoning > 0, total == Usage.sum(Usage.sum(input, output), reasoning)
    {
      usage.output = Usage.sum(output, reasoning)
    }
    usage.original = Usage.Original(OpaquePart(.openAIChat, json))
    return usage
  }

  static func write(_ usage: Usage, into writer: inout JSONWriter) {
    if let original = usage.original?.part, original.dialect == .openAIChat { return writer.value(original.json) }
    writer.object { writer in
      writer.member("prompt_tokens", max(0, usage.input ?? 0))
      writer.member("completion_tokens", max(0, usage.output ?? 0))
      writer.member("total_tokens", max(0, Usage.sum(usage.input ?? 0, usage.output ?? 0)))
      writer.object("prompt_tokens_details") { writer in
        writer.member("cached_tokens", max(0, usage.cacheRead ?? 0))
        if let written = usage.cacheWrite, written > 0 { writer.member("cache_write_tokens", written) }
      }
      writer.object("completion_tokens_details") { writer in
        writer.member("reasoning_tokens", max(0, usage.reasoning ?? 0))
      }
    }
  }
}
