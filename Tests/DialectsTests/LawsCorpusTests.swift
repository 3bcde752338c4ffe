import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// The hub laws over recorded traffic of every protocol, taken to every other.
@Suite(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"))
struct LawsCorpusTests {
  /// Two protocols, one way.
  struct Pair: Sendable, CustomStringConvertible {
    var from: DialectID
    var to: DialectID
    var description: String { "\(from.rawValue) → \(to.rawValue)" }
  }

  static let pairs = DialectID.allCases.flatMap { from in
    DialectID.allCases.filter { $0 != from }.map { Pair(from: from, to: $0) }
  }

  private func check(
    _ law: String, _ pair: Pair, floor: Int, _ pick: (CorpusCase) -> [UInt8]?,
    _ violations: (CorpusCase, [UInt8]) -> [String]
  ) {
    var total = 0
    var passed = 0
    var failed: [String] = []
    for item in Corpus.generations(pair.from) {
      guard let bytes = pick(item) else { continue }
      total += 1
      let broken = violations(item, bytes)
      if broken.isEmpty {
        passed += 1
      } else if !LawsException.covers(law, item.id, pair.to) {
        failed.append("\(item.id): \(broken.prefix(3).joined(separator: " | "))")
      }
    }
    print("law \(law) \(pair): \(passed)/\(total)")
    for line in failed { print("  \(law) \(pair) \(line)") }
    #expect(failed.isEmpty, "\(law) \(pair): \(failed.count) of \(total)")
    // A corpus that shrinks must not pass for one that is understood.
    #expect(total >= floor, "\(law) \(pair): only \(total) cases")
  }

  @Test(arguments: pairs) func whatAClientSaidArrives(pair: Pair) {
    let (from, to) = (DialectCatalog.dialect(pair.from), DialectCatalog.dialect(pair.to))
    check("request", pair, floor: 120, \.request) { item, bytes in
      guard let body = try? JSON(parsing: bytes) else { return ["no JSON"] }
      // Gemini, and Vertex AI for everyone, name the model in the URL.
      let line = RequestLine(model: body["model"] == nil ? item.model : nil, isStream: item.isStream)
      return LawsArrival.violations(body, line: line, from: from, to: to)
    }
  }

  @Test(arguments: pairs) func whatAnUpstreamAnsweredArrives(pair: Pair) {
    let (from, to) = (DialectCatalog.dialect(pair.from), DialectCatalog.dialect(pair.to))
    check("response", pair, floor: 55, answer) { _, bytes in
      guard let body = try? JSON(parsing: bytes) else { return ["no JSON"] }
      return LawsAnswer.violations(response: body, from: from, to: to)
    }
  }

  @Test(arguments: pairs) func whatAnUpstreamStreamedArrives(pair: Pair) {
    let (from, to) = (DialectCatalog.dialect(pair.from), DialectCatalog.dialect(pair.to))
    check("stream", pair, floor: 70, \.stream) { _, bytes in LawsAnswer.violations(stream: bytes, from: from, to: to) }
  }

  private func answer(_ item: CorpusCase) -> [UInt8]? {
    guard item.httpStatus ?? 200 < 400, !item.features.contains("stream-json-array"), let bytes = item.response,
      (try? JSON(parsing: bytes))?["error"]?.isObject != true
    else { return nil }
    return bytes
  }
}
