import CReadline

/// Reads a line with GNU Readline: editing, history of this process, prompt on standard error.
///
/// The only user of CReadline. Readline keeps its state in globals; it is called from one place at a time because
/// commands ask their questions one after the other.
enum LineEditor {
  /// Reads a line; nil at end of file.
  static func readLine(prompt: String) -> String? {
    aor_readline_use_stderr()
    guard let line = readline(prompt) else { return nil }
    defer { free(line) }
    return String(cString: line)
  }
}
