/// Rows of named columns: aligned and cut to the terminal's width for people, tab-separated without heading for pipes.
public struct Table: Sendable {
  /// How a column behaves on a terminal.
  public struct Column: Sendable {
    /// Where the text of a cell stands in its column.
    public enum Alignment: Sendable { case leading, trailing }

    var title: String
    var alignment: Alignment
    /// Columns that may be cut when the terminal is narrow; others keep their width as long as anything else can give.
    var canShrink: Bool

    /// Makes a column.
    public init(_ title: String, alignment: Alignment = .leading, canShrink: Bool = false) {
      self.title = title
      self.alignment = alignment
      self.canShrink = canShrink
    }
  }

  /// What a cell says, and how it is meant.
  public struct Cell: Sendable, ExpressibleByStringLiteral {
    /// The weight of a cell, shown by colour in addition to its words.
    public enum Tone: Sendable { case plain, good, bad, warning, faint }

    /// What it says, without control characters.
    public let text: String
    /// How it is meant.
    public let tone: Tone

    /// Makes a cell; control characters in `text` are taken out.
    public init(_ text: String, _ tone: Tone = .plain) {
      self.text = DisplayWidth.sanitize(text)
      self.tone = tone
    }

    /// Makes a plain cell.
    public init(stringLiteral value: String) {
      self.init(value)
    }
  }

  private let columns: [Column]
  private var rows: [[Cell]] = []

  /// Makes an empty table.
  public init(_ columns: [Column]) {
    self.columns = columns
  }

  /// Adds a row; cells that are missing are empty, those too many are left out.
  public mutating func add(_ cells: [Cell]) {
    rows.append((0..<columns.count).map { $0 < cells.count ? cells[$0] : "" })
  }

  /// The whole table as text for a stream, each line ended.
  public func render(for output: TextOutput) -> String {
    guard output.isTerminal else {
      return rows.map { $0.map(\.text).joined(separator: "\t") + "\n" }.joined()
    }
    guard !rows.isEmpty else { return "" }
    let widths = widths(in: output.columns)
    let heading = line(columns.map { Cell($0.title) }, widths) { text, _ in output.style.heading(text) }
    return heading + rows.map { line($0, widths) { output.style.paint($0, $1) } }.joined()
  }

  private func widths(in limit: Int?) -> [Int] {
    var widths = columns.indices.map { index in
      rows.reduce(DisplayWidth.of(columns[index].title)) { max($0, DisplayWidth.of($1[index].text)) }
    }
    guard let limit else { return widths }
    let gaps = 2 * max(0, columns.count - 1)
    var excess = widths.reduce(gaps, +) - limit
    // The widest gives first, one column at a time, and none below eight; only then do the others give too.
    for candidates in [columns.indices.filter { columns[$0].canShrink }, Array(columns.indices)] {
      while excess > 0, let widest = candidates.max(by: { widths[$0] < widths[$1] }), widths[widest] > 8 {
        widths[widest] -= 1
        excess -= 1
      }
    }
    return widths
  }

  private func line(_ cells: [Cell], _ widths: [Int], paint: (String, Cell.Tone) -> String) -> String {
    var parts: [String] = []
    for (index, cell) in cells.enumerated() {
      let text = DisplayWidth.truncate(cell.text, to: widths[index])
      let padding = String(repeating: " ", count: max(0, widths[index] - DisplayWidth.of(text)))
      let painted = paint(text, cell.tone)
      let isLast = index == cells.count - 1
      switch columns[index].alignment {
      case .leading: parts.append(isLast ? painted : painted + padding)
      case .trailing: parts.append(padding + painted)
      }
    }
    var line = parts.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }
}

extension Style {
  /// Text in the colour of its tone.
  public func paint(_ text: String, _ tone: Table.Cell.Tone) -> String {
    switch tone {
    case .plain: text
    case .good: good(text)
    case .bad: bad(text)
    case .warning: warning(text)
    case .faint: faint(text)
    }
  }
}
