import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// The laws over recorded traffic, OpenAI's and that of vendors who speak Responses.
@Suite(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"))
struct OpenAIResponsesCorpusTests {
  private static let law = CorpusLaw(dialect: .openAIResponses)

  @Test func streamsRoundTrip() {
    Self.law.check("stream round trip", \.stream) { OpenAIResponsesLaws.streamRoundTrip($1) }
  }

  @Test func streamsFoldIntoTheirAnswer() {
    let rotating = [
      "openai-responses/vercel-azure-reasoning-encrypted-content-1":
        "the final response is of another run: another id, and no reasoning item",
      "openai-responses/vercel-github-copilot-id-rotation-1":
        "Copilot gives every item another id in every event",
    ]
    Self.law.check("fold", except: rotating, \.stream) { OpenAIResponsesLaws.fold($1) }
  }
}
