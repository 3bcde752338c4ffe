import Console

/// How an error looks: `error:`, `caused by:`, a blank line, `hint:`.
enum ErrorText {
  static func render(_ error: UserFacingError, style: Style) -> String {
    var text = "\(style.bad("error:")) \(clean(error.message))\n"
    for cause in error.causes { text += "  caused by: \(clean(cause))\n" }
    let hints = error.hints.compactMap(\.sentence)
    if !hints.isEmpty { text += "\n" }
    for hint in hints { text += "\(style.hint("hint:")) \(clean(hint))\n" }
    return text
  }

  /// Messages may quote upstreams and files: nothing in them may move the cursor.
  ///
  /// Line breaks stay, indented.
  private static func clean(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { DisplayWidth.sanitize(String($0)) }.joined(separator: "\n  ")
  }
}
