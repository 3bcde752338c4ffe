import NIOConcurrencyHelpers
import Providers
import Routing

/// What upstreams have refused and then answered without, so that the next request does not fail first.
///
/// Kept for the life of the process, bounded, oldest first.
final class RefusalMemory: Sendable {
  /// One model at one address of a provider; a provider that moves is asked anew.
  private struct Key: Sendable, Hashable {
    var provider: String
    var baseURL: String
    var model: String

    init(_ candidate: RouteCandidate) {
      provider = candidate.provider.name
      baseURL = candidate.endpoint.baseURL
      model = candidate.model
    }
  }

  private struct State: Sendable {
    var refusals: [Key: Set<Refusal>] = [:]
    var order: [Key] = []
  }

  private let limit: Int
  private let state = NIOLockedValueBox(State())

  init(limit: Int = 1024) {
    self.limit = limit
  }

  /// What requests to `candidate` go without.
  func known(of candidate: RouteCandidate) -> Set<Refusal> {
    state.withLockedValue { $0.refusals.isEmpty ? [] : $0.refusals[Key(candidate)] ?? [] }
  }

  /// Notes that `candidate` answered once it was sent none of these.
  func note(_ refusals: Set<Refusal>, of candidate: RouteCandidate) {
    guard !refusals.isEmpty else { return }
    let key = Key(candidate)
    state.withLockedValue { state in
      if state.refusals.updateValue(refusals.union(state.refusals[key] ?? []), forKey: key) == nil {
        state.order.append(key)
      }
      while state.order.count > limit { state.refusals[state.order.removeFirst()] = nil }
    }
  }
}
