import NIOConcurrencyHelpers
import NIOCore
import Routing

/// Looks at all connections of one event loop now and then, and ends those whose time is over.
///
/// One task for all of them, and none for long where there is no connection: no request and no read sets a timer.
final class ConnectionSweep {
  private let eventLoop: any EventLoop
  private let snapshots: any SnapshotSource
  private var connections: [ObjectIdentifier: ConnectionHandler] = [:]
  private var task: Scheduled<Void>?
  private var taskAt = NIODeadline.distantFuture

  init(eventLoop: any EventLoop, snapshots: any SnapshotSource) {
    self.eventLoop = eventLoop
    self.snapshots = snapshots
  }

  private var limits: ConnectionLimits { ConnectionLimits(snapshots.current.settings) }

  /// Takes in a connection that just opened; its head must be there within `patience`, where that is less than
  /// `server.headerTimeout`.
  func add(_ connection: ConnectionHandler, now: NIODeadline, patience: TimeAmount?) {
    connections[ObjectIdentifier(connection)] = connection
    let limits = limits
    run(by: now + min(limits.header, limits.pulse, patience ?? limits.header))
  }

  func remove(_ connection: ConnectionHandler) {
    // A task stays: it will find nothing to do, while clients that connect for each request would set and cancel one
    // each time.
    connections[ObjectIdentifier(connection)] = nil
  }

  /// Looks at a connection that has begun to wait for the rest of a head or a body in time.
  func watch(_ phase: ConnectionDeadlines.Phase, now: NIODeadline) {
    run(by: now + (phase == .body ? limits.body : limits.header))
  }

  private func run(by deadline: NIODeadline) {
    guard deadline < taskAt else { return }
    task?.cancel()
    taskAt = deadline
    task = eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.look(at: .now()) }
  }

  func look(at now: NIODeadline) {
    task?.cancel()
    taskAt = .distantFuture
    let limits = limits
    var next = now + limits.pulse
    var over: [(ConnectionHandler, ConnectionEnd)] = []
    for connection in connections.values {
      switch connection.look(now: now, limits: limits) {
      case .fine: break
      case .until(let deadline): next = min(next, deadline)
      case .over(let end): over.append((connection, end))
      }
    }
    for (connection, end) in over { connection.expire(end) }
    guard !connections.isEmpty else { return }
    // Many deadlines in a row are looked at together.
    run(by: max(next, now + .milliseconds(1)))
  }
}

/// The sweep of each event loop.
final class ConnectionSweeps: Sendable {
  private let sweeps = NIOLockedValueBox<[ObjectIdentifier: NIOLoopBound<ConnectionSweep>]>([:])

  /// The one of that loop, which must be the current one.
  func sweep(on eventLoop: any EventLoop, snapshots: any SnapshotSource) -> ConnectionSweep {
    sweeps.withLockedValue { sweeps in
      if let sweep = sweeps[ObjectIdentifier(eventLoop)] { return sweep.value }
      let sweep = ConnectionSweep(eventLoop: eventLoop, snapshots: snapshots)
      sweeps[ObjectIdentifier(eventLoop)] = NIOLoopBound(sweep, eventLoop: eventLoop)
      return sweep
    }
  }

  /// Looks at the connections of all loops as if it were `now`.
  func look(at now: NIODeadline) async {
    for sweep in sweeps.withLockedValue({ Array($0.values) }) {
      try? await sweep.eventLoop.submit { sweep.value.look(at: now) }.get()
    }
  }
}
