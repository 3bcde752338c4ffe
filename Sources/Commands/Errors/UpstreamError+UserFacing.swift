import Upstream

extension UpstreamError {
  /// What the user is told.
  var userFacing: UserFacingError {
    switch self {
    case .unavailable(let reason):
      UserFacingError("libcurl, which all network requests need, cannot be used", causes: [reason])
    case .badURL(let reason): .usage("the URL cannot be used", hints: [.text(reason)])
    case .resolve(let reason): UserFacingError("the host is not found", causes: [reason])
    case .connect(let reason): UserFacingError("the connection failed", causes: [reason])
    case .tls(let reason): UserFacingError("the secure connection failed", causes: [reason])
    case .proxy(let reason):
      UserFacingError(
        "the proxy failed", causes: [reason],
        hints: [.text("see the setting `network.proxy`, and the provider's `--proxy`")])
    case .connectTimeout(let reason): UserFacingError("the connection took too long", causes: [reason])
    case .firstByteTimeout(let reason): UserFacingError("no answer came in time", causes: [reason])
    case .idleTimeout(let reason): UserFacingError("the answer stopped coming", causes: [reason])
    case .closed(let reason): UserFacingError("the connection ended before the answer did", causes: [reason])
    case .protocolViolation(let reason): UserFacingError("the answer is not HTTP as it should be", causes: [reason])
    case .cancelled: UserFacingError("the request was cancelled")
    }
  }
}
