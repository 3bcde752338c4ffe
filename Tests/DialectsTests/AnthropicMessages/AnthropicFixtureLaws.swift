import Conversation
import Dialects
import Foundation
import TestSupport
import Testing
import Wire

/// One case of our own fixtures.
struct AnthropicFixture: Sendable, CustomStringConvertible {
  let name: String
  let request: [UInt8]?
  let response: [UInt8]?
  let stream: [UInt8]?

  var description: String { name }

  static let all: [AnthropicFixture] = {
    let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("../../Fixtures/Dialects/anthropic").standardized
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().map { name in
      func bytes(_ file: String) -> [UInt8]? {
        (try? Data(contentsOf: folder.appendingPathComponent(name).appendingPathComponent(file))).map { Array($0) }
      }
      return AnthropicFixture(
        name: name, request: bytes("request.json"), response: bytes("response.json"), stream: bytes("stream.sse"))
    }
  }()

  static let requests = all.filter { $0.request != nil }
  static let responses = all.filter { $0.response != nil }
  static let streams = all.filter { $0.stream != nil }
  /// The streams that end well.
  static let whole = streams.filter { $0.name != "truncated" && $0.name != "error-in-stream" }

  static func stream(_ name: String) -> [UInt8] { all.first { $0.name == name }?.stream ?? [] }
}

@Suite struct AnthropicFixtureLaws {
  @Test func thereAreFixtures() {
    #expect(AnthropicFixture.requests.count >= 8)
    #expect(AnthropicFixture.responses.count >= 6)
    #expect(AnthropicFixture.streams.count >= 8)
  }

  @Test(arguments: AnthropicFixture.requests)
  func aRequestRoundTrips(fixture: AnthropicFixture) throws {
    let isNamed = try JSON(parsing: fixture.request ?? [])["model"] != nil
    let line = RequestLine(model: isNamed ? nil : "claude-x")
    #expect(AnthropicLaw.common.requestRoundTrip(fixture.request ?? [], line: line) == [])
  }

  @Test(arguments: AnthropicFixture.responses)
  func aResponseRoundTrips(fixture: AnthropicFixture) {
    #expect(AnthropicLaw.common.responseRoundTrip(fixture.response ?? []) == [])
  }

  @Test(arguments: AnthropicFixture.streams)
  func aStreamRoundTrips(fixture: AnthropicFixture) {
    #expect(AnthropicLaw.streamDifferences(fixture.stream ?? []).isEmpty)
  }

  @Test(arguments: AnthropicFixture.streams)
  func everyPrefixKeepsTheGrammar(fixture: AnthropicFixture) {
    let bytes = fixture.stream ?? []
    for end in 0...bytes.count {
      let found = EventTrace.violations(StreamDriver.events(Array(bytes[..<end]), AnthropicLaw.dialect))
      #expect(found.isEmpty, "first \(end) bytes")
    }
  }

  @Test(arguments: AnthropicFixture.streams)
  func chunkingChangesNothing(fixture: AnthropicFixture) {
    #expect(AnthropicLaw.common.chunking(fixture.stream ?? []) == [])
  }

  @Test(arguments: AnthropicFixture.whole)
  func aFoldedStreamIsTheWholeAnswer(fixture: AnthropicFixture) throws {
    #expect(AnthropicLaw.foldDifferences(fixture.stream ?? []).isEmpty)
    guard let bytes = fixture.response else { return }
    let told = try AnthropicLaw.dialect.readResponse(try JSON(parsing: bytes), origin: nil)
    let folded = AnthropicLaw.fold(fixture.stream ?? [])
    #expect(folded.candidates.first?.stop?.reason == told.candidates.first?.stop?.reason)
    #expect(folded.candidates.first?.stop?.sequence == told.candidates.first?.stop?.sequence)
  }

  @Test func aStreamsCountsAreCumulative() {
    let usage = AnthropicLaw.fold(AnthropicFixture.stream("cache-usage")).usage
    #expect(usage?.input == 124, "the later 4 stands for the 3, the caches stay")
    #expect(usage?.cacheRead == 100 && usage?.cacheWrite == 20 && usage?.output == 9)
    #expect(usage?.cacheWrite5m == 15 && usage?.cacheWrite1h == 5)
  }

  @Test func serverToolsComeWholeAndCitationsAreKept() {
    let parts = AnthropicLaw.fold(AnthropicFixture.stream("server-tools")).candidates.first?.parts ?? []
    let blocks = parts.map { part in if case .opaque(let opaque) = part.content { opaque.json.text } else { "-" } }
    #expect(blocks.first == #"{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"q"}}"#)
    #expect(blocks.last == #"{"type":"compaction","content":"short"}"#)
    guard parts.count == 4, case .text(let text) = parts[2].content else {
      Issue.record("the text is missing")
      return
    }
    #expect(text.annotations.first?.source == .url("https://e.x") && text.annotations.first?.citedText == "words")
  }

  @Test func anErrorInAStreamKeepsItsKindAndWords() {
    let failure = AnthropicLaw.fold(AnthropicFixture.stream("error-in-stream")).failure
    #expect(failure?.kind == .overloaded && failure?.message == "Overloaded")
    #expect(AnthropicLaw.fold(AnthropicFixture.stream("truncated")).failure?.kind == .badGateway)
  }
}
