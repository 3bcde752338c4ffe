import Conversation
import Foundation
import GRDB
import Providers
import Routing
import Store

/// A data directory of one test's own; goes with the object.
final class TemporaryStore: Sendable {
  let root: String

  init() throws {
    let template = FileManager.default.temporaryDirectory.appendingPathComponent("aor-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: template, withIntermediateDirectories: true)
    root = template.path
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  var directory: String { root + "/data" }
  var configuration: String { directory + "/aor.db" }
  var logs: String { directory + "/logs.db" }
  var key: String { directory + "/secret.key" }

  func open(keyFile: String? = nil, busyTimeout: Double = 10) throws -> Store {
    try Store(directory: directory, keyFile: keyFile, busyTimeout: busyTimeout)
  }

  /// The file's own bytes, and those SQLite keeps beside it.
  func bytes() throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
      found[name] = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name))
    }
    return found
  }

  func mode(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? -1
  }

  /// Runs SQL behind the store's back.
  func execute(_ sql: String, in path: String? = nil) throws {
    try DatabaseQueue(path: path ?? configuration).writeWithoutTransaction { db in try db.execute(sql: sql) }
  }

  /// The first column of a query, as text.
  func query(_ sql: String, in path: String? = nil) throws -> [String] {
    try DatabaseQueue(path: path ?? configuration).read { db in
      try Row.fetchAll(db, sql: sql).map {
        String.fromDatabaseValue($0[0] as DatabaseValue) ?? "\($0[0] as DatabaseValue)"
      }
    }
  }
}

extension Provider {
  static func sample(_ name: String, _ dialect: DialectID = .openAIChat) -> Provider {
    Provider(name: name, endpoints: [Endpoint(dialect, "https://\(name.lowercased()).example/v1")])
  }
}

/// The `StoreError` a call throws; nil when it throws none.
func failure(_ body: () throws -> Void) -> StoreError? {
  do {
    try body()
    return nil
  } catch {
    return error as? StoreError
  }
}
