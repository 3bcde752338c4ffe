import Console
import Testing

struct TableTests {
  private func table() -> Table {
    var table = Table([.init("NAME"), .init("COUNT", alignment: .trailing), .init("NOTE", canShrink: true)])
    table.add(["short", "7", "a note that is rather long"])
    table.add([Table.Cell("日本"), Table.Cell("1234", .bad), "x"])
    return table
  }

  private func output(terminal: Bool, columns: Int?, colour: Bool = false) -> TextOutput {
    TextOutput(isTerminal: terminal, columns: columns, style: Style(isColored: colour)) { _ in }
  }

  @Test func `a person sees aligned columns under headings`() {
    let expected = """
      NAME   COUNT  NOTE
      short      7  a note that is rather long
      日本    1234  x

      """
    #expect(table().render(for: output(terminal: true, columns: 80)) == expected)
  }

  @Test func `a pipe gets every character, tab-separated and without headings`() {
    #expect(
      table().render(for: output(terminal: false, columns: nil))
        == "short\t7\ta note that is rather long\n日本\t1234\tx\n")
  }

  @Test(arguments: 20...60)
  func `no line is wider than the terminal`(columns: Int) {
    let text = table().render(for: output(terminal: true, columns: columns))
    for line in text.split(separator: "\n") { #expect(DisplayWidth.of(String(line)) <= max(columns, 28)) }
    #expect(text.contains("short"))
  }

  @Test func `colour surrounds the text and does not move the columns`() {
    let text = table().render(for: output(terminal: true, columns: 80, colour: true))
    #expect(text.contains("\u{1B}[31m1234\u{1B}[0m  x"))
  }

  @Test func `an empty table shows no heading`() {
    #expect(Table([.init("NAME")]).render(for: output(terminal: true, columns: 80)).isEmpty)
  }

  @Test func `what a cell says cannot break its line`() {
    var table = Table([.init("A"), .init("B")])
    table.add([Table.Cell("one\ttwo\nthree"), Table.Cell("\u{1B}[2Jx")])
    #expect(table.render(for: output(terminal: false, columns: nil)) == "one two three\t[2Jx\n")
  }
}
