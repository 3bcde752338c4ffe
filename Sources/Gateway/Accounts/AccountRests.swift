import NIOConcurrencyHelpers
import Routing

/// Which quotas are spent, and until when.
///
/// In memory only and bounded; a rest ends with its time, or with the first answer.
final class AccountRests: Sendable {
  /// Milliseconds; longer than the longest window a vendor counts in, a week.
  private static let longest: Int64 = 8 * 86_400_000

  private let limit: Int
  private let ends = NIOLockedValueBox<[QuotaHolder: Int64]>([:])

  init(limit: Int = 1024) {
    self.limit = limit
  }

  /// Lets `holder` rest for that many milliseconds from `now`.
  func begin(_ holder: QuotaHolder, for duration: Int64, now: Int64) {
    let end = now + min(max(duration, 0), Self.longest)
    ends.withLockedValue { ends in
      if ends.count >= limit { ends = ends.filter { $0.value > now } }
      guard ends.count < limit || ends[holder] != nil else { return }
      ends[holder] = end
    }
  }

  /// Ends a rest: the holder has answered.
  func end(_ holder: QuotaHolder) {
    ends.withLockedValue { ends in
      guard !ends.isEmpty else { return }
      ends[holder] = nil
    }
  }

  /// Milliseconds until each holder's rest ends, of those that rest now.
  func remaining(now: Int64) -> [QuotaHolder: Int64] {
    ends.withLockedValue { ends in
      ends.isEmpty ? [:] : ends.filter { $0.value > now }.mapValues { $0 - now }
    }
  }
}
