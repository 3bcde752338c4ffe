import Conversation
import Routing

/// Answers to what is over a bound.
///
/// A gateway that is full says 503, not 429: it is nothing this caller did, and clients that take 429 for a spent quota
/// do not try again. Seconds in `retry-after` are few, since places come free one by one.
extension Exchange {
  /// The connection is one too many.
  func refuseConnection() {
    guessDialect()
    // Supervisors must not take a full gateway for a dead one.
    if case .success(let operation) = ClientOperation.recognise(request), operation.kind == .health {
      return Health.answer(self)
    }
    fail(
      busy("\(gateway.connectionLimit) connections are open (`server.maxConnections`)", retryAfter: 1),
      as: "connection_limit")
  }

  /// The exchange is one too many.
  func refuseWork() {
    fail(
      busy("\(snapshot.settings.maxActiveRequests) requests are under way (`server.maxActiveRequests`)", retryAfter: 2),
      as: "active_limit")
  }

  /// There is no room for the body's next bytes.
  func refuseBodyMemory() {
    guessDialect()
    fail(
      busy("the bodies of requests take all of `server.maxBodyMemory`", retryAfter: 2), as: "body_memory_limit")
  }

  /// The body does not come.
  func refuseSlowBody() {
    guessDialect()
    fail(
      UpstreamFailure(.timeout, status: 408, message: "the request's body did not come (`server.bodyTimeout`)"),
      as: "body_timeout")
  }

  /// The request target is too long.
  func refuseTarget() {
    guessDialect()
    fail(
      UpstreamFailure(
        .invalidRequest, status: 414, message: "the request target is longer than \(HeaderLimits.target) bytes"),
      as: "target_too_long")
  }

  /// The client reads nothing of its answer.
  func clientStalled() {
    interrupt(status: 499, as: "client_stalled", "the client read nothing of its answer (`server.sendTimeout`)")
  }

  private func busy(_ why: String, retryAfter: Double) -> UpstreamFailure {
    UpstreamFailure(.overloaded, status: 503, message: "the gateway is full: \(why)", retryAfter: retryAfter)
  }
}
