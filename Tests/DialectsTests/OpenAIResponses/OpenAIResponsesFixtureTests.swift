import Conversation
import Dialects
import Foundation
import TestSupport
import Testing
import Wire

/// A hand-written case below `Tests/Fixtures/Dialects/openai-responses`.
struct ResponsesFixture: Sendable, CustomTestStringConvertible {
  let name: String
  let file: String

  var testDescription: String { "\(name)/\(file)" }

  static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .appendingPathComponent("../../Fixtures/Dialects/openai-responses").standardized

  var bytes: [UInt8] {
    get throws {
      Array(try Data(contentsOf: Self.folder.appendingPathComponent(name).appendingPathComponent(file)))
    }
  }

  static func all(_ file: String) -> [ResponsesFixture] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().map { ResponsesFixture(name: $0, file: file) }.filter { (try? $0.bytes) != nil }
  }
}

@Suite struct OpenAIResponsesFixtureTests {
  @Test(arguments: ResponsesFixture.all("request.json"))
  func requestRoundTrips(_ fixture: ResponsesFixture) throws {
    #expect(OpenAIResponsesLaws.common.requestRoundTrip(try fixture.bytes) == [])
  }

  @Test(arguments: ResponsesFixture.all("response.json"))
  func answerRoundTrips(_ fixture: ResponsesFixture) throws {
    #expect(OpenAIResponsesLaws.common.responseRoundTrip(try fixture.bytes) == [])
  }

  @Test(arguments: ResponsesFixture.all("stream.sse"))
  func streamKeepsTheLaws(_ fixture: ResponsesFixture) throws {
    let bytes = try fixture.bytes
    #expect(OpenAIResponsesLaws.common.grammar(bytes) == [])
    #expect(OpenAIResponsesLaws.common.chunking(bytes) == [])
    #expect(OpenAIResponsesLaws.streamRoundTrip(bytes) == [])
    #expect(OpenAIResponsesLaws.fold(bytes) == [])
  }

  @Test func fixturesAreFound() {
    #expect(ResponsesFixture.all("request.json").count >= 9)
    #expect(ResponsesFixture.all("stream.sse").count >= 15)
  }

  /// What the streams of the fixtures mean, so that the laws cannot hold by all being wrong together.
  @Test(arguments: [
    (
      "interleaved",
      [
        "part 0.0 call function call_1 - weather ", #"delta 0.0 input "{\"city\":\"Rome\"}""#, "end 0.0",
        "part 0.1 call function call_2 - weather ", #"delta 0.1 input "{\"city\":\"Oslo\"}""#, "end 0.1",
        "usage in 120 out 34 read 20 write 10 reasoning 7", "stop 0 toolUse -", "finished",
      ]
    ),
    (
      "items-at-the-end",
      [
        "part 0.0 reasoning [] rs_5", #"delta 0.0 reasoning summary 0 "**First**\n\nthink""#,
        #"delta 0.0 reasoning summary 1 "then act""#, "delta 0.0 state openai-responses encrypted gAAAopaque",
        "end 0.0", #"part 0.1 text """#, #"delta 0.1 text "42""#, "end 0.1",
        "part 0.2 call function call_1 - weather ", #"delta 0.2 input "{\"city\":\"Rome\"}""#, "end 0.2",
        "usage in 120 out 34 read 20 write 10 reasoning 7", "stop 0 toolUse -", "finished",
      ]
    ),
    (
      "incomplete",
      [
        "part 0.0 call function call_h - add ", #"delta 0.0 input "{\"x\":48""#, "end 0.0",
        "usage in 120 out 34 read 20 write 10 reasoning 7", "stop 0 maxTokens -", "finished",
      ]
    ),
    (
      "failed",
      [
        #"part 0.0 text """#, #"delta 0.0 text "Hello""#,
        "failed rateLimited Rate limit reached. Please try again in 7s.",
      ]
    ),
    ("error-event", ["failed contextLength Your input exceeds the context window of this model."]),
    (
      "truncated",
      [
        #"part 0.0 text """#, #"delta 0.0 text "Hello, wörld ""#,
        "failed badGateway the provider's stream ended early",
      ]
    ),
    (
      "deltas-without-items",
      [
        #"part 0.0 text """#, #"delta 0.0 text "Hi there""#, "end 0.0",
        "usage in 120 out 34 read 20 write 10 reasoning 7", "stop 0 endTurn -", "finished",
      ]
    ),
    (
      "refusal",
      [
        #"part 0.0 refusal """#, #"delta 0.0 text "I cannot.""#, "end 0.0",
        "usage in 120 out 34 read 20 write 10 reasoning 7", "stop 0 refusal -", "finished",
      ]
    ),
  ])
  func streamMeans(_ name: String, _ expected: [String]) throws {
    let bytes = try ResponsesFixture(name: name, file: "stream.sse").bytes
    let lines = EventTrace.lines(StreamDriver.events(bytes, OpenAIResponses()))
    #expect(lines.first?.hasPrefix("started") == true)
    // `usage` stands before the stop; both orders are legal.
    #expect(Array(lines.dropFirst()) == expected)
  }

  @Test func retryDelayIsReadFromTheMessage() throws {
    let bytes = try ResponsesFixture(name: "failed", file: "stream.sse").bytes
    var delay: Double?
    for case .failed(let failure) in StreamDriver.events(bytes, OpenAIResponses()) { delay = failure.retryAfter }
    #expect(delay == 7)
  }
}
