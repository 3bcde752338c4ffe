import Foundation
import GRDB

/// The schema of one database: its migrations in order, numbered from 1 by `PRAGMA user_version`.
struct Schema: Sendable {
  /// One step.
  ///
  /// Once released it never changes; a new step is added instead.
  struct Migration: Sendable {
    var number: Int
    var apply: @Sendable (Database) throws -> Void
  }

  var migrations: [Migration]
  /// Pragmas that only take effect before the first table exists.
  var creation: String

  var head: Int { migrations.last?.number ?? 0 }
}

extension Schema {
  /// `aor.db`.
  static let configuration = Schema(migrations: [M001_Initial.migration], creation: "")
  /// `logs.db`; pages freed by the retention can be given back.
  static let logs = Schema(migrations: [L001_Exchanges.migration], creation: "PRAGMA auto_vacuum = INCREMENTAL")
}

/// Brings a database to the newest schema, in one transaction; several processes may try at once.
struct SchemaUpgrade {
  var schema: Schema
  var path: String
  /// Seconds to try again when another process is in the way.
  var patience: Double

  func run(on queue: DatabaseQueue) throws {
    let version = try queue.inDatabase { db in try Self.version(db) }
    if version == schema.head { return }
    try refuseNewer(version)
    // Switching to WAL fails at once, without SQLite's own waiting, while another process does the same.
    let deadline = Date().addingTimeInterval(patience)
    while true {
      do {
        return try upgrade(queue)
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && Date() < deadline {
        Thread.sleep(forTimeInterval: 0.01)
      }
    }
  }

  private func upgrade(_ queue: DatabaseQueue) throws {
    try queue.writeWithoutTransaction { db in
      let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
      if try Self.version(db) == 0 {
        guard isEmpty else {
          throw StoreError.failed(path: path, detail: "is a database of another program")
        }
        if !schema.creation.isEmpty { try db.execute(sql: schema.creation) }
      } else {
        try SQLiteFile.quickCheck(db, path: path)
      }
      let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
      guard mode == "wal" else {
        throw StoreError.failed(path: path, detail: "the file system does not support write-ahead logging")
      }
      try db.inTransaction(.immediate) {
        let version = try Self.version(db)
        try refuseNewer(version)
        for migration in schema.migrations where migration.number > version {
          try migration.apply(db)
        }
        try db.execute(sql: "PRAGMA user_version = \(schema.head)")
        return .commit
      }
    }
  }

  private func refuseNewer(_ version: Int) throws {
    guard version <= schema.head else {
      throw StoreError.newerSchema(path: path, found: version, known: schema.head)
    }
  }

  private static func version(_ db: Database) throws -> Int {
    try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
  }
}
