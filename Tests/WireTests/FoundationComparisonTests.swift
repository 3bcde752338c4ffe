import Foundation
import TestSupport
import Testing
import Wire

/// Generated documents, and damaged ones, read the same by two parsers.
@Suite struct FoundationComparisonTests {
  @Test(arguments: 0..<8) func legalDocumentsHaveTheSameValues(seed: UInt64) throws {
    var generator = DocumentGenerator(seed: seed)
    for _ in 0..<500 {
      let text = generator.document()
      let ours = try JSON(parsing: text)
      let theirs = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
      #expect(Self.isSame(ours, theirs), "\(text)")
      let copy = try JSON(parsing: ours.text)
      #expect(copy == ours, "\(text)")
      #expect(copy.text == ours.text)
    }
  }

  @Test(arguments: 100..<108) func damagedDocumentsAreRefusedByBothOrNeither(seed: UInt64) {
    var generator = DocumentGenerator(seed: seed)
    for _ in 0..<500 {
      var bytes = Array(generator.document().utf8)
      let alphabet = Array("{}[],:\"\\0123456789.eE+-truefalsn \n\u{1}u".utf8)
      for _ in 0..<generator.random.int(1...2) {
        let place = generator.random.int(0...(bytes.count - 1))
        switch generator.random.int(0...2) {
        case 0 where bytes.count > 1: bytes.remove(at: place)
        case 1: bytes.insert(generator.random.pick(alphabet) ?? 0x20, at: place)
        default: bytes[place] = generator.random.pick(alphabet) ?? 0x20
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
      let ours = try? JSON(parsing: bytes)
      // Foundation also refuses lone surrogates and numbers that no Double holds.
      if let ours, theirs == nil, text.contains("\\u") || Self.hasHugeNumber(ours) { continue }
      #expect((ours != nil) == (theirs != nil), "\(text.debugDescription)")
    }
  }

  private static func hasHugeNumber(_ value: JSON) -> Bool {
    value.double.map { !$0.isFinite } ?? false || value.elements.contains(where: hasHugeNumber)
      || value.members.contains { hasHugeNumber($0.value) }
  }

  private static func isSame(_ ours: JSON, _ theirs: Any) -> Bool {
    switch ours.kind {
    case .null: return theirs is NSNull
    case .true, .false: return (theirs as? NSNumber)?.boolValue == ours.bool
    case .number: return (theirs as? NSNumber)?.doubleValue == ours.double
    case .string: return (theirs as? String).map { Array($0.utf16) } == ours.string.map { Array($0.utf16) }
    case .array:
      guard let list = theirs as? [Any], list.count == ours.elements.count else { return false }
      return zip(ours.elements, list).allSatisfy { isSame($0, $1) }
    case .object:
      guard let members = theirs as? [String: Any], members.count == ours.members.count else { return false }
      return ours.members.allSatisfy { member in members[member.key].map { isSame(member.value, $0) } ?? false }
    }
  }
}
