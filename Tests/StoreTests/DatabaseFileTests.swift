import Foundation
import GRDB
import Routing
import Store
import Testing

@Suite struct DatabaseFileTests {
  let home: TemporaryStore

  init() throws { home = try TemporaryStore() }

  @Test func filesAreTheOwnersOnly() throws {
    let store = try home.open()
    try store.providers.add(.sample("p"), token: "sk")
    try store.exchanges().insert([ExchangeRecord(id: "x", startedAt: 1, method: "POST", path: "/")])
    #expect(try home.mode(home.directory) == 0o700)
    let names = try FileManager.default.contentsOfDirectory(atPath: home.directory).sorted()
    #expect(
      names == ["aor.db", "aor.db-shm", "aor.db-wal", "logs.db", "logs.db-shm", "logs.db-wal", "secret.key"])
    for name in names { #expect(try home.mode(home.directory + "/" + name) == 0o600, "\(name)") }
  }

  @Test func filesOpenedToOthersAreClosedAgain() throws {
    try home.open().providers.add(.sample("p"))
    chmod(home.configuration, 0o644)
    let store = try home.open()
    try store.groups.add("g")
    for name in ["aor.db", "aor.db-wal", "aor.db-shm"] { #expect(try home.mode(home.directory + "/" + name) == 0o600) }
  }

  @Test func logsAreOpenedOnlyWhenNeeded() throws {
    let store = try home.open()
    _ = try store.snapshots.read()
    _ = BatchingRecorder(store: store)
    #expect(!FileManager.default.fileExists(atPath: home.logs))
    _ = try store.exchanges()
    #expect(FileManager.default.fileExists(atPath: home.logs))
  }

  @Test func durabilityIsWhatTheDesignSays() throws {
    _ = try home.open().exchanges()
    for path in [home.configuration, home.logs] {
      let mode = try DatabaseQueue(path: path).read { db in try String.fetchOne(db, sql: "PRAGMA journal_mode") }
      #expect(mode == "wal")
    }
  }

  enum Damage: CaseIterable {
    case text, zeros, truncated, header, pages, emptied, tiny
  }

  @Test(arguments: Damage.allCases)
  func damagedConfigurationIsReportedAndLeftUntouched(_ damage: Damage) throws {
    do {
      let store = try home.open()
      for number in 0..<40 { try store.providers.add(.sample("p\(number)"), token: "sk-\(number)") }
    }
    #expect(try home.bytes().keys.sorted() == ["aor.db", "secret.key"], "closing must leave one file")
    let whole = try Data(contentsOf: URL(fileURLWithPath: home.configuration))
    var broken = whole
    switch damage {
    case .text: broken = Data("this is not a database at all, but a text of some length".utf8)
    case .zeros: broken = Data(count: whole.count)
    case .truncated: broken = whole.prefix(5000)
    case .header: broken.replaceSubrange(0..<16, with: Data(repeating: 0x41, count: 16))
    case .pages: broken.replaceSubrange(4096..<whole.count, with: Data(repeating: 0xA5, count: whole.count - 4096))
    case .emptied: broken = Data()
    case .tiny: broken = Data([0x53])
    }
    try broken.write(to: URL(fileURLWithPath: home.configuration))
    for attempt in 0..<3 {
      let error = failure {
        let store = try home.open()
        if attempt == 0 { _ = try store.providers.list() }
        if attempt == 1 { try store.groups.add("g") }
        try store.checkIntegrity()
      }
      guard case .damaged(path: home.configuration, _) = error else {
        Issue.record("\(damage), attempt \(attempt): \(String(describing: error))")
        continue
      }
      #expect(error?.description.contains(home.configuration) == true && error?.hint != nil)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: home.configuration)) == broken)
  }

  @Test func oneDamagedPageStopsEveryWriteEvenElsewhere() throws {
    do {
      let store = try home.open()
      for number in 0..<200 { try store.providers.add(.sample("p\(number)"), token: "sk-\(number)") }
    }
    var broken = try Data(contentsOf: URL(fileURLWithPath: home.configuration))
    let page = try home.query("SELECT rootpage FROM sqlite_master WHERE name = 'endpoints'").compactMap { Int($0) }[0]
    broken = try Data(contentsOf: URL(fileURLWithPath: home.configuration))
    broken.replaceSubrange((page - 1) * 4096..<page * 4096, with: Data(repeating: 0xEE, count: 4096))
    try broken.write(to: URL(fileURLWithPath: home.configuration))
    guard case .damaged = failure({ try home.open().settings.set(.serverPort, "1") }) else {
      Issue.record("a damaged database was written on")
      return
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: home.configuration)) == broken)
  }

