import Conversation
import NIOCore
import Routing
import Testing
import Upstream

/// How a gateway ends.
@Suite(.timeLimit(.minutes(15))) struct StopTests {
  @Test func streamsFinishAndNobodyNewIsLetIn() async throws {
    let upstream = ScriptedUpstream(.stream(Conversations.beginning(.openAIChat), staysOpen: true))
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      let streaming = try await gateway.connect()
      let idle = try await gateway.connect()
      try await idle.send(ConnectionTests.request("/healthz", method: "GET"))
      _ = try await idle.read(until: "}")
      try await streaming.send(ConnectionTests.messagesStream)
      _ = try await streaming.read(until: "good")

      async let drained: Void = gateway.drain()
      #expect(try await idle.readToEnd().isEmpty)
      await #expect(throws: (any Error).self) { _ = try await gateway.connect() }
      for piece in Conversations.stream(.openAIChat).dropFirst(3) { upstream.push(piece) }
      upstream.finish()
      #expect(try await streaming.readToEnd().contains("message_stop"))
      await drained
      #expect(gateway.records.all.map(\.errorKind) == [nil, nil])
    }
  }

  @Test(arguments: [ConnectionTests.chat, ConnectionTests.chatStream, ConnectionTests.messagesStream])
  func aCutEndsRecordsAndDrains(request: String) async throws {
    let upstream = ScriptedUpstream(.stream(Conversations.beginning(.openAIChat), staysOpen: true))
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      let client = try await gateway.connect()
      try await client.send(request)
      await upstream.counts.played.wait(for: 1)
      async let drained: Void = gateway.drain()
      gateway.abort()
      _ = try await client.readToEnd()
      await drained
      #expect(upstream.cancelled == 1)
      #expect(gateway.records.all.map(\.errorKind) == ["gateway_stopped"])
      #expect(try await upstream.livingReceivers() == 0)
    }
  }

  @Test func aSlowReaderGetsAllOfItsLastAnswer() async throws {
    let text = String(repeating: "long ", count: 4_000_000)
    let body = Conversations.response(.openAIChat).replacing("good day", with: text)
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(body))) { gateway in
      let client = try await gateway.connect()
      try await client.setReading(false)
      try await client.send(ConnectionTests.chat)
      await gateway.records.wait(for: 1)
      async let drained: Void = gateway.drain()
      try await client.setReading(true)
      let answer = try await client.readToEnd()
      await drained
      #expect(answer.utf8.count > text.utf8.count)
      #expect(answer.hasSuffix("}"))
    }
  }
}
