import Conversation
import Dialects
import Foundation
import TestSupport
import Testing
import Wire

/// The cache law over our own conversations and over recorded ones, in all sixteen directions.
@Suite struct LawsCacheTests {
  static let pairs = DialectID.allCases.flatMap { from in
    DialectID.allCases.map { LawsCorpusTests.Pair(from: from, to: $0) }
  }

  @Test(arguments: pairs) func aGrownConversationBeginsWithTheSameBytes(pair: LawsCorpusTests.Pair) throws {
    let (from, to) = (DialectCatalog.dialect(pair.from), DialectCatalog.dialect(pair.to))
    let law = LawsCache(from: from, to: to, line: RequestLine(model: pair.from == .gemini ? "m" : nil))
    var growths = 0
    for name in LawsFixtureTests.cases {
      let file = LawsFixtureTests.folder.appendingPathComponent("\(name)/\(pair.from.rawValue).request.json")
      let body = try JSON(parsing: Array(Data(contentsOf: file)))
      growths += law.growths(body)
      #expect(law.violations(body) == [], "\(name)")
    }
    #expect(growths >= 2, "a law over nothing")
  }

  @Test(arguments: [DialectID.openAIChat, .openAIResponses, .gemini])
  func cacheMarksMoveAndNothingElse(from: DialectID) throws {
    var quirks = Quirks()
    quirks.cacheMarks = .fiveMinutes
    let law = LawsCache(
      from: DialectCatalog.dialect(from), to: DialectCatalog.dialect(.anthropic),
      line: RequestLine(model: from == .gemini ? "m" : nil), quirks: quirks)
    for name in LawsFixtureTests.cases {
      let file = LawsFixtureTests.folder.appendingPathComponent("\(name)/\(from.rawValue).request.json")
      #expect(try law.violations(JSON(parsing: Array(Data(contentsOf: file)))) == [], "\(name)")
    }
  }

  @Test(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"), arguments: pairs)
  func aRecordedConversationBeginsWithTheSameBytes(pair: LawsCorpusTests.Pair) {
    let (from, to) = (DialectCatalog.dialect(pair.from), DialectCatalog.dialect(pair.to))
    var growths = 0
    var broken: [String] = []
    for item in Corpus.generations(pair.from) {
      guard !LawsException.covers("cache", item.id, pair.to), let bytes = item.request,
        let body = try? JSON(parsing: bytes)
      else { continue }
      let line = RequestLine(model: body["model"] == nil ? item.model : nil, isStream: item.isStream)
      let law = LawsCache(from: from, to: to, line: line)
      growths += law.growths(body)
      broken += law.violations(body).map { "\(item.id) \($0)" }
    }
    print("law cache \(pair): \(growths - broken.count)/\(growths)")
    for line in broken { print("  cache \(pair) \(line)") }
    #expect(broken.isEmpty)
    #expect(growths >= 20, "a law over nothing")
  }
}
