import Conversation
import NIOCore
import Routing
import Testing
import Upstream

/// What happens on the wire between a client and the gateway.
@Suite(.timeLimit(.minutes(15))) struct ConnectionTests {
  /// A request as bytes, with a length.
  static func request(
    _ path: String, _ body: String = "", method: String = "POST", version: String = "1.1", headers: [String] = []
  ) -> String {
    let lines =
      ["\(method) \(path) HTTP/\(version)", "host: localhost", "content-length: \(body.utf8.count)"] + headers
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
  }

  static let chat = request("/v1/chat/completions", Conversations.request(.openAIChat))
  static let chatStream = request("/v1/chat/completions", Conversations.request(.openAIChat, stream: true))
  static let messagesStream = request("/v1/messages", Conversations.request(.anthropic, stream: true))

  // MARK: - Keeping a connection

  @Test func aConnectionGoesOnAfterErrors() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(Conversations.response(.openAIChat)))) { gateway in
      let client = try await gateway.connect()
      for (request, mark) in [
        (Self.request("/v1/nothing"), "unknown path"), (Self.request("/v1/messages", "{"), "not a JSON object"),
        (Self.request("/v1/messages", method: "HEAD"), "200 OK"),
        (Self.request("/v1/messages", method: "OPTIONS", headers: ["origin: http://localhost"]), "204 No Content"),
        (Self.request("/v1/responses", method: "GET"), "405"), (Self.chat, "good day"),
      ] {
        try await client.send(request)
        #expect(try await client.read(until: mark).contains(mark))
      }
      await client.close()
      let ids = gateway.records.all.map(\.id)
      #expect(ids.count == 6)
      #expect(Set(ids).count == 6)
    }
  }

  @Test func requestsSentAtOnceAreAnsweredInOrder() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(Conversations.response(.openAIChat)))) { gateway in
      let client = try await gateway.connect()
      try await client.send(
        Self.request("/v1/one") + Self.chat + Self.request("/v1/two", headers: ["connection: close"]))
      let answers = try await client.readToEnd()
      let places = ["/v1/one", "good day", "/v1/two"].map { answers.ranges(of: $0).first?.lowerBound }
      #expect(places == places.sorted { ($0 ?? answers.endIndex) < ($1 ?? answers.endIndex) })
      #expect(!places.contains(nil))
      #expect(gateway.records.all.map(\.status) == [404, 200, 404])
    }
  }

  @Test func thousandsOfRequestsAtOnceAreNoTrouble() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json("{}"))) { gateway in
      let client = try await gateway.connect()
      let count = 20_000
      let burst = String(repeating: "GET / HTTP/1.1\r\n\r\n", count: count)
      // While the first is answered, the others wait.
      try await client.send(Self.chat + burst + Self.request("/v1/last", headers: ["connection: close"]))
      #expect(try await client.readToEnd().contains("/v1/last"))
      #expect(gateway.records.all.count == count + 2)
    }
  }

  @Test func whatIsNotHTTPBehindARequestIsRefusedAfterItsAnswer() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(Conversations.response(.openAIChat)))) { gateway in
      let client = try await gateway.connect()
      try await client.send(Self.chat + Self.chat + "no HTTP\r\n\r\n")
      let answers = try await client.readToEnd()
      #expect(answers.ranges(of: "good day").count == 2)
      #expect(gateway.records.all.map(\.status) == [200, 200, 400])
    }
  }

  @Test func nothingIsAnsweredAfterTheLastAnswer() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      let client = try await gateway.connect()
      try await client.send(Self.request("/v1/one", headers: ["connection: close"]) + Self.request("/v1/two"))
      let answers = try await client.readToEnd()
      #expect(answers.contains("/v1/one"))
      #expect(!answers.contains("/v1/two"))
      #expect(gateway.records.all.count == 1)
    }
  }

  @Test(arguments: [
    "GET /v1/responses HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n",
    "CONNECT example.com:443 HTTP/1.1\r\nhost: localhost\r\n\r\n",
  ])
  func aRefusedUpgradeEndsTheConnection(request: String) async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      let client = try await gateway.connect()
      try await client.send(request)
      #expect(try await client.readToEnd().contains("connection: close"))
    }
  }

  @Test func aClientOfHTTP10GetsItsStreamUnframed() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.stream(Conversations.stream(.openAIChat)))) { gateway in
      for headers in [[], ["connection: keep-alive"]] {
        let client = try await gateway.connect()
        try await client.send(
          Self.request(
            "/v1/messages", Conversations.request(.anthropic, stream: true), version: "1.0", headers: headers))
        let answer = try await client.readToEnd()
        #expect(!answer.lowercased().contains("transfer-encoding"))
        #expect(answer.contains("\r\n\r\nevent: message_start"))
        #expect(answer.hasSuffix("\n\n"))
      }
    }
  }

  // MARK: - What is not HTTP

  static let nonsense = [
    "NONSENSE\r\n\r\n", "GET / HTTP/9.9\r\nhost: localhost\r\n\r\n",
    "POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ncontent-length: x\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: localhost\r\nx: \(String(repeating: "y", count: 200_000))\r\n\r\n",
    "GET /\(String(repeating: "y", count: 200_000)) HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: localhost\r\n\(String(repeating: "a: b\r\n", count: 20_000))\r\n",
  ]

  @Test(arguments: nonsense.indices)
  func whatIsNotHTTPIsSaidToBeAndRecorded(index: Int) async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      let client = try await gateway.connect()
      try await client.send(Self.nonsense[index])
      let answer = try await client.readToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 4"))
      #expect(answer.contains("x-request-id: req_"))
      await gateway.records.wait(for: 1)
      #expect(gateway.records.all.map(\.errorKind) == ["invalid_http"])
    }
  }

  @Test func aBodyOverTheLimitIsRefusedWhileItArrives() async throws {
    var settings = GatewaySettings()
    settings.maxBodySize = 1000
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json("")), settings: settings) { gateway in
      let client = try await gateway.connect()
      try await client.send(
        "POST /v1/messages HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
          + "800\r\n\(String(repeating: "x", count: 2048))\r\n")
      #expect(try await client.read(until: "request_too_large").hasPrefix("HTTP/1.1 413"))
      try await client.send("0\r\n\r\n")
      #expect(try await client.readToEnd().count < 200)
      #expect(gateway.records.all.map(\.status) == [413])
    }
  }

  // MARK: - Clients that leave

  /// How far an answer may have come when its client leaves.
  static let phases: [ScriptedUpstream.Answer] = [
    .init(status: 0, staysOpen: true),
    .init(status: 200, pieces: ["{"], staysOpen: true),
    .init(status: 500, pieces: ["{"], staysOpen: true),
    .init(headers: [("content-type", "text/plain")], pieces: [" "], staysOpen: true),
    .stream([": nothing yet\n\n"], staysOpen: true),
    .stream(Conversations.beginning(.openAIChat), staysOpen: true),
  ]

  @Test(arguments: phases.indices)
  func aClientThatLeavesEndsTheUpstreamsCall(phase: Int) async throws {
    let upstream = ScriptedUpstream(Self.phases[phase])
    let isStreaming = phase == Self.phases.count - 1
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      for (index, request) in [Self.chatStream, Self.messagesStream].enumerated() {
        let client = try await gateway.connect()
        try await client.send(request)
        await upstream.counts.played.wait(for: index + 1)
        if isStreaming { _ = try await client.read(until: "good") }
        await client.close()
        await gateway.records.wait(for: index + 1)
        #expect(upstream.cancelled == index + 1)
        #expect(gateway.records.last?.errorKind == "client_gone")
        #expect(gateway.records.last?.status == (isStreaming ? 200 : 499))
        #expect(gateway.records.last?.attempts.count == 1)
      }
      #expect(try await upstream.livingReceivers() == 0)
      #expect(gateway.records.all.count == 2)
    }
  }

  @Test func aClientThatLeavesAfterTheEndHasItsAnswer() async throws {
    var quirks = Quirks()
    quirks.streamUsage = false
    let upstream = ScriptedUpstream(.stream(Conversations.stream(.openAIChat), staysOpen: true))
    try await GatewayFixture.run(.openAIChat, upstream, quirks: quirks) { gateway in
      let client = try await gateway.connect()
      try await client.send(Self.chatStream)
      _ = try await client.read(until: "[DONE]")
      await client.close()
      await gateway.records.wait(for: 1)
      #expect(gateway.records.last?.errorKind == nil)
      #expect(gateway.records.last?.attempts.map(\.error) == [nil])
      #expect(gateway.records.last?.inputTokens == 12)
    }
  }

  @Test func nothingOfAnExchangeStaysInMemory() async throws {
    let answers: [ScriptedUpstream.Answer] = [
      .json(Conversations.response(.openAIChat)), .json("<html>"), .json(#"{"error":{"message":"no"}}"#, status: 400),
      .stream(Conversations.stream(.openAIChat)), .stream(Conversations.stream(.openAIChat), staysOpen: true),
      .stream(Conversations.beginning(.openAIChat), error: .closed("reset")), .failing(.connect("refused")),
      .stream([#"data: {"error":{"message":"no room"}}"# + "\n\n"], staysOpen: true),
    ]
    for (index, answer) in answers.enumerated() {
      let upstream = ScriptedUpstream(answer)
      try await GatewayFixture.run(.openAIChat, upstream) { gateway in
        for client in DialectID.allCases {
          for isStream in [false, true] {
            // A relayed stream lasts as long as its upstream's.
            if answer.staysOpen, client == .openAIChat { continue }
            _ = try await gateway.post(
              Conversations.path(client, stream: isStream), Conversations.request(client, stream: isStream))
          }
        }
        #expect(try await upstream.livingReceivers() == 0, "answer \(index)")
      }
    }
  }
}
