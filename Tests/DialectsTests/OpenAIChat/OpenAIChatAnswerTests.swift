import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// What a Chat client gets for answers of other protocols, and how errors cross.
@Suite struct OpenAIChatAnswerTests {
  private static let answer: ConversationResponse = {
    var response = ConversationResponse(id: "msg_1", model: "up", createdAt: 5)
    let state = ReasoningState(dialect: .anthropic, kind: .signature, blob: "SIG", origin: nil)
    response.candidates = [
      Candidate(
        parts: [
          Part(.reasoning(Reasoning([Reasoning.Segment(.text, "hm"), Reasoning.Segment(.text, "so")])), state: state),
          Part(.text(Text("See"))),
          Part(.text(Text(" é.", annotations: [Annotation(.url("https://e"), title: "T", start: 0, end: 2)]))),
          Part(.toolCall(ToolCall(id: "toolu_1", name: "f", input: #"{"a":1}"#))),
          Part(.toolCall(ToolCall(id: nil, name: "g", input: ""))),
        ], stop: Stop(.toolUse, original: "tool_use", dialect: .anthropic))
    ]
    var usage = Usage(input: 100, output: 20, cacheRead: 60, cacheWrite: 30, reasoning: 5)
    usage.original = Usage.Original(OpaquePart(.anthropic, .emptyObject))
    response.usage = usage
    return response
  }()

  private func reply(includesUsage: Bool = true) -> ReplyContext {
    var request = ConversationRequest(model: "asked")
    request.includesStreamUsage = includesUsage
    return ReplyContext(request: request, model: "asked", exchangeID: "x1", createdAt: 7)
  }

  @Test func anAnswerHoldsEverythingChatCanSay() {
    var losses = Losses()
    let bytes = OpenAIChat().writeResponse(Self.answer, for: reply(), losses: &losses)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == #"{"id":"msg_1","object":"chat.completion","created":5,"model":"asked","choices":[{"index":0,"message":{"role":"assistant","content":"See é.","refusal":null,"reasoning_content":"hm\n\nso","annotations":[{"type":"url_citation","url_citation":{"start_index":3,"end_index":5,"title":"T","url":"https://e"}}],"tool_calls":[{"id":"toolu_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},{"id":"call_x1_4","type":"function","function":{"name":"g","arguments":"{}"}}]},"logprobs":null,"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":30},"completion_tokens_details":{"reasoning_tokens":5}}}"#
    )
    #expect(losses.isEmpty, "the gateway keeps the state")
  }

  @Test func aStreamTellsTheSameAsTheWholeAnswer() throws {
    var losses = Losses()
    let whole = OpenAIChat().writeResponse(Self.answer, for: reply(), losses: &losses)
    let response = try OpenAIChat().readResponse(JSON(parsing: whole), origin: nil)
    let stream = StreamDriver.bytes(Self.answer.events(), OpenAIChat(), reply: reply())
    var fold = ResponseFold()
    for event in StreamDriver.events(stream, OpenAIChat()) { fold.add(event) }
    #expect(EventTrace.lines(fold.result.events()) == EventTrace.lines(response.events()))
  }

  private func chunks(_ events: [ConversationEvent], includesUsage: Bool = true) -> [JSON] {
    let bytes = StreamDriver.bytes(events, OpenAIChat(), reply: reply(includesUsage: includesUsage))
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n\n").compactMap {
      try? JSON(parsing: String($0.dropFirst("data: ".count)))
    }
  }

  @Test func aStreamHasTheFrameSDKsCountOn() throws {
    let bytes = StreamDriver.bytes(Self.answer.events(), OpenAIChat(), reply: reply())
    let chunks = chunks(Self.answer.events())
    #expect(Set(chunks.map { $0["id"]?.string }) == ["msg_1"])
    #expect(Set(chunks.map { $0["model"]?.string }) == ["asked"])
    #expect(chunks.first?["choices"]?.elements.first?["delta"]?["role"]?.string == "assistant")
    #expect(chunks.dropLast().allSatisfy { $0["usage"]?.isNull == true })
    #expect(chunks.last?["choices"]?.text == "[]")
    #expect(chunks.last?["usage"]?["prompt_tokens"]?.int == 100)
    #expect(chunks.dropLast().last?["choices"]?.elements.first?["finish_reason"]?.string == "tool_calls")
    #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("\n\ndata: [DONE]\n\n"))
  }

  @Test func usageIsToldOnlyToWhoAsked() {
    #expect(chunks(Self.answer.events(), includesUsage: false).allSatisfy { $0["usage"] == nil })
  }

  @Test func anErrorEndsTheStreamWithoutDone() {
    let events: [ConversationEvent] = [
      .started(ResponseStart(id: "a")), .partStarted(PartStart(index: 0, part: .text("par"))),
      .failed(UpstreamFailure(.overloaded, message: "busy")), .finished,
    ]
    let text = String(decoding: StreamDriver.bytes(events, OpenAIChat(), reply: reply()), as: UTF8.self)
    #expect(
      text.hasSuffix(
        "data: {\"error\":{\"message\":\"busy\",\"type\":\"service_unavailable_error\",\"param\":null,\"code\":null}}\n\n"
      ))
  }

