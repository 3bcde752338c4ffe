import Conversation
import NIOCore
import Routing
import Testing
import Upstream
import Wire

@Suite struct SurfaceTests {
  static let generations: [(String, DialectID)] = [
    ("/oc/default", .openAIChat), ("/oc/default/chat/completions", .openAIChat),
    ("/oc/default/v1/chat/completions", .openAIChat), ("/oc/default/v1/v1/chat/completions", .openAIChat),
    ("/v1/chat/completions", .openAIChat), ("/chat/completions", .openAIChat), ("/v1/chat/completions/", .openAIChat),
    ("/oc/default/responses", .openAIResponses), ("/v1/responses?x=1", .openAIResponses),
    ("/oc/default/messages", .anthropic), ("/oc/default/v1/messages?beta=true", .anthropic),
    ("/oc/default/v1beta/models/m:generateContent", .gemini), ("/oc/default/v1/models/m:generateContent", .gemini),
    ("/v1beta/models/a%2Fb:generateContent?key=abc", .gemini),
  ]

  @Test(arguments: generations.map(\.0))
  func theEntryPointsOfEveryClientAreKnown(path: String) async throws {
    let dialect = try #require(Self.generations.first { $0.0 == path }?.1)
    try await GatewayFixture.run(dialect, ScriptedUpstream(.json(Conversations.response(dialect)))) { gateway in
      let answer = try await gateway.post(path, Conversations.request(dialect))
      #expect(answer.status == 200)
      #expect(gateway.records.last?.clientDialect == dialect)
    }
  }

