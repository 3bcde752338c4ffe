import NIOConcurrencyHelpers
import NIOCore

/// The open connections, so that a stopping gateway can let go of the idle ones.
final class ConnectionSet: Sendable {
  /// A handler and the loop it lives on; only ever touched there.
  private struct Entry: Sendable {
    let handler: NIOLoopBound<ConnectionHandler>
    let eventLoop: any EventLoop
    let isSpare: Bool
  }

  /// What becomes of a connection that just opened.
  enum Place {
    case kept
    /// Over the limit: its request is refused, then it is closed.
    case spare
    /// Over the limit, and too many are being told so.
    case none
  }

  /// Connections over the limit that are told so at one time.
  static let spareCount = 64

  private struct State: Sendable {
    var entries: [ObjectIdentifier: Entry] = [:]
    /// Those among them that are over the limit.
    var spares = 0
    var ends: [ConnectionEnd: UInt64] = [:]
    var isDraining = false
    var waiting: [EventLoopPromise<Void>] = []
  }

  private let state = NIOLockedValueBox(State())

  func add(_ handler: ConnectionHandler, on eventLoop: any EventLoop, limit: Int) -> Place {
    let bound = NIOLoopBound(handler, eventLoop: eventLoop)
    let (place, isLate) = state.withLockedValue { state -> (Place, Bool) in
      let isSpare = state.entries.count - state.spares >= limit
      if isSpare {
        guard state.spares < Self.spareCount else {
          state.ends[.dropped, default: 0] &+= 1
          return (.none, false)
        }
        state.spares += 1
        state.ends[.refused, default: 0] &+= 1
      }
      state.entries[ObjectIdentifier(handler)] = Entry(handler: bound, eventLoop: eventLoop, isSpare: isSpare)
      return (isSpare ? .spare : .kept, state.isDraining)
    }
    if isLate { handler.drain() }
    return place
  }

  func remove(_ handler: ConnectionHandler) {
    let waiting = state.withLockedValue { state -> [EventLoopPromise<Void>] in
      guard let entry = state.entries.removeValue(forKey: ObjectIdentifier(handler)) else { return [] }
      if entry.isSpare { state.spares -= 1 }
      guard state.entries.isEmpty else { return [] }
      defer { state.waiting = [] }
      return state.waiting
    }
    for promise in waiting { promise.succeed() }
  }

  /// Closes idle connections now and the others after their answer.
  func drain() {
    let entries = state.withLockedValue { state in
      state.isDraining = true
      return Array(state.entries.values)
    }
    for entry in entries { entry.eventLoop.execute { entry.handler.value.drain() } }
  }

  /// Cuts what is left.
  func abort() {
    for entry in state.withLockedValue({ Array($0.entries.values) }) {
      entry.eventLoop.execute { entry.handler.value.cut() }
    }
  }

  /// Completes once all are closed.
  func whenEmpty(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
    let promise = eventLoop.makePromise(of: Void.self)
    let isEmpty = state.withLockedValue { state in
      if !state.entries.isEmpty { state.waiting.append(promise) }
      return state.entries.isEmpty
    }
    if isEmpty { promise.succeed() }
    return promise.futureResult
  }

  /// Counts a connection that is ended for that reason.
  func count(_ end: ConnectionEnd) { state.withLockedValue { $0.ends[end, default: 0] &+= 1 } }

  /// How many were ended, by reason.
  var ends: [ConnectionEnd: UInt64] { state.withLockedValue { $0.ends } }

  var count: Int { state.withLockedValue { $0.entries.count } }
}
