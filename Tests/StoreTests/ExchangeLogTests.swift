import Conversation
import Foundation
import GRDB
import Routing
import Store
import Testing

@Suite struct ExchangeLogTests {
  let home: TemporaryStore
  let log: ExchangeLog

  init() throws {
    home = try TemporaryStore()
    log = try home.open().exchanges()
  }

  private func record(_ id: String, at time: Int64 = 1000, _ change: (inout ExchangeRecord) -> Void = { _ in })
    -> ExchangeRecord
  {
    var record = ExchangeRecord(id: id, startedAt: time, method: "POST", path: "/v1/messages")
    change(&record)
    return record
  }

  @Test func everyMemberComesBack() throws {
    var full = record("req_full", at: 1_763_700_000_123)
    full.group = "work"
    full.route = "claude*"
    full.exchangePath = .translated
    full.provider = "p"
    full.account = "spare"
    full.modelAsked = "claude-\"x\" é🦊"
    full.modelSent = "deepseek-chat"
    full.clientDialect = .anthropic
    full.upstreamDialect = .openAIChat
    full.isStream = true
    full.attempts = [
      .init(provider: "q", account: nil, model: "m", dialect: .gemini, status: 429, error: "slow down", duration: 12),
      .init(provider: "p", account: "spare", model: "m", dialect: .openAIChat, status: nil, error: nil, duration: 3),
    ]
    full.status = 200
    full.firstByteAfter = 40
    full.duration = 900
    full.inputTokens = 1
    full.outputTokens = 2
    full.cacheReadTokens = 3
    full.cacheWriteTokens = 4
    full.reasoningTokens = 5
    full.requestBytes = 6
    full.responseBytes = 7
    full.losses = [.init(path: "tools[0]", reason: "unknown")]
    full.errorKind = "client_gone"
    full.errorMessage = "the client left"
    full.stopReason = "end_turn"
    full.session = "s-1"
    full.userAgent = "claude-cli/2"
    var capture = ExchangeRecord.Capture()
    capture.requestHeaders = [["authorization", "***"]]
    capture.responseBody = "{\"a\":1.0}"
    full.capture = capture
    try log.insert([full, record("req_bare")])

    let shown = try log.show("req_full").record
    #expect(String(reflecting: shown) == String(reflecting: full))
    let bare = try log.show("req_bare").record
    #expect(String(reflecting: bare) == String(reflecting: record("req_bare")))
    #expect(try log.list().last?.record.capture == nil, "lists must not read bodies")
  }

  /// The columns tell the one attempt of most exchanges; whatever they do not tell must be told beside them.
  @Test(arguments: ["plain", "none", "slower", "failed first", "failed"])
  func attemptsComeBack(case what: String) throws {
    let plain = ExchangeRecord.Attempt(
      provider: "p", account: "a", model: "m", dialect: .gemini, status: 200, error: nil, duration: 7)
    let kept = record("r") { record in
      (record.provider, record.account, record.modelSent) = ("p", "a", "m")
      (record.upstreamDialect, record.status, record.duration) = (.gemini, 200, 7)
      record.attempts = [plain]
      switch what {
      case "none": record.attempts = []
      case "slower": record.attempts[0].duration = 6
      case "failed first":
        record.attempts.insert(
          .init(provider: "q", account: nil, model: "m", dialect: .gemini, status: 500, error: "down", duration: 1),
          at: 0)
      case "failed":
        record.errorKind = "upstream_failed"
        record.attempts[0].error = "down"
      default: break
      }
    }
    try log.insert([kept])
    #expect(try log.show("r").record.attempts == kept.attempts)
  }