  @Test func anUnknownPathIsSaidInTheCallersProtocol() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      let anthropic = try await gateway.post("/v1/nothing", "{}", headers: [("anthropic-version", "2023-06-01")])
      #expect(anthropic.status == 404)
      #expect(anthropic.text.contains(#""type":"error""#))
      let gemini = try await gateway.post("/v1beta/nothing", "{}")
      #expect(gemini.text.contains("NOT_FOUND"))
      let openAI = try await gateway.post("/v1/nothing", "{}")
      #expect(openAI.text.contains(#""error":{"message""#))
      #expect(gateway.records.all.allSatisfy { $0.errorKind == "unknown_path" })
    }
  }

  @Test func anUnknownGroupNamesTheKnownOnes() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      let answer = try await gateway.post("/oc/wrong/v1/messages", Conversations.request(.anthropic))
      #expect(answer.status == 404)
      #expect(answer.text.contains("default"))
    }
  }

  @Test(arguments: ["not json", "", "[1]", "{\"model\":", "{\"model\":\"x\"", "\u{FEFF}{}"])
  func aBodyThatIsNoObjectIs400(body: String) async throws {
    let upstream = ScriptedUpstream(.json(""))
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      for client in DialectID.allCases {
        let answer = try await gateway.post(Conversations.path(client), body)
        #expect(answer.status == 400, "\(client)")
      }
      #expect(upstream.requests.isEmpty)
    }
  }

  @Test func aBodyOverTheLimitIs413() async throws {
    var settings = GatewaySettings()
    settings.maxBodySize = 1000
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json("")), settings: settings) { gateway in
      let body = Conversations.request(.anthropic, extra: #","x":"\#(String(repeating: "y", count: 2000))""#)
      let answer = try await gateway.post("/v1/messages", body)
      #expect(answer.status == 413)
      #expect(answer.text.contains("request_too_large"))
      #expect(gateway.records.last?.errorKind == "body_too_large")
    }
  }

  /// An agent's request with pictures has tens of megabytes: Anthropic takes 32, and what it takes must pass.
  @Test func theLimitIsAboveWhatVendorsTake() async throws {
    #expect(GatewaySettings().maxBodySize >= 33 * 1024 * 1024)
    let upstream = ScriptedUpstream(.json(Conversations.response(.anthropic)))
    try await GatewayFixture.run(.anthropic, upstream) { gateway in
      let body = Conversations.request(.anthropic, extra: #","x":"\#(String(repeating: "y", count: 2_000_000))""#)
      let answer = try await gateway.post("/v1/messages", body)
      #expect(answer.status == 200)
      #expect(upstream.requests.first?.body?.readableBytes == body.utf8.count)
    }
  }

  @Test func aCompressedBodyIs415() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      let answer = try await gateway.post("/v1/messages", "x", headers: [("content-encoding", "gzip")])
      #expect(answer.status == 415)
    }
  }

  @Test func aWebSocketIsAnswered426() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      let answer = try await gateway.raw(
        "GET /v1/responses HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 426"))
    }
  }

  @Test(arguments: ["/", "/api/hello", "/oc/default/api/hello", "/v1/messages"])
  func headIsAnsweredOnAnything(path: String) async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      let answer = try await gateway.send("HEAD", path, headers: [], body: nil)
      #expect(answer.status == 200)
      #expect(answer.text.isEmpty)
    }
  }

  @Test func healthAndMetricsAreServed() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(Conversations.response(.openAIChat)))) { gateway in
      _ = try await gateway.post("/v1/chat/completions", Conversations.request(.openAIChat))
      let health = try await gateway.get("/healthz")
      #expect(health.status == 200)
      #expect(health.text.contains(#""status":"ok""#))
      let metrics = try await gateway.get("/metrics")
      #expect(metrics.text.contains(#"aor_exchanges_total{status="200"}"#))
      #expect(metrics.text.contains(#"aor_tokens_total{kind="input"} 12"#))
    }
  }

  @Test func modelsComeInTheShapeOfTheCaller() async throws {
    let list = #"{"object":"list","data":[{"id":"one","object":"model"},{"id":"two","object":"model"}]}"#
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(list))) { gateway in
      let openAI = try await gateway.get("/v1/models")
      #expect(openAI.text.contains(#""object":"list""#))
      #expect(openAI.text.contains(#""id":"one""#))
      #expect(openAI.text.contains(#""id":"main/two""#))
      let anthropic = try await gateway.get("/v1/models", headers: [("anthropic-version", "2023-06-01")])
      #expect(anthropic.text.contains(#""type":"model","id":"one""#))
      #expect(anthropic.text.contains(#""first_id":"one""#))
      let gemini = try await gateway.get("/v1beta/models")
      #expect(gemini.text.contains(#""name":"models/one""#))
      let single = try await gateway.get("/v1/models/two")
      #expect(single.text.contains(#""id":"two""#))
      let unknown = try await gateway.get("/v1/models/three")
      #expect(unknown.status == 404)
      #expect(gateway.upstream.requests.count == 1, "a fetched list is kept")
    }
  }

  /// Claude Code keeps only names that begin with `claude` or `anthropic`, and shows `display_name`.
  @Test(arguments: ["claude-code/2.1.329", "claude-cli/2.1.329 (external, cli)"])
  func claudeCodeGetsNamesItKeepsAndMayAskForThem(agent: String) async throws {
    let list = #"{"object":"list","data":[{"id":"one"},{"id":"claude-opus-5"}]}"#
    let upstream = ScriptedUpstream { request in
      request.method == "GET" ? .json(list) : .json(Conversations.response(.openAIChat))
    }
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      let headers: [(name: String, value: String)] = [("anthropic-version", "2023-06-01"), ("user-agent", agent)]
      let answer = try JSON(parsing: try await gateway.get("/v1/models?limit=1000", headers: headers).text)
      let models = (answer["data"]?.elements).map(Array.init) ?? []
      #expect(
        models.compactMap { $0["id"]?.string } == [
          "claude-aor:one", "claude-opus-5", "claude-aor:main/one", "claude-aor:main/claude-opus-5",
        ])
      #expect(models.first?["display_name"]?.string == "one")
      #expect(answer["first_id"]?.string == "claude-aor:one")
      #expect(try await gateway.get("/v1/models/claude-aor:one", headers: headers).status == 200)
      let body = Conversations.request(.anthropic).replacing("some-model", with: "claude-aor:one")
      let said = try await gateway.post("/v1/messages", body, headers: headers)
      #expect(said.text.contains(#""model":"claude-aor:one""#), "the client is answered by the name it asked for")
      #expect(upstream.requests.last?.text.contains(#""model":"one""#) == true)
    }
  }

  @Test func tokensAreCountedWhereTheUpstreamCounts() async throws {
    let body = #"{"model":"m","messages":[{"role":"user","content":"x"}]}"#
    try await GatewayFixture.run(.anthropic, ScriptedUpstream(.json(#"{"input_tokens":42}"#))) { gateway in
      let answer = try await gateway.post("/v1/messages/count_tokens?beta=true", body)
      #expect(answer.text == #"{"input_tokens":42}"#)
      #expect(gateway.upstream.requests.first?.url == "https://main.example/v1/messages/count_tokens?beta=true")
    }
    try await GatewayFixture.run(.gemini, ScriptedUpstream(.json(#"{"totalTokens":42}"#))) { gateway in
      let answer = try await gateway.post("/v1/messages/count_tokens", body)
      #expect(answer.text == #"{"input_tokens":42}"#)
      #expect(gateway.upstream.requests.first?.text.contains("generateContentRequest") == true)
    }
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      let answer = try await gateway.post("/v1/messages/count_tokens", body)
      #expect(answer.status == 404)
    }
  }

  @Test func otherOperationsArePassedOn() async throws {
    let upstream = ScriptedUpstream(.json(#"{"data":[]}"#))
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      let answer = try await gateway.post("/v1/embeddings", #"{"model":"e","input":["a"]}"#)
      #expect(answer.text == #"{"data":[]}"#)
      #expect(upstream.requests.first?.url == "https://main.example/v1/embeddings")
    }
    try await GatewayFixture.run(.anthropic, ScriptedUpstream(.json(""))) { gateway in
      let answer = try await gateway.post("/v1/embeddings", #"{"model":"e","input":["a"]}"#)
      #expect(answer.status == 404)
    }
  }
}
