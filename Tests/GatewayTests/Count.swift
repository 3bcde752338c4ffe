import NIOConcurrencyHelpers

/// A number that grows, and that a test can wait for.
final class Count: Sendable {
  private struct State: Sendable {
    var value = 0
    var waiting: [(goal: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = NIOLockedValueBox(State())

  var value: Int { state.withLockedValue { $0.value } }

  func add(_ amount: Int = 1) {
    let ready = state.withLockedValue { state -> [CheckedContinuation<Void, Never>] in
      state.value += amount
      let value = state.value
      let ready = state.waiting.filter { $0.goal <= value }.map(\.continuation)
      state.waiting.removeAll { $0.goal <= value }
      return ready
    }
    for continuation in ready { continuation.resume() }
  }

  /// Returns once the number is `goal` or more.
  func wait(for goal: Int) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLockedValue { state in
        if state.value < goal { state.waiting.append((goal, continuation)) }
        return state.value >= goal
      }
      if isThere { continuation.resume() }
    }
  }
}
