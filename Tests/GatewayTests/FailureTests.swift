import Conversation
import Providers
import Routing
import Testing
import Upstream

@Suite struct FailureTests {
  @Test(arguments: Conversations.pairs)
  func aStreamThatBreaksOffEndsInTheClientsOwnErrorEvent(client: DialectID, upstream: DialectID) async throws {
    let begun = Conversations.beginning(upstream)
    for error in [nil, UpstreamError.closed("the connection was reset")] {
      let script = ScriptedUpstream(.stream(begun, error: error))
      try await GatewayFixture.run(upstream, script) { gateway in
        let answer = try await gateway.post(
          Conversations.path(client, stream: true), Conversations.request(client, stream: true))
        #expect(answer.status == 200)
        #expect(answer.text.contains(Conversations.errorMark(client)))
        #expect(!answer.text.contains(Conversations.endMark(client)))
        #expect(gateway.records.last?.errorKind != nil)
      }
    }
  }

  @Test(arguments: DialectID.allCases)
  func anEventThatIsCutInTheMiddleDoesNotReachTheClient(dialect: DialectID) async throws {
    var pieces = Conversations.beginning(dialect)
    pieces.append(String(Conversations.stream(dialect)[pieces.count].prefix(20)))
    let whole = pieces.dropLast().joined()
    try await GatewayFixture.run(dialect, ScriptedUpstream(.stream(pieces, error: .closed("reset")))) { gateway in
      let answer = try await gateway.post(
        Conversations.path(dialect, stream: true), Conversations.request(dialect, stream: true))
      #expect(answer.text.hasPrefix(whole))
      #expect(answer.text.dropFirst(whole.count).contains(Conversations.errorMark(dialect)))
    }
  }

  @Test(arguments: Conversations.pairs)
  func anUpstreamsRefusalKeepsItsStatusAndItsWords(client: DialectID, upstream: DialectID) async throws {
    let body =
      switch upstream {
      case .openAIChat, .openAIResponses:
        #"{"error":{"message":"slow down please","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}"#
      case .anthropic: #"{"type":"error","error":{"type":"rate_limit_error","message":"slow down please"}}"#
      case .gemini: #"{"error":{"code":429,"message":"slow down please","status":"RESOURCE_EXHAUSTED"}}"#
      }
    let script = ScriptedUpstream(
      .json(body, status: 429, headers: [("retry-after", "7"), ("x-ratelimit-limit", "5")]))
    try await GatewayFixture.run(upstream, script) { gateway in
      let answer = try await gateway.post(Conversations.path(client), Conversations.request(client))
      #expect(answer.status == 429)
      #expect(answer.header("retry-after") == "7")
      #expect(answer.header("x-ratelimit-limit") == "5")
      #expect(answer.text.contains("slow down please"))
      #expect(gateway.records.last?.attempts.first?.status == 429)
    }
  }

  @Test(arguments: DialectID.allCases)
  func anErrorAtTheBeginningOfAStreamBecomesAStatus(client: DialectID) async throws {
    let script = ScriptedUpstream(
      .stream([#"data: {"error":{"message":"no room","type":"server_error","code":"server_is_overloaded"}}"# + "\n\n"]))
    try await GatewayFixture.run(.openAIChat, script) { gateway in
      let answer = try await gateway.post(
        Conversations.path(client, stream: true), Conversations.request(client, stream: true))
      #expect(answer.status >= 500)
      #expect(answer.text.contains("no room"))
    }
  }

  static let broken: [(UpstreamError, Int)] = [
    (.connect("refused"), 502), (.resolve("no such host"), 502), (.tls("bad certificate"), 502),
    (.connectTimeout("late"), 504), (.firstByteTimeout("late"), 504), (.closed("gone"), 502),
    (.unavailable("no libcurl"), 500),
  ]

  @Test(arguments: broken.map(\.0), DialectID.allCases)
  func anUpstreamThatCannotBeReachedIsAStatusInTheClientsProtocol(error: UpstreamError, client: DialectID) async throws
  {
    let wanted = Self.broken.first { $0.0 == error }?.1
    try await GatewayFixture.run(.anthropic, ScriptedUpstream(.failing(error))) { gateway in
      let answer = try await gateway.post(Conversations.path(client), Conversations.request(client))
      #expect(answer.status == wanted)
      #expect(answer.text.contains("\"error\""))
      #expect(gateway.records.last?.errorKind != nil)
    }
  }

  @Test(arguments: ["<html><body>Bad gateway</body></html>", "", "{\"half\":"])
  func anAnswerThatIsNoneIs502(body: String) async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(body))) { gateway in
      for client in DialectID.allCases {
        let answer = try await gateway.post(Conversations.path(client), Conversations.request(client))
        #expect(answer.status == 502, "\(client)")
        #expect(!answer.text.contains("<html>"))
      }
    }
  }

