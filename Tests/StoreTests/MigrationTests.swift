import Conversation
import Foundation
import GRDB
import Providers
import Routing
import Store
import Testing

@Suite struct MigrationTests {
  let home: TemporaryStore

  init() throws { home = try TemporaryStore() }

  /// What aor.db of every released schema held; the key of its secrets is 32 bytes of 0x01.
  @Test(arguments: [1]) func everyReleasedConfigurationMigratesToHead(_ version: Int) throws {
    try restore("aor-\(version)", to: home.configuration)
    try String(repeating: "01", count: 32).write(toFile: home.key, atomically: false, encoding: .utf8)
    chmod(home.key, 0o600)
    let snapshot = try home.open().snapshots.read()
    let provider = try #require(snapshot.providers["deepseek"])
    #expect(provider.provider.endpoints.map(\.dialect) == [.openAIChat, .anthropic])
    #expect(provider.provider.endpoints.last?.authentication == .header("x-api-key"))
    #expect(provider.provider.quirks.developerRole == false)
    #expect(provider.provider.timeouts.idle == 60)
    #expect(provider.credentials.map(\.token) == ["sk-fixture"])
    #expect(
      snapshot.groups["work"]?.routes.first?.targets == [RouteTarget(provider: "deepseek", model: "deepseek-chat")])
    #expect(snapshot.defaultGroup == "work")
    #expect(snapshot.settings.serverKey == "fixture-server-key")
    #expect(snapshot.settings.port == 9000)
    try expectHead(home.configuration, fresh: { try $0.open().configurationPath })
  }

  @Test(arguments: [1]) func everyReleasedLogMigratesToHead(_ version: Int) throws {
    try restore("logs-\(version)", to: home.logs)
    let log = try home.open().exchanges()
    let shown = try log.show("req_fixture")
    #expect(shown.record.provider == "deepseek")
    #expect(shown.record.losses == [.init(path: "tools[0]", reason: "no such tool")])
    #expect(shown.record.attempts.first?.status == 200)
    #expect(shown.record.capture?.requestBody == "{}")
    try expectHead(
      home.logs,
      fresh: { home in
        let store = try home.open()
        _ = try store.exchanges()
        return store.logsPath
      })
  }

  @Test(arguments: ["aor.db", "logs.db"]) func databaseOfANewerVersionIsRefusedAndLeftAlone(_ name: String) throws {
    _ = try home.open().exchanges()
    let path = home.directory + "/" + name
    try home.execute("PRAGMA user_version = 99", in: path)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    guard case .newerSchema(path, found: 99, known: _) = failure({ _ = try home.open().exchanges() }) else {
      Issue.record("a newer schema was opened")
      return
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  @Test func aCurrentDatabaseIsOpenedWhileAnotherProcessWrites() throws {
    _ = try home.open().exchanges()
    // Bringing the schema up to date, or only looking whether to as a writer does, would have to wait.
    try DatabaseQueue(path: home.configuration).inTransaction(.immediate) { _ in
      try DatabaseQueue(path: home.logs).inTransaction(.immediate) { _ in
        let store = try home.open(busyTimeout: 0)
        #expect(try store.groups.list().count == 1)
        #expect(try store.exchanges().list().isEmpty)
        return .rollback
      }
      return .rollback
    }
  }

  private func restore(_ fixture: String, to path: String) throws {
    try FileManager.default.createDirectory(atPath: home.directory, withIntermediateDirectories: true)
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/\(fixture).sql")
    try home.execute(try String(contentsOf: source, encoding: .utf8), in: path)
  }

  /// The migrated schema must be the one a new database gets.
  private func expectHead(_ path: String, fresh: (TemporaryStore) throws -> String) throws {
    let other = try TemporaryStore()
    let schema = "SELECT type || ' ' || name || ' ' || ifnull(sql, '') FROM sqlite_master ORDER BY 1"
    let version = "SELECT user_version FROM pragma_user_version"
    let freshPath = try fresh(other)
    #expect(try home.query(schema, in: path) == (try other.query(schema, in: freshPath)))
    #expect(try home.query(version, in: path) == (try other.query(version, in: freshPath)))
  }
}
