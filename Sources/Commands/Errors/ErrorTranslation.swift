import Console
import Foundation
import Providers
import Routing
import Store
import Upstream

/// Turns any error into what the user is told: one mapping per module, chosen here.
enum ErrorTranslation {
  /// The error for the user; nil for one that needs no words (a closed pipe).
  static func userFacing(_ error: any Error) -> UserFacingError? {
    switch error {
    case let error as UserFacingError: error
    case let error as StoreError: error.userFacing
    case let error as ConsoleError: error.userFacing
    case let error as RoutingError: error.userFacing
    case let error as RouteSyntaxError: error.userFacing
    case let error as EndpointURLError: error.userFacing
    case let error as UpstreamError: error.userFacing
    case let error as CocoaError: UserFacingError(error.localizedDescription)
    default:
      UserFacingError(
        "something went wrong inside aor: \(type(of: error))", causes: ["\(error)"],
        hints: [.text("this is a bug of aor; please report it with the command you ran")], status: .bug)
    }
  }
}
