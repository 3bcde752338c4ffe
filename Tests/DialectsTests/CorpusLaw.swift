import Conversation
import TestSupport
import Testing
import Wire

/// Runs laws over recorded traffic of one protocol: every case must keep them but those named with the reason.
struct CorpusLaw {
  let dialect: DialectID

  /// Prints the score, and what broke the law in each case.
  ///
  /// `floor` is the least number of cases, for a corpus that shrinks must not pass for one that is understood.
  func check(
    _ law: String, in cases: [CorpusCase]? = nil, floor: Int = 1, except exceptions: [String: String] = [:],
    _ pick: (CorpusCase) -> [UInt8]?, _ violations: (CorpusCase, [UInt8]) throws -> [String]
  ) {
    var (total, passed) = (0, 0)
    var failed: [String] = []
    for item in cases ?? Corpus.generations(dialect) {
      guard let bytes = pick(item) else { continue }
      total += 1
      let broken: [String]
      do { broken = try violations(item, bytes) } catch { broken = ["\(error)"] }
      if broken.isEmpty {
        passed += 1
      } else if exceptions[item.id] == nil {
        failed.append("\(item.id): \(broken.prefix(3).joined(separator: " | "))")
      }
    }
    print("law \(law) \(dialect.rawValue): \(passed)/\(total)")
    for line in failed { print("  \(law) \(line)") }
    #expect(failed.isEmpty, "\(law): \(failed.prefix(3).joined(separator: "\n"))")
    #expect(total >= floor, "\(law): only \(total) cases")
  }
}
