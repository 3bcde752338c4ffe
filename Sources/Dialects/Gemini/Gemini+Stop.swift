import Conversation
import Wire

extension Gemini {
  /// Reads a `finishReason`: a word, or the number of Google's enumeration as some transports send it.
  static func readStop(_ reason: JSON, message: String?, hasCalls: Bool) -> Stop {
    let word = reason.int.flatMap { words.indices.contains($0) ? words[$0] : nil } ?? reason.string ?? ""
    let kind: Stop.Reason =
      switch word {
      case "STOP": hasCalls ? .toolUse : .endTurn
      case "MAX_TOKENS", "CONTINUATION": .maxTokens
      case "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "IMAGE_OTHER", "NO_IMAGE", "MODEL_ARMOR", "ESCALATION",
        "PUP_LIMITED_DISABLED":
        .refusal
      case "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE",
        "MALFORMED_RESPONSE":
        .malformedToolCall
      default: .other
      }
    return Stop(kind, original: reason.string ?? reason.text, dialect: .gemini, message: message)
  }

  /// Whether that is the value of a reason nobody gave: the answer has not ended.
  static func isUnspecified(_ reason: JSON) -> Bool {
    reason.int == 0 || reason.isString("FINISH_REASON_UNSPECIFIED")
  }

  private static let words = [
    "FINISH_REASON_UNSPECIFIED", "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "OTHER", "BLOCKLIST",
    "PROHIBITED_CONTENT", "SPII", "MALFORMED_FUNCTION_CALL",
  ]

  static func write(_ stop: Stop, like source: JSON?, to writer: inout JSONWriter) {
    if let original = source?[member: .finishReason], (original.string ?? original.text) == stop.original {
      writer.key(.finishReason, like: source)
      writer.value(original)
    } else {
      writer.member("finishReason", word(for: stop))
    }
    if let message = stop.message, stop.dialect == .gemini || stop.reason == .malformedToolCall {
      writer.key(.finishMessage, like: source)
      writer.string(message)
    }
  }

  private static func word(for stop: Stop) -> String {
    if stop.dialect == .gemini, let original = stop.original {
      return Int(original).flatMap { words.indices.contains($0) ? words[$0] : nil } ?? original
    }
    return switch stop.reason {
    case .endTurn, .stopSequence, .toolUse, .pauseTurn: "STOP"
    case .maxTokens, .contextWindow: "MAX_TOKENS"
    case .refusal: "SAFETY"
    case .malformedToolCall: "MALFORMED_FUNCTION_CALL"
    case .other: "OTHER"
    }
  }

  // MARK: - Usage

  /// Gemini's prompt count includes the cache but not what tools put into the prompt; its candidates count excludes
  /// thoughts.
  static func readUsage(_ json: JSON) -> Usage {
    func count(_ name: MemberName) -> Int? { json[member: name]?.int.map { max(0, $0) } }
    func sum(_ first: Int?, _ second: Int?) -> Int? {
      first == nil && second == nil ? nil : Usage.sum(first ?? 0, second ?? 0)
    }
    var usage = Usage(
      input: sum(count(.promptTokenCount), count(.toolUsePromptTokenCount)),
      output: sum(count(.candidatesTokenCount), count(.thoughtsTokenCount)),
      cacheRead: count(.cachedContentTokenCount), reasoning: count(.thoughtsTokenCount),
      total: count(.totalTokenCount))
    // An answer without words is told by leaving the count out.
    if usage.input != nil, usage.output == nil { usage.output = 0 }
    usage.original = Usage.Original(OpaquePart(.gemini, json))
    return usage
  }

  // MARK: - Tiers

  /// The tier that an object names, in the words the other protocols have; nil where it leaves the choice.
  static func serviceTier(_ object: JSON) -> String? {
    switch object[member: .serviceTier]?.string?.lowercased() {
    case "standard": "default"
    case "unspecified": nil
    case let tier: tier
    }
  }

  /// Writes the tier of a request. Format: https://ai.google.dev/gemini-api/docs/flex-inference
  static func writeServiceTier(_ tier: String?, own: JSON?, to writer: inout JSONWriter, losses: inout Losses) {
    if let own, let original = own[member: .serviceTier], serviceTier(own) == tier {
      writer.key(.serviceTier, like: own)
      return writer.value(original)
    }
    switch tier {
    case nil, "auto", "default": return
    case "flex", "priority": writer.member("serviceTier", tier ?? "")
    case "standard_only": writer.member("serviceTier", static: "standard")
    default: losses.add(.serviceTier, "Gemini has no equivalent")
    }
  }

  static func write(_ usage: Usage, to writer: inout JSONWriter) {
    if let original = usage.original?.part, original.dialect == .gemini, readUsage(original.json) == usage {
      return writer.value(original.json)
    }
    writer.object { writer in
      writer.member("promptTokenCount", usage.input ?? 0)
      writer.member("candidatesTokenCount", usage.visibleOutput)
      writer.member("totalTokenCount", usage.totalTokens)
      if let cached = usage.cacheRead, cached > 0 { writer.member("cachedContentTokenCount", cached) }
      if let thoughts = usage.reasoning, thoughts > 0 { writer.member("thoughtsTokenCount", thoughts) }
    }
  }

  // MARK: - Time

  /// Seconds since 1970 of an RFC 3339 time in UTC.
  static func seconds(_ time: String) -> Int? {
    let fields = time.prefix(19).split { !$0.isNumber }.compactMap { Int($0) }
    guard fields.count == 6, (1970...9999).contains(fields[0]), (1...12).contains(fields[1]) else { return nil }
    // Days from civil: years begin in March, so that the leap day comes last.
    let year = fields[1] <= 2 ? fields[0] - 1 : fields[0]
    let month = (fields[1] + 9) % 12
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + fields[2] - 1 - 719_468
    return days * 86_400 + fields[3] * 3600 + fields[4] * 60 + fields[5]
  }
}