  @Test func aCallThatCannotBeReadIsAnErrorAndNoCleanStop() {
    let events: [ConversationEvent] = [
      .started(ResponseStart()), .candidateFinished(index: 0, Stop(.malformedToolCall)), .finished,
    ]
    #expect(chunks(events).last?["error"]?["code"]?.string == "bad_gateway")
  }

  @Test func aCallThatWasCutOffIsNotMadeWhole() {
    func chunksOfCall(_ reason: Stop.Reason) -> String {
      let part = Part(.toolCall(ToolCall(id: "a", name: "f", input: "")))
      return chunks([
        .started(ResponseStart()), .partStarted(PartStart(index: 0, part: part)), .partFinished(PartEnd(index: 0)),
        .candidateFinished(index: 0, Stop(reason)), .finished,
      ]).map(\.text).joined()
    }
    #expect(chunksOfCall(.toolUse).contains(#""arguments":"{}""#))
    #expect(!chunksOfCall(.maxTokens).contains(#""arguments":"{}""#))
  }

  @Test func whatHasNoWordsIsDeclared() {
    var writer = OpenAIChat().makeEventWriter(for: reply())
    var output: [UInt8] = []
    for event in [
      ConversationEvent.started(ResponseStart()),
      .partStarted(PartStart(index: 0, part: Part(.opaque(OpaquePart(.anthropic, .emptyObject))))),
      .partFinished(PartEnd(index: 0)),
      .partStarted(PartStart(index: 1, part: Part(.image(Media(.base64("AA==")))))), .partFinished(PartEnd(index: 1)),
    ] { writer.write(event, into: &output) }
    #expect(writer.losses.list.map(\.path) == ["content[0]", "content[1]"])
  }

  @Test(arguments: [
    (Stop.Reason.endTurn, "stop"), (.stopSequence, "stop"), (.pauseTurn, "stop"), (.maxTokens, "length"),
    (.contextWindow, "length"), (.toolUse, "stop"), (.refusal, "content_filter"),
  ])
  func everyStopHasAFinishReason(reason: Stop.Reason, word: String) {
    let last = chunks([.started(ResponseStart()), .candidateFinished(index: 0, Stop(reason)), .finished]).last
    #expect(last?["choices"]?.elements.first?["finish_reason"]?.string == word)
  }

