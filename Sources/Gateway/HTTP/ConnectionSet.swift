import NIOConcurrencyHelpers
import NIOCore

/// The open connections, so that a stopping gateway can let go of the idle ones.
final class ConnectionSet: Sendable {
  /// A handler and the loop it lives on; only ever touched there.
  private struct Entry: Sendable {
    let handler: NIOLoopBound<ConnectionHandler>
    let eventLoop: any EventLoop
  }

  private struct State: Sendable {
    var entries: [ObjectIdentifier: Entry] = [:]
    var isDraining = false
    var waiting: [EventLoopPromise<Void>] = []
  }

  private let state = NIOLockedValueBox(State())

  func add(_ handler: ConnectionHandler, on eventLoop: any EventLoop) {
    let entry = Entry(handler: NIOLoopBound(handler, eventLoop: eventLoop), eventLoop: eventLoop)
    let isLate = state.withLockedValue { state in
      state.entries[ObjectIdentifier(handler)] = entry
      return state.isDraining
    }
    if isLate { handler.drain() }
  }

  func remove(_ handler: ConnectionHandler) {
    let waiting = state.withLockedValue { state -> [EventLoopPromise<Void>] in
      state.entries[ObjectIdentifier(handler)] = nil
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

  var count: Int { state.withLockedValue { $0.entries.count } }
}
