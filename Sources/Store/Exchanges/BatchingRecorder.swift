import Dispatch
import Foundation
import Routing
import Synchronization

/// Writes exchanges to `logs.db` behind the caller's back.
///
/// `record` never waits for the database and never fails. While `logs.db` is locked or the disk is full, records stay
/// queued and are tried again; a full queue drops what comes and counts it. Also applies the retention of the settings:
/// at the first write, then every hour and every few thousand records.
public final class BatchingRecorder: ExchangeRecorder, Sendable {
  private struct State {
    var pending: [ExchangeRecord] = []
    /// Bytes of the captures in `pending` and on their way.
    var captured = 0
    /// Taken out of `pending`, not yet written.
    var underWay = 0
    var isScheduled = false
    var isUrgent = false
    var status = RecorderStatus()
  }

  /// Used on `queue` only, but for its lock, which is never contended.
  private struct Connection {
    var log: ExchangeLog?
    var identity: FileIdentity?
    var writtenSincePrune = 0
    var nextPrune = Date.distantPast
  }

  private static let batchSize = 256
  private static let recordsBetweenPrunes = 4096
  private static let secondsBetweenPrunes = 3600.0

  private let path: String
  private let settings: SettingsRepository
  private let capacity: Int
  private let captureCapacity: Int
  private let interval: Double
  private let busyTimeout: Double
  private let queue = DispatchQueue(label: "aor.exchange-recorder", qos: .utility)
  private let state = Mutex(State())
  private let connection = Mutex(Connection())

  /// Opens nothing: `logs.db` is opened when the first batch is due.
  ///
  /// - Parameters:
  ///   - store: Whose log to write, by whose settings to prune it.
  ///   - capacity: Most records that wait to be written.
  ///   - captureCapacity: Most bytes of bodies among them; above, records are queued without their capture.
  ///   - interval: Seconds a record waits for others before it is written.
  ///   - busyTimeout: Seconds one write waits for another process's.
  public init(
    store: Store, capacity: Int = 16_384, captureCapacity: Int = 64 << 20, interval: Double = 0.25,
    busyTimeout: Double = 1
  ) {
    path = store.logsPath
    settings = store.settings
    self.capacity = capacity
    self.captureCapacity = captureCapacity
    self.interval = interval
    self.busyTimeout = busyTimeout
  }

  /// Queues a record.
  public func record(_ exchange: ExchangeRecord) {
    let next = state.withLock { state -> DispatchTime? in
      guard state.pending.count + state.underWay < capacity else {
        state.status.dropped += 1
        return nil
      }
      var exchange = exchange
      let captured = exchange.capture?.byteCount ?? 0
      if state.captured + captured > captureCapacity {
        exchange.capture = nil
      } else {
        state.captured += captured
      }
      state.pending.append(exchange)
      if state.pending.count >= Self.batchSize, !state.isUrgent {
        state.isUrgent = true
        return .now()
      }
      if state.isScheduled { return nil }
      state.isScheduled = true
      return .now() + interval
    }
    if let next { queue.asyncAfter(deadline: next) { self.drain() } }
  }

  /// Writes what is queued, trying for at most `timeout` seconds; returns how many records were given up, which count as
  /// dropped.
  @discardableResult
  public func flush(timeout: Double = 2) -> Int {
    let deadline = Date().addingTimeInterval(timeout)
    while true {
      let failure = queue.sync { drain() }
      guard let failure else { return 0 }
      if case .busy = failure, Date() < deadline { continue }
      return state.withLock { state in
        let lost = state.pending.count
        state.pending = []
        state.captured = 0
        state.status.dropped += lost
        return lost
      }
    }
  }

  /// Records that never will be in `logs.db`.
  public var droppedCount: Int { state.withLock { $0.status.dropped } }

  /// What happened so far, for `doctor` and `/metrics`.
  public var status: RecorderStatus {
    state.withLock { state in
      var status = state.status
      status.queued = state.pending.count + state.underWay
      return status
    }
  }

