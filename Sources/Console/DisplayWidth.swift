/// How much room text takes on a terminal, and how to make it take less.
public enum DisplayWidth {
  /// The columns a text takes: two for East Asian wide characters and emoji, none for combining marks.
  public static func of(_ text: String) -> Int {
    text.reduce(0) { $0 + of($1) }
  }

  /// Cuts text to `limit` columns, ending in `…` when something was lost.
  public static func truncate(_ text: String, to limit: Int) -> String {
    guard of(text) > limit else { return text }
    guard limit > 0 else { return "" }
    var width = 0
    var kept = ""
    for character in text {
      width += of(character)
      if width > limit - 1 { break }
      kept.append(character)
    }
    return kept + "…"
  }

  /// Takes out what could move the cursor or change the terminal's state: text of upstreams and clients is shown as it
  /// is otherwise.
  ///
  /// Tabs and line breaks become spaces.
  public static func sanitize(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var clean = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if !isControl(scalar) {
        clean.append(scalar)
      } else if scalar == "\n" || scalar == "\t" {
        clean.append(" ")
      }
    }
    return String(clean)
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      // Direction overrides can make a name look like another.
      || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
  }

  private static func of(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    if first.value < 0x300 { return isControl(first) ? 0 : 1 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    let isEmoji =
      first.properties.isEmojiPresentation || character.unicodeScalars.contains { $0.value == 0xFE0F }
    return isEmoji || wide.contains { $0.contains(first.value) } ? 2 : 1
  }

  // East Asian Width W and F, in blocks: https://www.unicode.org/reports/tr11/
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
    0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
    0x17000...0x18CFF, 0x1B000...0x1B2FF, 0x1F200...0x1F251, 0x20000...0x3FFFD,
  ]
}
