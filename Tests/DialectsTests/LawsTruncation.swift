import Conversation
import Dialects
import TestSupport
import Wire

/// The law of streams that stop: wherever an upstream's stream is cut, it is read as failed, unless its own end was
/// already told; and no client of any protocol sees a clean end of what failed.
enum LawsTruncation {
  /// What breaks the law, over the cuts that differ: at the ends of events, inside them, and before their blank lines.
  static func violations(_ bytes: [UInt8], from upstream: any Dialect, most: Int = .max) -> [String] {
    let cuts = cuts(bytes, most: most)
    var state = State(upstream)
    var broken = state.violations().map { "cut at 0: \($0)" }
    var position = 0
    for cut in cuts {
      state.take(Array(bytes[position..<cut]))
      position = cut
      broken += state.violations().map { "cut at \(cut): \($0)" }
    }
    return broken
  }

  private static func cuts(_ bytes: [UInt8], most: Int) -> [Int] {
    var cuts: Set<Int> = [bytes.count]
    var start = 0
    for index in bytes.indices.dropFirst() where bytes[index] == 0x0A {
      let isBlank = bytes[index - 1] == 0x0A || (bytes[index - 1] == 0x0D && index > 2 && bytes[index - 2] == 0x0A)
      guard isBlank else { continue }
      for cut in [start + 3, (start + index) / 2, index - 2, index - 1, index, index + 1] where cut > 0 {
        cuts.insert(cut)
      }
      start = index + 1
    }
    let sorted = cuts.sorted()
    guard sorted.count > most else { return sorted }
    // The end of a stream is where the interesting cuts are.
    let tail = sorted.suffix(most / 2)
    let head = sorted.dropLast(tail.count)
    let step = max(1, head.count / max(1, most / 2))
    return stride(from: 0, to: head.count, by: step).map { head[$0] } + tail
  }

  /// One stream under way; a copy of any part of it goes on by itself.
  private struct State {
    let upstream: any Dialect
    var parser = EventStreamParser()
    var reader: any EventReader
    var tap: StreamTap
    var watch: StreamEndingWatch
    var clients: [Client]
    /// The last event that has gone to the clients.
    var last: ConversationEvent?
    /// Whether an answer ended in a call that cannot be read, which is an error for all but Gemini's clients.
    var isMalformed = false

    struct Client {
      let id: DialectID
      var writer: any EventWriter
      var watch: StreamEndingWatch

      mutating func write(_ events: [ConversationEvent]) {
        var output: [UInt8] = []
        for event in events { writer.write(event, into: &output) }
        watch.see(output)
      }
    }

    init(_ upstream: any Dialect) {
      self.upstream = upstream
      reader = upstream.makeEventReader(origin: nil)
      tap = StreamTap(upstream)
      watch = StreamEndingWatch(upstream.id)
      clients = DialectCatalog.all.map {
        Client(
          id: $0.id, writer: $0.makeEventWriter(for: LawsAnswer.reply),
          watch: StreamEndingWatch($0.id, isStrict: true))
      }
    }

    mutating func take(_ bytes: [UInt8]) {
      var events: [ConversationEvent] = []
      try? parser.feed(bytes) { item in
        if case .event(let event) = item { reader.read(event, into: &events) }
      }
      bytes.withUnsafeBytes { tap.hear($0) }
      watch.see(bytes)
      for index in clients.indices { clients[index].write(events) }
      if let event = events.last { last = event }
      isMalformed = isMalformed || Self.isMalformed(events)
    }

    private static func isMalformed(_ events: [ConversationEvent]) -> Bool {
      events.contains {
        if case .candidateFinished(_, let stop) = $0 { stop.reason == .malformedToolCall } else { false }
      }
    }

    /// What would be wrong if the stream stopped here.
    func violations() -> [String] {
      var (parser, reader, tap) = (parser, reader, tap)
      var events: [ConversationEvent] = []
      parser.finish { item in
        if case .event(let event) = item { reader.read(event, into: &events) }
      }
      reader.end(into: &events)
      tap.finish()
      let told = watch.atEnd()
      var broken: [String] = []
      let hasFailed: Bool
      switch events.last ?? last {
      case .failed: hasFailed = true
      case .finished:
        hasFailed = false
        if told == .none || told == .failed { broken.append("a stream that is \(told) is read as whole") }
      default: return ["no end"]
      }
      if told == .none, tap.isComplete { broken.append("relayed, it counts as whole") }
      for client in clients {
        var client = client
        client.write(events)
        let ending = client.watch.atEnd()
        switch ending {
        case .none: broken.append("\(client.id) gets no end")
        case .complete where hasFailed: broken.append("\(client.id) gets a clean end of a failure")
        case .complete where told == .incomplete: broken.append("\(client.id) gets a clean end of a cut answer")
        case .failed where !hasFailed && !isMalformed && !Self.isMalformed(events):
          broken.append("\(client.id) gets a failure of a whole answer")
        default: break
        }
      }
      return broken
    }
  }
}
