import Foundation
import GRDB
import Synchronization

/// The configuration and the log of one data directory.
///
/// Opening checks one number and reads nothing else; `logs.db` and the key file are opened when first needed.
/// Everything here is synchronous and throws `StoreError`.
public final class Store: Sendable {
  /// The data directory.
  public let directory: String

  let core: StoreCore
  private let busyTimeout: Double
  private let log = Mutex<ExchangeLog?>(nil)

  /// Opens or creates the configuration in `directory`.
  ///
  /// - Parameters:
  ///   - directory: Created with mode 0700 when missing.
  ///   - keyFile: Where the key of the secrets is; `secret.key` in the directory when nil.
  ///   - busyTimeout: Seconds to wait for another process's write.
  /// - Throws: `StoreError`, when the directory or the database cannot be used.
  public init(directory: String, keyFile: String? = nil, busyTimeout: Double = 10) throws {
    self.directory = directory
    self.busyTimeout = busyTimeout
    try PrivateFile.createDirectory(directory)
    core = StoreCore(
      file: try SQLiteFile(
        path: Self.path(of: "aor.db", in: directory), schema: .configuration, durability: .full,
        busyTimeout: busyTimeout),
      vault: SecretVault(keyPath: keyFile ?? Self.path(of: "secret.key", in: directory)))
  }

  /// Upstreams.
  public var providers: ProviderRepository { ProviderRepository(core: core) }
  /// Credentials of upstreams.
  public var accounts: AccountRepository { AccountRepository(core: core) }
  /// Routing tables.
  public var groups: GroupRepository { GroupRepository(core: core) }
  /// What is in the routing tables.
  public var routes: RouteRepository { RouteRepository(core: core) }
  /// Settings over their defaults.
  public var settings: SettingsRepository { SettingsRepository(core: core) }
  /// The configuration as the gateway reads it.
  public var snapshots: SnapshotReader { SnapshotReader(core: core) }

  /// The log of exchanges; the first call opens `logs.db`, creating it when it is missing.
  public func exchanges() throws -> ExchangeLog {
    try log.withLock { opened in
      if let opened { return opened }
      let fresh = try ExchangeLog(path: logsPath, busyTimeout: busyTimeout)
      opened = fresh
      return fresh
    }
  }

  /// The number that goes up with every change of configuration.
  public func generation() throws -> Int64 {
    try core.file.read(StoreCore.generation)
  }

  /// Reads every page of `aor.db`; throws `StoreError.damaged` when it is malformed.
  public func checkIntegrity() throws {
    try core.file.checkIntegrity()
  }

  /// The path of `aor.db`.
  public var configurationPath: String { core.file.path }
  /// The path of `logs.db`, which need not exist.
  public var logsPath: String { Self.path(of: "logs.db", in: directory) }
  /// The path of the key file, which need not exist.
  public var keyPath: String { core.vault.file.path }

  /// The name of this data directory, eight letters and digits; made at the first call.
  ///
  /// - Throws: `StoreError` when it can be neither read nor kept.
  public func mark() throws -> String {
    try DirectoryMark.read(Self.path(of: "gateway.id", in: directory))
  }

  private static func path(of name: String, in directory: String) -> String {
    (directory as NSString).appendingPathComponent(name)
  }
}

/// What every repository works with.
struct StoreCore: Sendable {
  let file: SQLiteFile
  let vault: SecretVault

  static func generation(_ db: Database) throws -> Int64 {
    try Int64.fetchOne(db, sql: "SELECT value FROM generation") ?? 0
  }

  /// A new row id: 128 random bits, so that ids of merged databases do not meet.
  static func newID() -> String {
    let high = String(UInt64.random(in: 0 ... .max), radix: 16)
    let low = String(UInt64.random(in: 0 ... .max), radix: 16)
    return String(repeating: "0", count: 16 - high.count) + high + String(repeating: "0", count: 16 - low.count) + low
  }
}
