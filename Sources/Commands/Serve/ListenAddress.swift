import Console
import Foundation
import NIOCore

/// Where a server of ours listens.
struct ListenAddress: Sendable, Hashable {
  var host: String
  var port: Int

  /// `http://host:port`, an IPv6 address in brackets.
  var url: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

  private var isLoopback: Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
  }

  /// Refuses to open the gateway to a network without a key.
  func check(hasKey: Bool) throws {
    guard !isLoopback, !hasKey else { return }
    throw UserFacingError(
      "listening on \(host) lets other machines in, so `server.key` must be set",
      hints: [.run("aor config set server.key --stdin")], status: .needsCredential)
  }

  /// The error for the user when the address cannot be had.
  func translate(_ error: any Error, in directories: Directories) -> any Error {
    guard let error = error as? IOError else { return error }
    switch error.errnoCode {
    case EADDRINUSE:
      let holder = PortHolder.find(port: port, in: directories)
      return UserFacingError(
        "port \(port) is taken" + (holder.map { " by \($0)" } ?? ""),
        hints: [.text("choose another one with `--port`, or `--port 0` for any")])
    case EACCES:
      return UserFacingError(
        "port \(port) may not be opened by this user", hints: [.text("choose one above 1023 with `--port`")])
    case EADDRNOTAVAIL:
      return UserFacingError(
        "\(host) is not an address of this machine", hints: [.text("see `--host` and `server.host`")])
    default:
      return UserFacingError("\(url) cannot be listened on", causes: [String(cString: strerror(error.errnoCode))])
    }
  }
}
