import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// The laws over our own cases.
@Suite struct OpenAIChatLawTests {
  @Test func thereAreCases() {
    #expect(OpenAIChatFixtures.requests.count >= 8)
    #expect(OpenAIChatFixtures.responses.count >= 8)
    #expect(OpenAIChatFixtures.streams.count >= 12)
  }

  @Test(arguments: OpenAIChatFixtures.requests)
  func aRequestComesBackAsItWas(file: OpenAIChatFixtures.File) throws {
    #expect(OpenAIChatLaw.common.requestRoundTrip(file.bytes) == [])
  }

  @Test(arguments: OpenAIChatFixtures.responses)
  func anAnswerComesBackAsItWas(file: OpenAIChatFixtures.File) throws {
    #expect(OpenAIChatLaw.common.responseRoundTrip(file.bytes) == [])
  }

  @Test(arguments: OpenAIChatFixtures.streams)
  func aStreamMayBeSplitAnywhere(file: OpenAIChatFixtures.File) {
    #expect(OpenAIChatLaw.common.chunking(file.bytes) == [])
  }

  @Test(arguments: OpenAIChatFixtures.streams)
  func everyPrefixOfAStreamKeepsTheGrammar(file: OpenAIChatFixtures.File) {
    #expect(OpenAIChatLaw.common.grammar(file.bytes) == [])
  }

  @Test(arguments: OpenAIChatFixtures.streams)
  func aStreamComesBackAsItWas(file: OpenAIChatFixtures.File) {
    #expect(OpenAIChatLaw.streamRoundTrip(file.bytes) == [])
  }

  /// What a client sees of a stream and of the whole answer is the same.
  @Test(arguments: ["text", "tools-parallel", "reasoning", "thinking-content", "citations", "candidates"])
  func aStreamFoldsToTheAnswerAClientWouldHaveHadWhole(name: String) throws {
    let events = StreamDriver.events(OpenAIChatFixtures.stream(name), OpenAIChat())
    var fold = ResponseFold()
    for event in events { fold.add(event) }
    var losses = Losses()
    let whole = OpenAIChat().writeResponse(fold.result, for: OpenAIChatLaw.reply(model: "gpt-x"), losses: &losses)
    let again = try OpenAIChat().readResponse(JSON(parsing: whole), origin: nil)
    #expect(fold.result.failure == nil)
    #expect(EventTrace.lines(again.events()) == EventTrace.lines(fold.result.events()))
    #expect(losses.isEmpty)
  }

  @Test(arguments: OpenAIChatFixtures.streams.filter { !["error-in-stream", "truncated"].contains($0.name) })
  func aWholeStreamEndsWell(file: OpenAIChatFixtures.File) {
    let lines = EventTrace.lines(StreamDriver.events(file.bytes, OpenAIChat()))
    #expect(lines.last == "finished")
    #expect(lines.contains { $0.hasPrefix("stop 0") })
  }
}
