import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// What vendors' streams do that the protocol does not say.
@Suite struct OpenAIChatStreamTests {
  /// Events of a stream whose chunks hold these choices; a line that begins with `{"` is a whole chunk.
  private func lines(_ choices: [String], end: String = "data: [DONE]\n\n") -> [String] {
    let text =
      choices.map { choice in
        let isChunk = choice.hasPrefix("{\"choices") || choice.hasPrefix("{\"error") || choice.hasPrefix("{\"id")
        return "data: " + (isChunk ? choice : #"{"id":"c","model":"m","choices":[\#(choice)]}"#) + "\n\n"
      }
      .joined() + end
    return EventTrace.lines(StreamDriver.events(Array(text.utf8), OpenAIChat()))
  }

  private func calls(_ deltas: [String], finish: String = "tool_calls") -> [String] {
    lines(
      deltas.map { #"{"index":0,"delta":{"tool_calls":[\#($0)]}}"# } + [#"{"delta":{},"finish_reason":"\#(finish)"}"#]
    )
    .filter { $0.contains("call") || $0.contains("input") || $0.hasPrefix("stop") || $0.hasPrefix("failed") }
  }

  @Test func interleavedCallsComeOneAfterTheOther() {
    let lines = EventTrace.lines(StreamDriver.events(OpenAIChatFixtures.stream("tools-interleaved"), OpenAIChat()))
    #expect(
      lines == [
        "started chatcmpl-f1 gpt-x -",
        "part 0.0 call function call_a - add ", #"delta 0.0 input "{\"a\":[1,{}]}""#, "end 0.0",
        "part 0.1 call function call_b - sub ", #"delta 0.1 input "{\"x\":\"}y\"}""#, "end 0.1",
        "part 0.2 text \"\"", #"delta 0.2 text "while calling""#, "end 0.2",
        "stop 0 toolUse -", "finished",
      ])
  }

  @Test(arguments: [
    (
      "no index",
      [
        "{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}",
        "{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}",
      ]
    ),
    (
      "index 0 for every call",
      [
        "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}",
        "{\"index\":0,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}",
      ]
    ),
    (
      "ids repeated",
      [
        "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}",
        "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"\",\"arguments\":\"}\"}}",
        "{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}",
      ]
    ),
    (
      "empty ids later",
      [
        "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}",
        "{\"index\":0,\"id\":\"\",\"function\":{\"name\":null,\"arguments\":\"{}\"}}",
        "{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}",
      ]
    ),
    (
      "a new id with every delta",
      [
        "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}",
        "{\"index\":0,\"id\":\"zz\",\"function\":{\"arguments\":\"}\"}}",
        "{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}",
      ]
    ),
    (
      "both in one delta",
      [
        "{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}"
      ]
    ),
    (
      "an object for arguments",
      [
        "{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":{}}}",
        "{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":{}}}",
      ]
    ),
    (
      "name before id",
      [
        "{\"index\":0,\"id\":\"a\",\"function\":{\"arguments\":\"{\"}}",
        "{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"}\"}}",
        "{\"index\":1,\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{}\"}}",
      ]
    ),
  ])
  func parallelCallsAreToldApart(vendor: String, deltas: [String]) {
    #expect(
      calls(deltas) == [
        "part 0.0 call function a - f ", #"delta 0.0 input "{}""#, "part 0.1 call function b - g ",
        #"delta 0.1 input "{}""#, "stop 0 toolUse -",
      ], "\(vendor)")
  }

  @Test func callsWithoutIdsAreToldApartByName() {
    #expect(
      calls([
        #"{"index":0,"function":{"name":"f","arguments":"{}"}}"#,
        #"{"index":0,"function":{"name":"f","arguments":"{\"a\":1}"}}"#,
      ])
        == [
          "part 0.0 call function - - f ", #"delta 0.0 input "{}""#, "part 0.1 call function - - f ",
          #"delta 0.1 input "{\"a\":1}""#, "stop 0 toolUse -",
        ])
  }

  @Test func callsDecideAgainstTheFinishReason() {
    #expect(
      calls([#"{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}"#], finish: "stop").last
        == "stop 0 toolUse -")
    #expect(lines([#"{"delta":{"content":"x"},"finish_reason":"tool_calls"}"#]).contains("stop 0 endTurn -"))
  }

  @Test func aCallWithoutANameFailsTheTurn() {
    #expect(
      calls([#"{"index":0,"id":"a","function":{"arguments":"{}"}}"#]).last?.hasPrefix("failed badGateway") == true)
  }

  @Test(arguments: [
    #"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"#,
    #"{"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}"#,
    #"{"choices":[{"delta":{},"finish_reason":"stop"}],"x_groq":{"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7}}}"#,
  ])
  func usageIsReadWhereverItComes(last: String) {
    let lines = lines([
      #"{"delta":{"content":"x"}}"#, #"{"delta":{},"finish_reason":"stop"}"#, #"{"choices":[],"usage":null}"#, last,
    ])
    #expect(lines.suffix(3) == ["usage in 5 out 2 read - write - reasoning -", "stop 0 endTurn -", "finished"])
  }

  @Test func theUsageChunkEndsTheStreamAndNothingFollows() {
    let text = EventTrace.lines(
      StreamDriver.events(OpenAIChatFixtures.stream("text") + OpenAIChatFixtures.stream("text"), OpenAIChat()))
    #expect(text.filter { $0 == "finished" }.count == 1)
    #expect(text.last == "finished")
  }

  @Test func aStreamWithoutDoneEndsByItsFinishReason() {
    #expect(lines([#"{"delta":{"content":"x"},"finish_reason":"stop"}"#], end: "").last == "finished")
    #expect(lines([#"{"delta":{"content":"x"}}"#], end: "").last == "failed badGateway the stream ended early")
    #expect(lines([#"{"delta":{"content":"x"}}"#]).last == "finished", "[DONE] says that it is whole")
    #expect(lines([]).last?.hasPrefix("failed badGateway") == true)
  }

  @Test(arguments: [
    (#"{"error":{"message":"overloaded","type":"overloaded_error"}}"#, "failed overloaded overloaded"),
    (#"{"error":{"code":429,"message":"slow"}}"#, "failed rateLimited slow"),
    (#"{"error":"boom"}"#, "failed server boom"),
    (#"{"id":"x","object":"error","message":"bad","type":"BadRequestError","code":400}"#, "failed invalidRequest bad"),
    (
      #"{"id":"x","choices":[{"delta":{"content":""}}],"error":{"code":400,"message":"Token limit reached"}}"#,
      "failed contextLength Token limit reached"
    ),
    (
      #"{"choices":[{"delta":{},"finish_reason":"error"}]}"#,
      "failed server the upstream ended the answer with an error"
    ),
  ])
  func errorsInsideAStreamEndIt(chunk: String, line: String) {
    #expect(lines([#"{"delta":{"content":"x"}}"#, chunk, #"{"delta":{"content":"y"}}"#]).last == line)
  }

  @Test func sourcesOfAWholeAnswerBecomeCitations() throws {
    let chunk =
      #"{"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}],"citations":["https://a"],"search_results":[{"title":"A","url":"https://a"}]}"#
    #expect(
      lines([chunk, chunk]).filter { $0.contains("annotation") } == [#"delta 0.0 annotation url("https://a") A"#])
    let body = #"{"choices":[{"message":{"content":"x"}}],"citations":["https://a"]}"#
    let response = try OpenAIChat().readResponse(JSON(parsing: body), origin: nil)
    #expect(EventTrace.lines(response.events()).contains(#"delta 0.0 annotation url("https://a") -"#))
    #expect(OpenAIChatLaw.common.responseRoundTrip(Array(body.utf8)) == [])
  }

  @Test func thinkingComesFirstHoweverAChunkOrdersIt() {
    let lines = lines([#"{"delta":{"content":"x","reasoning_content":"hm"},"finish_reason":"stop"}"#])
    #expect(lines.filter { $0.hasPrefix("delta") } == [#"delta 0.0 reasoning text 0 "hm""#, #"delta 0.1 text "x""#])
  }

  @Test func thinkTagsStayText() {
    #expect(
      lines([#"{"delta":{"content":"<think>a</think>b"},"finish_reason":"stop"}"#])[2]
        == #"delta 0.0 text "<think>a</think>b""#)
  }

  @Test(arguments: [
    #"{"delta":{"reasoning_content":"hm"}}"#, #"{"delta":{"reasoning":"hm"}}"#,
    #"{"delta":{"reasoning":"hm","reasoning_content":"hm"}}"#,
    #"{"delta":{"reasoning_content":"hm","reasoning":"hm"}}"#,
    #"{"delta":{"reasoning_details":[{"type":"reasoning.text","text":"hm"}]}}"#,
    #"{"delta":{"reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm"}]}}"#,
    #"{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]}]}}"#,
  ])
  func reasoningIsReadFromEveryVendorsMember(choice: String) {
    #expect(
      lines([choice, #"{"delta":{"content":"x"},"finish_reason":"stop"}"#])[1...4] == [
        "part 0.0 reasoning [] -", #"delta 0.0 reasoning text 0 "hm""#, "end 0.0", "part 0.1 text \"\"",
      ])
  }

  @Test func reasoningDetailsBecomeOneStateOfTheirOrigin() throws {
    let origin = SealOrigin("o")
    let events = StreamDriver.events(OpenAIChatFixtures.stream("reasoning-details"), OpenAIChat(), origin: origin)
    let states = events.compactMap { event -> ReasoningState? in
      guard case .partDelta(let delta) = event, case .state(let state) = delta.delta else { return nil }
      return state
    }
    #expect(states.count == 1)
    #expect(states.first?.origin == origin)
    let details = try JSON(parsing: states.first?.blob ?? "")
    #expect(details.elements.count == 1)
    #expect(details.elements.first?["text"]?.string == "two and two")
    #expect(details.elements.first?["signature"]?.string == "SIG")
  }
}