  @Test func filtersNarrowTheListNewestFirst() throws {
    try log.insert([
      record("a", at: 1) {
        $0.provider = "One"; $0.modelAsked = "claude-sonnet"; $0.status = 200; $0.group = "g"
      },
      record("b", at: 2) {
        $0.provider = "two"; $0.modelSent = "Sonnet-X"; $0.status = 404; $0.session = "s"
      },
      record("c", at: 3) {
        $0.status = 200; $0.errorKind = "client_gone"; $0.exchangePath = .patched
      },
      record("d", at: 4) {
        $0.status = 503; $0.exchangePath = .verbatim; $0.modelAsked = "100%_x"
      },
    ])
    func ids(_ change: (inout ExchangeFilter) -> Void) throws -> [String] {
      var filter = ExchangeFilter()
      change(&filter)
      #expect(try log.counts(filter).exchanges == (try log.list(filter).count) || filter.limit == 2)
      return try log.list(filter).map(\.record.id)
    }
    #expect(try ids { _ in } == ["d", "c", "b", "a"])
    #expect(try ids { $0.limit = 2 } == ["d", "c"])
    #expect(try ids { $0.limit = nil } == ["d", "c", "b", "a"])
    #expect(
      try ids {
        $0.since = 2; $0.until = 4
      } == ["c", "b"])
    #expect(try ids { $0.provider = "one" } == ["a"])
    #expect(try ids { $0.model = "sonnet" } == ["b", "a"])
    #expect(try ids { $0.model = "%_" } == ["d"])
    #expect(try ids { $0.group = "G" } == ["a"])
    #expect(try ids { $0.statusClass = 2 } == ["c", "a"])
    #expect(try ids { $0.errorsOnly = true } == ["d", "c", "b"])
    #expect(try ids { $0.path = .patched } == ["c"])
    #expect(try ids { $0.session = "s" } == ["b"])
    #expect(try ids { $0.provider = "' OR 1=1 --" } == [])
    let row = try log.show("b").row
    #expect(try ids { $0.afterRow = row } == ["c", "d"])
    #expect(try log.lastRow() == log.show("d").row)
  }

  @Test func countsAddUp() throws {
    #expect(try log.counts() == ExchangeCounts())
    try log.insert([
      record("a", at: 5) {
        $0.inputTokens = 10; $0.outputTokens = 1; $0.status = 200
      },
      record("b", at: 9) {
        $0.inputTokens = 5; $0.status = 500
      },
    ])
    let counts = try log.counts()
    #expect(counts.exchanges == 2 && counts.errors == 1)
    #expect(counts.inputTokens == 15 && counts.outputTokens == 1)
    #expect(counts.oldest == 5 && counts.newest == 9)
  }

  @Test func exchangeIsFoundByIdOrUniquePrefix() throws {
    try log.insert([record("req_aab"), record("req_aac"), record("req_b"), record("req_b_longer"), record("re%")])
    #expect(try log.show("req_aab").record.id == "req_aab")
    #expect(try log.show("req_b").record.id == "req_b", "an exact id wins over longer ones")
    #expect(try log.show("req_b_").record.id == "req_b_longer")
    #expect(failure { _ = try log.show("req_a") } == .ambiguous(prefix: "req_a", matches: ["req_aab", "req_aac"]))
    #expect(failure { _ = try log.show("re%q") } == .notFound(.exchange, name: "re%q", near: []))
    #expect(failure { _ = try log.show("") } != nil)
  }

  @Test func rowsAreNeverUsedTwice() throws {
    try log.insert([record("a")])
    let row = try log.lastRow()
    try log.delete(before: 5000)
    #expect(try log.lastRow() == 0)
    try log.insert([record("b")])
    #expect(try log.lastRow() > row, "a follower that waits behind the last row must see the next one")
  }

  @Test func retentionByAgeTakesTheOldOnesOnly() throws {
    let day: Int64 = 86_400_000
    try log.insert((0..<2500).map { record("old\($0)", at: $0 % 2 == 0 ? 1 : 2) })
    try log.insert([record("edge", at: 30 * day), record("new", at: 59 * day)])
    #expect(try log.prune(Retention(days: 30), now: 60 * day) == 2500)
    #expect(try log.list().map(\.record.id) == ["new", "edge"])
    #expect(try log.prune(Retention(days: 0, maxBytes: 0), now: 600 * day) == 0)
  }

  @Test func retentionBySizeTakesTheOldestAndGivesTheRoomBack() throws {
    for batch in 0..<20 {
      try log.insert(
        (0..<50).map { number in
          record("r\(batch)-\(number)", at: Int64(batch * 50 + number)) {
            var capture = ExchangeRecord.Capture()
            capture.requestBody = String(repeating: "x", count: number % 10 == 0 ? 40_000 : 1000)
            $0.capture = capture
          }
        })
    }
    let before = try log.size()
    let bound = 1 << 20
    #expect(before > 3 * bound)
    let deleted = try log.prune(Retention(days: 0, maxBytes: bound), now: 0)
    #expect(deleted > 0)
    #expect(try log.size() <= bound)
    #expect(try log.size() > bound / 2, "no more than needed may go")
    let left = try log.counts()
    #expect(left.exchanges == 1000 - deleted)
    #expect(left.newest == 999 && left.oldest == Int64(deleted), "the oldest must go first")
    let attributes = try FileManager.default.attributesOfItem(atPath: home.logs)
    #expect(try #require(attributes[.size] as? Int) <= bound)
    #expect(try home.query("SELECT count(*) FROM captures", in: home.logs) == ["\(left.exchanges)"])
  }

  @Test func wordsOfANewerVersionDoNotHideTheLog() throws {
    try log.insert([
      record("a") {
        $0.exchangePath = .verbatim; $0.clientDialect = .gemini
      }
    ])
    try home.execute(
      "UPDATE exchanges SET exchange_path = 'warped', client_protocol = 'x', losses = '{'", in: home.logs)
    let shown = try log.show("a").record
    #expect(shown.exchangePath == nil && shown.clientDialect == nil && shown.losses.isEmpty)
  }

  @Test func deletedLogLeavesTheConfigurationAlone() throws {
    let store = try home.open()
    try store.providers.add(.sample("p"), token: "sk")
    for name in ["logs.db", "logs.db-wal", "logs.db-shm"] { unlink(home.directory + "/" + name) }
    #expect(try home.open().exchanges().list().isEmpty)
    #expect(try home.open().snapshots.read().providers["p"]?.credentials.count == 1)
  }
}

