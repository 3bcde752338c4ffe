import Conversation
import Dialects
import Foundation
import TestSupport
import Testing
import Wire

/// One hand-written exchange.
struct GeminiFixture: Sendable, CustomTestStringConvertible {
  let name: String
  let folder: URL
  var testDescription: String { name }

  static let all: [GeminiFixture] = {
    let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Fixtures/Dialects/gemini")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().map { GeminiFixture(name: $0, folder: folder.appendingPathComponent($0)) }
  }()

  static func having(_ file: String) -> [GeminiFixture] { all.filter { $0.bytes(file) != nil } }

  func bytes(_ file: String) -> [UInt8]? {
    (try? Data(contentsOf: folder.appendingPathComponent(file))).map { Array($0) }
  }
}

/// The laws over our own fixtures.
@Suite struct GeminiFixtureTests {
  @Test func `the fixtures are found`() {
    #expect(GeminiFixture.having("request.json").count >= 6)
    #expect(GeminiFixture.having("stream.sse").count >= 10)
  }

  @Test(arguments: GeminiFixture.having("request.json"))
  func `a request written back is the request read`(fixture: GeminiFixture) {
    #expect(
      GeminiLaws.common.requestRoundTrip(fixture.bytes("request.json") ?? [], line: RequestLine(isStream: false)) == [])
  }

  @Test(arguments: GeminiFixture.having("response.json"))
  func `an answer written back is the answer read`(fixture: GeminiFixture) {
    #expect(GeminiLaws.common.responseRoundTrip(fixture.bytes("response.json") ?? []) == [])
  }

  @Test(arguments: GeminiFixture.having("stream.sse"))
  func `a stream tells what it should`(fixture: GeminiFixture) {
    let stream = fixture.bytes("stream.sse") ?? []
    let expected = String(decoding: fixture.bytes("expected.txt") ?? [], as: UTF8.self)
      .split(separator: "\n").map(String.init)
    #expect(EventTrace.lines(StreamDriver.events(stream, Gemini())) == expected)
  }

  @Test(arguments: GeminiFixture.having("stream.sse"))
  func `a stream keeps the laws`(fixture: GeminiFixture) {
    let stream = fixture.bytes("stream.sse") ?? []
    #expect(GeminiLaws.streamRoundTrip(stream) == [])
    #expect(GeminiLaws.common.chunking(stream) == [])
    #expect(GeminiLaws.fold(stream) == [])
  }

  @Test(arguments: GeminiFixture.having("stream.sse"))
  func `every truncated prefix keeps the grammar`(fixture: GeminiFixture) {
    let stream = fixture.bytes("stream.sse") ?? []
    for length in 0...stream.count {
      let violations = EventTrace.violations(StreamDriver.events(Array(stream.prefix(length)), Gemini()))
      #expect(violations == [], "first \(length) bytes")
      if !violations.isEmpty { return }
    }
  }

  @Test(arguments: GeminiFixture.having("stream.sse"))
  func `the array framing carries the same events`(fixture: GeminiFixture) throws {
    let first = StreamDriver.events(fixture.bytes("stream.sse") ?? [], Gemini())
    let reply = GeminiLaws.reply(model: GeminiLaws.model(of: first), framing: .jsonArray)
    let body = try JSON(parsing: StreamDriver.bytes(first, Gemini(), reply: reply))
    #expect(body.isArray)
    var reader = Gemini().makeEventReader(origin: nil)
    var second: [ConversationEvent] = []
    for event in Gemini().readStreamArray(body) { reader.read(event, into: &second) }
    reader.end(into: &second)
    #expect(GeminiLaws.comparable(first) == GeminiLaws.comparable(second))
  }
}

/// Input that no vendor sends must not stop the process.
@Suite struct GeminiDamageTests {
  /// The bytes with a few replaced by others that matter in JSON and streams.
  static func damaged(_ bytes: [UInt8], seed: UInt64) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(max(1, bound)))
    }
    let interesting = Array("{}[]\",:0-9e.\\u\n tfn".utf8)
    var copy = bytes
    for _ in 0..<(1 + next(4)) where !copy.isEmpty {
      let place = next(copy.count)
      if next(3) == 0 { copy.remove(at: place) } else { copy[place] = interesting[next(interesting.count)] }
    }
    return copy
  }

  @Test(arguments: GeminiFixture.having("stream.sse"))
  func `a damaged stream keeps the grammar`(fixture: GeminiFixture) {
    let stream = fixture.bytes("stream.sse") ?? []
    for seed in 1...150 as ClosedRange<UInt64> {
      let events = StreamDriver.events(Self.damaged(stream, seed: seed), Gemini())
      #expect(EventTrace.violations(events) == [], "seed \(seed)")
      _ = StreamDriver.bytes(events, Gemini(), reply: GeminiLaws.reply(model: "m"))
    }
  }

  /// Values of a wrong kind in every place where a value stands.
  @Test(arguments: GeminiFixture.all)
  func `values of a wrong kind are refused or kept`(fixture: GeminiFixture) {
    let wrong = ["null", "true", "-1", "1e99", #""""#, "[]", "{}", "[{}]"].map(GeminiHub.json)
    for file in ["request.json", "response.json"] {
      guard let bytes = fixture.bytes(file), let json = try? JSON(parsing: bytes) else { continue }
      let count = Self.values(in: json)
      for place in 0..<count {
        for value in wrong {
          var left = place
          let body = JSON { Self.copy(json, replacing: &left, with: value, to: &$0) }
          var losses = Losses()
          if file == "request.json" {
            guard let request = try? Gemini().readRequest(body, line: RequestLine(model: "m")) else { continue }
            _ = try? Gemini().writeRequest(request, for: RequestTarget(model: "m"), losses: &losses)
          } else if let response = try? Gemini().readResponse(body, origin: nil) {
            _ = Gemini().writeResponse(response, for: GeminiLaws.reply(model: "m"), losses: &losses)
          }
        }
      }
    }
  }

  private static func values(in json: JSON) -> Int {
    1 + json.elements.reduce(0) { $0 + values(in: $1) } + json.members.reduce(0) { $0 + values(in: $1.value) }
  }

  private static func copy(_ json: JSON, replacing place: inout Int, with value: JSON, to writer: inout JSONWriter) {
    defer { place -= 1 }
    if place == 0 { return writer.value(value) }
    var left = place - 1
    if json.isObject {
      writer.object { writer in
        for member in json.members {
          writer.key(named: member.key)
          let count = values(in: member.value)
          if left >= 0, left < count {
            var inner = left
            copy(member.value, replacing: &inner, with: value, to: &writer)
          } else {
            writer.value(member.value)
          }
          left -= count
        }
      }
    } else if json.isArray {
      writer.array { writer in
        for element in json.elements {
          let count = values(in: element)
          if left >= 0, left < count {
            var inner = left
            copy(element, replacing: &inner, with: value, to: &writer)
          } else {
            writer.value(element)
          }
          left -= count
        }
      }
    } else {
      writer.value(json)
    }
  }
}
