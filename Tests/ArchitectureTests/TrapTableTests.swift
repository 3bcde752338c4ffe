import Foundation
import Testing

/// docs/traps.md: each known mistake of translating gateways, and the test that protects from it.
///
/// The convention: a row begins with its number (`12`, or a letter and a number as in `S1`); the last cell names tests as
/// `` `functionName` in `Path/Below/Tests.swift` ``, several with commas between, or begins with "does not apply",
/// "belongs to" or "not built".
@Suite struct TrapTableTests {
  struct Row: Hashable {
    var number: String
    var protection: String
  }

  struct Reference: Hashable, CustomStringConvertible {
    var function: String
    var file: String
    var description: String { "\(function) in \(file)" }
  }

  static func rows(in page: String) -> [Row] {
    page.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count >= 5, cells[1].wholeMatch(of: /[A-Z]?\d+/) != nil else { return nil }
      return Row(number: cells[1], protection: cells[cells.count - 2])
    }
  }

  static func references(in protection: String) -> [Reference] {
    protection.matches(of: /`([^`|]+)` in `([\w\/+.]+\.(?:swift|py))`/)
      .map { Reference(function: String($0.1), file: String($0.2)) }
  }

  static func isDeclared(_ reference: Reference) -> Bool {
    let file = reference.file.hasPrefix("Tests/") ? reference.file : "Tests/\(reference.file)"
    guard let text = SourceTree.text(of: file) else { return false }
    let name = NSRegularExpression.escapedPattern(for: reference.function)
    let pattern = reference.file.hasSuffix(".py") ? "\\bdef \(name)\\(" : "\\bfunc `?\(name)`?\\("
    return text.range(of: pattern, options: .regularExpression) != nil
  }

  /// What breaks the convention.
  static func problems(in rows: [Row]) -> [String] {
    var problems: [String] = []
    for (number, same) in Dictionary(grouping: rows, by: \.number) where same.count > 1 {
      problems.append("\(number) has \(same.count) rows")
    }
    // Each series counts up without a gap.
    for (series, members) in Dictionary(grouping: rows, by: { $0.number.filter(\.isLetter) }) {
      let numbers = Set(members.compactMap { Int($0.number.filter(\.isNumber)) })
      guard let first = numbers.min(), let last = numbers.max() else { continue }
      for number in first...last where !numbers.contains(number) { problems.append("\(series)\(number) has no row") }
    }
    for row in rows {
      let references = references(in: row.protection)
      let isExcused = ["does not apply", "belongs to", "not built"].contains { row.protection.hasPrefix($0) }
      if references.isEmpty, !isExcused { problems.append("\(row.number) names no test") }
      for reference in references where !isDeclared(reference) {
        problems.append("\(row.number): no \(reference)")
      }
    }
    return problems
  }

  @Test func everyTrapHasOneRowAndEveryTestItNamesIsThere() throws {
    let page = try #require(SourceTree.text(of: "docs/traps.md"))
    let rows = Self.rows(in: page)
    #expect(rows.count > 40)
    for problem in Self.problems(in: rows) { Issue.record("docs/traps.md: \(problem)") }
  }

  @Test func gapsDoublesAndMissingTestsAreSeen() {
    let here = "`gapsDoublesAndMissingTestsAreSeen` in `ArchitectureTests/TrapTableTests.swift`"
    func problems(_ lines: String...) -> [String] {
      Self.problems(in: Self.rows(in: lines.joined(separator: "\n"))).sorted()
    }
    #expect(problems("| 7 | a | \(here) |", "| 8 | b | does not apply: no such thing |", "| S1 | c | \(here) |") == [])
    #expect(problems("| 7 | a | \(here) |", "| 9 | b | \(here) |") == ["8 has no row"])
    #expect(problems("| 7 | a | \(here) |", "| 7 | b | \(here) |") == ["7 has 2 rows"])
    #expect(problems("| 7 | a | somewhere |") == ["7 names no test"])
    #expect(
      problems("| 7 | a | \(here), `gone` in `ArchitectureTests/TrapTableTests.swift` |")
        == ["7: no gone in ArchitectureTests/TrapTableTests.swift"])
    #expect(Self.rows(in: "| # | trap | test |\n|---|---|---|\n| 12 | x | y |").map(\.number) == ["12"])
  }
}