  /// Writes until nothing is pending, or until the database refuses; runs on `queue` only.
  @discardableResult
  private func drain() -> StoreError? {
    while true {
      // Taken as a whole: under the lock, which callers wait for, nothing may depend on how much is queued.
      var rest = state.withLock { state -> ArraySlice<ExchangeRecord> in
        let taken = state.pending
        state.pending = []
        state.underWay = taken.count
        state.isUrgent = false
        if taken.isEmpty { state.isScheduled = false }
        return taken[...]
      }
      if rest.isEmpty { return nil }
      while !rest.isEmpty {
        let batch = rest.prefix(Self.batchSize)
        let (done, failure) = write(batch)
        rest = rest.dropFirst(done)
        guard done == batch.count else {
          let kept = Array(rest)
          state.withLock { state in
            state.pending = kept + state.pending
            state.underWay = 0
          }
          queue.asyncAfter(deadline: .now() + max(interval, 1)) { self.drain() }
          return failure
        }
      }
    }
  }

  /// Writes one batch; `done` counts those that need no further try, be they written or refused one by one.
  private func write(_ batch: ArraySlice<ExchangeRecord>) -> (done: Int, failure: StoreError?) {
    var written = 0
    var refused = 0
    var failure: StoreError?
    do {
      let log = try openLog()
      do {
        try log.insert(Array(batch))
        written = batch.count
      } catch StoreError.failed {
        // Something about one of them: the others need not go with it.
        for record in batch {
          do {
            try log.insert([record])
            written += 1
          } catch StoreError.failed(let path, let detail) {
            refused += 1
            failure = .failed(path: path, detail: detail)
          }
        }
      }
    } catch {
      failure = error as? StoreError ?? .failed(path: path, detail: "\(error)")
    }
    let done = written + refused
    let captured = batch.prefix(done).reduce(0) { $0 + ($1.capture?.byteCount ?? 0) }
    state.withLock { state in
      state.underWay -= done
      state.captured -= captured
      state.status.written += written
      state.status.dropped += refused
      state.status.lastError = failure?.description
    }
    if written > 0 { prune(written) }
    return (done, failure)
  }

  /// The log, opened again when its file was deleted or replaced, which a user may do at any time.
  private func openLog() throws -> ExchangeLog {
    try connection.withLock { connection in
      if let log = connection.log, connection.identity == FileIdentity(path) { return log }
      connection.log = nil
      let log = try ExchangeLog(path: path, busyTimeout: busyTimeout)
      connection.log = log
      connection.identity = FileIdentity(path)
      return log
    }
  }

  /// Applies the retention when it is due.
  ///
  /// Its failure is no reason to stop recording.
  private func prune(_ written: Int) {
    let now = Date()
    let log = connection.withLock { connection -> ExchangeLog? in
      connection.writtenSincePrune += written
      guard now >= connection.nextPrune || connection.writtenSincePrune >= Self.recordsBetweenPrunes else { return nil }
      connection.writtenSincePrune = 0
      connection.nextPrune = now.addingTimeInterval(Self.secondsBetweenPrunes)
      return connection.log
    }
    guard let log else { return }
    do {
      try log.prune(try settings.retention(), now: Int64(now.timeIntervalSince1970 * 1000))
    } catch {
      state.withLock { $0.status.lastError = "\(error)" }
    }
  }
}

/// The counters of a `BatchingRecorder`.
public struct RecorderStatus: Sendable, Hashable {
  /// Records that are in `logs.db`.
  public var written = 0
  /// Records that never will be.
  public var dropped = 0
  /// Records that wait.
  public var queued = 0
  /// Why the last write failed; nil after one that worked.
  public var lastError: String?

  /// Puts the counters together.
  public init(written: Int = 0, dropped: Int = 0, queued: Int = 0, lastError: String? = nil) {
    self.written = written
    self.dropped = dropped
    self.queued = queued
    self.lastError = lastError
  }
}

extension ExchangeRecord.Capture {
  /// About what it takes in memory.
  fileprivate var byteCount: Int {
    let bodies = [requestBody, upstreamRequestBody, responseBody, upstreamResponseBody]
    let headers = (requestHeaders + responseHeaders).joined()
    return bodies.reduce(0) { $0 + ($1?.utf8.count ?? 0) } + headers.reduce(0) { $0 + $1.utf8.count }
  }
}
