import Conversation
import Dialects
import TestSupport
import Wire

/// The laws that are this protocol's own: each gives what is wrong, nothing where it holds.
enum OpenAIChatLaw {
  static let dialect = OpenAIChat()
  /// Those of every protocol.
  static let common = DialectLaw(dialect)

  static func reply(model: String = "m", _ request: ConversationRequest? = nil) -> ReplyContext {
    var request = request ?? ConversationRequest(model: model)
    request.includesStreamUsage = true
    return ReplyContext(request: request, model: model, exchangeID: "x1", createdAt: 1_700_000_000)
  }

  /// `stream → events → stream → events` gives the same events.
  static func streamRoundTrip(_ stream: [UInt8]) -> [String] {
    let events = StreamDriver.events(stream, dialect)
    var model = ""
    for case .started(let start) in events { model = start.model ?? "" }
    let again = StreamDriver.events(StreamDriver.bytes(events, dialect, reply: reply(model: model)), dialect)
    return departures(events, again)
  }

  /// Where two lists of events first differ, in what Chat has words for.
  static func departures(_ events: [ConversationEvent], _ others: [ConversationEvent]) -> [String] {
    let left = comparable(events)
    let right = comparable(others)
    guard left != right else { return [] }
    let position = zip(left, right).enumerated().first { $1.0 != $1.1 }?.offset ?? min(left.count, right.count)
    func line(_ lines: [String]) -> String { position < lines.count ? lines[position] : "-" }
    return ["line \(position): \(line(left)) ≠ \(line(right))"]
  }

  /// Lines without what Chat has no words for: reasoning state, ids the upstream left out, stop sequences.
  private static func comparable(_ events: [ConversationEvent]) -> [String] {
    EventTrace.lines(
      events.compactMap { event in
        switch event {
        case .partDelta(let delta):
          if case .state = delta.delta { return nil }
          // A call without arguments is given empty ones.
          if case .input("{}") = delta.delta { return nil }
          return event
        case .partStarted(var start):
          if case .toolCall(var call) = start.part.content, call.id == nil {
            call.id = "call_x1_\(start.index)"
            start.part.content = .toolCall(call)
          }
          return .partStarted(start)
        case .started(var start):
          start.id = start.id ?? "chatcmpl-x1"
          return .started(start)
        case .candidateFinished(let index, var stop):
          stop.sequence = nil
          if stop.reason == .stopSequence { stop.reason = .endTurn }
          return .candidateFinished(index: index, stop)
        default: return event
        }
      })
  }
}
