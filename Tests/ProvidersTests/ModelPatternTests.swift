import Providers
import Testing

@Suite struct ModelPatternTests {
  @Test(arguments: [
    ("claude", "claude-sonnet-4-5", true), ("claude*", "claude-sonnet-4-5", true), ("o1", "foo1", true),
    ("CLAUDE", "Claude-3", true), ("gpt-4*mini", "gpt-4o-mini", true), ("gpt-4*mini", "gpt-4o", false),
    ("gpt-?o", "gpt-4o", true), ("gpt-?o", "gpt-o", false), ("*", "anything", true), ("**", "anything", true),
    ("?", "é", true), ("é", "É", true), ("a?c", "aéc", true), ("a??c", "aéc", false),
  ])
  func findsPatternInsideName(pattern: String, name: String, expected: Bool) {
    #expect(ModelPattern(pattern).matches(name, .inside) == expected)
  }

  @Test(arguments: [
    ("claude", "claude-3", false), ("claude*", "claude-3", true), ("*-3", "claude-3", true), ("a*b*c", "axbxc", true),
    ("a*a", "a", false), ("a*a", "aa", true), ("ab*bc", "abc", false), ("*", "", true), ("", "", true),
    ("", "a", false),
    ("?é?", "aéa", true), ("*?", "é", true), ("*??", "é", false), ("*é?*", "xéy", true),
  ])
  func coversWholeName(pattern: String, name: String, expected: Bool) {
    #expect(ModelPattern(pattern).matches(name, .whole) == expected)
  }

  @Test(arguments: [("*", 0), ("claude*", 6), ("gpt-?", 4), ("??", 0), ("é*", 1)])
  func countsLiterals(pattern: String, expected: Int) {
    #expect(ModelPattern(pattern).literals == expected)
  }

  @Test func agreesWithPlainRecursionOnRandomPatterns() {
    var random = SplitMix(state: 42)
    let alphabet: [Character] = ["a", "b", "é", "*", "?"]
    for _ in 0..<40_000 {
      let pattern = String((0..<random.below(7)).map { _ in alphabet[random.below(5)] })
      let name = String((0..<random.below(9)).map { _ in alphabet[random.below(3)] })
      let whole = naive(pattern[...], name[...])
      let inside = naive("*\(pattern)*", name[...])
      #expect(ModelPattern(pattern).matches(name, .whole) == whole, "\(pattern) covers \(name)")
      #expect(ModelPattern(pattern).matches(name, .inside) == inside, "\(pattern) in \(name)")
    }
  }

  @Test(.timeLimit(.minutes(15))) func manyStarsCostNoBacktracking() {
    let pattern = ModelPattern(String(repeating: "*a", count: 120) + "*b")
    #expect(!pattern.matches(String(repeating: "a", count: 500), .whole))
    #expect(!pattern.matches(String(repeating: "a", count: 500), .inside))
  }

  private func naive(_ pattern: Substring, _ name: Substring) -> Bool {
    guard let wanted = pattern.first else { return name.isEmpty }
    let rest = pattern.dropFirst()
    if wanted == "*" { return naive(rest, name) || (!name.isEmpty && naive(pattern, name.dropFirst())) }
    guard let character = name.first else { return false }
    return (wanted == "?" || wanted == character) && naive(rest, name.dropFirst())
  }
}

/// A small seeded generator, so that a failure comes back.
struct SplitMix {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
  }
}
