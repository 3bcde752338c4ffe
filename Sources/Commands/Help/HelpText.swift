import ArgumentParser
import Console
import Foundation

/// Builds the `discussion` of commands: prose, then copyable examples.
enum HelpText {
  /// An example: what it does, and the command.
  typealias Example = (about: String, command: String)

  static let examplesHeading = "EXAMPLES"

  /// Puts a discussion together: prose is wrapped to the terminal, examples are printed as they are.
  ///
  /// In plain steps, for it runs for every command that is looked past on the way to the one asked for.
  static func make(_ prose: String = "", examples: [Example] = []) -> String {
    var text = prose
    for (number, example) in examples.enumerated() {
      text += number == 0 ? "\n" + examplesHeading + "\n" : "\n\n"
      text += "  # " + example.about + "\n  $ " + example.command
    }
    return text
  }

  /// Prose and examples of a discussion made by `make`.
  static func split(_ discussion: String) -> (prose: String, examples: String) {
    guard let marker = discussion.range(of: "\n\(examplesHeading)\n") else { return (discussion, "") }
    return (String(discussion[..<marker.lowerBound]), String(discussion[marker.upperBound...]))
  }

  /// Breaks text at spaces so that no line is wider than `columns`; blank lines separate paragraphs, lines that start
  /// with a space stay as they are.
  static func wrap(_ text: String, columns: Int, indent: String = "") -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { paragraph in
      if paragraph.isEmpty || paragraph.hasPrefix(" ") { return paragraph.isEmpty ? "" : indent + paragraph }
      var lines: [String] = []
      var line = ""
      for word in paragraph.split(separator: " ") {
        if !line.isEmpty, DisplayWidth.of(indent + line) + 1 + DisplayWidth.of(String(word)) > columns {
          lines.append(indent + line)
          line = ""
        }
        line += (line.isEmpty ? "" : " ") + word
      }
      return (lines + [indent + line]).joined(separator: "\n")
    }.joined(separator: "\n")
  }
}
