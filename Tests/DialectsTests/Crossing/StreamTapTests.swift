import Conversation
import Dialects
import Testing

/// What the listener beside a relayed stream tells of it.
struct StreamTapTests {
  private static let beginnings: [(DialectID, String)] = [
    (.openAIChat, #"{"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"ha"}}]}"#),
    (.openAIResponses, #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"ha"}"#),
    (.anthropic, #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"ha"}}"#),
    (.gemini, #"{"candidates":[{"content":{"role":"model","parts":[{"text":"ha"}]}}]}"#),
  ]

  private func ending(_ dialect: DialectID, _ data: [String]) -> (StreamTap.Ending, isCommitted: Bool) {
    var tap = StreamTap(DialectCatalog.dialect(dialect))
    for data in data { Array("data: \(data)\n\n".utf8).withUnsafeBytes { tap.hear($0) } }
    let isCommitted = tap.hasSubstance
    tap.finish()
    return (tap.ending(cut: nil, isCommitted: isCommitted), isCommitted)
  }

  @Test(arguments: beginnings)
  func `a stream that breaks off behind its words is told as one that ended early`(
    dialect: DialectID, words: String
  ) throws {
    guard case (.broken(let failure), true) = ending(dialect, [words]) else {
      Issue.record("not broken")
      return
    }
    #expect(failure.message == "the upstream's stream ended early")
    #expect(failure.status == 502)
  }

  @Test(arguments: DialectID.allCases)
  func `a stream without an event said nothing`(dialect: DialectID) {
    guard case (.refused(let failure), false) = ending(dialect, []) else {
      Issue.record("not refused")
      return
    }
    #expect(!failure.message.isEmpty)
  }
}
