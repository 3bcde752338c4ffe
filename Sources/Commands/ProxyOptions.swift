import ArgumentParser

/// The network proxy for one provider's or account's traffic.
struct ProxyOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Proxy for its traffic, without a password; empty for none", valueName: "url"))
  var proxy: String?
  @Option(
    name: .customLong("proxy-env"),
    help: ArgumentHelp("Take the proxy's URL, with its password, from this variable, once", valueName: "variable"))
  var proxyVariable: String?

  /// Whether the command line says anything about a proxy.
  var isGiven: Bool { proxy != nil || proxyVariable != nil }

  /// The URL as given; empty for none, nil when nothing is said.
  ///
  /// - Throws: `UserFacingError` for a password on the command line, where `ps` and shell histories show it.
  func value(in context: CommandContext) throws -> String? {
    if let proxyVariable {
      guard proxy == nil else { throw UserFacingError.usage("`--proxy` and `--proxy-env` exclude each other") }
      guard let value = context.environment[proxyVariable], !value.isEmpty else {
        throw UserFacingError(
          "the environment variable is empty or not set: \(proxyVariable)", status: .needsCredential)
      }
      return value
    }
    guard let proxy else { return nil }
    if Masking.url(proxy) != proxy {
      throw UserFacingError.usage(
        "a proxy's password is never taken from the command line",
        hints: [.text("put the URL into a variable and name that with `--proxy-env`")])
    }
    return proxy
  }
}
