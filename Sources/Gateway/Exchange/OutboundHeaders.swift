import Conversation
import NIOHTTP1
import Providers
import Upstream

/// Which headers travel, in both directions.
enum OutboundHeaders {
  private static let neverForwarded = HeaderNames(
    HopByHop.names.union(Authentication.credentialHeaders).union([
      "host", "content-length", "content-encoding", "accept-encoding", "expect", "origin", "referer", "forwarded",
      "via", "user-agent", "anthropic-version", "content-type", "accept", "x-request-id",
    ]))
  private static let neverForwardedPrefixes = ["x-forwarded-", "x-real-", "cf-", "sec-", "x-aor-", "access-control-"]

  /// The headers of an upstream request.
  ///
  /// In one protocol the client's own travel, credentials and connection matters excepted; otherwise only ours do.
  static func request(
    _ client: ClientRequest, endpoint: Endpoint, token: String?, isSameProtocol: Bool, isStream: Bool,
    quirks: Quirks, session: String?, identity: GatewayIdentity
  ) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = []
    headers.reserveCapacity(16)
    headers.append(("content-type", isSameProtocol ? client.header("content-type") ?? json : json))
    headers.append(("accept", isStream ? "text/event-stream" : isSameProtocol ? client.header("accept") ?? json : json))
    headers += endpoint.headers(
      token: token, clientCredential: ClientCredential.forProvider(in: client),
      anthropicVersion: isSameProtocol ? client.header("anthropic-version") : nil)
    if let session, case let header = (name: quirks.sessionHeader, value: session), isValid(header),
      !(isSameProtocol && client.header(header.name) != nil)
    {
      headers.append(header)
    }
    guard isSameProtocol else {
      headers.append(("user-agent", identity.product))
      return headers
    }
    headers.append(("user-agent", client.header("user-agent").map { "\($0) \(identity.product)" } ?? identity.product))
    let listed = HopByHop.listed(in: client.headers)
    var own: String?
    if case .header(let name) = endpoint.authentication { own = name.lowercased() }
    for header in client.headers where !neverForwarded.contains(header.name) {
      let name = header.name.lowercased()
      guard !listed.contains(name), !neverForwardedPrefixes.contains(where: { name.hasHeaderPrefix($0) })
      else { continue }
      // A credential of the client's own would stand beside ours.
      if name == own || (quirks.stripBetas && name == "anthropic-beta") { continue }
      headers.append((name, header.value))
    }
    return headers
  }

  private static let json = "application/json"

  private static let notRelayed = HeaderNames(
    HopByHop.names.union([
      "content-length", "content-encoding", "content-type", "set-cookie", "x-request-id", "date", "server", "alt-svc",
      "strict-transport-security", "via", "transfer-encoding", "location",
    ]))

  /// What of an upstream's head the client gets: everything that is not about the connection in one protocol, quota
  /// and retry headers otherwise.
  static func response(_ head: UpstreamResponseHead, isSameProtocol: Bool, into headers: inout HTTPHeaders) {
    let listed = head.header("connection").map { $0.lowercased() } ?? ""
    for header in head.headers where !notRelayed.contains(header.name) {
      let name = header.name.lowercased()
      guard !name.hasPrefix("access-control-"), isValid(header),
        listed.isEmpty || !listed.split(whereSeparator: { ", \t".contains($0) }).contains(name[...])
      else { continue }
      if isSameProtocol || isAboutQuota(name) { headers.add(name: name, value: header.value) }
      if name == "request-id", !isSameProtocol { headers.add(name: "x-upstream-request-id", value: header.value) }
    }
    if let id = head.header("x-request-id") { headers.add(name: "x-upstream-request-id", value: id) }
  }

  /// Our own encoder would refuse the whole answer for one bad header.
  private static func isValid(_ header: (name: String, value: String)) -> Bool {
    !header.name.isEmpty
      && header.name.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
      && header.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
  }

  private static func isAboutQuota(_ name: String) -> Bool {
    name.hasPrefix("retry-after") || name.hasPrefix("x-ratelimit-") || name.hasPrefix("anthropic-ratelimit-")
      || name.hasPrefix("ratelimit") || name == "x-should-retry"
  }
}
