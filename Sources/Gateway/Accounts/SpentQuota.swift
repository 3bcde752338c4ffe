import Conversation
import Upstream

/// Tells a spent quota from a passing load, and when it comes back.
enum SpentQuota {
  /// Milliseconds; a limit without a time is most often one by the minute.
  private static let untoldLimit: Int64 = 30_000
  /// Milliseconds; an empty balance waits for its owner.
  private static let untoldBalance: Int64 = 300_000

  /// Milliseconds until the quota that a failure is about comes back; nil where the failure is about something else.
  ///
  /// `now` is in milliseconds since 1970.
  static func rest(after failure: UpstreamFailure, head: UpstreamResponseHead?, now: Int64) -> Int64? {
    guard failure.kind == .rateLimited || failure.kind == .billing else { return nil }
    // `allowed` and `allowed_warning` are no exhaustion: the limit is another one, and passes.
    if let status = head?.header("anthropic-ratelimit-unified-status"), status != "rejected" { return nil }
    if let told = failure.retryAfter.flatMap(milliseconds(seconds:)) { return told }
    if let head, let told = told(in: head, now: now) { return told }
    return failure.kind == .billing ? untoldBalance : untoldLimit
  }

  /// What the head says of when, the surest first.
  private static func told(in head: UpstreamResponseHead, now: Int64) -> Int64? {
    // RFC 9110 allows a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
    if let time = head.header("retry-after").flatMap(TimeText.milliseconds(http:)) { return max(0, time - now) }
    if let time = head.header("anthropic-ratelimit-unified-reset").flatMap(TimeText.milliseconds(timestamp:)) {
      return max(0, time - now)
    }
    return spentWindows.compactMap { remaining, reset in
      guard let left = head.header(remaining).flatMap(Double.init), left <= 0 else { return nil }
      return head.header(reset).flatMap { wait($0, now: now) }
    }.max()
  }

  /// Headers of one limit each: what is left of it, and when it is whole again.
  /// https://platform.claude.com/docs/en/api/rate-limits
  /// https://developers.openai.com/api/docs/guides/rate-limits
  private static let spentWindows: [(remaining: String, reset: String)] =
    ["requests", "tokens", "input-tokens", "output-tokens"].map {
      ("anthropic-ratelimit-\($0)-remaining", "anthropic-ratelimit-\($0)-reset")
    }
    + ["requests", "tokens"].map { ("x-ratelimit-remaining-\($0)", "x-ratelimit-reset-\($0)") }
    + [("x-ratelimit-remaining", "x-ratelimit-reset")]

  /// A reset as vendors write it: a time stamp, a number of seconds, or a duration such as `6m0s`.
  private static func wait(_ text: String, now: Int64) -> Int64? {
    if let time = TimeText.milliseconds(timestamp: text) { return max(0, time - now) }
    return TimeText.milliseconds(duration: text)
  }

  private static func milliseconds(seconds: Double) -> Int64? {
    Int64(exactly: (min(max(seconds, 0), 1e9) * 1000).rounded(.up))
  }
}
