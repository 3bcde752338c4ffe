import Console

extension ConsoleError {
  /// What the user is told; nil for a closed pipe.
  var userFacing: UserFacingError? {
    switch self {
    case .brokenPipe: nil
    case .writeFailed(let reason): UserFacingError("the output cannot be written", causes: [reason])
    case .cannotPrompt:
      .usage("an answer is needed, and there is no terminal to ask on", hints: [.run("aor help environment")])
    case .noAnswer: UserFacingError("the question was not answered; nothing was changed")
    case .badInput(let reason): UserFacingError(reason)
    }
  }
}
