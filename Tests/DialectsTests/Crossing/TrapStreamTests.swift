import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// The mechanics of streams on their way from one protocol to another.
@Suite struct TrapStreamTests {
  /// A Chat stream with thinking, text and two calls whose pieces interleave.
  static let interleaved = [
    #"{"id":"c","model":"up","choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"hm"}}]}"#,
    #"{"id":"c","choices":[{"index":0,"delta":{"content":"I look"}}]}"#,
    #"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"look","arguments":""}}]}}]}"#,
    #"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"find","arguments":"{\"x\""}}]}}]}"#,
    #"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"","function":{"name":"","arguments":"{\"a\":"}}]}}]}"#,
    #"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":":2}"}}]}}]}"#,
    #"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}}]}"#,
    #"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
    #"{"id":"c","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#, "[DONE]",
  ]

  static func bytes(_ frames: [String]) -> [UInt8] { Array(frames.map { "data: \($0)\n\n" }.joined().utf8) }

  // MARK: - Anthropic's blocks

  /// Claude Code gives a stream up over one block out of order.
  @Test func anthropicBlocksComeOneAtATimeInOrder() throws {
    let events = StreamDriver.events(Self.bytes(Self.interleaved), OpenAIChat())
    let written = StreamDriver.bytes(events, AnthropicMessages(), reply: try Passage.reply(.anthropic))
    #expect(AnthropicLaw.disciplineViolations(written) == [])
    let frames = try Passage.frames(written)
    let starts = frames.filter { $0.name == "content_block_start" }
    #expect(starts.map { $0.json["index"]?.int } == [0, 1, 2, 3])
    #expect(
      starts.map { $0.json.at("content_block.type")?.string } == ["thinking", "text", "tool_use", "tool_use"])
    func input(_ index: Int) -> String {
      frames.filter { $0.json["index"]?.int == index }.compactMap { $0.json.at("delta.partial_json")?.string }.joined()
    }
    #expect(starts.compactMap { $0.json.at("content_block.id")?.string } == ["a", "b"])
    #expect([input(2), input(3)] == [#"{"a":1}"#, #"{"x":2}"#])
  }

  /// Every way in which vendors blur which call a piece belongs to.
  @Test(
    arguments: [
      [
        "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}}",
        "{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"find\",\"arguments\":\"{}\"}}",
      ],
      [
        "{\"id\":\"a\",\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}}",
        "{\"id\":\"b\",\"function\":{\"name\":\"find\",\"arguments\":\"{}\"}}",
      ],
      [
        "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"look\",\"arguments\":\"{\"}}",
        "{\"index\":0,\"id\":\"\",\"function\":{\"name\":\"\",\"arguments\":\"}\"}}",
        "{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"find\",\"arguments\":\"{}\"}}",
      ],
      [
        "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}},{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"find\",\"arguments\":\"{}\"}}"
      ],
      [
        "{\"index\":0,\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}}",
        "{\"index\":1,\"function\":{\"name\":\"find\",\"arguments\":\"{}\"}}",
      ],
    ], [DialectID.anthropic, .openAIResponses, .gemini])
  func parallelCallsStayApartHoweverTheyAreMarked(deltas: [String], client: DialectID) throws {
    let data =
      deltas.map { #"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[\#($0)]}}]}"# }
      + [#"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#, "[DONE]"]
    let folded = try Passage.folded(data, from: .openAIChat, to: client)
    let calls = folded.candidates.flatMap(\.parts).compactMap { part -> String? in
      if case .toolCall(let call) = part.content { "\(call.name) \(call.object?.text ?? call.input)" } else { nil }
    }
    #expect(calls == ["look {}", "find {}"])
    let ids = folded.candidates.flatMap(\.parts).compactMap { part -> String? in
      if case .toolCall(let call) = part.content { call.id } else { nil }
    }
    #expect(Set(ids).count == 2)
  }

  // MARK: - Responses

  /// What Codex needs: every item whole in its own event and again in the last one, in order, under one count.
  @Test(arguments: [DialectID.openAIChat, .anthropic, .gemini])
  func aResponsesStreamIsWholeAndInOrder(upstream: DialectID) throws {
    let data: [String]
    switch upstream {
    case .anthropic: data = TrapReasoningTests.anthropicStream
    case .gemini: data = [TrapReasoningTests.geminiAnswer]
    default: data = Self.interleaved
    }
    let frames = try Passage.stream(data, from: upstream, to: .openAIResponses)
    #expect(frames.map(\.name).prefix(2) == ["response.created", "response.in_progress"])
    #expect(frames.map { $0.json["sequence_number"]?.int } == Array(0..<frames.count))
    #expect(!frames.contains { $0.text == "[DONE]" })
    #expect(frames.allSatisfy { $0.name == $0.json["type"]?.string })
    let last = try #require(frames.last)
    #expect(last.name == "response.completed")
    #expect(last.json.at("response.id")?.string?.isEmpty == false)
    let done = frames.filter { $0.name == "response.output_item.done" }
    #expect(done.compactMap { $0.json["item"] } == last.json.at("response.output")?.list)
    #expect(done.map { $0.json["output_index"]?.int } == Array(0..<done.count))
    var open: String?
    for frame in frames {
      switch frame.name {
      case "response.output_item.added":
        #expect(open == nil, "one item at a time")
        open = frame.json.at("item.id")?.string
      case "response.output_item.done":
        #expect(frame.json.at("item.id")?.string == open)
        open = nil
      default:
        if let id = frame.json["item_id"]?.string { #expect(id == open) }
      }
    }
    for item in done.compactMap({ $0.json["item"] }) {
      switch item["type"]?.string {
      case "message":
        let part = item.at("content.0")
        #expect(part?["annotations"]?.isArray == true && part?["logprobs"]?.isArray == true)
      case "reasoning": #expect(item["summary"]?.isArray == true)
      case "function_call":
        #expect(item["call_id"]?.string != item["id"]?.string)
        #expect(item["status"]?.string == "completed")
      default: Issue.record("an item of another kind: \(item.text)")
      }
    }
    if upstream != .gemini {
      for name in ["input_tokens", "output_tokens", "total_tokens"] {
        #expect(last.json.at("response.usage.\(name)")?.int != nil)
      }
    }
  }

  /// Codex waits as long as the message of a rate limit tells it to, and reads nothing else.
  @Test func aRateLimitInAStreamTellsCodexHowLongToWait() throws {
    let data = [
      #"{"candidates":[{"content":{"parts":[{"text":"hi"}],"role":"model"},"index":0}]}"#,
      #"{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7s"}]}}"#,
    ]
    let last = try #require(try Passage.stream(data, from: .gemini, to: .openAIResponses).last)
    #expect(last.name == "response.failed")
    #expect(last.json.at("response.error.code")?.string == "rate_limit_exceeded")
    #expect(last.json.at("response.error.message")?.string == "slow down Please try again in 7s.")
  }

  @Test(arguments: [
    (
      #"{"error":{"message":"This model's maximum context length is 8 tokens.","code":"context_length_exceeded"}}"#,
      "context_length_exceeded"
    ),
    (
      #"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
      "insufficient_quota"
    ),
    (
      #"{"error":{"message":"Rate limit reached. Please try again in 11.054s.","code":"rate_limit_exceeded"}}"#,
      "rate_limit_exceeded"
    ),
  ])
  func failuresThatCodexActsUponKeepTheirCode(error: String, code: String) throws {
    let data = [#"{"id":"c","choices":[{"index":0,"delta":{"content":"hi"}}]}"#, error]
    let last = try #require(try Passage.stream(data, from: .openAIChat, to: .openAIResponses).last)
    #expect(last.name == "response.failed")
    #expect(last.json.at("response.error.code")?.string == code)
    if code == "rate_limit_exceeded" {
      #expect(last.json.at("response.error.message")?.string == "Rate limit reached. Please try again in 11.054s.")
    }
  }

  // MARK: - Ends

  /// The beginning of an answer in each protocol: a text, or half a call.
  static func begun(_ upstream: DialectID, calls: Bool) -> [String] {
    switch upstream {
    case .openAIChat: Array(interleaved.prefix(calls ? 5 : 2))
    case .openAIResponses: Array(TrapReasoningTests.responsesStream.prefix(calls ? 10 : 4))
    case .anthropic: Array(TrapReasoningTests.anthropicStream.prefix(calls ? 9 : 3))
    case .gemini: [#"{"candidates":[{"content":{"parts":[{"text":"hi"}],"role":"model"},"index":0}]}"#]
    }
  }

  static func errorFrame(_ client: DialectID, _ frame: Passage.Frame) -> Bool {
    switch client {
    case .anthropic: frame.name == "error" && frame.json.at("error.type") != nil
    case .openAIResponses: frame.name == "response.failed" && frame.json.at("response.error.message") != nil
    case .openAIChat, .gemini: frame.json.at("error.message")?.string != nil
    }
  }

  /// A stream that stops without its end is an error, never a clean end, whatever it was in the middle of.
  @Test(arguments: DialectID.allCases, DialectID.allCases)
  func aStreamThatStopsEarlyIsAnError(upstream: DialectID, client: DialectID) throws {
    for calls in [false, true] {
      let frames = try Passage.stream(Self.begun(upstream, calls: calls), from: upstream, to: client)
      let last = try #require(frames.last)
      #expect(Self.errorFrame(client, last), "\(last.text)")
      for mark in ["message_stop", "message_delta", "response.completed", "[DONE]", "finishReason"] {
        #expect(!frames.contains { $0.text.contains(mark) || $0.name == mark })
      }
    }
  }

  @Test(arguments: DialectID.allCases, DialectID.allCases)
  func nothingBehindTheEndIsHeard(upstream: DialectID, client: DialectID) throws {
    let whole: [DialectID: [String]] = [
      .openAIChat: Self.interleaved, .openAIResponses: TrapReasoningTests.responsesStream,
      .anthropic: TrapReasoningTests.anthropicStream,
      .gemini: TrapUsageTests.stream(.gemini, #"{"promptTokenCount":1,"candidatesTokenCount":1}"#),
    ]
    // Gemini's end is the end of its stream: usage and grounding may follow the finish reason.
    guard upstream != .gemini, let data = whole[upstream] else { return }
    let once = try Passage.stream(data, from: upstream, to: client)
    let twice = try Passage.stream(data + data, from: upstream, to: client)
    #expect(twice.map(\.text) == once.map(\.text))
  }

  /// Vendors repeat what only frames a part; the client's own frames come once.
  @Test(arguments: [DialectID.openAIChat, .openAIResponses, .anthropic], DialectID.allCases)
  func repeatedFramesOfTheUpstreamAreOursOnce(upstream: DialectID, client: DialectID) throws {
    guard client != upstream else { return }
    let data: [String]
    let framing: [String]
    switch upstream {
    case .openAIChat:
      data = Self.interleaved
      framing = ["finish_reason", "[DONE]", "\"usage\""]
    case .openAIResponses:
      data = TrapReasoningTests.responsesStream
      framing = [
        "response.created", "output_item.added", "summary_part.added", "summary_text.done", "output_item.done",
        "response.completed",
      ]
    default:
      data = TrapReasoningTests.anthropicStream
      framing = ["message_start", "content_block_start", "content_block_stop", "message_stop"]
    }
    let repeated = data.flatMap { line in framing.contains { line.contains($0) } ? [line, line] : [line] }
    #expect(repeated.count > data.count + 2)
    let once = try Passage.folded(data, from: upstream, to: client)
    let twice = try Passage.folded(repeated, from: upstream, to: client)
    #expect(EventTrace.lines(twice.events()) == EventTrace.lines(once.events()))
  }

  // MARK: - Keep-alives and errors

  /// Each client's own sign of life: an unknown event would break strict ones.
  @Test(arguments: [
    (DialectID.anthropic, "event: ping\ndata: {\"type\":\"ping\"}\n\n"), (.openAIChat, ": keep-alive\n\n"),
    (.openAIResponses, ": keepalive\n\n"), (.gemini, "\n"),
  ])
  func everyClientHasItsOwnKeepAlive(client: DialectID, sign: String) throws {
    var writer = DialectCatalog.dialect(client).makeEventWriter(for: try Passage.reply(client))
    var output: [UInt8] = []
    writer.keepAlive(into: &output)
    #expect(String(decoding: output, as: UTF8.self) == sign)
  }

  /// Vendors' own signs of life and events nobody knows do not reach a client of another protocol as events.
  @Test(
    arguments: [
      (DialectID.openAIResponses, #"{"type":"keepalive","sequence_number":9}"#),
      (.openAIResponses, #"{"type":"codex.rate_limits","plan":"x"}"#), (.anthropic, #"{"type":"ping"}"#),
      (.anthropic, #"{"type":"vendor_event","x":1}"#), (.openAIChat, #"{"object":"keepalive"}"#),
      (.openAIChat, #"{"id":"c","choices":[]}"#), (.gemini, #"{"responseId":"r"}"#),
    ], DialectID.allCases)
  func aVendorsOwnEventsStayBehind(odd: (upstream: DialectID, event: String), client: DialectID) throws {
    guard client != odd.upstream else { return }
    let whole: [DialectID: [String]] = [
      .openAIChat: Self.interleaved, .openAIResponses: TrapReasoningTests.responsesStream,
      .anthropic: TrapReasoningTests.anthropicStream,
      .gemini: TrapUsageTests.stream(.gemini, #"{"promptTokenCount":1,"candidatesTokenCount":1}"#),
    ]
    let data = try #require(whole[odd.upstream])
    var with = data
    with.insert(odd.event, at: 1)
    let plain = try Passage.stream(data, from: odd.upstream, to: client).filter { $0.name != "ping" }
    let mixed = try Passage.stream(with, from: odd.upstream, to: client).filter { $0.name != "ping" }
    #expect(mixed.map(\.text) == plain.map(\.text))
  }

  /// An error behind what was said is the client's own last event.
  @Test(arguments: DialectID.allCases, DialectID.allCases)
  func anErrorWithinAStreamIsTheClientsOwnLastEvent(upstream: DialectID, client: DialectID) throws {
    guard client != upstream else { return }
    let errors: [DialectID: String] = [
      .openAIChat: #"{"error":{"message":"it broke","type":"server_error"}}"#,
      .openAIResponses:
        #"{"type":"response.failed","response":{"id":"resp_1","status":"failed","error":{"code":"server_is_overloaded","message":"it broke"},"output":[]}}"#,
      .anthropic: #"{"type":"error","error":{"type":"overloaded_error","message":"it broke"}}"#,
      .gemini: #"{"error":{"code":503,"message":"it broke","status":"UNAVAILABLE"}}"#,
    ]
    let data = Self.begun(upstream, calls: false) + [errors[upstream] ?? ""]
    let frames = try Passage.stream(data + data, from: upstream, to: client)
    let last = try #require(frames.last)
    #expect(Self.errorFrame(client, last))
    #expect(last.text.contains("it broke"))
    #expect(frames.filter { Self.errorFrame(client, $0) }.count == 1)
    #expect(!frames.contains { $0.text == "[DONE]" || $0.text.contains("end_turn") })
  }

  // MARK: - Bytes

  /// Characters cut in half, line ends of both kinds, comments, missing names and spaces, several `data:` lines.
  @Test(arguments: DialectID.allCases, ["\n", "\r\n"])
  func aStreamMayBeCutAndSpelledAnyway(upstream: DialectID, lineEnd: String) throws {
    let text = "h\u{e9}llo \u{1F30D}"
    let whole: [DialectID: [String]] = [
      .openAIChat: Self.interleaved.map { $0.replacing("I look", with: text) },
      .openAIResponses: TrapUsageTests.stream(
        .openAIResponses, #"{"input_tokens":1,"output_tokens":1,"total_tokens":2}"#
      ).map { $0.replacing(#""delta":"hi""#, with: #""delta":"\#(text)""#) },
      .anthropic: TrapReasoningTests.anthropicStream.map { $0.replacing(#":"hm""#, with: #":"\#(text)""#) },
      .gemini: TrapUsageTests.stream(.gemini, #"{"promptTokenCount":1,"candidatesTokenCount":1}"#)
        .map { $0.replacing(#""hi""#, with: #""\#(text)""#) },
    ]
    let data = try #require(whole[upstream])
    let plain = data.map { "data: \($0)\n\n" }.joined()
    #expect(plain.contains(text))
    let odd = data.enumerated().map { index, line in
      // JSON may be broken into lines between its members.
      let body = index % 2 == 0 ? line : line.replacing("{\"index\"", with: "\(lineEnd)data:{\"index\"")
      return ": a comment\(lineEnd)data:\(body)\(lineEnd)\(lineEnd)"
    }.joined()
    let dialect = DialectCatalog.dialect(upstream)
    let expected = EventTrace.lines(StreamDriver.events(Array(plain.utf8), dialect))
    #expect(expected.contains { $0.contains(text.debugDescription) })
    for size in 1...5 {
      #expect(EventTrace.lines(StreamDriver.events(Array(odd.utf8), dialect, chunks: [size])) == expected)
    }
  }
}
