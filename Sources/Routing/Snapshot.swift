import Providers

/// Everything the request path needs of the configuration, at one generation.
///
/// A change of the configuration makes a new one. A class, since every request holds one and copies would cost more than
/// what is looked up in them.
public final class Snapshot: Sendable {
  /// Bumped by the store with every configuration change.
  public let generation: Int64
  /// Providers by name.
  public let providers: [String: ProviderEntry]
  /// Groups by name.
  public let groups: [String: Group]
  /// The name of the group served at the root.
  public let defaultGroup: String
  /// The settings the gateway reads.
  public let settings: GatewaySettings
  /// The endpoints' base URLs, read once for all requests.
  private let bases: [String: EndpointURL]
  /// What was planned before.
  let plans = PlanMemory()

  /// Makes a snapshot; of two entries with one name the first counts.
  public init(
    generation: Int64, providers: [ProviderEntry], groups: [Group], defaultGroup: String, settings: GatewaySettings
  ) {
    self.generation = generation
    self.providers = Dictionary(providers.map { ($0.provider.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.groups = Dictionary(groups.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    self.defaultGroup = defaultGroup
    self.settings = settings
    let texts = Set(providers.flatMap { $0.provider.endpoints.map(\.baseURL) })
    bases = Dictionary(
      uniqueKeysWithValues: texts.compactMap { text in (try? EndpointURL(text)).map { (text, $0) } })
  }

  /// The base URL of an endpoint, read.
  ///
  /// - Throws: `EndpointURLError` where it is none.
  public func base(of endpoint: Endpoint) throws(EndpointURLError) -> EndpointURL {
    if let base = bases[endpoint.baseURL] { return base }
    return try EndpointURL(endpoint.baseURL)
  }
}

/// A provider with its usable credentials, in the order to try them.
public struct ProviderEntry: Sendable {
  /// What the provider is: endpoints, models, quirks.
  public var provider: Provider
  /// Empty for a provider without authentication, or whose credential is missing or cannot be decrypted.
  public var credentials: [Credential]
  /// Why `credentials` is empty though one is needed, in words for the user; nil otherwise.
  public var problem: String?

  /// Makes an entry.
  public init(provider: Provider, credentials: [Credential], problem: String? = nil) {
    self.provider = provider
    self.credentials = credentials
    self.problem = problem
  }
}

/// An account with its secret in clear.
///
/// Lives in memory only; never logged, its description is masked.
public struct Credential: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible {
  /// The account's name, as shown to the user.
  public var account: String
  /// The account's id in the store; it survives renaming.
  public var accountID: String
  /// The secret, in clear.
  public var token: String
  /// The account's own proxy; nil follows the provider's.
  public var networkProxy: String?

  /// Makes a credential.
  public init(account: String, accountID: String, token: String, networkProxy: String? = nil) {
    self.account = account
    self.accountID = accountID
    self.token = token
    self.networkProxy = networkProxy
  }

  /// Names the account and never the token.
  public var description: String { "Credential(\(account))" }
  /// The same as `description`: arrays, optionals and structs print their members by this one.
  public var debugDescription: String { description }
}

/// A named routing table.
public struct Group: Sendable, Hashable {
  /// The URL segment after `/oc/`; `[A-Za-z0-9_-]+`.
  public var name: String
  /// In the user's order; earlier wins ties.
  public var routes: [Route]
  /// Whether `<provider>/<model>` names are understood without a route.
  public var direct: Bool

  /// Makes a group that knows direct names unless told otherwise.
  public init(name: String, routes: [Route] = [], direct: Bool = true) {
    self.name = name
    self.routes = routes
    self.direct = direct
  }
}

/// A pattern and where the models it matches go, in the order to try.
public struct Route: Sendable, Hashable {
  /// `=name`, `prefix/…`, a substring with `*` and `?`, or `default`.
  public var pattern: String
  /// Where matching models go, in the order to try.
  public var targets: [RouteTarget]

  /// Makes a route.
  public init(pattern: String, targets: [RouteTarget]) {
    self.pattern = pattern
    self.targets = targets
  }
}

/// `provider/model`; an empty model keeps the requested one.
public struct RouteTarget: Sendable, Hashable, CustomStringConvertible {
  /// The provider's name.
  public var provider: String
  /// The model's name there; empty keeps the requested one.
  public var model: String

  /// Makes a target.
  public init(provider: String, model: String) {
    self.provider = provider
    self.model = model
  }

  /// The target as it is written in a route.
  public var description: String { "\(provider)/\(model)" }
}

/// What becomes of a tool that a provider does not know.
public enum UnsupportedTools: String, Sendable, Hashable {
  /// It is left out and a declared loss.
  case drop
  /// The request is refused with a 400 that names the tool.
  case refuse
}

/// The settings the gateway reads.
///
/// Defaults are what `aor config list` shows on a fresh store.
public struct GatewaySettings: Sendable, Hashable {
  /// The address to listen on; loopback by default.
  public var host = "127.0.0.1"
  /// The TCP port to listen on.
  public var port = 8899
  /// The key clients must send, if any; a secret.
  public var serverKey: String?
  /// Names in `host` let in beside loopback's while no key is set; `*.name` takes every subdomain.
  public var allowedHosts: [String] = []
  /// Web origins let in beside loopback and editors' own; a trailing `*` takes every ending.
  public var allowedOrigins: [String] = []
  /// The most bytes of a request's body.
  public var maxBodySize = 64 * 1024 * 1024
  /// The most bytes that the bodies of all requests under way may hold together.
  public var maxBodyMemory = 512 * 1024 * 1024
  /// The most connections of clients.
  public var maxConnections = 4096
  /// The most exchanges that upstreams are asked for at one time.
  public var maxActiveRequests = 2048
  /// Seconds for a client to send its first head, or the rest of one it has begun.
  public var headerTimeout = 30.0
  /// Seconds within which a request's body must come to its end or bring its next 16 KiB.
  public var bodyTimeout = 60.0
  /// Seconds that a connection may stand between two requests.
  public var clientIdleTimeout = 300.0
  /// Seconds that a client may take nothing of an answer that is held for it.
  public var sendTimeout = 300.0
  /// Seconds until a connection to an upstream must stand.
  public var connectTimeout = 10.0
  /// Seconds until an upstream stream's first byte.
  public var firstByteTimeoutStreaming = 120.0
  /// Seconds until a whole answer's first byte.
  public var firstByteTimeout = 600.0
  /// Seconds between two pieces of an upstream answer.
  public var idleTimeout = 300.0
  /// Seconds between keep-alives to a waiting client.
  public var keepAliveInterval = 15.0
  /// Whether headers and bodies are recorded, credentials masked.
  public var captureBody = false
  /// Whether a translation that would lose something is refused with a 400.
  public var strict = false
  /// What becomes of a tool that a provider does not know.
  public var unsupportedTools = UnsupportedTools.drop
  /// Whether responses are kept for `previous_response_id`.
  public var storesResponses = false
  /// Bytes of memory that kept responses may take.
  public var maxStoredBytes = 64 * 1024 * 1024
  /// Seconds that a response is kept.
  public var maxStoredAge = 86_400.0
  /// Proxy for all upstream traffic; nil follows `HTTPS_PROXY` and friends.
  public var networkProxy: String?

  /// Makes the defaults.
  public init() {}
}
