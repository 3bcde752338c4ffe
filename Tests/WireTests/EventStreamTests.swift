import Testing
import Wire

@Suite struct EventStreamParserTests {
  static func items(_ bytes: [UInt8], piece: Int = .max, limit: Int = 1 << 20) throws -> [EventStreamItem] {
    var parser = EventStreamParser(limit: limit)
    var items: [EventStreamItem] = []
    var position = 0
    while position < bytes.count {
      let end = piece > bytes.count - position ? bytes.count : position + piece
      try parser.feed(Array(bytes[position..<end])) { items.append($0) }
      position = end
    }
    parser.finish { items.append($0) }
    return items
  }

  private static func event(_ data: String, _ name: String? = nil) -> EventStreamItem {
    .event(ServerSentEvent(name: name, data: data))
  }

  static let cases: [(String, [EventStreamItem])] = [
    ("", []),
    ("\n\n\n", []),
    ("data: a\n\n", [event("a")]),
    ("data:a\n\ndata:  b\n\n", [event("a"), event(" b")]),
    ("event: ping\ndata: {}\n\n", [event("{}", "ping")]),
    ("event:ping\ndata:{}\n\ndata: x\n\n", [event("{}", "ping"), event("x")]),
    ("data: a\ndata: b\ndata\ndata:\ndata: c\n\n", [event("a\nb\n\n\nc")]),
    ("data:\n\n", [event("")]),
    ("data\n\n", [event("")]),
    ("event: lonely\n\ndata: x\n\n", [event("x")]),
    (": keep-alive\n\ndata: a\n: in between\n\n", [.comment, .comment, event("a")]),
    (":\n", [.comment]),
    ("id: 1\nretry: 5\nunknown: x\ndatax: y\n data: z\ndata: a\n\n", [event("a")]),
    ("data: a: b:c\n\n", [event("a: b:c")]),
    ("event: a\nevent: b\ndata: x\n\n", [event("x", "b")]),
    ("data: é中😀\n\ndata: \u{2028}\n\n", [event("é中😀"), event("\u{2028}")]),
    ("data: no end", [event("no end")]),
    ("data: one line end\n", [event("one line end")]),
    ("event: x\ndata: a\n\nevent: y\ndata: b", [event("a", "x"), event("b", "y")]),
    ("\u{FEFF}data: a\n\n\u{FEFF}data: b\n\n", [event("a")]),
    ("\u{FEFF}\ndata: a\n\n", [event("a")]),
    ("data: [DONE]\n\n", [event("[DONE]")]),
    ("data: 0123456789abcdef0123456789abcdef\n\n", [event("0123456789abcdef0123456789abcdef")]),
  ]

  @Test(arguments: cases, ["\n", "\r\n", "\r"])
  func everyLineEndAndChunkingGivesTheSameEvents(
    example: (text: String, items: [EventStreamItem]), lineEnd: String
  ) throws {
    let bytes = Array(example.text.utf8).flatMap { $0 == 0x0A ? Array(lineEnd.utf8) : [$0] }
    #expect(try Self.items(bytes) == example.items)
    for size in 1...max(1, bytes.count) { #expect(try Self.items(bytes, piece: size) == example.items, "by \(size)") }
  }

  @Test(arguments: cases, ["\n", "\r\n", "\r"])
  func eventByEventGivesTheSameEvents(example: (text: String, items: [EventStreamItem]), lineEnd: String) throws {
    let bytes = Array(example.text.utf8).flatMap { $0 == 0x0A ? Array(lineEnd.utf8) : [$0] }
    for size in [1, 2, 7, 64] {
      var parser = EventStreamParser()
      var items: [EventStreamItem] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        var rest = bytes[start..<min(bytes.count, start + size)]
        while !rest.isEmpty {
          let before = items.count
          let taken = try rest.withUnsafeBytes { try parser.feedLine($0) { items.append($0) } }
          #expect(taken > 0 && items.count <= before + 2)
          rest = rest.dropFirst(taken)
        }
      }
      parser.finish { items.append($0) }
      #expect(items == example.items, "by \(size)")
    }
  }

  @Test func mixedLineEndsAreRead() throws {
    let bytes = Array("data: a\r\ndata: b\rdata: c\n\r\ndata: d\r\r\n".utf8)
    for size in 1...bytes.count {
      #expect(try Self.items(bytes, piece: size) == [Self.event("a\nb\nc"), Self.event("d")], "by \(size)")
    }
  }

  @Test func anEventOverTheLimitIsRefusedInOneLineAndInMany() throws {
    let line = "data: " + String(repeating: "x", count: 200)
    for text in [line, line + "\n\n", String(repeating: "data: 0123456789\n", count: 20)] {
      for size in [1, 7, 1000] {
        #expect(throws: EventStreamError.eventTooLarge(limit: 100)) {
          try Self.items(Array(text.utf8), piece: size, limit: 100)
        }
      }
    }
    let many = String(repeating: "data: 0123456789\n\n: comment\n\n", count: 500)
    #expect(try Self.items(Array(many.utf8), limit: 100).count == 1000, "the limit is one event's")
  }

  @Test func aParserTellsWhetherItIsInsideAnEvent() throws {
    var parser = EventStreamParser()
    #expect(!parser.isInsideEvent)
    for (piece, isInside) in [("da", true), ("ta: a\n", true), ("\n", false), ("event: x\n", true), ("\n", false)] {
      try parser.feed(Array(piece.utf8)) { _ in }
      #expect(parser.isInsideEvent == isInside, "after \(piece.debugDescription)")
    }
  }

  @Test(arguments: [("[DONE]", true), (" [DONE] ", true), ("[DONE", false), ("", false), ("{\"a\":\"[DONE]\"}", false)])
  func theEndOfAnOpenAIStreamIsKnown(data: String, isDone: Bool) {
    #expect(ServerSentEvent(data: data).isDone == isDone)
  }
}

@Suite struct EventStreamWriterTests {
  @Test func whatIsWrittenIsRead() throws {
    let events = [
      ServerSentEvent(data: ""), ServerSentEvent(name: "x", data: "a"), ServerSentEvent(data: "a\nb\n\nc\n"),
      ServerSentEvent(name: "y", data: " leading: space é中😀"), ServerSentEvent(data: "\n"),
    ]
    var output: [UInt8] = []
    for event in events {
      EventStreamWriter.append(event, to: &output)
      EventStreamWriter.appendComment("keep-alive", to: &output)
    }
    let items = try EventStreamParserTests.items(output)
    #expect(items == events.flatMap { [.event($0), .comment] })
  }

  @Test func noLineLeavesItsField() throws {
    var output: [UInt8] = []
    EventStreamWriter.append(ServerSentEvent(name: "a\ndata: b", data: "x\revent: forged\ry"), to: &output)
    let items = try EventStreamParserTests.items(output)
    #expect(items == [.event(ServerSentEvent(name: "adata: b", data: "x\nevent: forged\ny"))])
  }

  @Test func jsonIsWrittenAsOneLineBehindWhatIsThere() {
    var output = Array(": hello\n\n".utf8)
    EventStreamWriter.append(name: "ping", to: &output) { $0.object { $0.member("text", "a\nb") } }
    EventStreamWriter.append(name: nil, to: &output) { $0.array { $0.int(1) } }
    #expect(
      String(decoding: output, as: UTF8.self)
        == ": hello\n\nevent: ping\ndata: {\"text\":\"a\\nb\"}\n\ndata: [1]\n\n")
  }
}
