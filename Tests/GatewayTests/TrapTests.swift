import Conversation
import Providers
import Routing
import Testing
import Upstream
import Wire

/// Headers, failures and histories that go wrong only once a whole gateway stands between client and provider.
@Suite(.timeLimit(.minutes(15))) struct TrapTests {
  // MARK: - Headers

  static let limits: [(name: String, value: String)] = [
    ("anthropic-ratelimit-unified-status", "allowed_warning"),
    ("anthropic-ratelimit-unified-5h-utilization", "0.93"), ("anthropic-ratelimit-requests-remaining", "1"),
    ("retry-after", "7"),
  ]

  /// Claude Code knows its plan's windows from these headers alone.
  @Test(arguments: DialectID.allCases, [false, true])
  func quotaHeadersReachTheClientOnAnswersStreamsAndErrors(client: DialectID, isStream: Bool) async throws {
    var answer =
      isStream
      ? ScriptedUpstream.Answer.stream(Conversations.stream(.anthropic))
      : .json(Conversations.response(.anthropic))
    answer.headers += Self.limits + [("request-id", "req_up")]
    let refused = ScriptedUpstream.Answer.json(
      #"{"type":"error","error":{"type":"rate_limit_error","message":"no more"}}"#, status: 429,
      headers: Self.limits + [("request-id", "req_up")])
    for (scripted, status) in [(answer, 200), (refused, 429)] {
      try await GatewayFixture.run(.anthropic, ScriptedUpstream(scripted)) { gateway in
        let got = try await gateway.post(
          Conversations.path(client, stream: isStream), Conversations.request(client, stream: isStream))
        #expect(got.status == status)
        for limit in Self.limits { #expect(got.header(limit.name) == limit.value, "\(limit.name)") }
        #expect(got.header(client == .anthropic ? "request-id" : "x-upstream-request-id") == "req_up")
      }
    }
  }

  @Test func betaHeadersStayBehindWhereTheProviderRefusesThem() async throws {
    let headers: [(name: String, value: String)] = [
      ("anthropic-beta", "interleaved-thinking-2025-05-14,context-management-2025-06-27"),
      ("anthropic-version", "2023-06-01"),
    ]
    let body = Conversations.request(.anthropic, extra: #","context_management":{"edits":[]}"#)
    for strips in [true, false] {
      var quirks = Quirks()
      quirks.stripBetas = strips
      let upstream = ScriptedUpstream(.json(Conversations.response(.anthropic)))
      try await GatewayFixture.run(.anthropic, upstream, quirks: quirks) { gateway in
        _ = try await gateway.post("/v1/messages?beta=true", body, headers: headers)
      }
      let sent = try #require(upstream.requests.first)
      #expect(sent.header("anthropic-beta") == (strips ? nil : headers[0].value))
      #expect(sent.header("anthropic-version") == "2023-06-01")
      #expect(sent.text.contains("context_management") == !strips)
    }
  }

  /// A compressed stream arrives in lumps; what the client could decode is not what we can read.
  @Test(arguments: DialectID.allCases)
  func theClientsEncodingsAreNotAskedOfTheUpstream(client: DialectID) async throws {
    for dialect in [client, .openAIChat] {
      let upstream = ScriptedUpstream(.json(Conversations.response(dialect)))
      try await GatewayFixture.run(dialect, upstream) { gateway in
        let answer = try await gateway.post(
          Conversations.path(client), Conversations.request(client), headers: [("accept-encoding", "br, zstd")])
        #expect(answer.header("content-encoding") == nil)
      }
      #expect(upstream.requests.first?.header("accept-encoding") == nil)
    }
  }

  // MARK: - Failures

  /// A spent quota and a passing load both move on; alone, each keeps its own name.
  @Test(arguments: [
    (429, "rate_limit_error", "rate_limit_exceeded"), (529, "overloaded_error", "server_is_overloaded"),
    (429, "overloaded_error", "server_is_overloaded"),
  ])
  func aSpentQuotaAndAPassingLoadMoveOnUnderTheirOwnNames(status: Int, type: String, code: String) async throws {
    let error = #"{"type":"error","error":{"type":"\#(type)","message":"not now"}}"#
    let upstream = ScriptedUpstream { request in
      request.url.contains("first") ? .json(error, status: status) : .json(Conversations.response(.anthropic))
    }
    let both = try await GatewayFixture(
      upstream,
      providers: [GatewayFixture.provider("first", .anthropic), GatewayFixture.provider("second", .anthropic)],
      groups: [GatewayFixture.everything("first", "second")])
    #expect(try await both.post("/v1/messages", Conversations.request(.anthropic)).status == 200)
    #expect(both.records.last?.attempts.map(\.provider) == ["first", "second"])
    await both.stop()
    try await GatewayFixture.run(.anthropic, ScriptedUpstream(.json(error, status: status))) { gateway in
      let anthropic = try await gateway.post("/v1/messages", Conversations.request(.anthropic))
      #expect(anthropic.text == error && anthropic.status == status)
      let responses = try await gateway.post("/v1/responses", Conversations.request(.openAIResponses))
      #expect(responses.text.contains(code))
    }
  }

  /// A warning about the quota is no failure.
  @Test func anAnswerWithAWarningIsAnAnswer() async throws {
    let upstream = ScriptedUpstream(.json(Conversations.response(.anthropic), headers: Self.limits))
    try await GatewayFixture.run(.anthropic, upstream) { gateway in
      let answer = try await gateway.post("/v1/messages", Conversations.request(.anthropic))
      #expect(answer.text == Conversations.response(.anthropic))
      #expect(gateway.records.last?.errorKind == nil && upstream.requests.count == 1)
    }
  }

  /// Vendors say 200, name the answer and only then that they are overloaded.
  @Test(arguments: DialectID.allCases)
  func aFailureRightBehindTheStartIsStillAStatusOrAnotherAttempt(client: DialectID) async throws {
    let failed =
      Conversations.stream(.openAIResponses).prefix(1) + [
        "event: response.failed\ndata: "
          + #"{"type":"response.failed","response":{"id":"resp_1","object":"response","created_at":1,"status":"failed","model":"m","output":[],"error":{"code":"server_is_overloaded","message":"no room"}}}"#
          + "\n\n"
      ]
    let upstream = ScriptedUpstream { request in
      request.url.contains("first") ? .stream(Array(failed)) : .stream(Conversations.stream(.openAIChat))
    }
    let gateway = try await GatewayFixture(
      upstream,
      providers: [GatewayFixture.provider("first", .openAIResponses), GatewayFixture.provider("second", .openAIChat)],
      groups: [GatewayFixture.everything("first", "second")])
    let answer = try await gateway.post(
      Conversations.path(client, stream: true), Conversations.request(client, stream: true))
    #expect(answer.status == 200 && answer.text.contains(Conversations.endMark(client)))
    #expect(!answer.text.contains("no room"))
    #expect(gateway.records.last?.attempts.map(\.provider) == ["first", "second"])
    await gateway.stop()
    try await GatewayFixture.run(.openAIResponses, ScriptedUpstream(.stream(Array(failed)))) { gateway in
      let alone = try await gateway.post(
        Conversations.path(client, stream: true), Conversations.request(client, stream: true))
      #expect(alone.status == (client == .anthropic ? 529 : 503))
      #expect(alone.text.contains("no room"))
    }
  }

  /// Failures in the guise of whole answers: half done, or with a call that nobody can make.
  static let guises: [(upstream: DialectID, body: String)] = [
    (
      .openAIResponses,
      Conversations.response(.openAIResponses).replacing(
        #""status":"completed","model""#,
        with: #""status":"failed","error":{"code":"server_error","message":"it broke"},"model""#)
    ),
    (
      .openAIChat,
      #"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#
    ),
    (
      .gemini,
      #"{"candidates":[{"content":{"parts":[{"text":"I will"}],"role":"model"},"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"it broke","index":0}]}"#
    ),
  ]

  @Test(arguments: guises.indices, DialectID.allCases)
  func aFailureInTheGuiseOfAnAnswerIsAnError(index: Int, client: DialectID) async throws {
    let (upstream, body) = Self.guises[index]
    guard client != upstream else { return }
    let line = "data: " + body + "\n\n"
    for (answer, asksForStream) in [
      (ScriptedUpstream.Answer.json(body), false), (.json(body), true), (.stream([line]), false),
    ] {
      // As a stream the Responses answer would be another shape.
      if upstream != .gemini, !answer.headers.contains(where: { $0.value == "application/json" }) { continue }
      try await GatewayFixture.run(upstream, ScriptedUpstream(answer)) { gateway in
        let got = try await gateway.post(
          Conversations.path(client, stream: asksForStream), Conversations.request(client, stream: asksForStream))
        #expect((500...599).contains(got.status), "\(got.status) \(got.text)")
        #expect(got.text.contains("\"error\""))
        #expect(gateway.records.last?.errorKind != nil)
      }
    }
  }

  // MARK: - Histories and shapes

  /// A Chat client has no place for Google's signature: it returns by the call's id, to the first call of its batch.
  @Test(arguments: [false, true])
  func aChatClientsNextTurnBringsGeminisSignatureBack(isStream: Bool) async throws {
    let calls =
      #"{"candidates":[{"content":{"parts":[{"functionCall":{"id":"g1","name":"look","args":{"a":1}},"thoughtSignature":"U0lHLUc="},{"functionCall":{"id":"g2","name":"look","args":{"a":2}}}],"role":"model"},"finishReason":"STOP","index":0}]}"#
    let upstream = ScriptedUpstream(isStream ? .stream(["data: \(calls)\r\n\r\n"]) : .json(calls))
    let tool =
      #","tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{}}}}]"#
    try await GatewayFixture.run(.gemini, upstream) { gateway in
      _ = try await gateway.post(
        "/v1/chat/completions", Conversations.request(.openAIChat, stream: isStream, extra: tool))
      let next =
        #"{"model":"some-model","messages":[{"role":"user","content":"hello"},{"role":"assistant","content":null,"tool_calls":[{"id":"g1","type":"function","function":{"name":"look","arguments":"{\"a\":1}"}},{"id":"g2","type":"function","function":{"name":"look","arguments":"{\"a\":2}"}}]},{"role":"tool","tool_call_id":"g1","content":"x"},{"role":"tool","tool_call_id":"g2","content":"y"}]\#(tool)}"#
      _ = try await gateway.post("/v1/chat/completions", next)
      let sent = try JSON(parsing: Array(try #require(upstream.requests.last).text.utf8))
      let contents = Array(sent["contents"]?.elements ?? JSON.null.elements)
      let parts = try #require(contents.dropFirst().first?["parts"]).elements
      #expect(parts.map { $0["thoughtSignature"]?.string } == ["U0lHLUc=", nil])
    }
  }

  /// Without `alt=sse` Google's stream is one array, and its clients parse it as such.
  @Test(arguments: DialectID.allCases)
  func aGeminiClientWithoutEventsGetsOneArray(upstream: DialectID) async throws {
    try await GatewayFixture.run(upstream, ScriptedUpstream(.stream(Conversations.stream(upstream)))) { gateway in
      let answer = try await gateway.post(
        "/v1beta/models/some-model:streamGenerateContent", Conversations.request(.gemini))
      guard upstream != .gemini else { return }
      let array = try JSON(parsing: Array(answer.text.utf8))
      #expect(array.isArray && !answer.text.contains("data:"))
      let text = array.elements.compactMap {
        $0["candidates"]?.elements.first { _ in true }?["content"]?["parts"]?.elements.first { _ in true }?["text"]?
          .string
      }
      #expect(text.joined() == "good day")
    }
  }

  /// An upstream may send its array cut anywhere, also through a character.
  @Test func anArrayOfChunksIsReadHoweverItIsCut() async throws {
    let first = #"[{"candidates":[{"content":{"parts":[{"text":"good "}],"role":"model"},"index":0}]}"#
    let second =
      ","
      + #"{"candidates":[{"content":{"parts":[{"text":"day"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":3,"totalTokenCount":15}}]"#
    let text = first + second
    let pieces = stride(from: 0, to: text.count, by: 7).map { String(text.dropFirst($0).prefix(7)) }
    var answer = ScriptedUpstream.Answer.json("")
    answer.pieces = pieces
    for isStream in [false, true] {
      try await GatewayFixture.run(.gemini, ScriptedUpstream(answer)) { gateway in
        let got = try await gateway.post(
          Conversations.path(.anthropic, stream: isStream), Conversations.request(.anthropic, stream: isStream))
        #expect(got.status == 200)
        #expect(got.text.contains("good ") && got.text.contains("day"))
        #expect(gateway.records.last?.outputTokens == 3)
      }
    }
  }

  @Test func codexGetsItsOwnShapeOfTheModelList() async throws {
    let list = #"{"object":"list","data":[{"id":"one","object":"model"}]}"#
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(list))) { gateway in
      let answer = try await gateway.get("/v1/models?client_version=0.150.0")
      #expect(answer.status == 200)
      #expect(try JSON(parsing: Array(answer.text.utf8))["models"]?.isArray == true)
    }
  }

  /// Compaction is the vendor's: the body goes to a provider that has it, byte for byte.
  ///
  /// `CompactionTests` has what happens elsewhere.
  @Test func aCompactionGoesToAProviderThatHasIt() async throws {
    let body = #"{"model":"some-model","input":[{"role":"user","content":"q"}],"instructions":"i","x":1.0}"#
    let answer =
      #"{"id":"resp_1","object":"response.compaction","output":[{"type":"compaction","encrypted_content":"ENC"}]}"#
    let upstream = ScriptedUpstream(.json(answer))
    try await GatewayFixture.run(.openAIResponses, upstream) { gateway in
      let got = try await gateway.post("/v1/responses/compact", body)
      #expect(got.status == 200 && got.text == answer)
      #expect(upstream.requests.first?.url == "https://main.example/v1/responses/compact")
      #expect(upstream.requests.first?.text == body)
      // The newer way: an item of the ordinary request, and one item back.
      let trigger =
        #"{"model":"some-model","input":[{"role":"user","content":"q"},{"type":"compaction_trigger"}],"store":false}"#
      _ = try await gateway.post("/v1/responses", trigger)
      #expect(upstream.requests.last?.text == trigger)
    }
  }
}
