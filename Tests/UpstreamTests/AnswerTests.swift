import NIOCore
import Testing
import Upstream

@Suite struct AnswerTests {
  @Test func aConnectionIsUsedAgainAndTheRequestArrivesAsGiven() async throws {
    let requests = Handover<(head: String, body: [UInt8])>()
    let server = try ScriptedServer { connection in
      while true {
        requests.give(try connection.readRequest())
        try connection.write("HTTP/1.1 201 Created\r\nX-Kind: a\r\nx-kind: b\r\nContent-Length: 5\r\n\r\nhello")
      }
    }
    try await Fixture.run { fixture in
      for round in 1...3 {
        let outcome = try await fixture.make(
          UpstreamRequest(
            method: "POST", url: server.url + "/v1/messages?beta=true",
            headers: [
              ("Authorization", "Bearer x"), ("X-Empty", ""), ("Content-Type", "application/json"),
              ("Content-Length", "99"), ("Connection", "close"),
            ],
            body: ByteBuffer(string: "{\"round\":\(round)}")))
        #expect(outcome.error == nil)
        #expect(outcome.head?.status == 201)
        #expect(outcome.head?.headers.filter { $0.name.lowercased() == "x-kind" }.map(\.value) == ["a", "b"])
        #expect(outcome.head?.header("X-KIND") == "a")
        #expect(outcome.text == "hello")
        #expect(outcome.order == ["head", "body", "end"])

        let request = try await requests.take()
        let lines = request.head.split(separator: "\r\n").map(String.init)
        #expect(lines.first == "POST /v1/messages?beta=true HTTP/1.1")
        #expect(lines.contains("Authorization: Bearer x") || lines.contains("Authorization:Bearer x"))
        #expect(lines.contains("X-Empty:"))
        #expect(lines.filter { $0.lowercased().hasPrefix("content-length") } == ["Content-Length: 11"])
        #expect(!lines.contains { $0.lowercased().hasPrefix("expect") || $0.lowercased() == "connection:close" })
        #expect(request.body == Array("{\"round\":\(round)}".utf8))
      }
    }
    #expect(server.connections == 1)
  }

  @Test(arguments: ["GET", "HEAD", "DELETE", "PUT", "POST", "PATCH"])
  func everyMethodIsSentAsItIsOnOneHandle(method: String) async throws {
    let server = try ScriptedServer { connection in
      while true {
        let request = try connection.readRequest()
        let name = request.head.prefix { $0 != " " }
        let length = name == "HEAD" ? "7" : "\(name.utf8.count + request.body.count)"
        let body = name == "HEAD" ? "" : name + String(decoding: request.body, as: UTF8.self)
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n\(body)")
      }
    }
    try await Fixture.run { fixture in
      // The other kinds before and after: nothing of one request may stay for the next.
      for (name, body) in [("POST", "b"), (method, ""), ("GET", ""), ("POST", ""), (method, "x"), ("HEAD", "")] {
        let sends = !["GET", "HEAD"].contains(name) && !body.isEmpty
        let outcome = try await fixture.make(
          UpstreamRequest(method: name, url: server.url, body: sends ? ByteBuffer(string: body) : nil))
        #expect(outcome.error == nil)
        #expect(outcome.text == (name == "HEAD" ? "" : name + (sends ? body : "")))
      }
    }
    #expect(server.connections == 1)
  }

