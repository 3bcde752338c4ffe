import GRDB
import Providers
import Routing

/// Builds what the gateway routes by.
public struct SnapshotReader: Sendable {
  let core: StoreCore

  /// The whole configuration at one generation, secrets decrypted.
  ///
  /// A provider whose secret cannot be decrypted gets a `problem`; a `server.key` or `network.proxy` that cannot be
  /// decrypted throws, because going on without it would open the gateway or go round the proxy.
  public func read() throws -> Snapshot {
    try core.file.read { db in try Self.build(db, core.vault) }
  }

  static func build(_ db: Database, _ vault: SecretVault) throws -> Snapshot {
    let groups = try GroupRow.all(db)
    guard let defaultGroup = groups.first(where: \.isDefault) else {
      throw StoreError.unreadableRow("the list of groups", detail: "none is the default one")
    }
    let accounts = Dictionary(grouping: try AccountRow.all(db), by: \.providerID)
    let providers = try ProviderRow.all(db).map { row in
      try entry(row, accounts[row.id] ?? [], vault, db)
    }
    return Snapshot(
      generation: try StoreCore.generation(db), providers: providers, groups: groups.map(\.group),
      defaultGroup: defaultGroup.group.name, settings: try settings(vault, db))
  }

  private static func entry(
    _ row: ProviderRow, _ accounts: [AccountRow], _ vault: SecretVault, _ db: Database
  ) throws -> ProviderEntry {
    var row = row
    do {
      try row.openProxy(vault, in: db)
    } catch let error as StoreError {
      // Without its proxy the provider must not be called at all.
      return ProviderEntry(provider: row.provider, credentials: [], problem: words(error))
    }
    var credentials: [Credential] = []
    var failure: StoreError?
    for account in accounts where account.account.isEnabled {
      do {
        credentials.append(
          Credential(
            account: account.account.name, accountID: account.account.id,
            token: try account.openToken(vault, in: db), networkProxy: try account.openProxy(vault, in: db)))
      } catch let error as StoreError {
        failure = failure ?? error
      }
    }
    guard credentials.isEmpty, row.provider.endpoints.contains(where: { needsCredential($0.authentication) }) else {
      return ProviderEntry(provider: row.provider, credentials: credentials)
    }
    let problem =
      if let failure {
        words(failure)
      } else if accounts.isEmpty {
        "provider `\(row.provider.name)` has no account; run `aor account add \(row.provider.name)`"
      } else {
        "every account of provider `\(row.provider.name)` is disabled"
      }
    return ProviderEntry(provider: row.provider, credentials: [], problem: problem)
  }

  private static func needsCredential(_ authentication: Authentication) -> Bool {
    switch authentication {
    case .bearer, .header: true
    case .none, .client: false
    }
  }

  /// The error without the list of everything else that it affects.
  private static func words(_ error: StoreError) -> String {
    switch error {
    case .secretKeyMissing(let path, _): "its secret cannot be decrypted: the key file \(path) is missing"
    case .secretKeyWrong(let path, _): "its secret cannot be decrypted: \(path) is not the key it was encrypted with"
    default: error.description
    }
  }

  private static func settings(_ vault: SecretVault, _ db: Database) throws -> GatewaySettings {
    var settings = GatewaySettings()
    for (name, column) in try SettingColumns.all(db) {
      // A key of another version of aor is none of the gateway's.
      guard let key = SettingKey(rawValue: name) else { continue }
      apply(key, try SettingColumns.read(column, key, vault, db), to: &settings)
    }
    return settings
  }

  private static func apply(_ key: SettingKey, _ value: SettingValue, to settings: inout GatewaySettings) {
    switch (key, value) {
    case (.serverHost, .text(let host)): settings.host = host
    case (.serverPort, .integer(let port)): settings.port = port
    case (.serverKey, .text(let key)): settings.serverKey = key
    case (.serverAllowedHosts, .list(let hosts)): settings.allowedHosts = hosts
    case (.serverAllowedOrigins, .list(let origins)): settings.allowedOrigins = origins
    case (.serverMaxBodySize, .size(let bytes)): settings.maxBodySize = bytes
    case (.serverMaxBodyMemory, .size(let bytes)): settings.maxBodyMemory = bytes
    case (.serverMaxConnections, .integer(let count)): settings.maxConnections = count
    case (.serverMaxActiveRequests, .integer(let count)): settings.maxActiveRequests = count
    case (.serverHeaderTimeout, .duration(let seconds)): settings.headerTimeout = seconds
    case (.serverBodyTimeout, .duration(let seconds)): settings.bodyTimeout = seconds
    case (.serverIdleTimeout, .duration(let seconds)): settings.clientIdleTimeout = seconds
    case (.serverSendTimeout, .duration(let seconds)): settings.sendTimeout = seconds
    case (.gatewayStrict, .flag(let flag)): settings.strict = flag
    case (.gatewayKeepAliveInterval, .duration(let seconds)): settings.keepAliveInterval = seconds
    case (.toolsUnsupported, .text(let word)): settings.unsupportedTools = UnsupportedTools(rawValue: word) ?? .drop
    case (.responsesStore, .flag(let flag)): settings.storesResponses = flag
    case (.responsesMaxSize, .size(let bytes)): settings.maxStoredBytes = bytes
    case (.responsesMaxAge, .duration(let seconds)): settings.maxStoredAge = seconds
    case (.timeoutsConnect, .duration(let seconds)): settings.connectTimeout = seconds
    case (.timeoutsFirstByte, .duration(let seconds)): settings.firstByteTimeout = seconds
    case (.timeoutsFirstByteStreaming, .duration(let seconds)): settings.firstByteTimeoutStreaming = seconds
    case (.timeoutsIdle, .duration(let seconds)): settings.idleTimeout = seconds
    case (.networkProxy, .text(let address)): settings.networkProxy = address
    case (.loggingCaptureBody, .flag(let flag)): settings.captureBody = flag
    default: break
    }
  }
}
