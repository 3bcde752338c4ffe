import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// The laws over recorded Gemini traffic.
@Suite struct GeminiCorpusTests {
  private func check(_ law: String, floor: Double, _ cases: [CorpusCase], _ body: (CorpusCase) -> [String]?) {
    guard Corpus.folder != nil else {
      print("law \(law) gemini: skipped, no corpus")
      return
    }
    var passed = 0
    var total = 0
    for item in cases {
      guard let broken = body(item) else { continue }
      total += 1
      if broken.isEmpty {
        passed += 1
      } else {
        print("  \(item.id): \(broken.prefix(3))")
      }
    }
    print("law \(law) gemini: \(passed)/\(total)")
    #expect(Double(passed) >= floor * Double(total), "law \(law): \(passed)/\(total)")
  }

  private var cases: [CorpusCase] { Corpus.cases.filter { $0.dialect == .gemini } }

  @Test func `a request written back is the request read`() {
    check("round trip of requests", floor: 1, cases) { $0.request.map(GeminiLaws.requestRoundTrip) }
  }

  @Test func `an answer written back is the answer read`() {
    check("round trip of answers", floor: 1, cases) { item in
      guard item.httpStatus ?? 200 == 200, !item.features.contains("stream-json-array"), item.endpoint == "generate"
      else { return nil }
      return item.response.map(GeminiLaws.responseRoundTrip)
    }
  }

  @Test func `a stream written back has the same events`() {
    check("round trip of streams", floor: 1, cases) { $0.stream.map(GeminiLaws.streamRoundTrip) }
  }

  @Test func `a stream has the same events however it is cut`() {
    check("chunking", floor: 1, cases) { $0.stream.map(GeminiLaws.chunking) }
  }

  @Test func `every stream keeps the grammar, truncated ones too`() {
    check("grammar", floor: 1, cases) { $0.stream.map(GeminiLaws.grammar) }
  }

  @Test func `folding keeps what a stream told`() {
    check("fold", floor: 1, cases) { $0.stream.map(GeminiLaws.fold) }
  }
}
