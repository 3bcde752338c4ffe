import Conversation
import Routing
import Testing
import Upstream

@Suite struct AnswerTests {
  @Test(arguments: Conversations.pairs)
  func aWholeAnswerArrivesInTheClientsProtocol(client: DialectID, upstream: DialectID) async throws {
    try await GatewayFixture.run(upstream, ScriptedUpstream(.json(Conversations.response(upstream)))) { gateway in
      let answer = try await gateway.post(Conversations.path(client), Conversations.request(client))
      #expect(answer.status == 200)
      #expect(answer.text.contains("good day"))
      if client == upstream { #expect(answer.text == Conversations.response(upstream)) }
      let record = try #require(gateway.records.last)
      #expect(record.clientDialect == client)
      #expect(record.upstreamDialect == upstream)
      #expect(record.exchangePath == (client == upstream ? .verbatim : .translated))
      #expect([record.inputTokens, record.outputTokens, record.cacheReadTokens] == [12, 3, 2])
      #expect(record.attempts.count == 1)
      #expect(answer.header("x-request-id") == record.id)
    }
  }

  @Test(arguments: Conversations.pairs)
  func aStreamArrivesInTheClientsProtocolAndEndsInItsOwnWay(client: DialectID, upstream: DialectID) async throws {
    try await GatewayFixture.run(upstream, ScriptedUpstream(.stream(Conversations.stream(upstream)))) { gateway in
      let answer = try await gateway.post(
        Conversations.path(client, stream: true), Conversations.request(client, stream: true))
      #expect(answer.status == 200)
      #expect(answer.header("content-type")?.hasPrefix("text/event-stream") == true)
      #expect(answer.text.contains(Conversations.endMark(client)))
      #expect(!answer.text.contains(Conversations.errorMark(client)))
      let record = try #require(gateway.records.last)
      #expect(record.errorKind == nil)
      #expect([record.inputTokens, record.outputTokens, record.cacheReadTokens] == [12, 3, 2])
    }
  }

  /// Nobody gets a stream who did not ask for one, and no upstream is asked for one.
  @Test(arguments: Conversations.pairs, ["", #","stream":null"#, #","stream":false"#])
  func aRequestThatSaysNothingOfStreamsGetsOneAnswer(
    pair: (client: DialectID, upstream: DialectID), said: String
  ) async throws {
    guard pair.client != .gemini else { return }
    let upstream = ScriptedUpstream(.json(Conversations.response(pair.upstream)))
    try await GatewayFixture.run(pair.upstream, upstream) { gateway in
      let answer = try await gateway.post(
        Conversations.path(pair.client), Conversations.request(pair.client, extra: said))
      #expect(answer.status == 200 && answer.header("content-type") == "application/json")
      #expect(!answer.text.contains("data:"))
      #expect(gateway.records.last?.isStream == false)
      let sent = try #require(upstream.requests.first)
      #expect(!sent.text.contains(#""stream":true"#) && !sent.url.contains("stream"))
    }
  }

  @Test(arguments: DialectID.allCases)
  func aStreamInOneProtocolIsRelayedByteForByte(dialect: DialectID) async throws {
    var quirks = Quirks()
    quirks.streamUsage = false
    let pieces = Conversations.stream(dialect)
    try await GatewayFixture.run(dialect, ScriptedUpstream(.stream(pieces)), quirks: quirks) { gateway in
      let answer = try await gateway.post(
        Conversations.path(dialect, stream: true), Conversations.request(dialect, stream: true))
      #expect(answer.text == pieces.joined())
      #expect(gateway.records.last?.exchangePath == .verbatim)
    }
  }

  @Test(arguments: DialectID.allCases)
  func aBodyInOneProtocolKeepsEveryByteButTheModelsName(dialect: DialectID) async throws {
    let extra = #" , "unknown" : {"b":1.0,"a":[ 1E5 ],"a":"\u00e9\/"}"#
    let upstream = ScriptedUpstream(.json(Conversations.response(dialect)))
    let route = Group(
      name: "default",
      routes: [Route(pattern: "default", targets: [RouteTarget(provider: "main", model: "other/name")])])
    let gateway = try await GatewayFixture(
      upstream, providers: [GatewayFixture.provider("main", dialect)], groups: [route])
    let body = Conversations.request(dialect, extra: extra)
    _ = try await gateway.post(Conversations.path(dialect), body)
    let sent = try #require(upstream.requests.first)
    if dialect == .gemini {
      #expect(sent.text == body)
      #expect(sent.url.hasSuffix("/models/other%2Fname:generateContent"))
    } else {
      #expect(sent.text == body.replacing(#""some-model""#, with: #""other/name""#))
    }
    await gateway.stop()
  }

  @Test func usageIsAskedForAndHiddenFromAChatClientThatDidNotAsk() async throws {
    let upstream = ScriptedUpstream(.stream(Conversations.stream(.openAIChat)))
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      let answer = try await gateway.post("/v1/chat/completions", Conversations.request(.openAIChat, stream: true))
      #expect(upstream.requests.first?.text.contains(#""stream_options":{"include_usage":true}"#) == true)
      #expect(!answer.text.contains("prompt_tokens"))
      let expected = Conversations.stream(.openAIChat).filter { !$0.contains("\"choices\":[]") }.joined()
      #expect(answer.text == expected)
      #expect(gateway.records.last?.exchangePath == .patched)
      #expect(gateway.records.last?.inputTokens == 12)
    }
  }

  @Test(arguments: Conversations.pairs)
  func aStreamForAClientThatWantedOneAnswerIsFolded(client: DialectID, upstream: DialectID) async throws {
    try await GatewayFixture.run(upstream, ScriptedUpstream(.stream(Conversations.stream(upstream)))) { gateway in
      let answer = try await gateway.post(Conversations.path(client), Conversations.request(client))
      #expect(answer.status == 200)
      #expect(answer.header("content-type") == "application/json")
      #expect(answer.text.contains("good day"))
      #expect(answer.text.first == "{")
    }
  }

  @Test(arguments: Conversations.pairs)
  func oneAnswerForAClientThatWantedAStreamIsStreamed(client: DialectID, upstream: DialectID) async throws {
    try await GatewayFixture.run(upstream, ScriptedUpstream(.json(Conversations.response(upstream)))) { gateway in
      let answer = try await gateway.post(
        Conversations.path(client, stream: true), Conversations.request(client, stream: true))
      #expect(answer.status == 200)
      #expect(answer.text.contains(Conversations.endMark(client)))
      #expect(answer.text.contains("good day"))
    }
  }

  @Test func aStreamWithoutItsTypeIsRecognisedByItsFirstBytes() async throws {
    var answer = ScriptedUpstream.Answer.stream(Conversations.stream(.openAIChat))
    answer.headers = [("content-type", "text/plain")]
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(answer)) { gateway in
      let answer = try await gateway.post("/v1/messages", Conversations.request(.anthropic, stream: true))
      #expect(answer.text.contains("message_stop"))
    }
  }
}
