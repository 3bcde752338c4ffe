import Conversation
import Dialects
import Wire

/// Conversation events as comparable text, and the grammar every reader must keep.
public enum EventTrace {
  /// One line per event; adjacent deltas of one part are joined, keep-alives left out.
  public static func lines(_ events: [ConversationEvent]) -> [String] {
    var lines: [String] = []
    var pending: (key: String, text: String)?
    func flush() {
      if let pending { lines.append("\(pending.key) \(pending.text.debugDescription)") }
      pending = nil
    }
    for event in events {
      if case .partDelta(let delta) = event, let (kind, text) = joinable(delta.delta) {
        let key = "delta \(delta.candidate).\(delta.index) \(kind)"
        if pending?.key == key {
          pending?.text += text
        } else {
          flush()
          pending = (key, text)
        }
        continue
      }
      if case .keepAlive = event { continue }
      flush()
      lines.append(describe(event))
    }
    flush()
    return lines
  }

  private static func joinable(_ delta: PartDelta.Delta) -> (String, String)? {
    switch delta {
    case .text(let text): ("text", text)
    case .input(let text): ("input", text)
    case .reasoning(let text, let kind, let segment): ("reasoning \(kind) \(segment)", text)
    default: nil
    }
  }

  private static func describe(_ event: ConversationEvent) -> String {
    switch event {
    case .started(let start): "started \(start.id ?? "-") \(start.model ?? "-") \(start.serviceTier ?? "-")"
    case .partStarted(let start): "part \(start.candidate).\(start.index) \(describe(start.part))"
    case .partDelta(let delta): "delta \(delta.candidate).\(delta.index) \(describe(delta.delta))"
    case .partFinished(let end): "end \(end.candidate).\(end.index)"
    case .candidateFinished(let index, let stop): "stop \(index) \(stop.reason) \(stop.sequence ?? "-")"
    case .usage(let usage): "usage \(describe(usage))"
    case .keepAlive: "keep-alive"
    case .opaque(let event): "opaque \(event.dialect.rawValue) \(event.name ?? "-") \(event.json.text)"
    case .finished: "finished"
    case .failed(let failure): "failed \(failure.kind) \(failure.message)"
    }
  }

  private static func describe(_ delta: PartDelta.Delta) -> String {
    switch delta {
    case .text(let text): "text \(text)"
    case .input(let text): "input \(text)"
    case .reasoning(let text, _, let segment): "reasoning \(segment) \(text)"
    case .annotation(let annotation): "annotation \(annotation.source) \(annotation.title ?? "-")"
    case .logprobs(let logprobs): "logprobs \(logprobs.text)"
    case .state(let state): "state \(state.dialect.rawValue) \(state.kind) \(state.blob)"
    }
  }

  /// A part without what deltas add.
  public static func describe(_ part: Part) -> String {
    switch part.content {
    case .text(let text): "text \(text.text.debugDescription)"
    case .refusal(let text): "refusal \(text.debugDescription)"
    case .image(let media): "image \(media)"
    case .audio(let media): "audio \(media)"
    case .video(let media): "video \(media)"
    case .file(let media): "file \(media)"
    case .reasoning(let reasoning): "reasoning \(reasoning.segments) \(reasoning.id ?? "-")"
    case .toolCall(let call): "call \(call.kind) \(call.id ?? "-") \(call.namespace ?? "-") \(call.name) \(call.input)"
    case .toolResult(let result): "result \(result.callID ?? "-")"
    case .opaque(let part): "opaque \(part.dialect.rawValue) \(part.json.text)"
    }
  }

  /// The counts in one line, `-` for those not told.
  public static func describe(_ usage: Usage) -> String {
    func text(_ count: Int?) -> String { count.map(String.init) ?? "-" }
    return "in \(text(usage.input)) out \(text(usage.output)) read \(text(usage.cacheRead)) "
      + "write \(text(usage.cacheWrite)) reasoning \(text(usage.reasoning))"
  }

  /// How a finished stream breaks the grammar of `ConversationEvent`; empty where it keeps it.
  public static func violations(_ events: [ConversationEvent]) -> [String] {
    var violations: [String] = []
    var started = false
    var ended = false
    var open: [Int: Int] = [:]
    var next: [Int: Int] = [:]
    var stopped: Set<Int> = []
    for (position, event) in events.enumerated() {
      func violate(_ text: String) { violations.append("event \(position): \(text)") }
      if ended { violate("comes after the end") }
      switch event {
      case .started:
        if started { violate("second start") }
        started = true
      case .partStarted(let start):
        if !started { violate("part before the start") }
        if open[start.candidate] != nil { violate("part inside a part") }
        if stopped.contains(start.candidate) { violate("part after its candidate's stop") }
        if start.index != next[start.candidate, default: 0] { violate("part index \(start.index)") }
        open[start.candidate] = start.index
        next[start.candidate] = start.index + 1
      case .partDelta(let delta):
        if open[delta.candidate] != delta.index { violate("delta for a part that is not open") }
      case .partFinished(let end):
        if open[end.candidate] != end.index { violate("end of a part that is not open") }
        open[end.candidate] = nil
      case .candidateFinished(let index, _):
        if open[index] != nil { violate("stop inside a part") }
        if !stopped.insert(index).inserted { violate("second stop") }
      case .usage, .opaque, .keepAlive:
        if !started { violate("before the start") }
      case .finished:
        if !open.isEmpty { violate("finished inside a part") }
        ended = true
      case .failed: ended = true
      }
    }
    if !ended { violations.append("no end") }
    return violations
  }
}

/// Streams through readers and writers.
public enum StreamDriver {
  /// The events of a whole stream, fed in pieces of the given sizes (the last size repeats).
  public static func events(
    _ bytes: [UInt8], _ dialect: any Dialect, chunks: [Int] = [], origin: SealOrigin? = nil
  ) -> [ConversationEvent] {
    var parser = EventStreamParser()
    var reader = dialect.makeEventReader(origin: origin)
    var events: [ConversationEvent] = []
    var position = 0
    var piece = 0
    while position < bytes.count {
      let size = chunks.isEmpty ? bytes.count : max(1, chunks[min(piece, chunks.count - 1)])
      let end = min(bytes.count, position + size)
      try? parser.feed(Array(bytes[position..<end])) { item in
        if case .event(let event) = item { reader.read(event, into: &events) } else { events.append(.keepAlive) }
      }
      position = end
      piece += 1
    }
    parser.finish { item in
      if case .event(let event) = item { reader.read(event, into: &events) }
    }
    reader.end(into: &events)
    // Keep-alives before the start are the gateway's business, not the grammar's.
    return events.filter { if case .keepAlive = $0 { false } else { true } }
  }

  /// The server-sent events of a whole stream.
  public static func frames(_ bytes: [UInt8]) throws -> [ServerSentEvent] {
    var parser = EventStreamParser()
    var frames: [ServerSentEvent] = []
    func take(_ item: EventStreamItem) { if case .event(let event) = item { frames.append(event) } }
    try parser.feed(bytes, take)
    parser.finish(take)
    return frames
  }

  /// The bytes a client's stream of these events is.
  public static func bytes(_ events: [ConversationEvent], _ dialect: any Dialect, reply: ReplyContext) -> [UInt8] {
    var writer = dialect.makeEventWriter(for: reply)
    var output: [UInt8] = []
    for event in events { writer.write(event, into: &output) }
    return output
  }
}
