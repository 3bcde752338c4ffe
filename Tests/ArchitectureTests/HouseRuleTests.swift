import Foundation
import Testing

/// Rules of the house that a reader of the text can check.
@Suite struct HouseRuleTests {
  @Test func theTreeWasFound() {
    #expect(SourceTree.files.count > 50)
  }

  @Test func noFileIsCalledAfterNothing() {
    for file in SourceTree.files {
      let words = file.name.matches(of: /[A-Z][a-z]*|[a-z]+/).map { $0.output.lowercased() }
      for word in ["util", "utils", "utility", "utilities", "helper", "helpers", "common", "misc", "manager"] {
        #expect(!words.contains(word), "\(file.path)")
      }
    }
  }

  @Test func isolationIsOnlyPromisedInTheTwoTargetsThatTouchC() {
    for file in SourceTree.files where file.target != "Upstream" && file.target != "Console" {
      guard !file.words.isDisjoint(with: ["unchecked", "unsafe", "Unmanaged"]) else { continue }
      for match in file.code.matches(of: /@unchecked\s+Sendable|nonisolated\(unsafe\)|\bUnmanaged\b/) {
        Issue.record("\(file.path): \(match.output)")
      }
    }
  }

  @Test func nothingOnTheWayOfARequestTraps() {
    for file in SourceTree.files where ["Wire", "Dialects", "Upstream", "Gateway"].contains(file.target) {
      for line in Self.forcedLines(file.code) { Issue.record("\(file.path):\(line)") }
    }
  }

  /// Lines, counted from 1, with `try!`, `as!` or a `!` that follows a value or type.
  private static func forcedLines(_ code: String) -> [Int] {
    code.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
      line.utf8.contains(UInt8(ascii: "!")) && line.contains(/[\w\)\]\}>?"`]!(?!=)/) ? index + 1 : nil
    }
  }

  @Test func forcingIsSeenAndNothingElseIs() {
    let forced = ["try! f()", "x as! Y", "a!.b", "a[0]!", "f()!", "var x: T!", "\"\"!", "a! == b", "{ 1 }()!"]
    for text in forced { #expect(Self.forcedLines(SourceTree.code(of: text)) == [1], "\(text)") }
    let fine = [
      "!a", "a != b", "a!=b", "if !x, !(y) { }", "// a!", "/* a! */", "\"a!\"", "#\"a!\"#", "\"\"\"\na!\n\"\"\"",
      "\"x \\(f(\"a!\")) y!\"", "[!a]", "return !b", "a && !b",
    ]
    for text in fine { #expect(Self.forcedLines(SourceTree.code(of: text)) == [], "\(text)") }
  }

  @Test func nothingIsLeftForLater() {
    for file in SourceTree.files {
      #expect(!file.text.contains("TO" + "DO") && !file.text.contains("FIX" + "ME"), "\(file.path)")
    }
  }
}
