import Foundation

/// What a command tells its user when it fails, and what the process then ends with.
public struct UserFacingError: Error, Sendable, Hashable {
  /// A next step.
  public enum Hint: Sendable, Hashable {
    /// A command to run, shown as ``run `…` ``.
    case run(String)
    /// Similar names, shown as ``did you mean `…`?``.
    case didYouMean([String])
    /// Anything else, a sentence without period.
    case text(String)
  }

  /// What happened: lower case, no period.
  public var message: String
  /// Why, outermost first.
  public var causes: [String]
  /// What to do about it, best first.
  public var hints: [Hint]
  /// What the process ends with.
  public var status: ExitStatus

  /// Makes an error.
  public init(_ message: String, causes: [String] = [], hints: [Hint] = [], status: ExitStatus = .failed) {
    self.message = message
    self.causes = causes
    self.hints = hints
    self.status = status
  }

  /// Makes an error about the command line itself.
  public static func usage(_ message: String, hints: [Hint] = []) -> UserFacingError {
    UserFacingError(message, hints: hints, status: .usage)
  }
}

extension UserFacingError.Hint {
  /// The hint without the word `hint:`; nil when it has nothing to say.
  var sentence: String? {
    switch self {
    case .run(let command): "run `\(command)`"
    case .text(let text): text
    case .didYouMean(let names):
      names.isEmpty ? nil : "did you mean " + names.prefix(3).map { "`\($0)`" }.joined(separator: " or ") + "?"
    }
  }
}
