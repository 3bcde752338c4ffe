import Conversation
import NIOHTTP1
import Routing

/// Who may call.
///
/// With `server.key` set, the key and nothing else. Without it, callers that reached us under a name that is ours and
/// do not come from a web page of somebody else's: a page in the user's browser can send requests to loopback too.
struct AccessPolicy: Sendable {
  /// Why a request is turned away.
  struct Denial: Sendable {
    var failure: UpstreamFailure
    /// The record's word.
    var kind: String
  }

  let settings: GatewaySettings
  /// This machine's own addresses and name.
  let ownAddresses: [String]

  /// Nil lets the request in.
  func denial(for request: ClientRequest) -> Denial? {
    if let key = settings.serverKey, !key.isEmpty {
      guard let given = ClientCredential.gatewayKey(in: request) else {
        return Denial(
          failure: UpstreamFailure(.authentication, status: 401, message: "a key is required: send `server.key`"),
          kind: "missing_key")
      }
      guard Self.equals(given, key) else {
        return Denial(
          failure: UpstreamFailure(.authentication, status: 401, message: "the key is not the gateway's `server.key`"),
          kind: "wrong_key")
      }
      return nil
    }
    // Browsers always name the host; nobody else has a reason to leave it out.
    let host = request.header("host") ?? ""
    if !isOwn(host: Self.withoutPort(host)) {
      return forbidden("host `\(Self.shown(host))` is not allowed: add it to `server.allowedHosts`")
    }
    if let origin = request.header("origin"), !isAllowed(origin: origin) {
      return forbidden("origin `\(Self.shown(origin))` is not allowed: add it to `server.allowedOrigins`")
    }
    return nil
  }

  /// Whether a web page of that origin may call.
  ///
  /// `null`, which sandboxed pages send, never.
  func isAllowed(origin: String) -> Bool {
    let origin = origin.lowercased()
    guard origin != "null" else { return false }
    if settings.allowedOrigins.contains(where: { matches(origin, $0.lowercased()) }) { return true }
    for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
      return Self.isLoopback(Self.withoutPort(String(origin.dropFirst(scheme.count))))
    }
    return ["vscode-webview://", "vscode-file://", "tauri://", "app://"].contains { origin.hasPrefix($0) }
  }

  private func matches(_ origin: String, _ pattern: String) -> Bool {
    pattern.hasSuffix("*") ? origin.hasPrefix(pattern.dropLast()) : origin == pattern
  }

  private func forbidden(_ message: String) -> Denial {
    Denial(failure: UpstreamFailure(.permission, status: 403, message: message), kind: "forbidden")
  }

  private func isOwn(host: String) -> Bool {
    if host == "127.0.0.1" || host == "localhost" { return true }
    let host = host.lowercased()
    if Self.isLoopback(host) || ownAddresses.contains(host) { return true }
    return settings.allowedHosts.contains { allowed in
      let allowed = allowed.lowercased()
      return allowed == host || (allowed.hasPrefix("*.") && host.hasSuffix(allowed.dropFirst()))
    }
  }

  private static func isLoopback(_ host: String) -> Bool {
    if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
    let octets = host.split(separator: ".", omittingEmptySubsequences: false)
    return octets.count == 4 && octets[0] == "127" && octets.allSatisfy { UInt8($0) != nil }
  }

  /// `name:port` or `[address]:port` without the port and brackets.
  private static func withoutPort(_ host: String) -> String {
    let bytes = host.utf8
    if bytes.first == UInt8(ascii: "["), let end = bytes.firstIndex(of: UInt8(ascii: "]")) {
      return String(host[bytes.index(after: bytes.startIndex)..<end])
    }
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
      !bytes[bytes.index(after: colon)...].contains(UInt8(ascii: ":"))
    else { return host }
    return String(host[..<colon])
  }

  private static func shown(_ text: String) -> String { String(text.prefix(120)) }

  /// Compares without telling by its duration where the two differ.
  private static func equals(_ left: String, _ right: String) -> Bool {
    let left = Array(left.utf8)
    let right = Array(right.utf8)
    var difference = UInt8(left.count == right.count ? 0 : 1)
    for index in right.indices { difference |= (index < left.count ? left[index] : 0) ^ right[index] }
    return difference == 0
  }
}

/// The credential a client sent, wherever its protocol puts it.
enum ClientCredential {
  /// What is to be compared with the gateway's own key.
  ///
  /// `x-aor-key` goes first: it leaves the other places to a credential that is meant for the provider.
  static func gatewayKey(in request: ClientRequest) -> String? {
    if let key = request.header("x-aor-key") { return key }
    if let key = request.header("x-api-key") ?? request.header("x-goog-api-key") ?? request.header("api-key") {
      return key
    }
    if let authorization = request.header("authorization") {
      let parts = authorization.split(separator: " ", maxSplits: 1)
      if parts.count == 2, parts[0].lowercased() == "bearer" { return String(parts[1]) }
    }
    for pair in (request.query ?? "").split(separator: "&") where pair.hasPrefix("key=") {
      return String(pair.dropFirst(4))
    }
    return nil
  }

  /// The header that goes to a provider whose `authentication` is `client`, as it came.
  static func forProvider(in request: ClientRequest) -> (name: String, value: String)? {
    for name in ["authorization", "x-api-key", "x-goog-api-key"] {
      if let value = request.header(name) { return (name, value) }
    }
    return nil
  }
}
