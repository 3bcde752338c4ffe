import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Answers with very many small things in them: bounded, and in a time that grows as they do.
@Suite struct HostileAnswerTests {
  private static let count = 6000

  /// With twenty alternatives a token, an array put together anew for each would be copied for minutes.
  @Test func logProbabilitiesOfALongAnswerAreGathered() throws {
    let one = #"{"token":"a","logprob":-1,"top_logprobs":[{"token":"b","logprob":-2},{"token":"c","logprob":-3}]}"#
    let piece = try JSON(parsing: "[\(one)]")
    var events: [ConversationEvent] = [.started(ResponseStart()), .partStarted(PartStart(index: 0, part: .text("")))]
    for _ in 0..<Self.count {
      events.append(.partDelta(PartDelta(index: 0, .logprobs(piece))))
      events.append(.partDelta(PartDelta(index: 0, .text("a"))))
    }
    events += [.partFinished(PartEnd(index: 0)), .candidateFinished(index: 0, Stop(.endTurn)), .finished]
    var fold = ResponseFold()
    for event in events { fold.add(event) }
    guard case .text(let text)? = fold.result.candidates.first?.parts.first?.content else {
      Issue.record("no text")
      return
    }
    #expect(text.logprobs?.elements.count == Self.count)
    let written = StreamDriver.bytes(events, OpenAIResponses(), reply: try Passage.reply(.openAIResponses))
    let last = try #require(Passage.frames(written).last { $0.name == "response.completed" })
    #expect(last.json.at("response.output.0.content.0.logprobs")?.elements.count == Self.count)
  }

  @Test func manyCitationsAndTextsAreGathered() throws {
    var parts: [Part] = []
    for index in 0..<Self.count { parts.append(.text("\(index % 10)")) }
    var text = Text("all")
    for index in 0..<Self.count { text.annotations.append(Annotation(.url("https://a.example/\(index)"))) }
    parts.append(Part(.text(text)))
    let response = ConversationResponse(candidates: [Candidate(parts: parts, stop: Stop(.endTurn))])
    for client in [DialectID.openAIChat, .openAIResponses] {
      let events = response.events()
      let written = StreamDriver.bytes(
        events, DialectCatalog.dialect(client), reply: try Passage.reply(client))
      let read = StreamDriver.events(written, DialectCatalog.dialect(client))
      let found = EventTrace.lines(read).filter { $0.contains(" annotation") }
      #expect(found.count == Self.count)
    }
  }

  /// Items that begin and never end.
  @Test func itemsThatNeverEndAreTooMany() {
    let added = (0..<5000).map { index in
      #"{"type":"response.output_item.added","output_index":\#(index),"item":{"id":"m\#(index)","type":"message","role":"assistant","content":[]}}"#
    }
    let bytes = Array(added.map { "data: \($0)\n\n" }.joined().utf8)
    let last = EventTrace.lines(StreamDriver.events(bytes, OpenAIResponses())).last
    #expect(last == "failed badGateway the provider's items interleave too far")
  }

  /// One turn that asks for everything at once, answered backwards.
  @Test func manyCallsOfOneTurnFindTheirResults() {
    let ids = (0..<20_000).map { "call_\($0)" }
    var messages = [
      Message(.assistant, ids.map { Part(.toolCall(ToolCall(id: $0, name: "f", input: "{}"))) }),
      Message(
        .user, ids.reversed().map { Part(.toolResult(ToolResult(callID: $0, parts: [.text($0)]))) }),
    ]
    var losses = Losses()
    ToolPairing.repair(&messages, losses: &losses)
    let results = messages.flatMap(\.parts).compactMap { part -> String? in
      if case .toolResult(let result) = part.content { result.callID } else { nil }
    }
    #expect(results == ids)
    #expect(losses.isEmpty)
  }

  /// A thought that a Gemini client replays as it was streamed, piece by piece.
  @Test func aThoughtInManyPiecesIsOne() throws {
    let pieces = (0..<Self.count).map { _ in #"{"text":"thought ","thought":true}"# }.joined(separator: ",")
    let body =
      #"{"contents":[{"role":"user","parts":[{"text":"q"}]},{"role":"model","parts":[\#(pieces),{"text":"a"}]},{"role":"user","parts":[{"text":"q"}]}]}"#
    let crossed = try Passage.send(body, from: .gemini, to: .openAIChat) { $0.reasoningReplay = .always }
    #expect(crossed.body.at("messages.1.reasoning_content")?.string?.utf8.count == Self.count * 8)
  }
}
