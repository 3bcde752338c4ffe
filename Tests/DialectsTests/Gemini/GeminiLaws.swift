import Conversation
import Dialects
import TestSupport
import Wire

/// The laws every dialect keeps, for Gemini: each returns what breaks it, nothing where it holds.
enum GeminiLaws {
  static let dialect = Gemini()
  private static let law = DialectLaw(dialect)

  /// A reply to a client that asked for thoughts.
  static func reply(model: String, framing: ReplyContext.Framing = .serverSentEvents) -> ReplyContext {
    var request = ConversationRequest(model: model)
    request.reasoning = ReasoningRequest(showsThoughts: true)
    return ReplyContext(request: request, model: model, exchangeID: "ex1", createdAt: 1, framing: framing)
  }

  static func requestRoundTrip(_ bytes: [UInt8]) -> [String] {
    law.requestRoundTrip(bytes, line: RequestLine(isStream: false))
  }

  static func responseRoundTrip(_ bytes: [UInt8]) -> [String] {
    law.responseRoundTrip(bytes)
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
    return compare(comparable(first), comparable(second)) + compare(opaque(first), opaque(second))
      + compare([lastUsage(first) ?? "-"], [lastUsage(second) ?? "-"])
  }

  static func compare(_ left: [String], _ right: [String]) -> [String] {
    DialectLaw.unequal(left, right)
  }

  static func chunking(_ bytes: [UInt8]) -> [String] {
    law.chunking(bytes)
  }

  /// The grammar holds on the whole stream and on truncated prefixes.
  static func grammar(_ bytes: [UInt8]) -> [String] {
    law.grammar(bytes)
  }

  /// Folding a stream, writing the answer as a stream and folding that gives the same answer.
  static func fold(_ bytes: [UInt8]) -> [String] {
    var first = ResponseFold()
    for event in StreamDriver.events(bytes, dialect) { first.add(event) }
    var second = ResponseFold()
    for event in first.result.events() { second.add(event) }
    return compare(
      EventTrace.lines(first.result.events()), EventTrace.lines(second.result.events()))
  }
}
