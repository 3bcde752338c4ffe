import Console
import Conversation
import Foundation
import Routing
import Store
import Synchronization

/// Prints a line per exchange and passes it on.
///
/// Lines are written on a queue of their own: a terminal that does not read must not stop the gateway. Those of a moment
/// are written together: waking a thread for each would cost a busy gateway more than the line.
final class ExchangeLineRecorder: ExchangeRecorder {
  /// Records that wait for a terminal that does not read; what comes above is not printed.
  private static let capacity = 4096
  private static let moment = DispatchTimeInterval.milliseconds(20)

  private let next: any ExchangeRecorder
  private let stream: TextOutput
  private let queue = DispatchQueue(label: "aor.exchange-lines")
  private let waiting = Mutex<Waiting>(Waiting())

  private struct Waiting {
    var records: [ExchangeRecord] = []
    var left = 0
  }

  init(next: any ExchangeRecorder, stream: TextOutput) {
    self.next = next
    self.stream = stream
  }

  var droppedCount: Int { next.droppedCount }

  func record(_ exchange: ExchangeRecord) {
    next.record(exchange)
    var record = exchange
    record.capture = nil
    let isFirst = waiting.withLock { waiting in
      guard waiting.records.count < Self.capacity else {
        waiting.left += 1
        return false
      }
      waiting.records.append(record)
      return waiting.records.count == 1
    }
    if isFirst { queue.asyncAfter(deadline: .now() + Self.moment) { self.write() } }
  }

  /// Prints what waits, for at most a second: a terminal that does not read must not keep the gateway from ending.
  func flush() {
    let isWritten = DispatchSemaphore(value: 0)
    queue.async {
      self.write()
      isWritten.signal()
    }
    _ = isWritten.wait(timeout: .now() + 1)
  }

  private func write() {
    let waiting = self.waiting.withLock { waiting in
      defer { waiting = Waiting() }
      return waiting
    }
    guard !waiting.records.isEmpty else { return }
    var text = ""
    text.reserveCapacity(200 * waiting.records.count)
    for record in waiting.records {
      text += ExchangeLine(record, style: stream.style).text
      text += "\n"
    }
    if waiting.left > 0 { text += "… and \(waiting.left) more\n" }
    try? stream.write(text)
  }
}

/// One exchange in one line: when, what came of it, which model went where and how, tokens, duration, what went wrong.
struct ExchangeLine {
  let text: String

  init(_ record: ExchangeRecord, style: Style) {
    let isFailure = record.errorKind != nil || record.status >= 400 || record.status == 0
    let status = record.status == 0 ? "---" : "\(record.status)"
    var line = Self.clock(record.startedAt)
    line.reserveCapacity(200)
    func add(_ word: String) {
      line += " "
      line += word
    }
    add(isFailure ? style.bad(status) : style.good(status))
    add(record.modelAsked.map { DisplayWidth.sanitize($0) } ?? "\(record.method) \(record.path)")
    if let provider = record.provider {
      add("→ \(provider)/\(DisplayWidth.sanitize(record.modelSent ?? ""))")
    }
    if let path = record.exchangePath {
      let client = record.clientDialect?.rawValue ?? "?"
      let upstream = record.upstreamDialect?.rawValue ?? "?"
      add("(\(path.rawValue)\(client == upstream ? ", \(client)" : ", \(client) → \(upstream)"))")
    }
    if record.inputTokens != nil || record.outputTokens != nil {
      add("\(record.inputTokens ?? 0)/\(record.outputTokens ?? 0) tokens")
    }
    add(Timestamp.duration(record.duration))
    let tries = record.attempts.count { $0.passedOver != true }
    if tries > 1 { add("\(tries) attempts") }
    if !record.losses.isEmpty { add("\(record.losses.count) losses") }
    if let message = record.errorMessage { add("· \(DisplayWidth.sanitize(message))") }
    text = line
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