  @Test(arguments: [5, 6]) func onlyAWholeAnswerHasALastPiece(length: Int) async throws {
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\nhello")
    }
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(UpstreamRequest(method: "GET", url: server.url))
      #expect(outcome.text == "hello")
      #expect(outcome.hadLast == (length == 5))
      #expect((outcome.error == nil) == (length == 5))
    }
  }

  @Test func whatIsKeptForLaterCallsIsFreedInTheMiddleOfOne() async throws {
    let freed = Counter()
    let server = try ScriptedServer { connection in
      for round in 1...3 {
        _ = try connection.readRequest()
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc")
        if round == 2 { freed.wait(for: 1) }
        try connection.write("def")
      }
      connection.waitForEnd()
    }
    try await Fixture.run { fixture in
      for round in 1...3 {
        let exchange = fixture.start(UpstreamRequest(method: "GET", url: server.url))
        if round == 2 {
          _ = try await exchange.headArrived.futureResult.get()
          try await fixture.transport.rest(on: fixture.loop).get()
          freed.add(1)
        }
        #expect(try await exchange.outcome.futureResult.get().text == "abcdef")
        try await fixture.transport.rest(on: fixture.loop).get()
      }
    }
    #expect(server.connections == 1)
  }

  @Test func theConnectionsOfManyCallsAreClosedAtRest() async throws {
    let arrived = Counter()
    let closed = Handover<Void>()
    let many = 65
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      arrived.add(1)
      // All at once, so that none is sent on the connection of another.
      if arrived.value <= many { arrived.wait(for: many) }
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      connection.waitForEnd()
      closed.give(())
    }
    try await Fixture.run { fixture in
      let calls = (0..<many).map { _ in fixture.start(UpstreamRequest(method: "GET", url: server.url)) }
      for call in calls { #expect(try await call.outcome.futureResult.get().text == "ok") }
      #expect(server.connections == many)
      try await fixture.transport.rest(on: fixture.loop).get()
      for _ in 0..<many { try await closed.take() }
      let outcome = try await fixture.make(UpstreamRequest(method: "GET", url: server.url))
      #expect(outcome.text == "ok")
    }
    #expect(server.connections == many + 1)
  }

  @Test func theHeadComesBeforeTheFirstByteOfTheBody() async throws {
    let headSeen = Counter()
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      try connection.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
      try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      headSeen.wait(for: 1)
      try connection.write("3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n")
      connection.waitForEnd()
    }
    try await Fixture.run { fixture in
      let exchange = fixture.start(UpstreamRequest(method: "GET", url: server.url))
      let head = try await exchange.headArrived.futureResult.get()
      #expect(head.status == 200)
      #expect(head.header("link") == nil)
      headSeen.add(1)
      let outcome = try await exchange.outcome.futureResult.get()
      #expect(outcome.text == "abc")
      #expect(outcome.order == ["head", "body", "end"])
      #expect(outcome.head?.header("x-trailer") == nil)
    }
  }

  @Test func aBurstOfChunksArrivesWholeAndInFewPieces() async throws {
    let chunks = (0..<200).map { "data: {\"number\":\($0),\"text\":\"\(String(repeating: "y", count: 200))\"}\n\n" }
    let answer = chunks.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }.joined()
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + answer + "0\r\n\r\n")
      connection.waitForEnd()
    }
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(UpstreamRequest(method: "GET", url: server.url))
      #expect(outcome.text == chunks.joined())
      #expect(outcome.pieces < 20)
    }
  }

  @Test func aCompressedBodyArrivesDecodedAndItsHeadSaysSo() async throws {
    // `printf 'hello hello hello' | gzip -n`
    let packed: [UInt8] = [
      0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x90,
      0x00, 0x80, 0x88, 0xf9, 0xe5, 0x11, 0x00, 0x00, 0x00,
    ]
    let requests = Handover<String>()
    let server = try ScriptedServer { connection in
      requests.give(try connection.readRequest().head)
      try connection.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(packed.count)\r\n\r\n")
      try connection.write(packed)
      connection.waitForEnd()
    }
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(
        UpstreamRequest(method: "GET", url: server.url, headers: [("accept-encoding", "identity")]))
      #expect(outcome.error == nil)
      #expect(outcome.text == "hello hello hello")
      #expect(outcome.head?.header("content-encoding") == nil)
      #expect(outcome.head?.header("content-length") == nil)
      let encodings = try await requests.take().split(separator: "\r\n").filter {
        $0.lowercased().hasPrefix("accept-encoding")
      }
      #expect(encodings.count == 1 && encodings.first?.contains("gzip") == true)
    }
  }

  @Test func aRedirectIsAnAnswerLikeAnother() async throws {
    let other = try ScriptedServer { _ in }
    let server = try ScriptedServer { connection in
      _ = try connection.readRequest()
      try connection.write("HTTP/1.1 307 Go\r\nLocation: \(other.url)/\r\nContent-Length: 0\r\n\r\n")
      connection.waitForEnd()
    }
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(
        UpstreamRequest(method: "GET", url: server.url, headers: [("Authorization", "Bearer x")]))
      #expect(outcome.head?.status == 307)
      #expect(outcome.error == nil)
    }
    #expect(other.connections == 0)
  }

  @Test(arguments: [100_000, 5_000_000])
  func largeBodiesArriveWholeBothWays(size: Int) async throws {
    let server = try ScriptedServer.echo()
    try await Fixture.run { fixture in
      let body = ByteBuffer(bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) })
      for _ in 1...2 {
        let outcome = try await fixture.make(UpstreamRequest(method: "POST", url: server.url, body: body))
        #expect(outcome.error == nil)
        #expect(outcome.body == body)
      }
    }
    #expect(server.connections == 1)
  }

  @Test func aBodyIsSentToItsEndThoughTheAnswerBeginsBefore() async throws {
    let size = 5_000_000
    let headSeen = Counter()
    let server = try ScriptedServer { connection in
      let head = try connection.readHead()
      #expect(head.contains("POST"))
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
      headSeen.wait(for: 1)
      try connection.write(try connection.read(size))
      connection.waitForEnd()
    }
    try await Fixture.run { fixture in
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
      let exchange = fixture.start(
        UpstreamRequest(method: "POST", url: server.url, body: ByteBuffer(bytes: bytes)))
      _ = try await exchange.headArrived.futureResult.get()
      headSeen.add(1)
      let outcome = try await exchange.outcome.futureResult.get()
      #expect(outcome.error == nil)
      #expect(outcome.body == ByteBuffer(bytes: bytes))
    }
  }

  @Test func twoHundredCallsAtOnceKeepTheirAnswersApart() async throws {
    let server = try ScriptedServer.echo()
    try await Fixture.run { fixture in
      for _ in 1...2 {
        let exchanges = (0..<200).map { number in
          fixture.start(
            UpstreamRequest(
              method: "POST", url: server.url,
              body: ByteBuffer(string: String(repeating: "\(number) ", count: 1 + number))))
        }
        for (number, exchange) in exchanges.enumerated() {
          let outcome = try await exchange.outcome.futureResult.get()
          #expect(outcome.error == nil)
          #expect(outcome.text == String(repeating: "\(number) ", count: 1 + number))
        }
      }
    }
    #expect(server.connections <= 200)
  }

  @Test func aReceiverMayStartTheNextCallFromItsCallbacks() async throws {
    let server = try ScriptedServer { connection in
      while true {
        _ = try connection.readRequest()
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      }
    }
    try await Fixture.run { fixture in
      let inner = Handover<Exchange>()
      let outer = fixture.start(
        UpstreamRequest(method: "GET", url: server.url),
        onBody: { exchange in
          let next = Exchange(loop: exchange.loop, onHead: nil, onBody: nil)
          next.call = fixture.transport.start(
            UpstreamRequest(method: "GET", url: server.url), on: next.loop, receiver: next)
          inner.give(next)
        })
      let first = try await outer.outcome.futureResult.get()
      let second = try await inner.take().outcome.futureResult.get()
      #expect(first.text == "ok")
      #expect(second.text == "ok")
    }
  }

  @Test func theClientCollectsAnAnswerWithinItsLimit() async throws {
    let server = try ScriptedServer { connection in
      while true {
        _ = try connection.readRequest()
        try connection.write("HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\n\r\n0123456789")
      }
    }
    let client = HTTPClient(environment: NetworkEnvironment())
    let request = UpstreamRequest(method: "GET", url: server.url)
    let (head, body) = try await client.send(request, limit: 10)
    #expect(head.status == 404)
    #expect(String(buffer: body) == "0123456789")
    let error = await #expect(throws: UpstreamError.self) { try await client.send(request, limit: 9) }
    #expect(error?.kind == "protocolViolation")
    await client.shutdown()
  }
}
