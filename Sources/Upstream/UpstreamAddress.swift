/// Where a URL leads: the parts needed to choose a proxy and to name the upstream without its secrets.
struct UpstreamAddress: Equatable {
  var scheme: String
  /// Lower-case, without brackets.
  var host: String
  var port: Int
  /// User information and query of the URL: what no message may hold.
  var secrets: [String]

  /// Nil when this is not an absolute URL with a host.
  ///
  /// `schemes` maps each allowed scheme to its default port; a URL without a scheme takes `fallback`.
  init?(_ url: String, schemes: [String: Int], fallback: String? = nil) {
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { return nil }
    var rest = Substring(url)
    if let mark = url.firstRange(of: "://") {
      scheme = url[..<mark.lowerBound].lowercased()
      rest = url[mark.upperBound...]
    } else {
      guard let fallback else { return nil }
      scheme = fallback
    }
    guard let defaultPort = schemes[scheme] else { return nil }
    secrets = []
    let authorityEnd = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
    if let query = rest[authorityEnd...].firstIndex(of: "?") {
      secrets.append(String(rest[rest.index(after: query)...]))
    }
    var authority = rest[..<authorityEnd]
    if let at = authority.lastIndex(of: "@") {
      let user = authority[..<at]
      secrets += user.split(separator: ":").map(String.init)
      authority = authority[authority.index(after: at)...]
    }
    var portText: Substring?
    if authority.first == "[" {
      guard let close = authority.firstIndex(of: "]") else { return nil }
      host = authority[authority.index(after: authority.startIndex)..<close].lowercased()
      let tail = authority[authority.index(after: close)...]
      guard tail.isEmpty || tail.first == ":" else { return nil }
      portText = tail.isEmpty ? nil : tail.dropFirst()
    } else if let colon = authority.firstIndex(of: ":") {
      host = authority[..<colon].lowercased()
      portText = authority[authority.index(after: colon)...]
    } else {
      host = authority.lowercased()
    }
    guard !host.isEmpty else { return nil }
    port = defaultPort
    if let portText, !portText.isEmpty {
      guard let number = Int(portText), (1...65535).contains(number) else { return nil }
      port = number
    }
    secrets.removeAll(where: \.isEmpty)
  }

  /// `host:port`, brackets around an IPv6 address.
  var label: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// A name or address that never leaves this machine.
  var isLoopback: Bool {
    let name = host.last == "." ? String(host.dropLast()) : host
    if name == "localhost" || name.hasSuffix(".localhost") || name == "::1" { return true }
    let octets = name.split(separator: ".", omittingEmptySubsequences: false)
    return octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
  }
}

/// The way a request takes: its upstream and, if any, the proxy before it.
struct UpstreamRoute {
  var url: String
  var upstream: UpstreamAddress
  /// Empty for a direct connection: libcurl then does not look into the environment either.
  var proxyURL = ""
  var proxy: UpstreamAddress?

  private static let upstreamSchemes = ["http": 80, "https": 443]
  private static let proxySchemes = [
    "http": 1080, "https": 443, "socks4": 1080, "socks4a": 1080, "socks5": 1080, "socks5h": 1080,
  ]

  init(url: String, proxy explicit: String?, environment: NetworkEnvironment) throws(UpstreamError) {
    guard let upstream = UpstreamAddress(url, schemes: Self.upstreamSchemes) else {
      throw .badURL("the upstream's address is not an absolute http or https URL")
    }
    self.url = url
    self.upstream = upstream
    guard !upstream.isLoopback else { return }
    guard let proxyURL = explicit ?? environment.proxy(tls: upstream.scheme == "https"), !proxyURL.isEmpty else {
      return
    }
    guard let proxy = UpstreamAddress(proxyURL, schemes: Self.proxySchemes, fallback: "http") else {
      throw .proxy("the proxy for \(upstream.label) is not an http, https, socks5 or socks5h URL")
    }
    self.proxyURL = proxyURL
    self.proxy = proxy
  }

  /// How messages name this way.
  var label: String {
    proxy.map { "\(upstream.label) through proxy \($0.label)" } ?? upstream.label
  }

  /// Whether a text that came from libcurl can be shown.
  func isClean(_ text: String) -> Bool {
    !(upstream.secrets + (proxy?.secrets ?? [])).contains { text.contains($0) }
  }
}
