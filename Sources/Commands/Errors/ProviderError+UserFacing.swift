import Providers

extension EndpointURLError {
  /// What the user is told.
  var userFacing: UserFacingError { .usage(description) }
}
