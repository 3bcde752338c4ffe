import Conversation
import NIOCore
import Routing
import Testing
import Upstream

/// What stands still holds its own small buffers and stops nobody else; real sockets on both sides.
@Suite(.timeLimit(.minutes(15))) struct BackPressureTests {
  /// A gateway over libcurl, whose calls are watched, and an upstream on a port.
  private static func run(
    _ upstream: LoopbackUpstream, _ body: (GatewayFixture, WatchedTransport) async throws -> Void
  ) async throws {
    let transport = WatchedTransport()
    let gateway = try await GatewayFixture(
      providers: [GatewayFixture.provider("main", .openAIChat, origin: "http://127.0.0.1:\(upstream.port)")],
      transport: { transport.over(CurlTransport(group: $0, environment: NetworkEnvironment())) })
    do {
      try await body(gateway, transport)
    } catch {
      await gateway.stop()
      await upstream.stop()
      throw error
    }
    await gateway.stop()
    await upstream.stop()
  }

  private static let quick = LoopbackUpstream.Manners.answers(
    head: "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n",
    piece: Conversations.response(.openAIChat), count: 1)

  /// That others are served, one after the other.
  private static func expectOthersAreServed(_ gateway: GatewayFixture) async throws {
    for dialect in DialectID.allCases {
      let answer = try await gateway.post(Conversations.path(dialect), Conversations.request(dialect))
      #expect(answer.status == 200)
      #expect(answer.text.contains("good day"))
    }
  }

  @Test func aClientThatDoesNotReadHoldsALittleOfWhatItsUpstreamOffers() async throws {
    let size = 64 << 20
    let event =
      "data: "
      + Conversations.stream(.openAIChat)[1].dropFirst(6)
      .replacing("good ", with: String(repeating: "w", count: (1 << 20) - 300))
    let flood = LoopbackUpstream.Manners.answers(
      head: "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n",
      piece: event, count: size / event.utf8.count + 1)
    let upstream = try await LoopbackUpstream { $0.contains(#""stream":true"#) ? flood : Self.quick }
    try await Self.run(upstream) { gateway, transport in
      let stalled = try await gateway.connect()
      try await stalled.setReading(false)
      try await stalled.send(
        ConnectionTests.request(
          "/v1/chat/completions", Conversations.request(.openAIChat, stream: true), headers: ["connection: close"]))
      await transport.pauses.wait(for: 1)
      try await Self.expectOthersAreServed(gateway)
      try await Self.expectOthersAreServed(gateway)
      // What the gateway took is in its 256 KiB for the client, in the turn that went over them, and in the sockets.
      #expect(transport.received.value < 16 << 20)
      // What the upstream got rid of is besides in libcurl's buffer and in the sockets on its side.
      #expect(upstream.sent.value < 32 << 20)
      #expect(transport.resumes.value < transport.pauses.value)

      let sent = upstream.sent.value
      try await stalled.setReading(true)
      await upstream.sent.wait(for: sent + 4 << 20)
      #expect(transport.resumes.value > 0)
      await stalled.close()
    }
  }

  @Test func anUpstreamThatDoesNotReadHoldsOneBody() async throws {
    let size = 32 << 20
    let upstream = try await LoopbackUpstream { $0.hasPrefix("POST /v1/embeddings") ? .stopsReading : Self.quick }
    try await Self.run(upstream) { gateway, transport in
      let client = try await gateway.connect()
      let body = #"{"model":"some-model","input":"\#(String(repeating: "x", count: size))"}"#
      try await client.send(ConnectionTests.request("/v1/embeddings", body))
      await upstream.begun.wait(for: 1)
      try await Self.expectOthersAreServed(gateway)
      // Counted in steps of 256 KiB; the others' bodies are too small to count.
      #expect(((size)...(size + 512 << 10)).contains(try await LimitTests.heldBytes(gateway)))

      let before = gateway.records.all.count
      await client.close()
      await gateway.records.wait(for: before + 1)
      #expect(gateway.records.last?.errorKind == "client_gone")
      #expect(try await LimitTests.heldBytes(gateway) == 0)
      #expect(transport.cancellations.value == 1)
    }
  }
}