  @Test func aRedirectIsNotFollowedAndSaysSo() async throws {
    let script = ScriptedUpstream(.json("", status: 302, headers: [("location", "https://elsewhere.example/")]))
    try await GatewayFixture.run(.openAIChat, script) { gateway in
      let answer = try await gateway.post("/v1/chat/completions", Conversations.request(.openAIChat))
      #expect(answer.status == 502)
      #expect(answer.text.contains("redirect"))
      #expect(answer.header("location") == nil)
    }
  }

  /// A Chat stream's first words.
  static let half = #"data: {"choices":[{"index":0,"delta":{"content":"half"}}]}"# + "\n\n"
  /// A call that is no use to a client that takes objects.
  static let unusableCall =
    #"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":"{}{}"}}]},"finish_reason":"tool_calls"}]}"#
    + "\n\n"

  @Test(arguments: [
    ScriptedUpstream.Answer.failing(.connect("refused")), .failing(.firstByteTimeout("late")),
    .json(#"{"error":{"message":"no"}}"#, status: 429), .json("<html>", status: 503), .json("not json"),
    .stream([#"data: {"error":{"message":"no"}}"# + "\n\n"]),
    .stream([half, #"data: {"error":{"message":"no"}}"# + "\n\n"]),
    .stream([half], error: .closed("gone")), .stream([half]), .stream([unusableCall, "data: [DONE]\n\n"]),
  ])
  func theNextTargetAnswersWhereTheFirstCannot(first: ScriptedUpstream.Answer) async throws {
    var settings = GatewaySettings()
    settings.captureBody = true
    let upstream = ScriptedUpstream { request in
      request.url.contains("first") ? first : .json(Conversations.response(.anthropic))
    }
    let gateway = try await GatewayFixture(
      upstream,
      providers: [GatewayFixture.provider("first", .openAIChat), GatewayFixture.provider("second", .anthropic)],
      groups: [GatewayFixture.everything("first", "second")], settings: settings)
    let answer = try await gateway.post("/v1/messages", Conversations.request(.anthropic))
    #expect(answer.status == 200)
    #expect(answer.text == Conversations.response(.anthropic))
    let record = try #require(gateway.records.last)
    #expect(record.attempts.map(\.provider) == ["first", "second"])
    #expect(record.provider == "second")
    #expect(record.errorKind == nil)
    #expect(record.capture?.upstreamResponseBody == Conversations.response(.anthropic), "not the first one's words")
    await gateway.stop()
  }

  @Test func aBadRequestIsNotTriedElsewhere() async throws {
    let upstream = ScriptedUpstream(.json(#"{"error":{"message":"wrong field"}}"#, status: 400))
    let gateway = try await GatewayFixture(
      upstream,
      providers: [GatewayFixture.provider("first", .openAIChat), GatewayFixture.provider("second", .openAIChat)],
      groups: [GatewayFixture.everything("first", "second")])
    let answer = try await gateway.post("/v1/chat/completions", Conversations.request(.openAIChat))
    #expect(answer.status == 400)
    #expect(upstream.requests.count == 1)
    await gateway.stop()
  }

  @Test func strictRefusesWhatWouldBeLost() async throws {
    var settings = GatewaySettings()
    settings.strict = true
    let upstream = ScriptedUpstream(.json(Conversations.response(.anthropic)))
    try await GatewayFixture.run(.anthropic, upstream, settings: settings) { gateway in
      let answer = try await gateway.post(
        "/v1/chat/completions", Conversations.request(.openAIChat, extra: #","seed":7"#))
      #expect(answer.status == 400)
      #expect(answer.text.contains("seed"))
      #expect(upstream.requests.isEmpty)
    }
  }

  @Test func aStoredResponseThatNobodyHasIsSaidInOpenAIsWords() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      let answer = try await gateway.post(
        "/v1/responses", #"{"model":"m","input":"x","previous_response_id":"resp_9"}"#)
      #expect(answer.status == 400)
      #expect(answer.text.contains("previous_response_not_found"))
    }
  }
}

extension ScriptedUpstream.Answer: CustomTestStringConvertible {
  var testDescription: String { "\(status) \(pieces.first?.prefix(20) ?? "") \(error.map { "\($0)" } ?? "")" }
}
