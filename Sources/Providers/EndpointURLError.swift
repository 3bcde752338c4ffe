import Conversation

/// Why a base URL cannot be used.
///
/// Messages never repeat a password or a query.
public enum EndpointURLError: Error, Sendable, Hashable {
  case blank
  case tooLong
  case notAbsolute
  case scheme(String)
  case userInfo
  case noHost
  case badHost(String)
  case badPort(String)
  case badCharacter
  case unsupported(operation: String, dialect: DialectID)
}

extension EndpointURLError: CustomStringConvertible {
  /// A lower-case sentence.
  public var description: String {
    switch self {
    case .blank: "the base URL is blank"
    case .tooLong: "the base URL is longer than \(URLParts.maximumLength) bytes"
    case .notAbsolute: "the base URL must start with `https://` or `http://`"
    case .scheme(let scheme): "the base URL must be http or https, not `\(scheme)`"
    case .userInfo: "the base URL must not carry a user name or password; give the token with `--token-stdin`"
    case .noHost: "the base URL has no host"
    case .badHost(let host): "`\(host)` is not a host name"
    case .badPort(let port): "`\(port)` is not a port between 1 and 65535"
    case .badCharacter: "the base URL has a space, a backslash or a control character"
    case .unsupported(let operation, let dialect): "\(dialect.displayName) has no \(operation) endpoint"
    }
  }
}