  @Test(arguments: [
    (#"{"prompt_tokens":10,"completion_tokens":5,"prompt_cache_hit_tokens":4}"#, 10, 5, 4, nil as Int?),
    (#"{"prompt_tokens":0,"input_tokens":10,"completion_tokens":0,"output_tokens":5}"#, 10, 5, nil, nil),
    (
      #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":22,"completion_tokens_details":{"reasoning_tokens":7}}"#,
      10, 12, nil, 7
    ),
    (
      #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"completion_tokens_details":{"reasoning_tokens":3},"prompt_tokens_details":null}"#,
      10, 5, nil, 3
    ),
    (#"{"prompt_tokens":10,"completion_tokens":5,"cached_tokens":2}"#, 10, 5, 2, nil),
  ])
  func vendorsCountsMeanTheSame(text: String, input: Int, output: Int, cached: Int?, reasoning: Int?) throws {
    let body = #"{"choices":[{"message":{"content":"x"}}],"usage":\#(text)}"#
    let usage = try OpenAIChat().readResponse(JSON(parsing: body), origin: nil).usage
    #expect(usage?.input == input && usage?.output == output)
    #expect(usage?.cacheRead == cached && usage?.reasoning == reasoning)
  }

  // MARK: - Failures

  @Test(arguments: [
    (
      400,
      #"{"error":{"message":"This model's maximum context length is 8192 tokens.","code":"context_length_exceeded"}}"#,
      UpstreamFailure.Kind.contextLength
    ),
    (400, #"{"error":{"message":"prompt is too long: 9 tokens > 8 maximum"}}"#, .contextLength),
    (
      400,
      #"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#,
      .contextLength
    ),
    (
      429,
      #"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
      .billing
    ),
    (429, #"{"error":{"message":"slow down","code":"rate_limit_exceeded"}}"#, .rateLimited),
    (429, #"{"error":{"message":"The engine is currently overloaded","type":"engine_overloaded_error"}}"#, .overloaded),
    (529, "{}", .overloaded), (503, "<html><style>b{}</style><h1>Busy</h1></html>", .overloaded),
    (401, #"{"error":"no"}"#, .authentication), (404, #"{"detail":"Not Found"}"#, .notFound),
    (422, #"{"detail":[{"loc":["body"],"msg":"field required"}]}"#, .unprocessable),
    (500, "", .server), (400, #"[{"error":{"message":"x"}}]"#, .invalidRequest),
    (413, #"{"error":{"message":"too big"}}"#, .requestTooLarge),
  ])
  func errorsOfEveryShapeAreUnderstood(status: Int, body: String, kind: UpstreamFailure.Kind) {
    let failure = OpenAIChat().readFailure(status: status, body: Array(body.utf8))
    #expect(failure.kind == kind)
    #expect(!failure.message.isEmpty && !failure.message.contains("<"))
    #expect(failure.status == status)
  }

  @Test func anErrorInOpenAIsShapeGoesOutAsItCame() throws {
    let body = #"{"error":{"message":"m","type":"t","param":null,"code":"c","extra":1}}"#
    let failure = OpenAIChat().readFailure(status: 418, body: Array(body.utf8))
    let reply = OpenAIChat().writeFailure(failure, requestID: "r")
    #expect(reply.status == 418)
    #expect(String(decoding: reply.body, as: UTF8.self) == body)
  }

  @Test(arguments: UpstreamFailure.Kind.allCases)
  func everyKindHasAnEnvelopeThatReadsBackAsItself(kind: UpstreamFailure.Kind) throws {
    let reply = OpenAIChat().writeFailure(UpstreamFailure(kind, message: "why"), requestID: "r")
    let error = try #require(try JSON(parsing: reply.body)["error"])
    #expect(error.members.map(\.key) == ["message", "type", "param", "code"])
    #expect((400..<600).contains(reply.status))
    let again = OpenAIChat().readFailure(status: reply.status, body: reply.body)
    #expect(again.kind == (kind == .cancelled ? .invalidRequest : kind))
  }

  @Test func anErrorInsideA200IsAFailure() throws {
    let body = #"{"error":{"message":"Provider returned error","code":502}}"#
    let response = try OpenAIChat().readResponse(JSON(parsing: body), origin: nil)
    #expect(response.failure?.kind == .badGateway)
    #expect(response.failure?.message == "Provider returned error")
  }

  @Test(arguments: ["[]", "{}", #"{"choices":3}"#, #"{"choices":[3]}"#, #"{"choices":[{"message":{"content":3}}]}"#])
  func anAnswerThatIsNoneIsRefused(text: String) throws {
    let body = try JSON(parsing: text)
    #expect(throws: DialectError.self) { try OpenAIChat().readResponse(body, origin: nil) }
  }

  @Test(arguments: [DialectID.openAIResponses, .anthropic, .gemini])
  func whatIsNullOrEmptyInAnAnswerIsNoLossElsewhere(client: DialectID) throws {
    let body = #"""
      {"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant",
      "content":"hi","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}]}
      """#
    let response = try OpenAIChat().readResponse(JSON(parsing: body), origin: nil)
    var losses = Losses()
    _ = DialectCatalog.dialect(client).writeResponse(response, for: reply(), losses: &losses)
    #expect(losses.list.isEmpty)
  }
}
