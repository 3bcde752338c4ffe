import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// The laws over recorded Anthropic traffic.
@Suite(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"))
struct AnthropicCorpusLaws {
  private static let law = CorpusLaw(dialect: .anthropic)

  @Test func failuresRoundTrip() {
    let errors = Corpus.cases.filter { $0.dialect == .anthropic && ($0.httpStatus ?? 200) >= 400 }
    Self.law.check("failure round trip", in: errors, \.response) { item, bytes in
      let failure = AnthropicMessages().readFailure(status: item.httpStatus ?? 400, body: bytes)
      let reply = AnthropicMessages().writeFailure(failure, requestID: "req_x")
      return try differences(JSON(parsing: bytes), JSON(parsing: reply.body))
        + (reply.status == item.httpStatus ? [] : ["\(reply.status)"])
    }
  }

  @Test func streamsRoundTrip() {
    Self.law.check("stream round trip", \.stream) { AnthropicLaw.streamDifferences($1) }
  }

  @Test func foldedStreamsAreWholeAnswers() {
    let cut = [
      "anthropic/ant-ts-incomplete-partial-json-response":
        "the call's input is cut off; a whole answer holds an empty object instead and declares it"
    ]
    Self.law.check("fold", except: cut, \.stream) { AnthropicLaw.foldDifferences($1) }
  }
}
