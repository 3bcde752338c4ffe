import Conversation
import Wire

/// The counts of a `usage` object as the protocol means them: input without caches, merged over a stream's events.
struct AnthropicUsage {
  private var input: Int?
  private var cacheRead: Int?
  private var cacheWrite: Int?
  private var cacheWrite5m: Int?
  private var cacheWrite1h: Int?
  private var output: Int?
  private var thinking: Int?
  private var webSearches: Int?

  init() {}

  /// Takes over every count the object tells; counts are cumulative.
  mutating func read(_ usage: JSON) {
    for member in usage.members {
      let value = member.value
      if member.isNamed("input_tokens") {
        Self.take(value, into: &input)
      } else if member.isNamed("output_tokens") {
        Self.take(value, into: &output)
      } else if member.isNamed("cache_read_input_tokens") {
        Self.take(value, into: &cacheRead)
      } else if member.isNamed("cache_creation_input_tokens") {
        Self.take(value, into: &cacheWrite)
      } else if member.isNamed("cache_creation") {
        Self.take(value["ephemeral_5m_input_tokens"], into: &cacheWrite5m)
        Self.take(value["ephemeral_1h_input_tokens"], into: &cacheWrite1h)
      } else if member.isNamed("output_tokens_details") {
        Self.take(value["thinking_tokens"], into: &thinking)
      } else if member.isNamed("server_tool_use") {
        Self.take(value["web_search_requests"], into: &webSearches)
      } else if member.isNamed("prompt_tokens"), (input ?? 0) == 0 {
        // Some vendors fill OpenAI's names and leave Anthropic's at 0.
        Self.take(value, into: &input)
      } else if member.isNamed("completion_tokens"), (output ?? 0) == 0 {
        Self.take(value, into: &output)
      }
    }
  }

  private static func take(_ value: JSON?, into count: inout Int?) {
    guard let value = value?.int else { return }
    count = max(0, value)
  }

  /// The same in our meaning: input includes what the caches read and wrote.
  func usage(original: JSON) -> Usage {
    var usage = Usage(
      input: input.map { Usage.sum(Usage.sum($0, cacheRead ?? 0), cacheWrite ?? 0) }, output: output,
      cacheRead: cacheRead, cacheWrite: cacheWrite, reasoning: thinking)
    usage.cacheWrite5m = cacheWrite5m
    usage.cacheWrite1h = cacheWrite1h
    usage.webSearches = webSearches
    usage.original = Usage.Original(OpaquePart(AnthropicMessages.dialect, original))
    return usage
  }
}

extension AnthropicMessages {
  /// Writes a `usage` object of counts; unknown ones are 0.
  static func write(_ usage: Usage?, tier: String?, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("input_tokens", usage?.uncachedInput ?? 0)
      writer.member("cache_creation_input_tokens", max(0, usage?.cacheWrite ?? 0))
      writer.member("cache_read_input_tokens", max(0, usage?.cacheRead ?? 0))
      if usage?.cacheWrite5m != nil || usage?.cacheWrite1h != nil {
        writer.object("cache_creation") { writer in
          writer.member("ephemeral_5m_input_tokens", max(0, usage?.cacheWrite5m ?? 0))
          writer.member("ephemeral_1h_input_tokens", max(0, usage?.cacheWrite1h ?? 0))
        }
      }
      writer.member("output_tokens", max(0, usage?.output ?? 0))
      if let thinking = usage?.reasoning {
        writer.object("output_tokens_details") { $0.member("thinking_tokens", max(0, thinking)) }
      }
      if let searches = usage?.webSearches {
        writer.object("server_tool_use") { writer in
          writer.member("web_search_requests", max(0, searches))
          writer.member("web_fetch_requests", 0)
        }
      }
      if let tier, ["standard", "priority", "batch"].contains(tier) { writer.member("service_tier", tier) }
    }
  }

  // MARK: - Stop reasons

  static func readStop(_ reason: String, sequence: String?, details: JSON?) -> Stop {
    let meaning: Stop.Reason =
      switch reason {
      case "end_turn": .endTurn
      case "stop_sequence": .stopSequence
      case "max_tokens": .maxTokens
      case "model_context_window_exceeded": .contextWindow
      case "tool_use": .toolUse
      case "refusal", "sensitive": .refusal
      case "pause_turn": .pauseTurn
      // A context compaction cut the answer short, which others know as a full budget.
      case "compaction": .maxTokens
      default: .other
      }
    return Stop(
      meaning, sequence: sequence, original: reason, dialect: dialect, message: details?["explanation"]?.string)
  }

  /// The word for a stop; `callsTools` says what the answer holds, which vendors sometimes contradict.
  static func word(for stop: Stop, callsTools: Bool) -> String {
    if stop.dialect == dialect, let original = stop.original { return original }
    return switch stop.reason {
    case .endTurn, .other, .malformedToolCall: callsTools ? "tool_use" : "end_turn"
    case .toolUse: callsTools ? "tool_use" : "end_turn"
    case .stopSequence: "stop_sequence"
    case .maxTokens: "max_tokens"
    case .contextWindow: "model_context_window_exceeded"
    case .refusal: "refusal"
    case .pauseTurn: "pause_turn"
    }
  }
}
