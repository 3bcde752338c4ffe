#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What the environment says about proxies and certificates.
public struct NetworkEnvironment: Sendable, Hashable {
  /// Proxy URL for `http` upstreams.
  public var httpProxy: String?
  /// Proxy URL for `https` upstreams.
  public var httpsProxy: String?
  /// Proxy URL where the scheme's own is not set.
  public var allProxy: String?
  /// Comma-separated hosts that are reached directly, `*` for all.
  public var noProxy: String?
  /// A PEM file of trusted certificates in place of libcurl's own.
  public var certificateFile: String?
  /// A directory of hashed trusted certificates.
  public var certificateDirectory: String?

  /// Takes each value as given; nothing is read from the process.
  public init(
    httpProxy: String? = nil, httpsProxy: String? = nil, allProxy: String? = nil, noProxy: String? = nil,
    certificateFile: String? = nil, certificateDirectory: String? = nil
  ) {
    self.httpProxy = httpProxy
    self.httpsProxy = httpsProxy
    self.allProxy = allProxy
    self.noProxy = noProxy
    self.certificateFile = certificateFile
    self.certificateDirectory = certificateDirectory
  }

  /// Reads `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` (the lower-case form wins), `SSL_CERT_FILE` and
  /// `SSL_CERT_DIR` through a look-up; empty values count as unset.
  public init(variable: (String) -> String?) {
    func read(_ names: String...) -> String? {
      for name in names {
        if let value = variable(name), !value.isEmpty { return value }
      }
      return nil
    }
    self.init(
      httpProxy: read("http_proxy", "HTTP_PROXY"), httpsProxy: read("https_proxy", "HTTPS_PROXY"),
      allProxy: read("all_proxy", "ALL_PROXY"), noProxy: read("no_proxy", "NO_PROXY"),
      certificateFile: read("SSL_CERT_FILE"), certificateDirectory: read("SSL_CERT_DIR"))
  }

  /// The environment of this process, read once.
  public static let process = NetworkEnvironment { name in
    getenv(name).map { String(cString: $0) }
  }

  func proxy(tls: Bool) -> String? {
    (tls ? httpsProxy : httpProxy) ?? allProxy
  }
}
