import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// The laws over recorded traffic, skipped where there is none.
@Suite(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"))
struct OpenAIChatCorpusTests {
  static let cases = Corpus.generations(.openAIChat)

  /// Runs a law over what `pick` finds in each case, prints the rate and returns the failures that are not known.
  private func check(
    _ law: String, floor: Int, known: Set<String> = [], _ pick: (CorpusCase) -> [UInt8]?,
    _ problems: (CorpusCase, [UInt8]) throws -> [String]
  ) {
    var total = 0
    var failed: [(id: String, problem: String)] = []
    for item in Self.cases {
      guard let bytes = pick(item) else { continue }
      total += 1
      do {
        if let problem = try problems(item, bytes).first { failed.append((item.id, problem)) }
      } catch {
        failed.append((item.id, "\(error)"))
      }
    }
    print("law \(law) openai-chat: \(total - failed.count)/\(total)")
    for failure in failed where !known.contains(failure.id) {
      Issue.record("\(law): \(failure.id): \(failure.problem)")
    }
    #expect(total - failed.count >= floor, "\(law) holds for fewer cases than it did")
  }

  private func isAnswer(_ item: CorpusCase) -> Bool {
    !item.features.contains("error") || item.httpStatus == 200
  }

  @Test func requestsComeBackAsTheyWere() {
    check("request round trip", floor: 274, \.request) { _, bytes in try OpenAIChatLaw.roundTrip(request: bytes) }
  }

  @Test func answersComeBackAsTheyWere() {
    check("response round trip", floor: 120, { isAnswer($0) ? $0.response : nil }) { _, bytes in
      try OpenAIChatLaw.roundTrip(response: bytes)
    }
  }

  @Test func errorsAreUnderstood() {
    check("failure", floor: 19, { isAnswer($0) ? nil : $0.response }) { item, bytes in
      let failure = OpenAIChat().readFailure(status: item.httpStatus ?? 400, body: bytes)
      let message = try JSON(parsing: bytes)["error"]?["message"]?.string
      return failure.message == message ? [] : ["message is \(failure.message)"]
    }
  }

  @Test func streamsKeepTheGrammar() {
    check("grammar", floor: 153, \.stream) { _, bytes in
      OpenAIChatLaw.grammar(bytes)
    }
  }

  @Test func streamsMayBeSplitAnywhere() {
    check("chunking", floor: 153, \.stream) { item, bytes in
      OpenAIChatLaw.chunking(Array(bytes.prefix(60_000)))
    }
  }

  @Test func streamsComeBackAsTheyWere() {
    check("stream round trip", floor: 153, \.stream) { _, bytes in OpenAIChatLaw.streamRoundTrip(bytes) }
  }

  @Test func aStreamFoldsToTheAnswerAClientWouldHaveHadWhole() {
    check("fold", floor: 153, \.stream) { _, bytes in
      var fold = ResponseFold()
      for event in StreamDriver.events(bytes, OpenAIChat()) { fold.add(event) }
      guard fold.result.failure == nil else { return [] }
      var losses = Losses()
      let reply = OpenAIChatLaw.reply(model: fold.result.model ?? "")
      let whole = OpenAIChat().writeResponse(fold.result, for: reply, losses: &losses)
      let again = try OpenAIChat().readResponse(JSON(parsing: whole), origin: nil)
      return OpenAIChatLaw.departures(fold.result.events(), again.events()) + losses.list.map { "loss \($0.path)" }
    }
  }

  @Test func wholeStreamsDoNotFail() {
    check(
      "whole stream", floor: 0,
      { item in
        item.features.contains("truncated-stream") || item.features.contains("stream-error") ? nil : item.stream
      }
    ) { _, bytes in
      StreamDriver.events(bytes, OpenAIChat()).compactMap {
        if case .failed(let failure) = $0 { failure.message } else { nil }
      }
    }
  }
}
