import NIOCore
import Testing
import Upstream

@Suite struct FailureTests {
  /// What a server does with a connection, and the kind of error it must become.
  struct Misbehaviour: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var kind: String
    var status: Int?
    var text = ""
    var script: @Sendable (Connection) throws -> Void
  }

  static let misbehaviours = [
    Misbehaviour(testDescription: "closes without an answer", kind: "closed") { _ = try $0.readRequest() },
    Misbehaviour(testDescription: "resets without an answer", kind: "closed") {
      _ = try $0.readRequest()
      $0.reset()
    },
    Misbehaviour(testDescription: "ends before its content-length", kind: "closed", status: 200, text: "abc") {
      _ = try $0.readRequest()
      try $0.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
    },
    Misbehaviour(testDescription: "ends between two chunks", kind: "closed", status: 200, text: "abc") {
      _ = try $0.readRequest()
      try $0.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
    },
    Misbehaviour(testDescription: "ends in its head", kind: "closed") {
      _ = try $0.readRequest()
      try $0.write("HTTP/1.1 200 OK\r\nContent-Le")
    },
    Misbehaviour(testDescription: "speaks another protocol", kind: "protocolViolation") {
      _ = try $0.readRequest()
      try $0.write("SSH-2.0-OpenSSH_9.2\r\n")
    },
    Misbehaviour(testDescription: "sends a chunk without a size", kind: "protocolViolation", status: 200) {
      _ = try $0.readRequest()
      try $0.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n")
    },
    Misbehaviour(testDescription: "sends a body that is not gzip", kind: "protocolViolation", status: 200) {
      _ = try $0.readRequest()
      try $0.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 20\r\n\r\nthis is not gzip, no")
    },
    Misbehaviour(testDescription: "sends headers without end", kind: "protocolViolation") {
      _ = try $0.readRequest()
      try $0.write("HTTP/1.1 200 OK\r\n")
      while true { try $0.write("X-Filler: " + String(repeating: "x", count: 4000) + "\r\n") }
    },
  ]

  @Test(arguments: misbehaviours)
  func anAnswerThatIsNotWholeIsAnErrorOfItsKind(_ case: Misbehaviour) async throws {
    let server = try ScriptedServer(`case`.script)
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(
        UpstreamRequest(method: "GET", url: server.url + "/path?key=planted", headers: [("x-key", "planted")]))
      #expect(outcome.error?.kind == `case`.kind)
      #expect(outcome.head?.status == `case`.status)
      #expect(outcome.text == `case`.text)
      #expect(outcome.order.last == "end")
      let message = outcome.error?.text ?? ""
      #expect(message.contains("127.0.0.1:\(server.port)"))
      #expect(!message.contains("planted"))
    }
  }

  @Test func aRefusedConnectionNamesItsHost() async throws {
    let closed = try RefusingPort()
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(
        UpstreamRequest(method: "GET", url: "http://user:planted@127.0.0.1:\(closed.port)/?key=planted"))
      #expect(outcome.error?.kind == "connect")
      #expect(outcome.error?.text.contains("127.0.0.1:\(closed.port)") == true)
      #expect(outcome.error?.text.contains("planted") == false)
      #expect(outcome.order == ["end"])
    }
  }

  @Test(arguments: [
    "", "example.com/v1", "ftp://example.com/", "http://", "http:///path", "http://host:99999/", "http://a b/",
    "http://[::1/", "file:///etc/passwd", "http://example.com/\r\nX: y",
  ])
  func aBadURLIsRefusedBeforeAnythingIsSent(url: String) async throws {
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(UpstreamRequest(method: "GET", url: url))
      #expect(outcome.error?.kind == "badURL")
      #expect(outcome.order == ["end"])
    }
  }

  @Test(arguments: [
    ("X-Note", "a\r\nInjected: 1"), ("X-Note", "a\nb"), ("X Note", "a"), ("X-Note: b\r\nY", "a"), ("", "a"),
  ])
  func aHeaderThatBreaksOutOfItsLineIsRefused(name: String, value: String) async throws {
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    }
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(UpstreamRequest(method: "GET", url: server.url, headers: [(name, value)]))
      #expect(outcome.error?.kind == "protocolViolation")
      let next = try await fixture.make(UpstreamRequest(method: "GET", url: server.url))
      #expect(next.error == nil)
    }
    #expect(server.connections == 1)
  }

  // MARK: Time-outs

  @Test func aServerThatNeverAnswersRunsIntoTheFirstByteTimeOut() async throws {
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      // An interim answer is not the answer.
      try connection.write("HTTP/1.1 100 Continue\r\n\r\n")
      connection.waitForEnd()
    }
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(
        UpstreamRequest(method: "GET", url: server.url, connectTimeout: 60, firstByteTimeout: 0.05, idleTimeout: 60))
      #expect(outcome.error?.kind == "firstByteTimeout")
      #expect(outcome.order == ["end"])
    }
  }

  @Test func anAnswerThatStopsRunsIntoTheIdleTimeOut() async throws {
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
      connection.waitForEnd()
    }
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(
        UpstreamRequest(method: "GET", url: server.url, connectTimeout: 60, firstByteTimeout: 60, idleTimeout: 0.05))
      #expect(outcome.error?.kind == "idleTimeout")
      #expect(outcome.order == ["head", "body", "end"])
      #expect(outcome.text == "abc")
    }
  }

  @Test func aHandshakeThatHangsRunsIntoTheConnectTimeOut() async throws {
    // It accepts and never speaks: the connection is not ready before TLS is.
    let server = try ScriptedServer { $0.waitForEnd() }
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(
        UpstreamRequest(
          method: "GET", url: "https://127.0.0.1:\(server.port)/", connectTimeout: 0.05, firstByteTimeout: 60,
          idleTimeout: 60))
      #expect(outcome.error?.kind == "connectTimeout")
    }
  }

  @Test func aTimeOutEndsTheConnectionAndNotItsNeighbours() async throws {
    let ended = Handover<Bool>()
    let server = try ScriptedServer { connection in
      let request = try connection.readRequest()
      if request.head.hasPrefix("GET /slow") {
        connection.waitForEnd()
        ended.give(true)
      } else {
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        connection.waitForEnd()
      }
    }
    try await Fixture.run { fixture in
      let slow = fixture.start(UpstreamRequest(method: "GET", url: server.url + "/slow", firstByteTimeout: 0.05))
      let quick = try await fixture.make(UpstreamRequest(method: "GET", url: server.url + "/quick"))
      #expect(quick.text == "ok")
      let outcome = try await slow.outcome.futureResult.get()
      #expect(outcome.error?.kind == "firstByteTimeout")
      _ = try await ended.take()
    }
  }

  // MARK: Pause and cancel

  @Test func aPausedCallIsNotIdle() async throws {
    let stalled = Handover<Int>()
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      try connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
      stalled.give(connection.offer(limit: 256 * 1024 * 1024))
      connection.waitForEnd()
    }
    try await Fixture.run { fixture in
      let exchange = fixture.start(
        UpstreamRequest(method: "GET", url: server.url, idleTimeout: 0.02), onHead: { $0.call?.pause() })
      _ = try await exchange.headArrived.futureResult.get()
      // The server has made no progress for several times the time-out by then.
      _ = try await stalled.take()
      let order = try await exchange.perform { exchange in
        defer { exchange.call?.cancel() }
        return exchange.heard.order
      }
      #expect(order == ["head"] || order == ["head", "body"])
    }
  }

  @Test func aPausedReceiverStopsTheServerAndResumingLosesNothing() async throws {
    let limit = 256 * 1024 * 1024
    let stalled = Handover<Int>()
    let rest = Counter()
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      try connection.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
      let taken = connection.offer(limit: limit)
      stalled.give(taken)
      rest.wait(for: 1)
      try connection.write("end")
    }
    try await Fixture.run { fixture in
      let exchange = fixture.start(
        UpstreamRequest(method: "GET", url: server.url), onHead: { $0.call?.pause() })
      _ = try await exchange.headArrived.futureResult.get()
      let taken = try await stalled.take()
      #expect(taken < limit / 4)
      let held = try await exchange.perform { $0.heard.body.readableBytes }
      #expect(held <= 1024 * 1024)
      rest.add(1)
      try await exchange.perform { $0.call?.resume() }
      let outcome = try await exchange.outcome.futureResult.get()
      #expect(outcome.error == nil)
      #expect(outcome.body.readableBytes == taken + 3)
      #expect(outcome.text.hasSuffix("xend"))
    }
  }

  @Test func pausingAtEveryPieceStillBringsAllOfThem() async throws {
    let size = 3_000_000
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
      try connection.write((0..<size).map { UInt8(truncatingIfNeeded: $0 % 251) })
      connection.waitForEnd()
    }
    try await Fixture.run { fixture in
      let exchange = fixture.start(
        UpstreamRequest(method: "GET", url: server.url),
        onBody: { exchange in
          exchange.call?.pause()
          exchange.loop.execute { exchange.call?.resume() }
        })
      let outcome = try await exchange.outcome.futureResult.get()
      #expect(outcome.error == nil)
      #expect(outcome.body == ByteBuffer(bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0 % 251) }))
    }
  }

  enum Moment: CaseIterable { case atStart, beforeTheHead, inTheHead, inTheBody, afterTheEnd }

  @Test(arguments: Moment.allCases)
  func aCancelledCallHearsNothingMoreAndItsConnectionEnds(moment: Moment) async throws {
    let asked = Handover<Bool>()
    let ended = Handover<Bool>()
    let server = try ScriptedServer { connection in
      var request = try connection.readRequest()
      asked.give(true)
      while request.head.hasPrefix("GET /whole") {
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        request = try connection.readRequest()
      }
      if moment != .beforeTheHead {
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
      }
      connection.waitForEnd()
      ended.give(true)
    }
    try await Fixture.run { fixture in
      let path = moment == .afterTheEnd ? "/whole" : "/"
      let exchange = Exchange(
        loop: fixture.loop, onHead: { if moment == .inTheHead { $0.call?.cancel() } },
        onBody: { if moment == .inTheBody { $0.call?.cancel() } })
      try await exchange.perform {
        $0.call = fixture.transport.start(
          UpstreamRequest(method: "GET", url: server.url + path), on: $0.loop, receiver: $0)
        if moment == .atStart { $0.call?.cancel() }
      }
      switch moment {
      case .atStart: break
      case .beforeTheHead:
        _ = try await asked.take()
        try await exchange.perform { $0.call?.cancel() }
        _ = try await ended.take()
      case .inTheHead, .inTheBody: _ = try await ended.take()
      case .afterTheEnd:
        _ = try await exchange.outcome.futureResult.get()
        try await exchange.perform {
          $0.call?.cancel()
          $0.call?.resume()
        }
      }
      // The handle that was let go must be fit for the next call.
      let next = try await fixture.make(UpstreamRequest(method: "GET", url: server.url + "/whole"))
      #expect(next.text == "ok")
      let heard = try await exchange.perform { $0.heard.order }
      let expected: [String] =
        switch moment {
        case .atStart, .beforeTheHead: []
        case .inTheHead: ["head"]
        case .inTheBody: ["head", "body"]
        case .afterTheEnd: ["head", "body", "end"]
        }
      #expect(heard == expected)
    }
  }

  @Test func shuttingDownEndsEveryCall() async throws {
    let asked = Handover<Bool>()
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      asked.give(true)
      connection.waitForEnd()
    }
    let fixture = Fixture()
    let exchanges = (0..<3).map { _ in fixture.start(UpstreamRequest(method: "GET", url: server.url)) }
    for _ in exchanges { _ = try await asked.take() }
    await fixture.transport.shutdown()
    for exchange in exchanges {
      let outcome = try await exchange.outcome.futureResult.get()
      #expect(outcome.error == .cancelled)
    }
    let late = try await fixture.make(UpstreamRequest(method: "GET", url: server.url))
    #expect(late.error?.kind == "unavailable")
    await fixture.end()
  }

  @Test func aCancelledTaskDropsTheClientsConnection() async throws {
    let asked = Handover<Bool>()
    let ended = Handover<Bool>()
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      asked.give(true)
      connection.waitForEnd()
      ended.give(true)
    }
    let client = HTTPClient(environment: NetworkEnvironment())
    let task = Task { try await client.send(UpstreamRequest(method: "GET", url: server.url), limit: 10) }
    _ = try await asked.take()
    task.cancel()
    await #expect(throws: UpstreamError.cancelled) { _ = try await task.value }
    _ = try await ended.take()
    await client.shutdown()
  }
}