@Suite struct BatchingRecorderTests {
  let home: TemporaryStore
  let store: Store

  init() throws {
    home = try TemporaryStore()
    store = try home.open()
  }

  private func record(_ number: Int) -> ExchangeRecord {
    // Recent, or the retention would take it at the first write.
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    return ExchangeRecord(id: "r\(number)", startedAt: now, method: "POST", path: "/")
  }

  @Test func flushWritesEverythingInOrder() throws {
    let recorder = BatchingRecorder(store: store, interval: 3600)
    for number in 0..<1000 { recorder.record(record(number)) }
    #expect(recorder.flush() == 0)
    var filter = ExchangeFilter()
    filter.limit = nil
    filter.afterRow = 0
    #expect(try store.exchanges().list(filter).map(\.record.id) == (0..<1000).map { "r\($0)" })
    #expect(recorder.status == RecorderStatus(written: 1000))
  }

  @Test func recordsOfManyThreadsAllArrive() async throws {
    let recorder = BatchingRecorder(store: store, interval: 0.001)
    await withTaskGroup(of: Void.self) { group in
      for thread in 0..<8 {
        group.addTask { for number in 0..<200 { recorder.record(record(thread * 1000 + number)) } }
      }
    }
    #expect(recorder.flush() == 0)
    #expect(try store.exchanges().counts().exchanges == 1600)
    #expect(recorder.status.written == 1600 && recorder.status.dropped == 0)
  }

