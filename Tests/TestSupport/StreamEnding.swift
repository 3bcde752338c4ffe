import Conversation
import Dialects
import Wire

/// How a stream's own bytes say it ended, told without the readers of `Dialects`.
public enum StreamEnding: Sendable, Hashable {
  /// The protocol's end of a whole answer.
  case complete
  /// The protocol's end of an answer that was cut short: by a limit, or because its vendor says so.
  case incomplete
  /// The protocol's error event.
  case failed
  /// None of these.
  case none

  /// The ending of a client's stream of `dialect`; an event without its blank line counts.
  public static func of(_ bytes: [UInt8], _ dialect: DialectID, framing: ReplyContext.Framing = .serverSentEvents)
    -> StreamEnding
  {
    var watch = StreamEndingWatch(dialect, isStrict: true)
    for frame in frames(bytes, framing) { watch.see(frame) }
    return watch.ending
  }

  /// The data of each event; nil for `[DONE]` and for what is no JSON.
  public static func frames(_ bytes: [UInt8], _ framing: ReplyContext.Framing = .serverSentEvents) -> [JSON?] {
    if framing == .jsonArray { return (try? JSON(parsing: bytes)).map { $0.elements.map { $0 } } ?? [nil] }
    return WireFuzzing.items(bytes, [bytes.count], limit: 1 << 26).compactMap { item -> JSON?? in
      guard case .event(let event) = item else { return nil }
      return .some(event.isDone ? nil : try? JSON(parsing: event.data))
    }
  }
}

/// Watches a stream for its ending; a copy goes on by itself.
public struct StreamEndingWatch: Sendable {
  private let dialect: DialectID
  private let isStrict: Bool
  private var parser = EventStreamParser()
  /// Whether Anthropic's stop reason told of a limit.
  private var hitsLimit = false
  /// Whether nothing may follow.
  private var isOver = false
  /// What was seen so far.
  public private(set) var ending = StreamEnding.none

  /// Starts at the beginning of a stream.
  ///
  /// A strict watch takes Anthropic's stop reason for no end: clients wait for `message_stop`.
  public init(_ dialect: DialectID, isStrict: Bool = false) {
    self.dialect = dialect
    self.isStrict = isStrict
  }

  /// Sees the next bytes.
  public mutating func see(_ bytes: [UInt8]) {
    var items: [EventStreamItem] = []
    try? parser.feed(bytes) { items.append($0) }
    see(items)
  }

  /// The ending if the stream stopped here; an event without its blank line counts.
  public func atEnd() -> StreamEnding {
    var copy = self
    var items: [EventStreamItem] = []
    copy.parser.finish { items.append($0) }
    copy.see(items)
    return copy.ending
  }

  private mutating func see(_ items: [EventStreamItem]) {
    for case .event(let event) in items { see(event.isDone ? nil : try? JSON(parsing: event.data)) }
  }

  /// Sees the next event's data; nil stands for `[DONE]` and for what is no JSON.
  mutating func see(_ frame: JSON?) {
    // What comes behind an end is not read.
    if ending == .failed || isOver { return }
    guard let frame else {
      if dialect == .openAIChat, ending == .none { ending = .complete }
      return
    }
    if frame["error"]?.isNull == false {
      ending = .failed
      return
    }
    switch dialect {
    case .openAIChat:
      for choice in frame["choices"]?.elements.map({ $0 }) ?? [] {
        take(choice["finish_reason"]?.string, of: choice, limit: "length")
      }
    case .openAIResponses: seeResponses(frame)
    case .anthropic: seeAnthropic(frame)
    case .gemini: seeGemini(frame)
    }
  }

  private mutating func seeResponses(_ frame: JSON) {
    switch frame["type"]?.string {
    case "response.completed":
      ending = .complete
      isOver = true
    case "response.incomplete":
      // What a filter cut off is a refusal, which ends cleanly elsewhere.
      let reason = frame["response"]?["incomplete_details"]?["reason"]?.string
      ending = reason == "content_filter" ? .complete : .incomplete
      isOver = true
    case "response.failed", "response.cancelled", "error": ending = .failed
    default: break
    }
  }

  private mutating func seeAnthropic(_ frame: JSON) {
    switch frame["type"]?.string {
    case "message_delta":
      let reason = frame["delta"]?["stop_reason"]?.string
      hitsLimit = hitsLimit || reason == "max_tokens" || reason == "model_context_window_exceeded"
      if reason != nil, !isStrict { ending = hitsLimit ? .incomplete : .complete }
    case "message_stop":
      ending = hitsLimit ? .incomplete : .complete
      isOver = true
    case "error": ending = .failed
    default: break
    }
  }

  private mutating func seeGemini(_ frame: JSON) {
    // Cloud Code wraps chunks into `response`.
    let chunk = frame["response"] ?? frame
    let feedback = chunk["promptFeedback"] ?? chunk["prompt_feedback"]
    if feedback?["blockReason"] ?? feedback?["block_reason"] != nil { ending = .complete }
    for candidate in chunk["candidates"]?.elements.map({ $0 }) ?? [] {
      let word = (candidate["finishReason"] ?? candidate["finish_reason"])?.string
      take(word == "FINISH_REASON_UNSPECIFIED" ? nil : word, of: candidate, limit: "MAX_TOKENS")
    }
  }

  /// The first answer is the one that all protocols tell.
  private mutating func take(_ word: String?, of choice: JSON, limit: String) {
    guard let word else { return }
    if (choice["index"]?.int ?? 0) == 0 {
      ending = word == limit ? .incomplete : .complete
    } else if ending == .none {
      ending = .complete
    }
  }
}

/// Laws of a stream as a client gets it.
public enum ClientStream {
  /// What is wrong with the bytes that `events` became.
  public static func violations(
    _ bytes: [UInt8], of events: [ConversationEvent], _ dialect: any Dialect,
    framing: ReplyContext.Framing = .serverSentEvents
  ) -> [String] {
    let frames = StreamEnding.frames(bytes, framing)
    let ending = StreamEnding.of(bytes, dialect.id, framing: framing)
    var broken: [String] = []
    var places = frames.indices.filter { frames[$0] == nil }
    if dialect.id == .openAIChat, places.last == frames.count - 1 { places.removeLast() }
    if !places.isEmpty { broken.append("\(dialect.id): frames \(places.prefix(3)) are no JSON") }
    switch events.last {
    case .failed where ending == .complete: broken.append("\(dialect.id): a failure became a clean end")
    case .failed where ending == .none, .finished where ending == .none: broken.append("\(dialect.id): no end")
    default: break
    }
    if framing == .serverSentEvents {
      broken += EventTrace.violations(StreamDriver.events(bytes, dialect)).map { "\(dialect.id), written: \($0)" }
    }
    return broken
  }
}
