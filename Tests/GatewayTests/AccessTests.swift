import Conversation
import Routing
import Testing
import Upstream

@Suite struct AccessTests {
  private static func keyed() -> GatewaySettings {
    var settings = GatewaySettings()
    settings.serverKey = "gateway-secret"
    return settings
  }

  static let ways: [(name: String, value: String)] = [
    ("authorization", "Bearer gateway-secret"), ("x-api-key", "gateway-secret"), ("x-goog-api-key", "gateway-secret"),
    ("x-aor-key", "gateway-secret"),
  ]

  @Test func theKeyIsTakenWhereEachProtocolPutsIt() async throws {
    let upstream = ScriptedUpstream(.json(Conversations.response(.openAIChat)))
    try await GatewayFixture.run(.openAIChat, upstream, settings: Self.keyed()) { gateway in
      for way in Self.ways {
        let answer = try await gateway.post(
          "/v1/chat/completions", Conversations.request(.openAIChat), headers: [way])
        #expect(answer.status == 200, "\(way.name)")
      }
      let query = try await gateway.post("/v1/chat/completions?key=gateway-secret", Conversations.request(.openAIChat))
      #expect(query.status == 200)
    }
    for request in upstream.requests {
      #expect(!request.headers.contains { $0.value.contains("gateway-secret") })
      #expect(!request.url.contains("gateway-secret"))
      #expect(request.header("authorization") == "Bearer upstream-secret")
    }
  }

  @Test(arguments: DialectID.allCases)
  func aMissingOrWrongKeyIs401InTheClientsProtocol(client: DialectID) async throws {
    let upstream = ScriptedUpstream(.json(""))
    try await GatewayFixture.run(.openAIChat, upstream, settings: Self.keyed()) { gateway in
      let none = try await gateway.post(Conversations.path(client), Conversations.request(client))
      #expect(none.status == 401)
      let wrong = try await gateway.post(
        Conversations.path(client), Conversations.request(client), headers: [("authorization", "Bearer gateway-secreT")]
      )
      #expect(wrong.status == 401)
      #expect(!wrong.text.contains("gateway-secre"))
      #expect(gateway.records.all.map(\.errorKind) == ["missing_key", "wrong_key"])
      #expect(upstream.requests.isEmpty)
    }
  }

  @Test func aForeignHostOrOriginIs403AndNamesTheSetting() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      for (header, setting) in [
        (("host", "evil.example"), "server.allowedHosts"),
        (("origin", "https://evil.example"), "server.allowedOrigins"),
        (("origin", "null"), "server.allowedOrigins"),
      ] {
        let answer = try await gateway.post(
          "/v1/chat/completions", Conversations.request(.openAIChat), headers: [(header.0, header.1)])
        #expect(answer.status == 403)
        #expect(answer.text.contains(setting))
      }
    }
  }

  @Test(arguments: ["", "host: \r\n", "host: localhost.evil.example\r\n", "host: 127.0.0.1.evil.example\r\n"])
  func aRequestThatNamesNoHostOfOursIs403(line: String) async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      let answer = try await gateway.raw("GET /v1/models HTTP/1.1\r\n\(line)\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 403"))
    }
  }

  @Test(arguments: ["http://localhost:3000", "http://127.0.0.1", "vscode-webview://abc", "https://team.example"])
  func aKnownOriginIsLetInAndMayReadTheAnswer(origin: String) async throws {
    var settings = GatewaySettings()
    settings.allowedOrigins = ["https://team.example"]
    settings.allowedHosts = ["box.lan"]
    let upstream = ScriptedUpstream(.json(Conversations.response(.openAIChat)))
    try await GatewayFixture.run(.openAIChat, upstream, settings: settings) { gateway in
      let answer = try await gateway.post(
        "/v1/chat/completions", Conversations.request(.openAIChat),
        headers: [("origin", origin), ("host", "box.lan:8899")])
      #expect(answer.status == 200)
      #expect(answer.header("access-control-allow-origin") == origin)
      #expect(upstream.requests.first?.header("origin") == nil)
      let preflight = try await gateway.send(
        "OPTIONS", "/v1/chat/completions",
        headers: [("origin", origin), ("access-control-request-headers", "x-api-key")], body: nil)
      #expect(preflight.status == 204)
      #expect(preflight.header("access-control-allow-headers") == "x-api-key")
    }
  }

  @Test func aClientsCredentialNeverReachesTheProvider() async throws {
    let upstream = ScriptedUpstream { _ in .json(Conversations.response(.anthropic)) }
    try await GatewayFixture.run(.anthropic, upstream) { gateway in
      _ = try await gateway.post(
        "/v1/messages?beta=true&key=client-secret", Conversations.request(.anthropic),
        headers: [
          ("authorization", "Bearer client-secret"), ("x-api-key", "client-secret"), ("cookie", "a=client-secret"),
          ("anthropic-beta", "one,two"), ("anthropic-version", "2026-10-21"), ("x-stainless-lang", "swift"),
          ("x-forwarded-for", "10.0.0.1"),
        ])
    }
    let sent = try #require(upstream.requests.first)
    #expect(!sent.headers.contains { $0.value.contains("client-secret") })
    #expect(sent.url == "https://main.example/v1/messages?beta=true")
    #expect(sent.header("x-api-key") == "upstream-secret")
    #expect(sent.header("anthropic-beta") == "one,two")
    #expect(sent.header("anthropic-version") == "2026-10-21")
    #expect(sent.header("x-stainless-lang") == "swift")
    #expect(sent.header("x-forwarded-for") == nil)
    #expect(sent.header("user-agent")?.contains("aor/test") == true)
  }

  @Test func secretsAreMaskedInWhatIsKeptAndAnswered() async throws {
    var settings = Self.keyed()
    settings.captureBody = true
    let leaky = #"{"error":{"message":"bad key upstream-secret sent by gateway-secret"}}"#
    let upstream = ScriptedUpstream(.json(leaky, status: 401))
    try await GatewayFixture.run(.openAIChat, upstream, settings: settings) { gateway in
      let answer = try await gateway.post(
        "/v1/messages", Conversations.request(.anthropic, extra: #","metadata":{"user_id":"gateway-secret"}"#),
        headers: [("x-api-key", "gateway-secret")])
      #expect(!answer.text.contains("upstream-secret"))
      let record = try #require(gateway.records.last)
      #expect(record.capture != nil)
      let kept = "\(record)"
      #expect(!kept.contains("upstream-secret"))
      #expect(!kept.contains("gateway-secret"))
      #expect(kept.contains("***"))
    }
  }
}
