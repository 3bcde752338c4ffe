import Routing

extension RoutingError {
  /// What the user is told.
  ///
  /// The hint comes from the error itself, which also tells clients.
  var userFacing: UserFacingError {
    var status = ExitStatus.failed
    var hints = hint.map { [UserFacingError.Hint.text($0)] } ?? []
    switch self {
    case .unknownGroup(let name, let known), .unknownProvider(let name, let known):
      let near = Suggestion.near(name, in: known)
      if !near.isEmpty { hints = [.didYouMean(near)] }
    case .noCredential: status = .needsCredential
    default: break
    }
    return UserFacingError(message, hints: hints, status: status)
  }
}

extension RouteSyntaxError {
  /// What the user is told.
  var userFacing: UserFacingError {
    .usage(description, hints: hint.map { [.text($0)] } ?? [])
  }
}
