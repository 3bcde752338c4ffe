/// Every setting, by the name users type.
public enum SettingKey: String, Sendable, Hashable, CaseIterable {
  case serverHost = "server.host"
  case serverPort = "server.port"
  case serverKey = "server.key"
  case serverAllowedHosts = "server.allowedHosts"
  case serverAllowedOrigins = "server.allowedOrigins"
  case serverMaxBodySize = "server.maxBodySize"
  case serverMaxBodyMemory = "server.maxBodyMemory"
  case serverMaxConnections = "server.maxConnections"
  case serverMaxActiveRequests = "server.maxActiveRequests"
  case serverHeaderTimeout = "server.headerTimeout"
  case serverBodyTimeout = "server.bodyTimeout"
  case serverIdleTimeout = "server.idleTimeout"
  case serverSendTimeout = "server.sendTimeout"
  case gatewayStrict = "gateway.strict"
  case gatewayKeepAliveInterval = "gateway.keepAliveInterval"
  case toolsUnsupported = "tools.unsupported"
  case responsesStore = "responses.store"
  case responsesMaxSize = "responses.maxSize"
  case responsesMaxAge = "responses.maxAge"
  case timeoutsConnect = "timeouts.connect"
  case timeoutsFirstByte = "timeouts.firstByte"
  case timeoutsFirstByteStreaming = "timeouts.firstByteStreaming"
  case timeoutsIdle = "timeouts.idle"
  case networkProxy = "network.proxy"
  case loggingCaptureBody = "logging.captureBody"
  case loggingRetentionDays = "logging.retentionDays"
  case loggingMaxSize = "logging.maxSize"
}

extension SettingKey {
  /// One row of the catalog.
  struct Entry {
    var type: SettingType
    var value: SettingValue?
    /// Bounds of integers, bytes of sizes, seconds of durations.
    var range: ClosedRange<Double> = 0...Double(Int32.max)
    var isSecret = false
    var summary: String
  }

  /// The catalog.
  ///
  /// The defaults of what the gateway reads are those of `GatewaySettings`; a test compares them.
  var entry: Entry {
    switch self {
    case .serverHost:
      Entry(
        type: .text, value: .text("127.0.0.1"), summary: "Address to listen on; another than loopback needs server.key."
      )
    case .serverPort:
      Entry(
        type: .integer, value: .integer(8899), range: 0...65535, summary: "Port to listen on; 0 takes any free one.")
    case .serverKey:
      Entry(type: .text, isSecret: true, summary: "Key that clients must send.")
    case .serverAllowedHosts:
      Entry(
        type: .list, value: .list([]),
        summary: "Host names, besides loopback, under which clients without a key may call.")
    case .serverAllowedOrigins:
      Entry(
        type: .list, value: .list([]),
        summary: "Browser origins, besides loopback and editors, that may call without a key.")
    case .serverMaxBodySize:
      Entry(
        type: .size, value: .size(64 << 20), range: 1...Double(4 << 30), summary: "Largest request body accepted.")
    case .serverMaxBodyMemory:
      Entry(
        type: .size, value: .size(512 << 20), range: 1...Double(1 << 40),
        summary: "Most memory for the bodies of requests under way; above it new ones get 503.")
    case .serverMaxConnections:
      Entry(
        type: .integer, value: .integer(4096), range: 1...1_000_000,
        summary: "Most connections of clients; above it a new one gets 503 and is closed.")
    case .serverMaxActiveRequests:
      Entry(
        type: .integer, value: .integer(2048), range: 1...1_000_000,
        summary: "Most requests for providers under way; above it a new one gets 503.")
    case .serverHeaderTimeout:
      Entry(
        type: .duration, value: .duration(30), range: 0.001...86400,
        summary: "Time for a client to send the head of a request.")
    case .serverBodyTimeout:
      Entry(
        type: .duration, value: .duration(60), range: 0.001...86400,
        summary: "Time within which a request's body must end or bring its next 16 KiB.")
    case .serverIdleTimeout:
      Entry(
        type: .duration, value: .duration(300), range: 0.001...86400,
        summary: "Time a client's connection may stand between two requests.")
    case .serverSendTimeout:
      Entry(
        type: .duration, value: .duration(300), range: 0.001...86400,
        summary: "Time a client may read nothing of the answer that waits for it.")
    case .gatewayStrict:
      Entry(type: .flag, value: .flag(false), summary: "Refuse a request whose translation would lose something.")
    case .gatewayKeepAliveInterval:
      Entry(
        type: .duration, value: .duration(15), range: 0.001...3600,
        summary: "Time between keep-alives to a client that waits for a translated stream.")
    case .toolsUnsupported:
      Entry(
        type: .text, value: .text("drop"),
        summary: "What becomes of a tool that the provider does not know: drop leaves it out, refuse answers 400.")
    case .responsesStore:
      Entry(
        type: .flag, value: .flag(false),
        summary: "Keep responses in memory for clients that go on by previous_response_id.")
    case .responsesMaxSize:
      Entry(
        type: .size, value: .size(64 << 20), range: 1...Double(4 << 30),
        summary: "Most memory that kept responses may take.")
    case .responsesMaxAge:
      Entry(
        type: .duration, value: .duration(86_400), range: 1...2_592_000, summary: "Time a response is kept.")
    case .timeoutsConnect:
      Entry(type: .duration, value: .duration(10), range: 0.001...3600, summary: "Time to connect to a provider.")
    case .timeoutsFirstByte:
      Entry(
        type: .duration, value: .duration(600), range: 0.001...86400,
        summary: "Time to the first byte of a whole answer."
      )
    case .timeoutsFirstByteStreaming:
      Entry(
        type: .duration, value: .duration(120), range: 0.001...86400, summary: "Time to the first byte of a stream.")
    case .timeoutsIdle:
      Entry(
        type: .duration, value: .duration(300), range: 0.001...86400, summary: "Time between two pieces of an answer.")
    case .networkProxy:
      Entry(
        type: .text, isSecret: true,
        summary: "Proxy for all traffic to providers; unset follows HTTPS_PROXY and NO_PROXY.")
    case .loggingCaptureBody:
      Entry(type: .flag, value: .flag(false), summary: "Record headers and bodies, credentials masked.")
    case .loggingRetentionDays:
      Entry(type: .integer, value: .integer(30), range: 0...36500, summary: "Days to keep exchanges; 0 keeps all.")
    case .loggingMaxSize:
      Entry(
        type: .size, value: .size(256 << 20), range: 0...Double(1 << 40),
        summary: "Most the log may take; 0 sets no bound.")
    }
  }

  /// What it does, one sentence.
  public var summary: String { entry.summary }
  /// Whether the value is encrypted at rest and never listed.
  public var isSecret: Bool { entry.isSecret }
  /// The kind of its values.
  public var type: SettingType { entry.type }
  /// The value of a fresh store; nil means unset.
  public var defaultValue: SettingValue? { entry.value }

  /// The key of that name, in any case; throws `StoreError.notFound` with near names.
  public static func named(_ name: String) throws -> SettingKey {
    if let key = allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) { return key }
    throw StoreError.notFound(.setting, name: name, near: NearestNames.of(name, in: allCases.map(\.rawValue)))
  }
}
