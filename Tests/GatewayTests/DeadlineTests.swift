import Conversation
import NIOCore
import Routing
import Testing
import Upstream

@testable import Gateway

/// How long a client may let the gateway wait.
///
/// The suite's time limit is what fails a test whose connection is not closed; how long it took is nobody's business.
@Suite(.timeLimit(.minutes(15))) struct DeadlineTests {
  private static func settings(_ change: (inout GatewaySettings) -> Void) -> GatewaySettings {
    var settings = GatewaySettings()
    change(&settings)
    return settings
  }

  private static let health = ConnectionTests.request("/healthz", method: "GET")

  @Test(arguments: ["", "POST /v1/messages HTTP/1.1\r\nhost: loc"])
  func aHeadThatDoesNotComeEndsTheConnection(beginning: String) async throws {
    let settings = Self.settings { $0.headerTimeout = 0.1 }
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json("")), settings: settings) { gateway in
      let client = try await gateway.connect(sending: beginning)
      #expect(try await client.readToEnd().isEmpty)
      #expect(gateway.records.all.isEmpty)
    }
  }

  @Test func aHeadThatComesByteByByteEndsTheConnectionAndNoOther() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      let other = try await gateway.connect(sending: Self.health)
      _ = try await other.read(until: "}")
      let slow = try await gateway.connect(sending: "GET / HTTP/1.1\r\nx: ")
      while !slow.isClosed {
        try? await slow.send("y")
        await gateway.pass(.hours(2))
      }
      #expect(try await slow.readToEnd().isEmpty)
      try await other.send(Self.health)
      #expect(try await other.read(until: "}").contains("200 OK"))
      await other.close()
      let metrics = try await gateway.get("/metrics").text
      #expect(metrics.contains(#"aor_connections_ended_total{reason="header_timeout"} 1"#))
    }
  }

  @Test func theHeadOfALaterRequestHasThatTimeToo() async throws {
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(""))) { gateway in
      let client = try await gateway.connect(sending: Self.health)
      _ = try await client.read(until: "}")
      await gateway.pass(.hours(2))
      try await client.send("POST /v1/mess")
      while !client.isClosed { await gateway.pass(.hours(2)) }
      #expect(try await client.readToEnd().isEmpty)
    }
  }

  @Test func aConnectionBetweenRequestsIsClosedInTheEnd() async throws {
    let settings = Self.settings { $0.clientIdleTimeout = 0.1 }
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json("")), settings: settings) { gateway in
      let client = try await gateway.connect(sending: Self.health)
      _ = try await client.read(until: "}")
      #expect(try await client.readToEnd().isEmpty)
    }
  }

  @Test(arguments: DialectID.allCases)
  func aBodyThatDoesNotComeIsSaidSo(dialect: DialectID) async throws {
    let settings = Self.settings { $0.bodyTimeout = 0.1 }
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json("")), settings: settings) { gateway in
      let request = ConnectionTests.request(Conversations.path(dialect), Conversations.request(dialect))
      let client = try await gateway.connect(sending: String(request.dropLast(5)))
      let answer = try await client.readToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 408"))
      #expect(answer.contains("connection: close\r\n"))
      #expect(answer.contains("server.bodyTimeout"))
      await client.close()
      #expect(gateway.records.all.map(\.errorKind) == ["body_timeout"])
      #expect(gateway.records.last?.clientDialect == dialect)
    }
  }

  @Test func aStreamThatWaitsForItsUpstreamHasAllTheTime() async throws {
    let upstream = ScriptedUpstream(.stream(Conversations.beginning(.openAIChat), staysOpen: true))
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      let client = try await gateway.connect(sending: ConnectionTests.messagesStream)
      _ = try await client.read(until: "good")
      for hour in 1...24 { await gateway.pass(.hours(Int64(hour))) }
      for piece in Conversations.stream(.openAIChat).dropFirst(3) { upstream.push(piece) }
      upstream.finish()
      #expect(try await client.read(until: "message_stop").contains("message_stop"))
      await client.close()
      #expect(gateway.records.all.map(\.errorKind) == [nil])
    }
  }

  @Test func aClientThatReadsNothingIsCutInTheEnd() async throws {
    let settings = Self.settings { $0.sendTimeout = 0.3 }
    let word = String(repeating: "w", count: 32_000)
    let piece = Conversations.stream(.openAIChat)[1].replacing("good ", with: word)
    var answer = ScriptedUpstream.Answer.stream([piece])
    answer.repeats = 1000
    let upstream = ScriptedUpstream(answer)
    try await GatewayFixture.run(.openAIChat, upstream, settings: settings) { gateway in
      let client = try await gateway.connect()
      try await client.setReading(false)
      try await client.send(ConnectionTests.messagesStream)
      await gateway.records.wait(for: 1)
      #expect(gateway.records.all.map(\.errorKind) == ["client_stalled"])
      #expect(upstream.cancelled == 1)
      #expect(try await upstream.livingReceivers() == 0)
      #expect(try await gateway.get("/metrics").text.contains(#"reason="send_timeout"} 1"#))
      await client.close()
    }
  }

  @Test func aWholeAnswerThatIsNotReadIsCutInTheEnd() async throws {
    let settings = Self.settings { $0.sendTimeout = 0.3 }
    let text = String(repeating: "long ", count: 4_000_000)
    let body = Conversations.response(.openAIChat).replacing("good day", with: text)
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(body)), settings: settings) { gateway in
      let client = try await gateway.connect()
      try await client.setReading(false)
      try await client.send(ConnectionTests.chat)
      await gateway.records.wait(for: 1)
      while try await !gateway.get("/metrics").text.contains(#"reason="send_timeout"} 1"#) {}
      try await client.setReading(true)
      #expect(try await client.readToEnd().utf8.count < text.utf8.count)
      await client.close()
    }
  }

  // MARK: - The clock, held

  private static let limits = ConnectionLimits(
    Self.settings {
      $0.headerTimeout = 10
      $0.bodyTimeout = 20
      $0.clientIdleTimeout = 40
      $0.sendTimeout = 80
    })

  /// Whether a look at that second ends the connection.
  private static func end(
    _ deadlines: inout ConnectionDeadlines, at second: Int64, backlog: Int? = nil
  ) -> ConnectionEnd? {
    let verdict = deadlines.look(
      now: .uptimeNanoseconds(0) + .seconds(second), backlog: backlog, limits: Self.limits)
    if case .over(let end) = verdict { return end }
    return nil
  }

  @Test func aBodyGoesOnAsLongAsItBringsEnough() {
    var deadlines = ConnectionDeadlines(now: .uptimeNanoseconds(0))
    let isNew = deadlines.wait(for: .body, now: .uptimeNanoseconds(0))
    #expect(isNew)
    for second in stride(from: Int64(20), through: 200, by: 20) {
      deadlines.bodyBytes += ConnectionDeadlines.bodyProgress
      // What is still the same body has no new time.
      let isNew = deadlines.wait(for: .body, now: .uptimeNanoseconds(0))
      #expect(!isNew)
      #expect(Self.end(&deadlines, at: second) == nil)
    }
    deadlines.bodyBytes += ConnectionDeadlines.bodyProgress - 1
    #expect(Self.end(&deadlines, at: 219) == nil)
    #expect(Self.end(&deadlines, at: 220) == .bodyTimeout)
  }

  @Test func whatIsInUseIsNotIdle() {
    var deadlines = ConnectionDeadlines(now: .uptimeNanoseconds(0))
    for second in stride(from: Int64(0), through: 400, by: 39) {
      deadlines.pass(to: .answering)
      deadlines.pass(to: .idle)
      #expect(Self.end(&deadlines, at: second) == nil)
    }
    deadlines.pass(to: .answering)
    #expect(Self.end(&deadlines, at: 10_000) == nil)
    deadlines.pass(to: .idle)
    #expect(Self.end(&deadlines, at: 10_010) == nil)
    #expect(Self.end(&deadlines, at: 10_049) == nil)
    #expect(Self.end(&deadlines, at: 10_050) == .idleTimeout)
  }

  @Test func aClientThatReadsAnythingIsNotCut() {
    var deadlines = ConnectionDeadlines(now: .uptimeNanoseconds(0))
    deadlines.pass(to: .answering)
    // Less each time; then new bytes, but room was made before; then nothing.
    #expect(Self.end(&deadlines, at: 0, backlog: 1000) == nil)
    #expect(Self.end(&deadlines, at: 79, backlog: 999) == nil)
    #expect(Self.end(&deadlines, at: 158, backlog: 998) == nil)
    deadlines.wrote()
    #expect(Self.end(&deadlines, at: 238, backlog: 2000) == nil)
    #expect(Self.end(&deadlines, at: 317, backlog: 2000) == nil)
    #expect(Self.end(&deadlines, at: 318, backlog: 2040) == .sendTimeout)
    #expect(Self.end(&deadlines, at: 319) == nil)
    #expect(Self.end(&deadlines, at: 320, backlog: 10) == nil)
  }
}
