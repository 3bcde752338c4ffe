import Console
import Conversation
import Foundation
import Routing
import Store

/// Prints a line per exchange and passes it on.
///
/// Lines are written on a queue of their own: a terminal that does not read must not stop the gateway.
final class ExchangeLineRecorder: ExchangeRecorder {
  private let next: any ExchangeRecorder
  private let stream: TextOutput
  private let queue = DispatchQueue(label: "aor.exchange-lines")

  init(next: any ExchangeRecorder, stream: TextOutput) {
    self.next = next
    self.stream = stream
  }

  var droppedCount: Int { next.droppedCount }

  func record(_ exchange: ExchangeRecord) {
    next.record(exchange)
    let stream = stream
    queue.async { try? stream.writeLine(ExchangeLine(exchange, style: stream.style).text) }
  }
}

/// One exchange in one line: when, what came of it, which model went where and how, tokens, duration, what went wrong.
struct ExchangeLine {
  let text: String

  init(_ record: ExchangeRecord, style: Style) {
    let isFailure = record.errorKind != nil || record.status >= 400 || record.status == 0
    let status = record.status == 0 ? "---" : "\(record.status)"
    var words = [Self.clock(record.startedAt), isFailure ? style.bad(status) : style.good(status)]
    words.append(record.modelAsked.map { DisplayWidth.sanitize($0) } ?? "\(record.method) \(record.path)")
    if let provider = record.provider {
      words.append("→ \(provider)/\(DisplayWidth.sanitize(record.modelSent ?? ""))")
    }
    if let path = record.exchangePath {
      let client = record.clientDialect?.rawValue ?? "?"
      let upstream = record.upstreamDialect?.rawValue ?? "?"
      words.append("(\(path.rawValue)\(client == upstream ? ", \(client)" : ", \(client) → \(upstream)"))")
    }
    if record.inputTokens != nil || record.outputTokens != nil {
      words.append("\(record.inputTokens ?? 0)/\(record.outputTokens ?? 0) tokens")
    }
    words.append(Timestamp.duration(record.duration))
    let tries = record.attempts.count { $0.passedOver != true }
    if tries > 1 { words.append("\(tries) attempts") }
    if !record.losses.isEmpty { words.append("\(record.losses.count) losses") }
    if let message = record.errorMessage { words.append("· \(DisplayWidth.sanitize(message))") }
    text = words.joined(separator: " ")
  }

  /// Local wall clock time.
  private static func clock(_ milliseconds: Int64) -> String {
    var seconds = time_t(milliseconds / 1000)
    var parts = tm()
    localtime_r(&seconds, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
  }
}
