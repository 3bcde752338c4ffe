import Conversation
import NIOCore
import Routing
import Testing
import Upstream

/// What the gateway refuses when it is full, and that it takes it later.
@Suite(.timeLimit(.minutes(15))) struct LimitTests {
  /// What a protocol's own error of a full gateway holds.
  static let envelopes: [DialectID: String] = [
    .openAIChat: #""type":"service_unavailable_error""#, .openAIResponses: #""code":"server_is_overloaded""#,
    .anthropic: #""type":"overloaded_error""#, .gemini: #""status":"UNAVAILABLE""#,
  ]

  static func request(_ dialect: DialectID, headers: [String] = ["connection: close"]) -> String {
    ConnectionTests.request(Conversations.path(dialect), Conversations.request(dialect), headers: headers)
  }

  static let health = ConnectionTests.request("/healthz", method: "GET", headers: ["connection: close"])

  /// Sends one request on a connection of its own and returns everything that comes back.
  static func ask(_ gateway: GatewayFixture, _ request: String) async throws -> String {
    let client = try await gateway.connect(sending: request)
    let answer = try await client.readToEnd()
    await client.close()
    return answer
  }

  // MARK: - Connections

  @Test func aConnectionOverTheLimitIsRefusedAndMayComeBack() async throws {
    var settings = GatewaySettings()
    settings.maxConnections = 2
    let upstream = ScriptedUpstream(.json(Conversations.response(.openAIChat)))
    try await GatewayFixture.run(.openAIChat, upstream, settings: settings) { gateway in
      var kept: [RawClient] = []
      for _ in 0..<2 {
        let client = try await gateway.connect(sending: ConnectionTests.chat)
        _ = try await client.read(until: "good day")
        kept.append(client)
      }
      for dialect in DialectID.allCases {
        let before = gateway.records.all.count
        let answer = try await Self.ask(gateway, Self.request(dialect, headers: []))
        #expect(answer.hasPrefix("HTTP/1.1 503"), "\(dialect)")
        #expect(answer.contains("retry-after: 1\r\n"), "\(dialect)")
        #expect(answer.contains("connection: close\r\n"), "\(dialect)")
        #expect(answer.contains(try #require(Self.envelopes[dialect])), "\(dialect)")
        #expect(answer.contains("server.maxConnections"), "\(dialect)")
        await gateway.records.wait(for: before + 1)
        #expect(gateway.records.last?.errorKind == "connection_limit")
        #expect(gateway.records.last?.clientDialect == dialect)
      }
      #expect(upstream.requests.count == 2)
      // A full gateway is not a dead one.
      #expect(try await Self.ask(gateway, Self.health).hasPrefix("HTTP/1.1 200"))
      // Those let in go on.
      try await kept[0].send(ConnectionTests.chat)
      _ = try await kept[0].read(until: "good day")

      await kept[1].close()
      var answer = ""
      while !answer.contains("good day") { answer = try await Self.ask(gateway, Self.request(.openAIChat)) }
      await kept[0].close()
    }
  }

  @Test func farOverTheLimitConnectionsAreClosedWithoutAWord() async throws {
    var settings = GatewaySettings()
    settings.maxConnections = 1
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json("{}")), settings: settings) { gateway in
      var clients: [RawClient] = []
      for _ in 0..<200 { clients.append(try await gateway.connect()) }
      // The first is let in, and of the others nobody waits for anything.
      for client in clients.dropFirst() { #expect(try await client.readToEnd().isEmpty) }
      for client in clients { await client.close() }
      while try await !Self.ask(gateway, Self.health).contains("ok") {}
    }
  }

  // MARK: - Requests

  @Test func aRequestOverTheLimitIsRefusedInItsOwnProtocol() async throws {
    var settings = GatewaySettings()
    settings.maxActiveRequests = 1
    let upstream = ScriptedUpstream { request in
      request.text.contains("stream")
        ? .stream(Conversations.beginning(.openAIChat), staysOpen: true) : .json(Conversations.response(.openAIChat))
    }
    try await GatewayFixture.run(.openAIChat, upstream, settings: settings) { gateway in
      let streaming = try await gateway.connect()
      try await streaming.send(ConnectionTests.messagesStream)
      _ = try await streaming.read(until: "good")
      for dialect in DialectID.allCases {
        let answer = try await gateway.post(Conversations.path(dialect), Conversations.request(dialect))
        #expect(answer.status == 503, "\(dialect)")
        #expect(answer.header("retry-after") == "2", "\(dialect)")
        #expect(answer.text.contains(try #require(Self.envelopes[dialect])), "\(dialect)")
        #expect(gateway.records.last?.errorKind == "active_limit")
        #expect(gateway.records.last?.status == 503)
      }
      // What needs no upstream is answered all the same.
      #expect(try await gateway.get("/healthz").status == 200)
      #expect(try await gateway.get("/metrics").text.contains(#"aor_exchanges_total{status="503"} 4"#))
      #expect(try await gateway.post("/v1/nothing", "{}").status == 404)

      for piece in Conversations.stream(.openAIChat).dropFirst(3) { upstream.push(piece) }
      upstream.finish()
      _ = try await streaming.read(until: "message_stop")
      let answer = try await gateway.post(Conversations.path(.gemini), Conversations.request(.gemini))
      #expect(answer.status == 200)
      await streaming.close()
    }
  }

  // MARK: - Bodies

  @Test func bodiesOverTheirMemoryAreRefusedUntilThereIsRoom() async throws {
    var settings = GatewaySettings()
    settings.maxBodyMemory = 1 << 20
    settings.bodyTimeout = 3600
    let upstream = ScriptedUpstream(.json(Conversations.response(.openAIChat)))
    try await GatewayFixture.run(.openAIChat, upstream, settings: settings) { gateway in
      func body(_ size: Int) -> String {
        Conversations.request(.openAIChat, extra: #","x":"\#(String(repeating: "x", count: size))""#)
      }
      // A body that is alone may be larger than what all may hold.
      let large = body(2 << 20)
      let slow = try await gateway.connect(
        sending: String(ConnectionTests.request("/v1/chat/completions", large).dropLast(10)))
      while try await Self.heldBytes(gateway) <= 2 << 20 {}

      for dialect in DialectID.allCases {
        let answer = try await gateway.post(Conversations.path(dialect), body(300_000))
        #expect(answer.status == 503, "\(dialect)")
        #expect(answer.header("retry-after") == "2", "\(dialect)")
        #expect(answer.text.contains(try #require(Self.envelopes[dialect])), "\(dialect)")
        #expect(gateway.records.last?.errorKind == "body_memory_limit")
      }
      // Those of usual requests are small.
      #expect(try await gateway.post("/v1/chat/completions", body(1000)).status == 200)

      try await slow.send(String(large.suffix(10)))
      _ = try await slow.read(until: "good day")
      #expect(try await gateway.post("/v1/chat/completions", body(300_000)).status == 200)
      #expect(try await Self.heldBytes(gateway) == 0)
      await slow.close()
    }
  }

  /// A stream goes on for minutes, and nobody needs its request any more.
  @Test(arguments: [DialectID.openAIChat, .anthropic, .gemini])
  func aStreamThatHasBegunHoldsNoBody(dialect: DialectID) async throws {
    let upstream = ScriptedUpstream { _ in .stream(Conversations.beginning(.openAIChat), staysOpen: true) }
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      let text = String(repeating: "x", count: 300_000)
      let body = Conversations.request(dialect, stream: true).replacing("hello", with: text)
      try #require(body.utf8.count > 300_000)
      let streaming = try await gateway.connect(
        sending: ConnectionTests.request(Conversations.path(dialect, stream: true), body))
      _ = try await streaming.read(until: "good")
      #expect(try await Self.heldBytes(gateway) == 0)
      await streaming.close()
    }
  }

  /// What the gateway says that bodies hold.
  static func heldBytes(_ gateway: GatewayFixture) async throws -> Int {
    let line = try await gateway.get("/metrics").text.split(separator: "\n")
      .first { $0.hasPrefix("aor_request_body_bytes") }
    return try #require(line?.split(separator: " ").last.flatMap { Int($0) })
  }

  // MARK: - Heads

  static let heads = [
    ("GET /\(String(repeating: "y", count: 17_000)) HTTP/1.1\r\nhost: localhost\r\n\r\n", 414),
    ("GET / HTTP/1.1\r\nhost: localhost\r\nx: \(String(repeating: "y", count: 66_000))\r\n\r\n", 431),
    ("GET / HTTP/1.1\r\nhost: localhost\r\n\(String(repeating: "a: b\r\n", count: 200))\r\n", 431),
    (
      "GET / HTTP/1.1\r\nhost: localhost\r\n"
        + String(repeating: "x: \(String(repeating: "y", count: 20_000))\r\n", count: 7) + "\r\n", 431
    ),
  ]

  @Test(arguments: heads.indices)
  func aHeadOverItsBoundsIsRefused(index: Int) async throws {
    let (request, status) = Self.heads[index]
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      let answer = try await Self.ask(gateway, request)
      #expect(answer.hasPrefix("HTTP/1.1 \(status)"))
      #expect(answer.contains("connection: close\r\n"))
      await gateway.records.wait(for: 1)
      #expect(gateway.records.all.map(\.status) == [status])
    }
  }

  @Test func aHeadAsLongAsAgentsSendIsFine() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json("{}"))) { gateway in
      let headers = (0..<100).map { "x-\($0): \(String(repeating: "y", count: 600))" }
      let answer = try await Self.ask(
        gateway,
        ConnectionTests.request(
          "/healthz?\(String(repeating: "y", count: 16_000))", method: "GET", headers: ["connection: close"] + headers))
      #expect(answer.hasPrefix("HTTP/1.1 200"))
    }
  }
}
