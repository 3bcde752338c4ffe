import Providers

/// How one attempt ended without an answer for the client.
public enum AttemptFailure: Sendable, Hashable {
  /// The upstream answered with an error.
  case status(Int)
  /// No connection: name, address, TLS, proxy or connect time-out.
  case unreachable
  /// Connected, but no first byte in time.
  case timeout
  /// The connection ended, or what came was no answer, before anything was relayed.
  case broken
  /// The client left, or its request cannot be said to this upstream.
  case final
}

/// Which failures move on to the next candidate.
///
/// Asked only before the first byte has gone to the client.
public enum RetryRule {
  /// What a failure says about the candidates that remain.
  enum Reach {
    /// Any other candidate may do better.
    case any
    /// Only another way to a host: another provider, or another proxy.
    case otherHost
    /// Only another account of the same provider.
    case otherAccount
    case none
  }

  /// The next candidate to try after the one at `index` failed, or nil when the failure goes to the client.
  public static func next(after failure: AttemptFailure, at index: Int, in candidates: [RouteCandidate]) -> Int? {
    guard candidates.indices.contains(index) else { return nil }
    let failed = candidates[index]
    let reach = reach(of: failure)
    return candidates.indices.first { $0 > index && allows(reach, failed: failed, next: candidates[$0]) }
  }

  static func reach(of failure: AttemptFailure) -> Reach {
    switch failure {
    case .unreachable: .otherHost
    case .timeout, .broken: .any
    case .final: .none
    case .status(let status):
      switch status {
      // 402 is a spent balance, which OpenAI itself reports as 429. 408 is a time-out in the upstream's words; 409 is
      // a lock held elsewhere: the vendors' own SDKs repeat both.
      case 402, 408, 409, 429, 500...599: .any
      // A refused credential is a mistake to be seen: another provider would hide it, another account need not.
      case 401, 403: .otherAccount
      // Every other 4xx says that the request is wrong; it would be wrong elsewhere.
      default: .none
      }
    }
  }

  private static func allows(_ reach: Reach, failed: RouteCandidate, next: RouteCandidate) -> Bool {
    let sameProvider = failed.provider.name == next.provider.name
    switch reach {
    case .any: return true
    case .otherHost: return !sameProvider || failed.networkProxy != next.networkProxy
    case .otherAccount: return sameProvider && failed.credential?.accountID != next.credential?.accountID
    case .none: return false
    }
  }
}
