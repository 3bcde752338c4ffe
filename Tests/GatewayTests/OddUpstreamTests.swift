import Conversation
import Providers
import Routing
import Testing
import Upstream

/// Upstreams that answer what nobody expects.
@Suite(.timeLimit(.minutes(15))) struct OddUpstreamTests {
  @Test func aStreamForABodyOnlyItsUpstreamUnderstandsIsStillAnswered() async throws {
    let upstream = ScriptedUpstream(.stream(Conversations.stream(.openAIChat)))
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      let answer = try await gateway.post("/v1/chat/completions", #"{"model":"m","messages":"hello"}"#)
      #expect(answer.status == 200)
      #expect(answer.text.contains("good day"))
    }
  }

  @Test(arguments: ["\n", ""])
  func theLastEventReachesTheClientWithoutItsEmptyLine(ending: String) async throws {
    var pieces = Conversations.stream(.openAIChat)
    pieces[pieces.count - 1] = "data: [DONE]" + ending
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.stream(pieces))) { gateway in
      let answer = try await gateway.post("/v1/chat/completions", Conversations.request(.openAIChat, stream: true))
      #expect(gateway.records.last?.exchangePath == .patched)
      #expect(answer.text.hasSuffix("data: [DONE]" + ending))
    }
  }

  @Test(arguments: [0, 1, 101, 204, 302, 700, 99_999], DialectID.allCases)
  func aNumberInAnErrorIsNoStatusOfOurs(code: Int, client: DialectID) async throws {
    let error = #"{"error":{"code":\#(code),"message":"odd","status":"ODD"}}"#
    let answers: [ScriptedUpstream.Answer] = [
      .json(error), .json(error, status: max(400, min(code, 999))), .stream(["data: \(error)\n\n"]),
    ]
    for answer in answers {
      for dialect in DialectID.allCases {
        try await GatewayFixture.run(dialect, ScriptedUpstream(answer)) { gateway in
          for isStream in [false, true] {
            let answer = try await gateway.post(
              Conversations.path(client, stream: isStream), Conversations.request(client, stream: isStream))
            #expect((400...599).contains(answer.status))
          }
        }
      }
    }
  }

  @Test(arguments: ["nans", "-1e300s", "infs", "1e300s"])
  func aDelayThatIsNoneIsNoTrouble(delay: String) async throws {
    let error = #"{"error":{"code":429,"message":"slow","details":[{"retryDelay":"\#(delay)"}]}}"#
    try await GatewayFixture.run(.gemini, ScriptedUpstream(.json(error, status: 429))) { gateway in
      for client in DialectID.allCases {
        let answer = try await gateway.post(Conversations.path(client), Conversations.request(client))
        #expect(answer.status == 429)
      }
    }
  }

  @Test(arguments: DialectID.allCases)
  func aCredentialQuotedInAStreamIsMasked(client: DialectID) async throws {
    let failing = #"data: {"error":{"message":"no more for upstream-secret\#u{301}","type":"server_error"}}"# + "\n\n"
    let upstream = ScriptedUpstream(.stream(Conversations.beginning(.openAIChat) + [failing]))
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      guard client != .openAIChat else { return }
      let answer = try await gateway.post(
        Conversations.path(client, stream: true), Conversations.request(client, stream: true))
      #expect(answer.text.contains("no more for *"))
      #expect(!answer.text.contains("upstream-secre"))
      #expect(gateway.records.last?.errorMessage?.unicodeScalars.contains("*") == true)
    }
  }

  @Test func headersThatAreNoneAreLeftOut() async throws {
    let upstream = ScriptedUpstream(
      .json(
        Conversations.response(.openAIChat),
        headers: [("bad name", "a"), ("x-bad", "a\u{1}b"), ("x-own", "a"), ("connection", "x-own"), ("x-good", "é")]))
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      let answer = try await gateway.post("/v1/chat/completions", Conversations.request(.openAIChat))
      #expect(answer.status == 200)
      #expect(answer.header("x-good") != nil)
      #expect(answer.header("x-own") == nil)
    }
  }

  @Test(arguments: [
    ScriptedUpstream.Answer.failing(.connect("refused")), .json("<html>"), .json("{}", status: 500), .json("[]"),
  ])
  func aProviderThatListsNoModelsDoesNotSpoilTheList(answer: ScriptedUpstream.Answer) async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(answer)) { gateway in
      let list = try await gateway.get("/v1/models")
      #expect(list.status == 200)
      #expect(list.text.contains(#""data":[]"#))
    }
  }

  @Test(arguments: [
    "http://localhost:PORT/v1", "http://127.1:PORT/v1", "http://[::ffff:127.0.0.1]:PORT", "http://[::1]:PORT",
    "http://a.localhost.:PORT/v1",
  ])
  func aProviderThatIsThisGatewayIsNeverAsked(base: String) async throws {
    let upstream = ScriptedUpstream(.json(""))
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      gateway.use([
        ProviderEntry(
          provider: Provider(
            name: "main", endpoints: [Endpoint(.openAIChat, base.replacing("PORT", with: "\(gateway.port)"))]),
          credentials: [Credential(account: "default", accountID: "a", token: "t-secret")])
      ])
      #expect(try await gateway.get("/v1/models").status == 200)
      let answer = try await gateway.post("/v1/messages", Conversations.request(.anthropic))
      #expect(answer.status == 502)
      #expect(answer.text.contains("itself"))
      #expect(upstream.requests.isEmpty)
    }
  }
}
