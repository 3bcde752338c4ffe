import Conversation

/// A base URL as a provider stores it, and the full URLs made from it.
///
/// Read once, it is a scheme, a host, a port, a path without its trailing slash and a query. A pasted full endpoint
/// URL (`…/v1/chat/completions`) is understood: its operation is taken off and the rest is taken literally.
public struct EndpointURL: Sendable, Hashable {
  /// `http` or `https`.
  public private(set) var scheme: String
  /// In lower case, an IPv6 address without its brackets.
  public private(set) var host: String
  /// Nil is the scheme's own.
  public private(set) var port: Int?
  /// Percent-encoded; empty or with a leading slash, never with a trailing one.
  public private(set) var path: String
  /// Percent-encoded, without the `?`.
  public private(set) var query: String?
  /// The protocol that an endpoint URL gave away.
  public private(set) var guess: DialectID?
  /// The operation that was taken off the path, as in `/chat/completions`.
  private var operationPath: String?

  /// Reads a base URL.
  ///
  /// Spaces around it are left out, a fragment is dropped.
  ///
  /// - Throws: `EndpointURLError` when it is no absolute http or https URL, or carries a user name or password.
  public init(_ text: String) throws(EndpointURLError) {
    var parts = try URLParts(text)
    let operation = EndpointOperation.recognise(path: parts.path)
    if let operation { parts.path = String(parts.path.dropLast(operation.suffix.utf8.count)) }
    scheme = parts.scheme
    host = parts.host
    port = parts.port
    path = parts.path
    query = parts.query
    operationPath = operation?.suffix
    guess = operation?.dialect ?? Self.guess(fromPath: parts.path)
  }

  /// The port a connection is made to.
  public var effectivePort: Int { port ?? (scheme == "https" ? 443 : 80) }

  /// `scheme://host[:port]`.
  public var origin: String {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    return "\(scheme)://\(name)" + (port.map { ":\($0)" } ?? "")
  }

  /// The base in the form to store: with its version segment, without a trailing slash.
  ///
  /// A pasted endpoint URL at the very root (`https://host/chat/completions`) keeps its operation: without it, it would
  /// look like a bare host, which stands for `/v1`.
  public func normalised(for dialect: DialectID) -> String {
    if let operationPath, path.isEmpty { return origin + operationPath + querySuffix }
    return origin + versionedPath(for: dialect) + querySuffix
  }

  /// The full URL of an operation.
  ///
  /// A client's own query string is added for a call in the client's own protocol. Its `key` is left out, and so is
  /// whatever the base or the operation sets itself.
  ///
  /// - Throws: `EndpointURLError.unsupported` when the protocol has no such operation.
  public func url(
    for operation: EndpointOperation, dialect: DialectID, clientQuery: String? = nil
  ) throws(EndpointURLError) -> String {
    guard let suffix = operation.path(in: dialect) else {
      throw .unsupported(operation: operation.name, dialect: dialect)
    }
    let own = ClientQuery.join(query, operation.query(in: dialect))
    let extra = clientQuery.flatMap { ClientQuery.forwardable($0, besides: own) }
    let all = ClientQuery.join(own, extra)
    return origin + versionedPath(for: dialect) + suffix + (all.map { "?" + $0 } ?? "")
  }

  private var querySuffix: String { query.map { "?" + $0 } ?? "" }

  /// The path up to and including the version segment.
  private func versionedPath(for dialect: DialectID) -> String {
    // A pasted endpoint URL says exactly where things are.
    if operationPath != nil { return path }
    switch dialect {
    case .openAIChat, .openAIResponses:
      return path.isEmpty ? "/v1" : path
    case .anthropic:
      return Self.endsInVersion(path) ? path : path + "/v1"
    case .gemini:
      return Self.endsInVersion(path) || path.contains("/publishers/") ? path : path + "/v1beta"
    }
  }

  /// Whether the last segment is a version, as in `v1`, `v1beta` or `v4`.
  private static func endsInVersion(_ path: String) -> Bool {
    guard let last = path.split(separator: "/").last, last.utf8.first == UInt8(ascii: "v") else { return false }
    let digits = last.dropFirst().prefix { $0.isASCII && $0.isNumber }
    let word = last.dropFirst().dropFirst(digits.count)
    return !digits.isEmpty && (word.isEmpty || word.hasPrefix("beta") || word.hasPrefix("alpha") || word == "internal")
  }

  private static func guess(fromPath path: String) -> DialectID? {
    var segments = path.split(separator: "/")
    if segments.last.map({ $0.hasPrefix("v1beta") || $0.hasPrefix("v1alpha") }) == true { return .gemini }
    if endsInVersion(path) { segments.removeLast() }
    return segments.last == "anthropic" ? .anthropic : nil
  }
}

extension Endpoint {
  /// The full URL of an operation at this endpoint.
  ///
  /// - Throws: `EndpointURLError`.
  public func url(
    for operation: EndpointOperation, clientQuery: String? = nil
  ) throws(EndpointURLError) -> String {
    try EndpointURL(baseURL).url(for: operation, dialect: dialect, clientQuery: clientQuery)
  }
}
