import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// The laws over recorded Gemini traffic.
@Suite(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"))
struct GeminiCorpusTests {
  private static let law = CorpusLaw(dialect: .gemini)

  @Test func `a stream written back has the same events`() {
    Self.law.check("stream round trip", \.stream) { GeminiLaws.streamRoundTrip($1) }
  }

  @Test func `folding keeps what a stream told`() {
    Self.law.check("fold", \.stream) { GeminiLaws.fold($1) }
  }
}
