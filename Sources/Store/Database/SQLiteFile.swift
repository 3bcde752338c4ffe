import Foundation
import GRDB
import Synchronization

/// One database file: its permissions, its connection, its schema, and its failures as `StoreError`.
final class SQLiteFile: Sendable {
  /// How hard SQLite tries to have a commit on disk before it returns.
  enum Durability: Sendable {
    /// A commit survives a power cut.
    case full
    /// A commit survives a killed process; a power cut may take the last ones.
    case normal
  }

  let path: String
  private let queue: DatabaseQueue
  private let durability: Durability
  private let busyTimeout: Double
  /// Whether `quick_check` has passed on this connection; no write happens before it has.
  private let isChecked = Mutex(false)

  /// Opens the file, creating it when it is missing, and brings its schema to the newest.
  ///
  /// Once the schema is current, the only thing read is `PRAGMA user_version`.
  init(path: String, schema: Schema, durability: Durability, busyTimeout: Double) throws {
    self.path = path
    self.durability = durability
    self.busyTimeout = busyTimeout
    try PrivateFile.create(path)
    queue = try Self.naming(path) {
      try DatabaseQueue(path: path, configuration: Self.configuration(durability, busyTimeout))
    }
    try Self.naming(path) { try SchemaUpgrade(schema: schema, path: path, patience: busyTimeout).run(on: queue) }
  }

  /// Another connection to a file that is already open and current; what it commits is seen by `data_version` of others.
  init(secondConnectionTo file: SQLiteFile) throws {
    path = file.path
    durability = file.durability
    busyTimeout = file.busyTimeout
    queue = try Self.naming(file.path) {
      try DatabaseQueue(path: file.path, configuration: Self.configuration(file.durability, file.busyTimeout))
    }
  }

  private static func configuration(_ durability: Durability, _ busyTimeout: Double) -> Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(busyTimeout)
    configuration.foreignKeysEnabled = true
    configuration.prepareDatabase { db in
      switch durability {
      case .full:
        // `fullfsync` matters on Apple systems only, where fsync does not reach the platter.
        try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON")
      case .normal:
        try db.execute(sql: "PRAGMA synchronous = NORMAL")
      }
    }
    return configuration
  }

  /// Reads in one transaction, so that everything seen is of one moment.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.naming(path) { try queue.read(body) }
  }

  /// Writes in one immediate transaction.
  ///
  /// The first write of a connection reads the whole file before: a damaged database must be reported, not written on.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.naming(path) {
      try queue.write { db in
        if !isChecked.withLock({ $0 }) {
          try Self.quickCheck(db, path: path)
          isChecked.withLock { $0 = true }
        }
        return try body(db)
      }
    }
  }

  /// Writes in one immediate transaction without the check of `write`, whose cost grows with the file.
  func writeUnchecked<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.naming(path) { try queue.write(body) }
  }

  /// For pragmas that cannot run in a transaction.
  func outsideTransaction<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.naming(path) { try queue.writeWithoutTransaction(body) }
  }

  /// Reads every page; throws `StoreError.damaged` at the first fault.
  func checkIntegrity() throws {
    try read { db in try Self.quickCheck(db, path: path) }
  }

  static func quickCheck(_ db: Database, path: String) throws {
    let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check(1)") ?? "no answer"
    guard verdict == "ok" else { throw StoreError.damaged(path: path, detail: verdict) }
  }

  /// Runs `body` and turns what SQLite throws into a `StoreError` that names the file.
  static func naming<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw StoreError(error, path: path)
    }
  }
}
