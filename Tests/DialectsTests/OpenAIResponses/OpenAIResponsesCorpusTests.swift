import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// The laws over recorded traffic, OpenAI's and that of vendors who speak Responses.
@Suite struct OpenAIResponsesCorpusTests {
  /// Runs one law over every case that has the file, prints the score and requires all but the named exceptions.
  private func law(
    _ name: String, _ pick: (CorpusCase) -> [UInt8]?, except exceptions: [String: String] = [:],
    _ check: ([UInt8]) -> [String]
  ) {
    guard Corpus.folder != nil else { return print("law \(name) openai-responses: skipped, no corpus") }
    var total = 0
    var failures: [String] = []
    for entry in Corpus.generations(.openAIResponses) {
      guard let bytes = pick(entry) else { continue }
      total += 1
      let broken = check(bytes)
      if !broken.isEmpty, exceptions[entry.id] == nil {
        failures.append("\(entry.id): \(broken.prefix(3).joined(separator: "; "))")
      }
    }
    print("law \(name) openai-responses: \(total - failures.count - exceptions.count)/\(total)")
    #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    #expect(total > 0)
  }

  private func answer(_ entry: CorpusCase) -> [UInt8]? {
    entry.httpStatus ?? 200 < 400 ? entry.response : nil
  }

  @Test func requestsRoundTrip() { law("request round trip", \.request) { OpenAIResponsesLaws.requestRoundTrip($0) } }

  @Test func answersRoundTrip() { law("response round trip", answer) { OpenAIResponsesLaws.responseRoundTrip($0) } }

  @Test func streamsSplitAnywhere() { law("chunking", \.stream) { OpenAIResponsesLaws.chunking($0) } }

  @Test func streamsKeepTheGrammar() {
    law("grammar", \.stream) { OpenAIResponsesLaws.grammar($0) }
  }

  @Test func streamsRoundTrip() { law("stream round trip", \.stream) { OpenAIResponsesLaws.streamRoundTrip($0) } }

  @Test func streamsFoldIntoTheirAnswer() {
    let rotating = [
      "openai-responses/vercel-azure-reasoning-encrypted-content-1":
        "the final response is of another run: another id, and no reasoning item",
      "openai-responses/vercel-github-copilot-id-rotation-1":
        "Copilot gives every item another id in every event",
    ]
    law("fold", \.stream, except: rotating) { OpenAIResponsesLaws.fold($0) }
  }
}
