import Conversation
import Dialects
import TestSupport
import Wire

/// The laws that are Gemini's own: each returns what breaks it, nothing where it holds.
enum GeminiLaws {
  static let dialect = Gemini()
  /// Those of every protocol.
  static let common = DialectLaw(dialect)

  /// A reply to a client that asked for thoughts.
  static func reply(model: String, framing: ReplyContext.Framing = .serverSentEvents) -> ReplyContext {
    var request = ConversationRequest(model: model)
    request.reasoning = ReasoningRequest(showsThoughts: true)
    return ReplyContext(request: request, model: model, exchangeID: "ex1", createdAt: 1, framing: framing)
  }

  static func model(of events: [ConversationEvent]) -> String {
    for event in events { if case .started(let start) = event { return start.model ?? "" } }
    return ""
  }

  /// Opaque leftovers stand at other places in the second stream, and the input count is told once more at its start.
  static func comparable(_ events: [ConversationEvent]) -> [String] {
    EventTrace.lines(events).filter { !$0.hasPrefix("opaque") && !$0.hasPrefix("started") && !$0.hasPrefix("usage") }
  }

  static func opaque(_ events: [ConversationEvent]) -> [String] {
    EventTrace.lines(events).filter { $0.hasPrefix("opaque") }
  }

  static func lastUsage(_ events: [ConversationEvent]) -> String? {
    EventTrace.lines(events).last { $0.hasPrefix("usage") }
  }

  static func streamRoundTrip(_ bytes: [UInt8]) -> [String] {
    let first = StreamDriver.events(bytes, dialect)
    let written = StreamDriver.bytes(first, dialect, reply: reply(model: model(of: first)))
    let second = StreamDriver.events(written, dialect)
    return DialectLaw.unequal(comparable(first), comparable(second)) + DialectLaw.unequal(opaque(first), opaque(second))
      + DialectLaw.unequal([lastUsage(first) ?? "-"], [lastUsage(second) ?? "-"])
  }

  /// Folding a stream, writing the answer as a stream and folding that gives the same answer.
  static func fold(_ bytes: [UInt8]) -> [String] {
    var first = ResponseFold()
    for event in StreamDriver.events(bytes, dialect) { first.add(event) }
    var second = ResponseFold()
    for event in first.result.events() { second.add(event) }
    return DialectLaw.unequal(
      EventTrace.lines(first.result.events()), EventTrace.lines(second.result.events()))
  }
}
