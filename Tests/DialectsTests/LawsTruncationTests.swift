import Conversation
import Dialects
import Foundation
import TestSupport
import Testing

@Suite struct LawsTruncationTests {
  @Test(arguments: DialectID.allCases) func noCutStreamEndsCleanly(id: DialectID) throws {
    let target = try #require(FuzzTarget.all.first { $0.name == "stream-\(id.rawValue)" })
    let fixtures = FuzzSeeds.fixtures(target)
    #expect(fixtures.count > 12)
    for file in fixtures {
      let bytes = Array(try Data(contentsOf: file))
      let broken = LawsTruncation.violations(bytes, from: DialectCatalog.dialect(id))
      #expect(broken == [], "\(file.path)")
    }
  }

  @Test(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"), arguments: DialectID.allCases)
  func noCutRecordingEndsCleanly(id: DialectID) {
    var total = 0
    for item in Corpus.generations(id) {
      guard let bytes = item.stream else { continue }
      total += 1
      let broken = LawsTruncation.violations(bytes, from: DialectCatalog.dialect(id), most: 120)
      #expect(broken.prefix(3) == [], "\(item)")
    }
    print("law truncation \(id.rawValue): \(total)")
    #expect(total >= 70)
  }
}
