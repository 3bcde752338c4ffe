import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// The laws over recorded traffic, skipped where there is none.
@Suite(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"))
struct OpenAIChatCorpusTests {
  private static let law = CorpusLaw(dialect: .openAIChat)

  @Test func errorsAreUnderstood() {
    Self.law.check("failure", floor: 19, { $0.features.contains("error") && $0.httpStatus != 200 ? $0.response : nil })
    { item, bytes in
      let failure = OpenAIChat().readFailure(status: item.httpStatus ?? 400, body: bytes)
      let message = try JSON(parsing: bytes)["error"]?["message"]?.string
      return failure.message == message ? [] : ["message is \(failure.message)"]
    }
  }

  @Test func streamsComeBackAsTheyWere() {
    Self.law.check("stream round trip", floor: 153, \.stream) { _, bytes in OpenAIChatLaw.streamRoundTrip(bytes) }
  }

  @Test func aStreamFoldsToTheAnswerAClientWouldHaveHadWhole() {
    Self.law.check("fold", floor: 153, \.stream) { _, bytes in
      var fold = ResponseFold()
      for event in StreamDriver.events(bytes, OpenAIChat()) { fold.add(event) }
      guard fold.result.failure == nil else { return [] }
      var losses = Losses()
      let reply = OpenAIChatLaw.reply(model: fold.result.model ?? "")
      let whole = OpenAIChat().writeResponse(fold.result, for: reply, losses: &losses)
      let again = try OpenAIChat().readResponse(JSON(parsing: whole), origin: nil)
      var told = fold.result
      // Clients know OpenAI's tiers only, not the vendors' (`on_demand`).
      if let tier = told.serviceTier, !Self.tiers.contains(tier) { told.serviceTier = nil }
      return OpenAIChatLaw.departures(told.events(), again.events()) + losses.list.map { "loss \($0.path)" }
    }
  }

  /// OpenAI's service tiers.
  ///
  /// https://developers.openai.com/api/reference/resources/chat, `service_tier`
  private static let tiers: Set = ["auto", "default", "flex", "scale", "priority", "fast"]

  @Test func wholeStreamsDoNotFail() {
    Self.law.check(
      "whole stream",
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