  @Test func lockedLogNeverFailsOrBlocksTheCallerAndDropsAreCounted() throws {
    _ = try store.exchanges()
    let recorder = BatchingRecorder(store: store, capacity: 100, interval: 3600, busyTimeout: 0.02)
    let blocker = try DatabaseQueue(path: home.logs)
    try blocker.inDatabase { db in
      try db.execute(sql: "BEGIN IMMEDIATE")
      for number in 0..<150 { recorder.record(record(number)) }
      #expect(recorder.status.dropped == 50)
      #expect(recorder.status.queued == 100)
      // A shutdown that cannot write must end, and say what was lost.
      #expect(recorder.flush(timeout: 0) == 100)
      #expect(recorder.status.dropped == 150 && recorder.status.queued == 0)
      #expect(recorder.status.lastError?.contains("locked") == true)
      for number in 200..<210 { recorder.record(record(number)) }
      try db.execute(sql: "ROLLBACK")
    }
    #expect(recorder.flush() == 0)
    #expect(recorder.status == RecorderStatus(written: 10, dropped: 150))
    #expect(try store.exchanges().counts().exchanges == 10)
  }

  @Test func oneRecordTheDatabaseRefusesDoesNotTakeTheOthersWithIt() throws {
    _ = try store.exchanges()
    try home.execute(
      "CREATE TRIGGER refuse BEFORE INSERT ON exchanges WHEN new.id = 'r5' BEGIN SELECT RAISE(ABORT, 'no'); END",
      in: home.logs)
    let recorder = BatchingRecorder(store: store, interval: 3600)
    for number in 0..<600 { recorder.record(record(number)) }
    #expect(recorder.flush() == 0)
    #expect(recorder.status.written == 599 && recorder.status.dropped == 1 && recorder.status.queued == 0)
    #expect(try store.exchanges().counts().exchanges == 599)
  }

  @Test func whatWaitedForALockIsWrittenOnceAndInOrder() throws {
    _ = try store.exchanges()
    let recorder = BatchingRecorder(store: store, interval: 3600, busyTimeout: 0.02)
    let blocker = try DatabaseQueue(path: home.logs)
    try blocker.inDatabase { db in
      try db.execute(sql: "BEGIN IMMEDIATE")
      // More than a batch: writing is tried, and fails, on the way.
      for number in 0..<300 { recorder.record(record(number)) }
      try db.execute(sql: "ROLLBACK")
    }
    for number in 300..<310 { recorder.record(record(number)) }
    #expect(recorder.flush(timeout: 60) == 0)
    var filter = ExchangeFilter()
    filter.limit = nil
    filter.afterRow = 0
    #expect(try store.exchanges().list(filter).map(\.record.id) == (0..<310).map { "r\($0)" })
  }

  @Test func bodiesThatWaitAreBounded() throws {
    let recorder = BatchingRecorder(store: store, captureCapacity: 1000, interval: 3600)
    for number in 0..<3 {
      var record = record(number)
      var capture = ExchangeRecord.Capture()
      capture.responseBody = String(repeating: "x", count: 600)
      record.capture = capture
      recorder.record(record)
    }
    #expect(recorder.flush() == 0)
    let log = try store.exchanges()
    #expect(try (0..<3).map { try log.show("r\($0)").record.capture != nil } == [true, false, false])
    var later = record(9)
    later.capture = ExchangeRecord.Capture()
    later.capture?.requestBody = String(repeating: "x", count: 900)
    recorder.record(later)
    #expect(recorder.flush() == 0)
    #expect(try log.show("r9").record.capture != nil, "what was written no longer counts")
  }

  @Test func logDeletedUnderItIsMadeAnew() throws {
    let recorder = BatchingRecorder(store: store, interval: 3600)
    recorder.record(record(1))
    #expect(recorder.flush() == 0)
    for name in ["logs.db", "logs.db-wal", "logs.db-shm"] { unlink(home.directory + "/" + name) }
    recorder.record(record(2))
    #expect(recorder.flush() == 0)
    #expect(try home.open().exchanges().list().map(\.record.id) == ["r2"])
  }

  @Test func appliesTheRetentionOfTheSettings() throws {
    try store.settings.set(.loggingRetentionDays, "1")
    let recorder = BatchingRecorder(store: store, interval: 3600)
    recorder.record(ExchangeRecord(id: "old", startedAt: 1000, method: "POST", path: "/"))
    recorder.record(record(1))
    #expect(recorder.flush() == 0)
    #expect(try store.exchanges().list().map(\.record.id) == ["r1"])
  }
}
