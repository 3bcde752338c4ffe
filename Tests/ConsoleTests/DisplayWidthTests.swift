import Console
import Testing

struct DisplayWidthTests {
  @Test(
    arguments: [
      ("", 0), ("plain", 5), ("größe", 5), ("e\u{301}", 1), ("日本語", 6), ("한글", 4), ("ｗｉｄｅ", 8), ("🚀 up", 5),
      ("👨‍👩‍👧", 2), ("❤️", 2), ("a\u{200B}b", 2),
    ] as [(String, Int)])
  func `text takes as many columns as a terminal gives it`(text: String, columns: Int) {
    #expect(DisplayWidth.of(text) == columns)
  }

  @Test(
    arguments: [
      ("short", 5, "short"), ("longer", 5, "long…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("x", 0, ""), ("", 3, ""),
    ] as [(String, Int, String)])
  func `cut text never takes more columns than it may`(text: String, limit: Int, cut: String) {
    #expect(DisplayWidth.truncate(text, to: limit) == cut)
    #expect(DisplayWidth.of(cut) <= limit)
  }

  @Test(
    arguments: [
      ("\u{1B}[31mred\u{1B}[0m", "[31mred[0m"), ("two\nlines\tand a tab", "two lines and a tab"),
      ("bell\u{7}", "bell"), ("\u{9B}2J", "2J"), ("abc\u{202E}fed", "abcfed"), ("größe 日本", "größe 日本"),
    ] as [(String, String)])
  func `foreign text cannot steer the terminal`(text: String, shown: String) {
    #expect(DisplayWidth.sanitize(text) == shown)
  }
}
