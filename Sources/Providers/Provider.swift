import Conversation

/// An upstream: who it is, where it is, how requests to it are signed and in which way it is peculiar.
///
/// Holds no secret: accounts carry credentials (`Account`).
public struct Provider: Sendable, Hashable {
  /// The name users type; unique, `[A-Za-z0-9._-]+`.
  public var name: String
  /// The preset this provider was made from, if any.
  public var preset: String?
  /// Where it listens, one entry per protocol, in order of preference.
  ///
  /// Never empty.
  public var endpoints: [Endpoint]
  /// How it departs from its protocols.
  public var quirks: Quirks
  /// Model names offered by `aor model list` and `GET /models`; informational, routes may name others.
  public var models: [String]
  /// Where to get a key.
  public var website: String?
  /// `http`, `https`, `socks5` or `socks5h` proxy for this provider's traffic; nil follows the global setting.
  public var networkProxy: String?
  /// Whether routes may use it.
  public var isEnabled: Bool
  /// Whether requests go over HTTP/2.
  ///
  /// Off by default.
  public var http2: Bool
  /// Time-outs that differ from the gateway's settings.
  public var timeouts: TimeoutOverrides

  /// Makes a provider.
  public init(
    name: String, preset: String? = nil, endpoints: [Endpoint], quirks: Quirks = Quirks(), models: [String] = [],
    website: String? = nil, networkProxy: String? = nil, isEnabled: Bool = true, http2: Bool = false,
    timeouts: TimeoutOverrides = TimeoutOverrides()
  ) {
    self.name = name
    self.preset = preset
    self.endpoints = endpoints
    self.quirks = quirks
    self.models = models
    self.website = website
    self.networkProxy = networkProxy
    self.isEnabled = isEnabled
    self.http2 = http2
    self.timeouts = timeouts
  }
}

extension Provider {
  /// The endpoint to call for a client that speaks `dialect`: the equal one if there is one, so that nothing needs
  /// translating, else the first.
  public func endpoint(for dialect: DialectID) -> Endpoint? {
    endpoints.first { $0.dialect == dialect } ?? endpoints.first
  }
}

/// One protocol a provider speaks, and where.
public struct Endpoint: Sendable, Hashable, Codable {
  /// The protocol.
  public var dialect: DialectID
  /// Absolute `http` or `https` URL up to and including the version segment, as in `https://api.openai.com/v1`.
  public var baseURL: String
  /// How requests carry their credential.
  public var authentication: Authentication

  /// Makes an endpoint that is signed as its protocol's vendor documents.
  public init(_ dialect: DialectID, _ baseURL: String) {
    self.init(dialect, baseURL, authentication: .standard(for: dialect))
  }

  /// Makes an endpoint.
  ///
  /// Not optional, so that `.none` can only mean `Authentication.none`.
  public init(_ dialect: DialectID, _ baseURL: String, authentication: Authentication) {
    self.dialect = dialect
    self.baseURL = baseURL
    self.authentication = authentication
  }
}

/// How a request to an endpoint carries its credential.
public enum Authentication: Sendable, Hashable, Codable {
  /// `Authorization: Bearer <token>`.
  case bearer
  /// `<name>: <token>`.
  case header(String)
  /// No credential (local servers).
  case none
  /// The client's own credential goes to this provider's own https host and nowhere else.
  case client
}

extension Authentication {
  /// What the protocol's vendor documents.
  public static func standard(for dialect: DialectID) -> Authentication {
    switch dialect {
    case .openAIChat, .openAIResponses: .bearer
    case .anthropic: .header("x-api-key")
    case .gemini: .header("x-goog-api-key")
    }
  }
}

/// Seconds; nil keeps the gateway's setting.
public struct TimeoutOverrides: Sendable, Hashable, Codable {
  /// Until a connection stands.
  public var connect: Double?
  /// Until the answer begins.
  public var firstByte: Double?
  /// Between two pieces of an answer.
  public var idle: Double?

  /// Makes overrides.
  public init(connect: Double? = nil, firstByte: Double? = nil, idle: Double? = nil) {
    self.connect = connect
    self.firstByte = firstByte
    self.idle = idle
  }
}

/// One credential of a provider, as the store lists it.
///
/// The secret itself is only in a `Snapshot`.
public struct Account: Sendable, Hashable {
  /// Row id; also the associated data of the secret's encryption.
  public var id: String
  /// The name of its provider.
  public var provider: String
  /// Unique per provider; `default` for the first.
  public var name: String
  /// Whether requests may use it.
  public var isEnabled: Bool
  /// The proxy for its traffic; nil follows the provider.
  public var networkProxy: String?

  /// Makes an account.
  public init(id: String, provider: String, name: String, isEnabled: Bool = true, networkProxy: String? = nil) {
    self.id = id
    self.provider = provider
    self.name = name
    self.isEnabled = isEnabled
    self.networkProxy = networkProxy
  }
}
