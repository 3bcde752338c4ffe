import Conversation
import Dialects
import Wire

/// One piece of work whose instructions are counted.
struct Operation {
  /// As in `stream-gemini-anthropic`: from the provider to the client; requests the other way.
  let name: String
  /// Does it once and tells the size of what came out, which no optimiser may then leave out.
  let run: () throws -> Int
}

/// The work of Wire and Dialects on the path of an exchange, over the inputs of the benchmark.
struct Operations {
  /// What reads one of the inputs: `PROTOCOL.request` (100 KB) and `PROTOCOL.stream` (200 chunks).
  let input: (_ name: String) throws -> [UInt8]

  /// Bytes that one read of a socket gives.
  private static let piece = 16 * 1024

  func all() throws -> [Operation] {
    try wire() + requests() + streams() + relays()
  }

  private func wire() throws -> [Operation] {
    let request = try input("openai-chat.request")
    let stream = try input("openai-chat.stream")
    return [
      Operation(name: "json-parse") { try JSON(parsing: request).byteCount },
      Operation(name: "model-splice") {
        try request.withUnsafeBytes { bytes in
          let inbound = try InboundRequest(bytes, dialect: .openAIChat, line: RequestLine())
          guard
            let crossing = Crossing.direct(
              ifPossible: inbound, bytes, to: .openAIChat, for: RequestTarget(model: "another-model"))
          else { throw Unexpected("a request of the same protocol is not spliced") }
          return crossing.body.bytes(from: request).count
        }
      },
      Operation(name: "events-parse") {
        var parser = EventStreamParser()
        var size = 0
        func take(_ item: EventStreamItem) { if case .event(let event) = item { size += event.data.count } }
        try Self.inPieces(stream) { try parser.feed($0, take) }
        parser.finish(take)
        return size
      },
    ]
  }

  private func requests() throws -> [Operation] {
    try pairs { client, upstream in
      let body = try input("\(client.id.rawValue).request")
      let line = client.id == .gemini ? RequestLine(model: "bench", isStream: false) : RequestLine()
      return Operation(name: "request-\(client.id.rawValue)-\(upstream.id.rawValue)") {
        let conversation = try client.readRequest(body, line: line)
        let crossing = try Crossing.translated(
          conversation, from: client.id, to: upstream, for: RequestTarget(model: "bench-model"))
        return crossing.body.bytes(from: body).count
      }
    }
  }

  private func streams() throws -> [Operation] {
    try pairs { client, upstream in
      let body = try input("\(upstream.id.rawValue).stream")
      let crossing = AnswerCrossing(from: upstream.id, to: client.id)
      let context = ReplyContext(
        request: ConversationRequest(model: "bench"), model: "bench", exchangeID: "x1", createdAt: 1)
      return Operation(name: "stream-\(upstream.id.rawValue)-\(client.id.rawValue)") {
        var events = crossing.makeEvents(exchangeID: "x1")
        var writer = client.makeEventWriter(for: context)
        var output: [UInt8] = []
        Self.inPieces(body) { writer.write(events.feed($0)[...], into: &output) }
        writer.write(events.finish()[...], into: &output)
        return output.count
      }
    }
  }

  /// Streams that go through as they came.
  private func relays() throws -> [Operation] {
    let taps = try DialectCatalog.all.map { dialect in
      let body = try input("\(dialect.id.rawValue).stream")
      return Operation(name: "relay-\(dialect.id.rawValue)") {
        var tap = StreamTap(dialect)
        var size = 0
        Self.inPieces(body) {
          tap.hear($0)
          size += EventBoundary.last(in: $0)
        }
        tap.finish()
        return size + (tap.usage?.totalTokens ?? 0)
      }
    }
    let body = try input("openai-chat.stream")
    let filter = Operation(name: "relay-without-usage") {
      var filter = UsageChunkFilter()
      var output: [UInt8] = []
      Self.inPieces(body) { filter.filter($0, into: &output) }
      filter.finish(into: &output)
      return output.count
    }
    return taps + [filter]
  }

  /// Every pair of two protocols.
  private func pairs(
    _ make: (_ client: any Dialect, _ upstream: any Dialect) throws -> Operation
  ) rethrows -> [Operation] {
    try DialectCatalog.all.flatMap { client in
      try DialectCatalog.all.filter { $0.id != client.id }.map { try make(client, $0) }
    }
  }

  private static func inPieces(_ bytes: [UInt8], _ take: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    try bytes.withUnsafeBytes { buffer in
      for start in stride(from: 0, to: buffer.count, by: piece) {
        try take(UnsafeRawBufferPointer(rebasing: buffer[start..<min(start + piece, buffer.count)]))
      }
    }
  }
}

/// What the benchmark relies on and is not so.
struct Unexpected: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
