import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Counts no model ever made: they must neither trap nor wrap, and no client may see a negative one.
@Suite struct LawsUsageTests {
  /// A protocol's usage object with every count a reader knows, each `%`.
  private static let objects: [DialectID: String] = [
    .openAIChat: #"""
    {"prompt_tokens":%,"completion_tokens":%,"total_tokens":%,"prompt_tokens_details":{"cached_tokens":%,
    "cache_write_tokens":%,"audio_tokens":%},"completion_tokens_details":{"reasoning_tokens":%,"audio_tokens":%},
    "cache_creation":{"ephemeral_5m_input_tokens":%,"ephemeral_1h_input_tokens":%},
    "server_tool_use":{"web_search_requests":%}}
    """#,
    .openAIResponses: #"""
    {"input_tokens":%,"input_tokens_details":{"cached_tokens":%,"cache_write_tokens":%},"output_tokens":%,
    "output_tokens_details":{"reasoning_tokens":%},"total_tokens":%}
    """#,
    .anthropic: #"""
    {"input_tokens":%,"cache_creation_input_tokens":%,"cache_read_input_tokens":%,"cache_creation":{
    "ephemeral_5m_input_tokens":%,"ephemeral_1h_input_tokens":%},"output_tokens":%,
    "output_tokens_details":{"thinking_tokens":%},"server_tool_use":{"web_search_requests":%}}
    """#,
    .gemini: #"""
    {"promptTokenCount":%,"cachedContentTokenCount":%,"candidatesTokenCount":%,"toolUsePromptTokenCount":%,
    "thoughtsTokenCount":%,"totalTokenCount":%}
    """#,
  ]

  private static let extremes = [
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616", "1e308", "-1e308",
    "1e400", "-1", "-0", "0.5", "1.5e300", "4611686018427387904", "null", "\"7\"", "[]", "{}", "true",
  ]

  private static func answer(_ usage: String, _ dialect: DialectID) -> String {
    switch dialect {
    case .openAIChat:
      #"{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"x"},"finish_reason":"stop"}],"usage":\#(usage)}"#
    case .openAIResponses:
      #"{"id":"resp_1","status":"completed","model":"m","output":[{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"x","annotations":[]}]}],"usage":\#(usage)}"#
    case .anthropic:
      #"{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"x"}],"stop_reason":"end_turn","usage":\#(usage)}"#
    case .gemini:
      #"{"candidates":[{"content":{"role":"model","parts":[{"text":"x"}]},"finishReason":"STOP"}],"usageMetadata":\#(usage)}"#
    }
  }

  private static func stream(_ usage: String, _ dialect: DialectID) -> String {
    let usage = usage.filter { $0 != "\n" }
    return switch dialect {
    case .openAIChat:
      """
      data: {"id":"c","choices":[{"index":0,"delta":{"content":"x"},"finish_reason":"stop"}],"usage":\(usage)}

      data: {"id":"c","choices":[],"usage":\(usage)}

      data: [DONE]


      """
    case .openAIResponses:
      """
      data: {"type":"response.created","response":{"id":"r","status":"in_progress","output":[],"usage":\(usage)}}

      data: {"type":"response.completed","response":\(answer(usage, dialect))}


      """
    case .anthropic:
      """
      data: {"type":"message_start","message":{"id":"m","role":"assistant","model":"m","content":[],"usage":\(usage)}}

      data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":"x"}}

      data: {"type":"content_block_stop","index":0}

      data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":\(usage)}

      data: {"type":"message_stop"}


      """
    case .gemini: "data: \(answer(usage, dialect))\n\ndata: \(answer(usage, dialect))\n\n"
    }
  }

  /// The object once with the same extreme everywhere, and once for each count with the others at an ordinary size.
  private static func variants(_ dialect: DialectID) -> [String] {
    let pieces = (objects[dialect] ?? "").split(separator: "%", omittingEmptySubsequences: false)
    func filled(_ value: (Int) -> String) -> String {
      pieces.enumerated().map { $0.offset + 1 < pieces.count ? $0.element + value($0.offset) : String($0.element) }
        .joined()
    }
    return extremes.flatMap { extreme in
      [filled { _ in extreme }] + (0..<(pieces.count - 1)).map { place in filled { $0 == place ? extreme : "7" } }
        + [filled { $0 % 2 == 0 ? extreme : "9223372036854775807" }]
    }
  }

  private static func negatives(_ value: JSON, _ path: String) -> [String] {
    if let number = value.double { return number < 0 ? ["\(path): \(value.text)"] : [] }
    return value.members.flatMap { negatives($0.value, "\(path).\($0.key)") }
      + value.elements.flatMap { negatives($0, "\(path)[]") }
  }

  private static func check(_ usage: Usage?) -> [String] {
    guard let usage else { return [] }
    let counts = [
      usage.input, usage.output, usage.cacheRead, usage.cacheWrite, usage.cacheWrite5m, usage.cacheWrite1h,
      usage.reasoning, usage.webSearches, usage.total, usage.uncachedInput, usage.visibleOutput, usage.totalTokens,
    ]
    return counts.contains { ($0 ?? 0) < 0 } ? ["negative: \(usage)"] : []
  }

  @Test(arguments: DialectID.allCases) func wholeAnswersCountWithoutWrapping(id: DialectID) throws {
    let from = DialectCatalog.dialect(id)
    for usage in Self.variants(id) {
      let read = try from.readResponse(JSON(parsing: Self.answer(usage, id)), origin: nil)
      #expect(Self.check(read.usage) == [], "\(usage)")
      for to in DialectCatalog.all where to.id != id {
        var losses = Losses()
        let written = try JSON(parsing: to.writeResponse(read, for: LawsAnswer.reply, losses: &losses))
        #expect(Self.negatives(written, to.id.rawValue) == [], "\(usage)")
        let heard = try to.readResponse(written, origin: nil)
        #expect(LawsAnswer.compare(read, heard, losses, for: to.id) == [], "\(id) → \(to.id): \(usage)")
      }
    }
  }

  @Test(arguments: DialectID.allCases) func streamsCountWithoutWrapping(id: DialectID) throws {
    let from = DialectCatalog.dialect(id)
    for usage in Self.variants(id) {
      let events = StreamDriver.events(Array(Self.stream(usage, id).utf8), from)
      #expect(EventTrace.violations(events) == [])
      let read = LawsAnswer.fold(events)
      #expect(read.failure == nil && read.usage != nil, "\(usage)")
      #expect(Self.check(read.usage) == [], "\(usage)")
      for to in DialectCatalog.all where to.id != id {
        let bytes = StreamDriver.bytes(events, to, reply: LawsAnswer.reply)
        for frame in StreamEnding.frames(bytes) {
          guard let frame else { continue }
          #expect(Self.negatives(frame, to.id.rawValue) == [], "\(usage)")
        }
        let heard = LawsAnswer.fold(StreamDriver.events(bytes, to))
        #expect(LawsAnswer.compare(read, heard, Losses(), for: to.id) == [], "\(id) → \(to.id): \(usage)")
      }
    }
  }

  @Test func sumsStayAtTheEndsOfTheIntegers() {
    #expect(Usage.sum(.max, 1) == .max)
    #expect(Usage.sum(.min, -1) == .min)
    #expect(Usage(input: .max, output: .max).totalTokens == .max)
    #expect(Usage(input: 0, cacheRead: .max, cacheWrite: .max).uncachedInput == 0)
    #expect(Usage(input: .max, cacheRead: .min).uncachedInput == .max)
    #expect(Usage(output: .min, reasoning: .max).visibleOutput == 0)
  }
}
