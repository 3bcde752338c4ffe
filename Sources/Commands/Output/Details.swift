import Console

/// One thing shown as labelled lines: `label  value` for people, tab-separated in a pipe.
struct Details {
  private enum Line {
    case value(label: String, Table.Cell)
    case heading(String)
  }

  private var lines: [Line] = []

  /// Adds a line; nothing for a value that is nil or empty.
  mutating func add(_ label: String, _ value: String?, _ tone: Table.Cell.Tone = .plain) {
    guard let value, !value.isEmpty else { return }
    lines.append(.value(label: label, Table.Cell(value, tone)))
  }

  /// Adds a heading for the lines that follow.
  mutating func heading(_ text: String) {
    lines.append(.heading(text))
  }

  /// The lines as text for a stream.
  func render(for output: TextOutput) -> String {
    let width = lines.reduce(0) { width, line in
      if case .value(let label, _) = line { max(width, DisplayWidth.of(label)) } else { width }
    }
    return lines.map { line in
      switch line {
      case .heading(let text): output.isTerminal ? "\n" + output.style.heading(text) + "\n" : ""
      case .value(let label, let cell):
        if output.isTerminal {
          output.style.faint(label) + String(repeating: " ", count: width - DisplayWidth.of(label) + 2)
            + output.style.paint(cell.text, cell.tone) + "\n"
        } else {
          "\(label)\t\(cell.text)\n"
        }
      }
    }.joined()
  }
}
