import Conversation
import Dialects
import Foundation
import TestSupport
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

  @Test(arguments: beginnings)
  func `an event that is cut in the middle is no error of the upstream's`(dialect: DialectID, words: String) throws {
    var tap = StreamTap(DialectCatalog.dialect(dialect))
    Array("data: \(words)\n\ndata: {\"error\":{\"mess".utf8).withUnsafeBytes { tap.hear($0) }
    tap.finish()
    guard case .broken = tap.ending(cut: nil, isCommitted: true) else {
      Issue.record("not broken")
      return
    }
  }

  @Test(arguments: beginnings)
  func `an event that cannot be read is nothing`(dialect: DialectID, words: String) throws {
    var tap = StreamTap(DialectCatalog.dialect(dialect))
    Array("data: \(words)\n\ndata: {oops\n\ndata: \(words)\n\n".utf8).withUnsafeBytes { tap.hear($0) }
    #expect(tap.failure == nil)
  }

  @Test(arguments: DialectID.allCases)
  func `a stream without an event said nothing`(dialect: DialectID) {
    guard case (.refused(let failure), false) = ending(dialect, []) else {
      Issue.record("not refused")
      return
    }
    #expect(!failure.message.isEmpty)
  }

  /// What a tap knows of a stream that came in pieces of that size.
  private static func heard(_ stream: [UInt8], _ dialect: DialectID, by size: Int) -> String {
    var tap = StreamTap(DialectCatalog.dialect(dialect))
    for start in stride(from: 0, to: stream.count, by: size) {
      stream[start..<min(stream.count, start + size)].withUnsafeBytes { tap.hear($0) }
    }
    tap.finish()
    return """
      \(String(describing: tap.usage?.totalTokens)) \(String(describing: tap.stop)) \(tap.isComplete) \
      \(tap.endsInError) \(tap.failedAtOnce) \(tap.hasSubstance) \(tap.stateBlobs) \(tap.failure?.message ?? "-")
      """
  }

  @Test(arguments: LawsFixtureTests.cases, DialectID.allCases)
  func `what is heard does not hang on the pieces`(name: String, dialect: DialectID) throws {
    let file = LawsFixtureTests.folder.appendingPathComponent("\(name)/\(dialect.rawValue).stream.sse")
    let stream = Array(try Data(contentsOf: file))
    for lineEnd in ["\n", "\r\n", "\r"] {
      let bytes = stream.flatMap { $0 == 0x0A ? Array(lineEnd.utf8) : [$0] }
      let whole = Self.heard(bytes, dialect, by: bytes.count)
      for size in [1, 2, 13, 100, 1000] { #expect(Self.heard(bytes, dialect, by: size) == whole, "by \(size)") }
    }
  }

  @Test(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"), arguments: DialectID.allCases)
  func `what is heard of recorded streams does not hang on the pieces`(dialect: DialectID) {
    CorpusLaw(dialect: dialect).check("tap", floor: 70, \.stream) { _, bytes in
      let whole = Self.heard(bytes, dialect, by: max(1, bytes.count))
      return [1, 700, 16 * 1024].filter { Self.heard(bytes, dialect, by: $0) != whole }.map { "otherwise by \($0)" }
    }
  }

  /// What must be heard of a long answer, wherever it stands among its words.
  @Test(arguments: beginnings)
  func `an error between a thousand words is heard`(dialect: DialectID, words: String) {
    let word = "data: \(words)\n\n"
    let error = ": a comment\n\nevent: error\ndata: {\"type\":\"error\",\"error\":{\"message\":\"over\"}}\n\n"
    for count in [1, 999, 1000] {
      let before = String(repeating: word, count: count)
      let stream = Array((before + error + String(repeating: word, count: 1000 - count)).utf8)
      for size in [5000, stream.count] {
        var tap = StreamTap(DialectCatalog.dialect(dialect))
        for start in stride(from: 0, to: stream.count, by: size) {
          stream[start..<min(stream.count, start + size)].withUnsafeBytes { tap.hear($0) }
        }
        #expect(tap.failure?.message == "over")
        tap.finish()
        #expect(tap.endsInError)
      }
    }
  }

  @Test func `an event longer than any piece is heard whole`() {
    let long = String(repeating: "x", count: 3 << 20)
    let stream = Array(
      """
      data: {"choices":[{"index":0,"delta":{"content":"a"}}]}

      data: {"choices":[{"index":0,"delta":{"content":"\(long)"},"finish_reason":"stop"}]}

      data: [DONE]


      """.utf8)
    for size in [64 << 10, stream.count] {
      var tap = StreamTap(OpenAIChat())
      for start in stride(from: 0, to: stream.count, by: size) {
        stream[start..<min(stream.count, start + size)].withUnsafeBytes { tap.hear($0) }
      }
      tap.finish()
      #expect(tap.stop?.reason == .endTurn)
      #expect(tap.isComplete)
    }
  }
}
