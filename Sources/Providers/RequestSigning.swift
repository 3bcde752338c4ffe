import Conversation

extension Endpoint {
  /// The headers that identify a request to this endpoint: its credential in the one way the endpoint wants, and what
  /// its protocol demands of every request.
  ///
  /// The token is the account's secret. The client's credential is the header in which the client sent its own, for
  /// `Authentication.client`: it goes out as it came (a subscription's bearer token is no API key), and only over
  /// https. The version is the client's own `anthropic-version`, where it speaks Anthropic Messages itself.
  public func headers(
    token: String?, clientCredential: (name: String, value: String)? = nil, anthropicVersion: String? = nil
  ) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = []
    if authentication == .client {
      if let clientCredential, baseURL.lowercased().hasPrefix("https://") { headers.append(clientCredential) }
    } else if let token, let header = authentication.header(token: token) {
      headers.append(header)
    }
    if dialect == .anthropic { headers.append(("anthropic-version", anthropicVersion ?? Self.anthropicVersion)) }
    return headers
  }

  /// The version sent when the client names none. https://docs.anthropic.com/en/api/versioning
  public static let anthropicVersion = "2023-06-01"
}

extension Authentication {
  /// The one header that carries an account's token; nil where none is sent.
  public func header(token: String) -> (name: String, value: String)? {
    guard !token.isEmpty else { return nil }
    switch self {
    case .bearer: return ("authorization", "Bearer \(token)")
    case .header(let name): return (name.lowercased(), token)
    case .none, .client: return nil
    }
  }

  /// The headers that may carry a credential, in lower case.
  ///
  /// A client's are never forwarded.
  public static let credentialHeaders: Set<String> = [
    "authorization", "x-api-key", "x-goog-api-key", "api-key", "x-aor-key", "cookie", "proxy-authorization",
  ]
}