  @Test func damagedLogIsReportedAndLeftUntouched() throws {
    let text = Data("not a database, but somebody's file".utf8)
    _ = try home.open()
    try text.write(to: URL(fileURLWithPath: home.logs))
    let store = try home.open()
    guard case .damaged(path: home.logs, _) = failure({ _ = try store.exchanges() }) else {
      Issue.record("a damaged log was opened")
      return
    }
    let recorder = BatchingRecorder(store: store)
    recorder.record(ExchangeRecord(id: "x", startedAt: 1, method: "POST", path: "/"))
    #expect(recorder.flush() == 1)
    #expect(recorder.status.lastError?.contains(home.logs) == true)
    #expect(try Data(contentsOf: URL(fileURLWithPath: home.logs)) == text)
    try store.providers.add(.sample("p"))
  }

  @Test func databaseOfAnotherProgramIsRefused() throws {
    try FileManager.default.createDirectory(atPath: home.directory, withIntermediateDirectories: true)
    try home.execute("CREATE TABLE theirs (x)")
    let before = try home.bytes()
    guard case .failed(path: home.configuration, _) = failure({ _ = try home.open() }) else {
      Issue.record("the database of another program was taken over")
      return
    }
    #expect(try home.bytes() == before)
  }

  @Test func danglingLinkIsNotFollowed() throws {
    try FileManager.default.createDirectory(atPath: home.directory, withIntermediateDirectories: true)
    symlink(home.root + "/nowhere", home.configuration)
    #expect(failure { _ = try home.open() }?.description.contains("link") == true)
    #expect(!FileManager.default.fileExists(atPath: home.root + "/nowhere"))
  }

  @Test func directoryInTheWayIsAClearError() throws {
    try FileManager.default.createDirectory(atPath: home.configuration, withIntermediateDirectories: true)
    #expect(failure { _ = try home.open() } == .failed(path: home.configuration, detail: "is not a file"))
    try "x".write(toFile: home.root + "/file", atomically: false, encoding: .utf8)
    let error = failure { _ = try Store(directory: home.root + "/file/data") }
    #expect(error?.description.contains(home.root + "/file") == true)
  }

  @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
  func missingPermissionIsAClearError() throws {
    try home.open().providers.add(.sample("p"))
    chmod(home.directory, 0o500)
    defer { chmod(home.directory, 0o700) }
    guard case .notWritable = failure({ try home.open().groups.add("g") }) else {
      Issue.record("a read-only directory was not reported as such")
      return
    }
    guard case .notWritable = failure({ _ = try Store(directory: home.directory + "/deeper") }) else {
      Issue.record("a directory that cannot be created was not reported as such")
      return
    }
  }

  @Test func lockedDatabaseIsWaitedForAndThenReported() throws {
    let store = try home.open(busyTimeout: 0.05)
    let blocker = try DatabaseQueue(path: home.configuration)
    try blocker.inDatabase { db in
      try db.execute(sql: "BEGIN IMMEDIATE")
      #expect(failure { try store.groups.add("g") } == .busy(path: home.configuration))
      #expect(try store.groups.list().count == 1, "reading never waits for a writer")
      try db.execute(sql: "ROLLBACK")
    }
    try store.groups.add("g")
  }

  @Test func manyProcessesMayCreateAndWriteAtOnce() async throws {
    let home = home
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<6 {
        group.addTask {
          for number in 0..<10 {
            let store = try home.open()
            try store.providers.add(.sample("p\(writer)-\(number)"), token: "sk-\(writer)-\(number)")
            try store.routes.set("r\(writer)", targets: [RouteTarget(provider: "p\(writer)-\(number)", model: "m")])
          }
        }
      }
      try await group.waitForAll()
    }
    let store = try home.open()
    try store.checkIntegrity()
    let snapshot = try store.snapshots.read()
    #expect(snapshot.providers.count == 60)
    #expect(snapshot.providers.values.allSatisfy { $0.credentials.count == 1 })
    #expect(Set(snapshot.groups["default"]?.routes.map(\.pattern) ?? []).count == 6)
    #expect(snapshot.groups["default"]?.routes.allSatisfy { $0.targets.map(\.provider.last) == ["9"] } == true)
  }
}
