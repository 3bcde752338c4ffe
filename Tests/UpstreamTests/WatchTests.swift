import NIOCore
import Testing
import Upstream

/// The two ways to wait for libcurl's sockets, the kernel's and a thread's, answer alike.
@Suite struct WatchTests {
  /// The next piece is sent when the one before has arrived, so that each has to wake the event loop.
  @Test(arguments: [true, false]) func everyPieceWakesTheLoop(usesKernelWatch: Bool) async throws {
    let arrived = Counter()
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n")
      for piece in 1...50 {
        try connection.write("x")
        arrived.wait(for: piece)
      }
    }
    try await Fixture.run(usesKernelWatch: usesKernelWatch) { fixture in
      let exchange = fixture.start(
        UpstreamRequest(method: "GET", url: server.url), onBody: { _ in _ = arrived.add(1) })
      let outcome = try await exchange.outcome.futureResult.get()
      #expect(outcome.error == nil)
      #expect(outcome.pieces == 50)
    }
  }

  @Test(arguments: [true, false]) func manyCallsAtOnceAreAllAnswered(usesKernelWatch: Bool) async throws {
    let server = try ScriptedServer.echo()
    try await Fixture.run(usesKernelWatch: usesKernelWatch) { fixture in
      let calls = (0..<40).map { number in
        fixture.start(
          UpstreamRequest(method: "POST", url: server.url, body: ByteBuffer(string: "call \(number)")))
      }
      for (number, call) in calls.enumerated() {
        let outcome = try await call.outcome.futureResult.get()
        #expect(outcome.error == nil)
        #expect(outcome.text.contains("call \(number)"))
      }
    }
  }

  @Test(arguments: [true, false]) func shuttingDownEndsWhatWaits(usesKernelWatch: Bool) async throws {
    let asked = Handover<Void>()
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      asked.give(())
      connection.waitForEnd()
    }
    let fixture = Fixture(usesKernelWatch: usesKernelWatch)
    let call = fixture.start(UpstreamRequest(method: "GET", url: server.url))
    try await asked.take()
    // The loop goes on until all is heard.
    await fixture.transport.shutdown()
    #expect(try await call.outcome.futureResult.get().error?.kind == "cancelled")
    await fixture.end()
  }
}
