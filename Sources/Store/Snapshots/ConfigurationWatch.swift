import Dispatch
import GRDB
import Routing
import Synchronization

/// Follows the configuration and keeps the newest snapshot that could be built.
///
/// Looks at `PRAGMA data_version` on a connection of its own, which costs no read of the database, and builds only when
/// `generation` moved.
public final class ConfigurationWatch: SnapshotSource, Sendable {
  /// What a watch tells.
  public enum Event: Sendable {
    /// A new snapshot is active.
    case changed(Snapshot)
    /// The new configuration could not be read; the old snapshot stays.
    case failed(StoreError)
  }

  private struct State {
    var snapshot: Snapshot
    var file: SQLiteFile
    var identity: FileIdentity?
    var dataVersion: Int64
    /// Why the last build failed, so that it is reported once.
    var failed: StoreError?
    var isStopped = false
  }

  private let path: String
  private let vault: SecretVault
  private let interval: Double
  private let onEvent: @Sendable (Event) -> Void
  private let queue = DispatchQueue(label: "aor.configuration-watch", qos: .utility)
  private let state: Mutex<State>

  /// Reads the first snapshot, which must succeed, and starts to watch.
  ///
  /// - Parameters:
  ///   - store: Whose configuration to follow.
  ///   - interval: Seconds between two looks.
  ///   - onEvent: Called on the watch's own queue, one event after the other.
  /// - Throws: `StoreError` when the first snapshot cannot be built.
  public init(store: Store, interval: Double = 1, onEvent: @escaping @Sendable (Event) -> Void) throws {
    let file = try SQLiteFile(secondConnectionTo: store.core.file)
    path = file.path
    vault = store.core.vault
    self.interval = interval
    self.onEvent = onEvent
    // The version first: a commit between the two reads is then seen as a change, never missed.
    let version = try Self.dataVersion(file)
    let vault = vault
    let snapshot = try file.read { db in try SnapshotReader.build(db, vault) }
    state = Mutex(State(snapshot: snapshot, file: file, identity: FileIdentity(file.path), dataVersion: version))
    schedule()
  }

  /// The newest snapshot that could be built.
  public var current: Snapshot { state.withLock { $0.snapshot } }

  /// Looks now, and returns the generation that is active then; throws when the newest cannot be built.
  @discardableResult
  public func refresh() throws -> Int64 {
    try queue.sync {
      if let failure = look(isAsked: true) { throw failure }
      return current.generation
    }
  }

  /// Ends the watch; `current` stays as it is.
  public func stop() {
    state.withLock { $0.isStopped = true }
  }

  private func schedule() {
    queue.asyncAfter(deadline: .now() + interval) { [weak self] in
      guard let self, !self.state.withLock({ $0.isStopped }) else { return }
      _ = self.look(isAsked: false)
      self.schedule()
    }
  }

  /// Builds a new snapshot if there is something new.
  ///
  /// Runs on `queue` only.
  private func look(isAsked: Bool) -> StoreError? {
    let known = state.withLock { ($0.dataVersion, $0.failed, $0.snapshot) }
    do {
      let (file, isReplaced) = try currentFile()
      let version = try Self.dataVersion(file)
      // What failed may work now without a commit: the key file may be back.
      let isWhole = known.1 == nil && !isReplaced && (!isAsked || Self.problems(known.2).isEmpty)
      if version == known.0, isWhole { return nil }
      let vault = vault
      let fresh = try file.read { db -> Snapshot? in
        if isWhole, try StoreCore.generation(db) == known.2.generation { return nil }
        return try SnapshotReader.build(db, vault)
      }
      state.withLock { state in
        state.dataVersion = version
        state.failed = nil
        if let fresh { state.snapshot = fresh }
      }
      if let fresh, fresh.generation != known.2.generation || Self.problems(fresh) != Self.problems(known.2) {
        onEvent(.changed(fresh))
      }
      return nil
    } catch {
      let failure = error as? StoreError ?? .failed(path: path, detail: "\(error)")
      state.withLock { $0.failed = failure }
      if isAsked || known.1 != failure { onEvent(.failed(failure)) }
      return failure
    }
  }

  /// The connection, made anew when the file was replaced: somebody restored a copy under a running gateway.
  private func currentFile() throws -> (file: SQLiteFile, isReplaced: Bool) {
    let (file, known) = state.withLock { ($0.file, $0.identity) }
    // A missing file must not be created here; what is in memory goes on being served.
    guard let identity = FileIdentity(path), identity != known else { return (file, false) }
    let fresh = try SQLiteFile(secondConnectionTo: file)
    state.withLock { state in
      state.file = fresh
      state.identity = identity
      state.failed = nil
    }
    return (fresh, true)
  }

  private static func problems(_ snapshot: Snapshot) -> [String: String] {
    snapshot.providers.compactMapValues(\.problem)
  }

  private static func dataVersion(_ file: SQLiteFile) throws -> Int64 {
    try file.outsideTransaction { db in try Int64.fetchOne(db, sql: "PRAGMA data_version") ?? 0 }
  }
}
