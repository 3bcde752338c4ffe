import NIOCore
import Routing

/// Until when a client must have done what is next.
///
/// Kept without a clock on the way of a request: phases that every request passes only leave a mark, and the sweep
/// counts from when it sees it. They may so last a quarter longer than the setting says. Only a head or a body that
/// does not come in one read has a time of its own.
struct ConnectionDeadlines {
  enum Phase {
    /// No request yet, or one whose head has begun.
    case head
    /// A body is arriving.
    case body
    /// Ours to act, or between two requests.
    case answering, idle
  }

  /// Bytes that a body must bring in each `server.bodyTimeout`.
  static let bodyProgress = 16 * 1024

  private(set) var phase = Phase.head
  /// Bytes of the body since `since`.
  var bodyBytes = 0
  /// Whether something has happened that the sweep has not seen.
  private var isFresh = false
  private var since: NIODeadline
  /// Bytes that waited for the client at the last look.
  private var backlog = 0
  private var stalledSince: NIODeadline?

  /// A connection that just opened.
  init(now: NIODeadline) { since = now }

  /// Passes on to a phase that every request passes.
  mutating func pass(to phase: Phase) {
    self.phase = phase
    isFresh = true
  }

  /// Waits for the rest of a head or a body; returns whether it did not before.
  mutating func wait(for phase: Phase, now: @autoclosure () -> NIODeadline) -> Bool {
    guard self.phase != phase else { return false }
    self.phase = phase
    isFresh = false
    since = now()
    bodyBytes = 0
    return true
  }

  /// The client took enough of its answer that there is room again.
  mutating func wrote() { stalledSince = nil }

  /// What a look at a connection says.
  enum Verdict {
    case fine
    /// To be looked at again then.
    case until(NIODeadline)
    case over(ConnectionEnd)
  }

  /// Looks at the connection; `backlog` are the bytes that the client does not take, nil where it takes all.
  mutating func look(now: NIODeadline, backlog: Int?, limits: ConnectionLimits) -> Verdict {
    if let backlog {
      defer { self.backlog = backlog }
      guard let stalledSince, backlog >= self.backlog else {
        self.stalledSince = now
        return .fine
      }
      return now - stalledSince >= limits.send ? .over(.sendTimeout) : .fine
    }
    stalledSince = nil
    switch phase {
    case .answering: return .fine
    case .idle:
      if isFresh {
        isFresh = false
        since = now
      }
      return now - since >= limits.idle ? .over(.idleTimeout) : .fine
    case .head: return now - since >= limits.header ? .over(.headerTimeout) : .until(since + limits.header)
    case .body:
      if bodyBytes >= Self.bodyProgress {
        bodyBytes = 0
        since = now
      }
      return now - since >= limits.body ? .over(.bodyTimeout) : .until(since + limits.body)
    }
  }
}

/// The settings of a client's connection as amounts of time.
struct ConnectionLimits {
  var header: TimeAmount
  var body: TimeAmount
  var idle: TimeAmount
  var send: TimeAmount

  init(_ settings: GatewaySettings) {
    header = Self.amount(settings.headerTimeout)
    body = Self.amount(settings.bodyTimeout)
    idle = Self.amount(settings.clientIdleTimeout)
    send = Self.amount(settings.sendTimeout)
  }

  /// Between two looks at phases that begin without a word.
  var pulse: TimeAmount { .nanoseconds(max(1_000_000, min(idle, send).nanoseconds / 4)) }

  /// A year stands for every longer time, a millisecond for every shorter one and for what is not a number.
  private static func amount(_ seconds: Double) -> TimeAmount {
    .nanoseconds(seconds > 0.001 ? Int64(min(seconds, 31_536_000) * 1_000_000_000) : 1_000_000)
  }
}

/// Why the gateway itself ended a client's connection.
enum ConnectionEnd: String, Sendable, CaseIterable {
  case headerTimeout = "header_timeout"
  case bodyTimeout = "body_timeout"
  case idleTimeout = "idle_timeout"
  case sendTimeout = "send_timeout"
  /// Over `server.maxConnections`, told so.
  case refused
  /// Over it by more than there are places to tell so.
  case dropped
}
