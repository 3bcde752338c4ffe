import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Answers of other vendors as an Anthropic client gets them, whole and streamed.
@Suite struct AnthropicAnswerTests {
  static let dialect = AnthropicMessages()

  static func whole(_ response: ConversationResponse, reasoning: ReasoningRequest? = nil) throws -> JSON {
    var losses = Losses()
    let bytes = dialect.writeResponse(response, for: AnthropicLaw.reply(reasoning: reasoning), losses: &losses)
    return try JSON(parsing: bytes)
  }

  static func stream(_ events: [ConversationEvent], reasoning: ReasoningRequest? = nil) -> [(
    name: String, data: String
  )] {
    let bytes = StreamDriver.bytes(events, dialect, reply: AnthropicLaw.reply(reasoning: reasoning))
    return (try? StreamDriver.frames(bytes).map { (name: $0.name ?? "-", data: $0.text) }) ?? []
  }

  @Test func aChatAnswerIsAWholeMessage() throws {
    var usage = Usage(input: 120, output: 34, cacheRead: 20, cacheWrite: 10, reasoning: 7)
    usage.webSearches = 2
    var response = ConversationResponse(
      id: "", model: "gpt",
      candidates: [
        Candidate(
          parts: [.text(""), .text("hi"), Part(.toolCall(ToolCall(id: nil, name: "f", input: "")))],
          stop: Stop(.endTurn, original: "stop", dialect: .openAIChat))
      ])
    response.usage = usage
    #expect(
      try Self.whole(response).text
        == #"{"id":"msg_x1","type":"message","role":"assistant","model":"claude-x","content":[{"type":"text","text":"hi"},{"type":"tool_use","id":"toolu_x1_2","name":"f","input":{}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":90,"cache_creation_input_tokens":10,"cache_read_input_tokens":20,"output_tokens":34,"output_tokens_details":{"thinking_tokens":7},"server_tool_use":{"web_search_requests":2,"web_fetch_requests":0}}}"#
    )
  }

  @Test func anAnswerWithoutAnythingIsStillAMessage() throws {
    #expect(
      try Self.whole(ConversationResponse()).text
        == #"{"id":"msg_x1","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}"#
    )
  }

  @Test(arguments: [
    (Stop.Reason.endTurn, "end_turn"), (.stopSequence, "stop_sequence"), (.maxTokens, "max_tokens"),
    (.contextWindow, "model_context_window_exceeded"), (.refusal, "refusal"), (.pauseTurn, "pause_turn"),
    (.other, "end_turn"), (.toolUse, "end_turn"),
  ])
  func everyStopHasItsWord(reason: Stop.Reason, word: String) throws {
    let response = ConversationResponse(
      candidates: [Candidate(parts: [.text("x")], stop: Stop(reason, original: "theirs", dialect: .gemini))])
    #expect(try Self.whole(response)["stop_reason"]?.string == word)
    let last = Self.stream(response.events()).first { $0.name == "message_delta" }?.data ?? ""
    #expect(last.contains(#""stop_reason":"\#(word)""#))
  }

  @Test func aStreamOfAnotherVendorHasEverythingClientsNeed() {
    let events: [ConversationEvent] = [
      .started(ResponseStart(id: "chatcmpl-1", model: "gpt")),
      .partStarted(PartStart(index: 0, part: Part(.reasoning(Reasoning())))),
      .partDelta(PartDelta(index: 0, .reasoning("be", kind: .text, segment: 0))),
      .partDelta(PartDelta(index: 0, .reasoning("fore", kind: .text, segment: 1))), .partFinished(PartEnd(index: 0)),
      .partStarted(PartStart(index: 1, part: .text(""))), .partFinished(PartEnd(index: 1)),
      .partStarted(
        PartStart(
          index: 2,
          part: Part(
            .toolCall(ToolCall(id: "call_1", name: "f", input: "")),
            state: ReasoningState(dialect: .gemini, kind: .thoughtSignature, blob: "x", origin: nil)))),
      .keepAlive, .partDelta(PartDelta(index: 2, .input("{}"))), .partFinished(PartEnd(index: 2)),
      .candidateFinished(index: 0, Stop(.toolUse)), .usage(Usage(input: 9, output: 4, cacheRead: 5)), .finished,
    ]
    let list = Self.stream(events, reasoning: ReasoningRequest(isEnabled: true))
    #expect(
      list.map(\.name) == [
        "message_start", "content_block_start", "content_block_delta", "content_block_delta", "content_block_delta",
        "content_block_stop", "content_block_start", "content_block_stop", "content_block_start", "ping",
        "content_block_delta", "content_block_stop", "message_delta", "message_stop",
      ])
    #expect(
      list[0].data
        == #"{"type":"message_start","message":{"id":"chatcmpl-1","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}"#
    )
    #expect(list[3].data.contains(#""thinking":"\n\nfore""#), "segments stand apart")
    #expect(list[4].data.contains("signature_delta"), "the signature comes before the block closes")
    #expect(list[6].data.contains(#""type":"redacted_thinking""#), "the call's state stands before the call")
    #expect(
      list[8].data
        == #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"call_1","name":"f","input":{}}}"#
    )
    #expect(
      list[12].data
        == #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":4,"cache_creation_input_tokens":0,"cache_read_input_tokens":5,"output_tokens":4}}"#
    )
  }

  @Test func textFlowsAtOnce() {
    var writer = Self.dialect.makeEventWriter(for: AnthropicLaw.reply())
    var output: [UInt8] = []
    writer.write(.started(ResponseStart()), into: &output)
    writer.write(.partStarted(PartStart(index: 0, part: .text(""))), into: &output)
    output = []
    writer.write(.partDelta(PartDelta(index: 0, .text("now"))), into: &output)
    #expect(String(decoding: output, as: UTF8.self).contains("now"))
  }

  @Test func aKeepAliveMayComeBeforeTheStart() {
    var writer = Self.dialect.makeEventWriter(for: AnthropicLaw.reply())
    var output: [UInt8] = []
    writer.keepAlive(into: &output)
    #expect(String(decoding: output, as: UTF8.self) == "event: ping\ndata: {\"type\":\"ping\"}\n\n")
  }

  @Test func anErrorInAStreamIsTheLastThing() {
    let list = Self.stream([
      .started(ResponseStart()), .partStarted(PartStart(index: 0, part: .text("x"))),
      .failed(UpstreamFailure(.overloaded, message: "busy")), .finished,
    ])
    #expect(list.last?.name == "error")
    #expect(
      list.last?.data
        == #"{"type":"error","error":{"type":"overloaded_error","message":"busy"},"request_id":"req_x1"}"#)
  }

  @Test func aCallThatCouldNotBeParsedIsNoCleanEnd() {
    let list = Self.stream([
      .started(ResponseStart()), .candidateFinished(index: 0, Stop(.malformedToolCall)), .finished,
    ])
    #expect(list.map(\.name) == ["message_start", "error"])
  }

  @Test(arguments: [
    (Stop.Reason.toolUse, #"{"input":"{\"a\":"}"#), (.maxTokens, "{}"),
  ])
  func brokenInputNeverLooksWhole(reason: Stop.Reason, expected: String) throws {
    let part = Part(.toolCall(ToolCall(id: "c", name: "f", input: #"{"a":"#)))
    let response = ConversationResponse(candidates: [Candidate(parts: [part], stop: Stop(reason))])
    #expect(try Self.whole(response)["content"]?.elements.first?["input"]?.text == expected)
  }

  @Test func webCitationsAreShownAndNeverSentBackToAnthropic() throws {
    let text = Text("hi", annotations: [Annotation(.url("https://e.x"), title: "E"), Annotation(.file(id: "f"))])
    let response = ConversationResponse(candidates: [Candidate(parts: [Part(.text(text))], stop: Stop(.endTurn))])
    let body = try Self.whole(response)
    let content = try #require(body["content"])
    #expect(
      content.elements.first?["citations"]?.text
        == #"[{"type":"web_search_result_location","cited_text":"","encrypted_index":"","title":"E","url":"https://e.x"}]"#
    )
    let replay = try JSON(
      parsing: #"{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"#
        + content.text + #"},{"role":"user","content":"r"}]}"#)
    let sent = try AnthropicRequestWriterTests.write(Self.dialect.readRequest(replay, line: RequestLine())).body
    #expect(!sent.text.contains("citations"))
  }

  // MARK: - Reading oddities

  static func events(_ frames: [String]) -> [ConversationEvent] {
    StreamDriver.events(Array(frames.map { "data: \($0)\n\n" }.joined().utf8), dialect)
  }

  static let start = #"{"type":"message_start","message":{"id":"m","model":"x"}}"#

  @Test func interleavedBlocksComeOneAfterTheOther() {
    let events = Self.events([
      Self.start, #"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"f"}}"#,
      #"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"b","name":"g"}}"#,
      #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"b\":"}}"#,
      #"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#,
      #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"1}"}}"#,
      #"{"type":"content_block_stop","index":1}"#, #"{"type":"content_block_stop","index":0}"#,
      #"{"type":"message_delta","delta":{"stop_reason":"tool_use"}}"#, #"{"type":"message_stop"}"#,
    ])
    #expect(EventTrace.violations(events).isEmpty)
    var fold = ResponseFold()
    for event in events { fold.add(event) }
    let calls = fold.result.candidates.first?.parts.map { EventTrace.describe($0) }
    #expect(calls == ["call function a - f {}", #"call function b - g {"b":1}"#])
  }

  @Test func aNewKindOfDeltaStaysInItsBlock() {
    let delta = #"{"type":"content_block_delta","index":7,"delta":{"type":"shiny_delta","x":1}}"#
    let events = Self.events([
      Self.start, #"{"type":"content_block_start","index":7,"content_block":{"type":"text","text":"a"}}"#, delta,
      #"{"type":"content_block_stop","index":7}"#, delta,
      #"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#,
      #"{"type":"message_stop"}"#,
    ])
    let list = Self.stream(events)
    #expect(
      list.map(\.name) == [
        "message_start", "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop",
        "message_delta", "message_stop",
      ])
    #expect(list[3].data == #"{"type":"content_block_delta","index":0,"delta":{"type":"shiny_delta","x":1}}"#)
  }

  @Test func whatVendorsLeaveOutIsMadeUpFor() {
    let events = Self.events([
      #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}"#,
      #"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"a","name":"f","input":{"x":1}}}"#,
      #"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#,
    ])
    #expect(EventTrace.violations(events).isEmpty)
    let lines = EventTrace.lines(events)
    #expect(lines.contains(#"delta 0.1 input "{\"x\":1}""#))
    #expect(lines.contains("stop 0 toolUse -"), "a call makes it a tool turn whatever the vendor says")
    #expect(lines.last == "finished", "the stop reason was the last word")
  }

  @Test func nothingFollowsTheEnd() {
    let end = #"{"type":"message_stop"}"#
    let delta = #"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#
    let events = Self.events([Self.start, Self.start, delta, delta, end, end, Self.start, "[DONE]"])
    #expect(EventTrace.lines(events) == ["started m x -", "stop 0 endTurn -", "finished"])
  }

  @Test(arguments: [
    (["<html><h1>Bad gateway</h1></html>"], "failed badGateway the upstream's stream holds an event that is no JSON"),
    ([start, #"{"error":{"message":"no","type":"rate_limit_error"}}"#], "failed rateLimited no"),
    ([], "failed badGateway the upstream's stream ended early"),
  ])
  func aBrokenStreamFails(frames: [String], last: String) {
    #expect(EventTrace.lines(Self.events(frames)).last == last)
  }

  @Test func openAINamesOfCountsAreReadWhereAnthropicsAreZero() throws {
    let body = try JSON(
      parsing:
        #"{"content":[],"usage":{"input_tokens":0,"output_tokens":0,"prompt_tokens":7,"completion_tokens":8,"cache_read_input_tokens":2}}"#
    )
    let usage = try Self.dialect.readResponse(body, origin: nil).usage
    #expect(usage?.input == 9 && usage?.output == 8)
  }

  @Test func hugeAndNegativeCountsDoNoHarm() throws {
    let body = try JSON(
      parsing:
        #"{"content":[],"usage":{"input_tokens":9223372036854775807,"output_tokens":-5,"cache_read_input_tokens":5,"cache_creation_input_tokens":1e300}}"#
    )
    let usage = try Self.dialect.readResponse(body, origin: nil).usage
    #expect(usage?.input == .max && usage?.output == 0)
  }

  /// Why the model refused says more than that it did: a category, and what a retry elsewhere needs.
  @Test func theDetailsOfARefusalReachAnthropicsClientsAndAreALossElsewhere() throws {
    let details = #"{"type":"refusal","category":"cyber","explanation":"no","recommended_model":"m2"}"#
    let end = #"{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":\#(details)}}"#
    let events = Self.events([Self.start, end, #"{"type":"message_stop"}"#])
    let frames = try Passage.frames(StreamDriver.bytes(events, Self.dialect, reply: AnthropicLaw.reply()))
    #expect(frames.first { $0.name == "message_delta" }?.json.at("delta.stop_details")?.text == details)
    for other in [DialectID.openAIChat, .openAIResponses, .gemini] {
      var writer = DialectCatalog.dialect(other).makeEventWriter(for: try Passage.reply(other))
      var output: [UInt8] = []
      for event in events { writer.write(event, into: &output) }
      #expect(writer.losses.list.map(\.path) == ["message_delta"], "\(other)")
    }
    let plain = Self.events([
      Self.start,
      #"{"type":"message_delta","delta":{"stop_reason":"refusal","stop_details":{"type":"refusal","category":null,"explanation":"no"}}}"#,
    ])
    #expect(!plain.contains { if case .opaque = $0 { true } else { false } })
  }
}
