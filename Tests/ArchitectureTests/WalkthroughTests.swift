import Foundation
import Testing

/// docs/architecture.md walks a request and a command through the code and names a symbol at each step.
///
/// The convention: a symbol is written as `Type.member` in backticks, the type with a capital letter. It must be declared
/// under Sources: a file that declares or extends the type declares the member too (a function, property, case or
/// `init`). File names such as `Package.swift` are not symbols.
@Suite struct WalkthroughTests {
  struct Symbol: Hashable, CustomStringConvertible {
    var type: String
    var member: String
    var description: String { "\(type).\(member)" }
  }

  static func symbols(in page: String) -> [Symbol] {
    page.matches(of: /`([A-Z]\w*)\.(\w+)(?:\([^`]*\))?`/)
      .map { Symbol(type: String($0.1), member: String($0.2)) }
      .filter { !["swift", "md", "json"].contains($0.member) }
  }

  static func isDeclared(_ symbol: Symbol) -> Bool {
    SourceTree.files.contains { $0.types.contains(symbol.type) && $0.members.contains(symbol.member) }
  }

  @Test func everySymbolOfTheWalksIsThere() throws {
    guard let page = SourceTree.text(of: "docs/architecture.md") else { return }
    for heading in ["## One request through the code", "## One command through the code"] {
      let start = try #require(page.range(of: heading), "no \(heading)").upperBound
      let section = page[start...].prefix { $0 != "#" }
      let steps = section.split(separator: "\n").filter { $0.contains(#/^\d+\.\s/#) }
      #expect(steps.count >= 4, "\(heading)")
      for step in steps { #expect(!Self.symbols(in: String(step)).isEmpty, "names no symbol: \(step)") }
    }
    for symbol in Self.symbols(in: page) { #expect(Self.isDeclared(symbol), "\(symbol) is gone") }
  }

  @Test func aSymbolThatIsGoneIsSeen() {
    #expect(
      Self.symbols(in: "`Exchange.start` and `Package.swift`, `aor.db`, `A.b(c:)`").map(\.description) == [
        "Exchange.start", "A.b",
      ])
    #expect(Self.isDeclared(Symbol(type: "TopLevelScan", member: "member")))
    #expect(!Self.isDeclared(Symbol(type: "TopLevelScan", member: "memberThatIsNot")))
    #expect(!Self.isDeclared(Symbol(type: "NoSuchType", member: "member")))
  }
}
