import ArgumentParser
import Foundation

/// Words ArgumentParser's complaints our way.
enum UsageError {
  /// The error for a command line that could not be parsed.
  static func userFacing(_ error: any Error, _ invocation: CommandTree.Invocation) -> any Error {
    // Thrown by our own `validate()` with everything it wants to say.
    if let own = error as? UserFacingError { return own }
    let path = invocation.path.joined(separator: " ")
    let lines = Aor.message(for: error).split(separator: "\n").map(String.init)
    var hints: [UserFacingError.Hint] = []
    var message = sentence(lines.first ?? "the command line is not understood")
    if let marker = message.range(of: " Did you mean ") ?? message.range(of: " did you mean ") {
      let name = message[marker.upperBound...].filter { $0 != "`" && $0 != "?" }
      hints.append(.didYouMean([String(name)]))
      message = String(message[..<marker.lowerBound])
    }
    if let marker = message.range(of: ". Please provide one of ") {
      hints.append(.text("it takes \(message[marker.upperBound...])".trimmingCharacters(in: ["."])))
      message = String(message[..<marker.lowerBound])
    }
    if message.hasPrefix("unexpected argument"), message.contains("://"), takesBaseURL(invocation.type) {
      hints.append(.text("a URL goes behind `--base-url`"))
    }
    while let last = message.last, last == "." || last == "," { message.removeLast() }
    hints.append(.run("\(path) --help"))
    return UserFacingError(
      message, causes: lines.dropFirst().filter { !$0.isEmpty }.map(sentence), hints: hints, status: .usage)
  }

  private static func takesBaseURL(_ type: any ParsableCommand.Type) -> Bool {
    CommandDescription.of(type).arguments.contains { $0.names?.contains { $0.name == "base-url" } == true }
  }

  /// Lower case at the start, backticks instead of quotes.
  private static func sentence(_ text: String) -> String {
    let quoted = text.replacingOccurrences(of: "'", with: "`")
    guard let first = quoted.first else { return quoted }
    return first.lowercased() + quoted.dropFirst()
  }
}
