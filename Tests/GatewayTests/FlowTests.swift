import Conversation
import NIOCore
import Routing
import Testing
import Upstream

/// How fast bytes go through.
@Suite(.timeLimit(.minutes(15))) struct FlowTests {
  @Test(arguments: [ConnectionTests.chatStream, ConnectionTests.messagesStream])
  func aClientThatDoesNotReadStopsTheUpstream(request: String) async throws {
    let word = String(repeating: "w", count: 32_000)
    let piece = Conversations.stream(.openAIChat)[1].replacing("good ", with: word)
    var answer = ScriptedUpstream.Answer.stream(Array(Conversations.stream(.openAIChat).prefix(1)) + [piece])
    answer.repeats = 400
    let upstream = ScriptedUpstream(answer)
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      let client = try await gateway.connect()
      try await client.setReading(false)
      try await client.send(request)
      await upstream.counts.pauses.wait(for: 1)
      // What the sockets and the high-water mark hold is a few megabytes.
      #expect(upstream.counts.repeats.value < 390)
      try await client.setReading(true)
      await upstream.counts.repeats.wait(for: 400)
      #expect(upstream.counts.resumes.value == upstream.counts.pauses.value)
      await gateway.records.wait(for: 1)
      #expect((gateway.records.last?.responseBytes ?? 0) > 400 * 32_000)
      await client.close()
    }
  }

  @Test func aWaitingStreamIsKeptAlive() async throws {
    var settings = GatewaySettings()
    settings.keepAliveInterval = 0.01
    let upstream = ScriptedUpstream(.stream(Conversations.beginning(.openAIChat), staysOpen: true))
    try await GatewayFixture.run(.openAIChat, upstream, settings: settings) { gateway in
      let client = try await gateway.connect()
      try await client.send(ConnectionTests.messagesStream)
      _ = try await client.read(until: "good")
      for _ in 0..<2 { #expect(try await client.read(until: "event: ping").contains("event: ping")) }
      for piece in Conversations.stream(.openAIChat).dropFirst(3) { upstream.push(piece) }
      #expect(try await client.read(until: "message_stop").contains("message_stop"))
      await client.close()
      await gateway.records.wait(for: 1)
      #expect(try await upstream.livingReceivers() == 0)
    }
  }

  @Test(arguments: [ConnectionTests.chat, ConnectionTests.chatStream, ConnectionTests.messagesStream])
  func anEventWithoutEndIsNotCollectedForEver(request: String) async throws {
    var answer = ScriptedUpstream.Answer.stream(["data: " + String(repeating: "x", count: 1_000_000)])
    answer.repeats = 300
    let upstream = ScriptedUpstream(answer)
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      let client = try await gateway.connect()
      try await client.send(request)
      #expect(try await client.read(until: "}").hasPrefix("HTTP/1.1 502"))
      #expect(upstream.cancelled == 1)
      await client.close()
    }
  }
}
