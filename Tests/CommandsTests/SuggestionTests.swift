import Testing

@testable import Commands

struct SuggestionTests {
  @Test(
    arguments: [
      ("same", "same", 0), ("", "abc", 3), ("abc", "", 3), ("provder", "provider", 1), ("lsit", "list", 1),
      ("kitten", "sitting", 3),
    ] as [(String, String, Int)])
  func `distance counts edits, a swap of neighbours as one`(left: String, right: String, distance: Int) {
    #expect(Suggestion.editDistance(left, right) == distance)
    #expect(Suggestion.editDistance(right, left) == distance)
  }

  @Test(
    arguments: [
      ("provder", ["provider"]), ("PROVIDER", ["provider"]), ("conf", ["config"]), ("xyzzy", []), ("", []), ("lst", []),
      ("rout", ["route"]), ("grp", ["group"]),
    ] as [(String, [String])])
  func `only what may have been meant is suggested`(typed: String, near: [String]) {
    #expect(Suggestion.near(typed, in: ["provider", "account", "group", "route", "config"]) == near)
  }
}
