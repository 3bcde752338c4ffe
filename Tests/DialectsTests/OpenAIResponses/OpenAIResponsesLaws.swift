import Conversation
import Dialects
import TestSupport
import Wire

/// The laws that are this protocol's own: each returns what breaks it, nothing where it holds.
enum OpenAIResponsesLaws {
  static let dialect = OpenAIResponses()
  /// Those of every protocol.
  static let common = DialectLaw(dialect)

  static func reply(_ request: ConversationRequest? = nil, model: String = "asked") -> ReplyContext {
    ReplyContext(
      request: request ?? ConversationRequest(model: model), model: model, exchangeID: "x1", createdAt: 1_700_000_000)
  }

  /// stream → events → stream → the same events.
  static func streamRoundTrip(_ bytes: [UInt8]) -> [String] {
    let events = StreamDriver.events(bytes, dialect)
    var model = ""
    for case .started(let start) in events { model = start.model ?? "" }
    let written = StreamDriver.bytes(events, dialect, reply: reply(model: model))
    let again = StreamDriver.events(written, dialect)
    return DialectLaw.unequal(lines(events), lines(again)) + EventTrace.violations(again)
  }

  /// Not compared: response ids, which the writer makes up where they are not `resp_…`, and kinds of failure that all
  /// are `server_error` in this protocol.
  private static func lines(_ events: [ConversationEvent]) -> [String] {
    EventTrace.lines(events).map { line in
      let words = line.split(separator: " ")
      guard words.count > 2, words[0] == "started" || words[0] == "failed" else { return line }
      return ([words[0]] + words[2...]).joined(separator: " ")
    }
  }

  /// fold(stream) says what the final `response` says.
  static func fold(_ bytes: [UInt8]) -> [String] {
    var fold = ResponseFold()
    for event in StreamDriver.events(bytes, dialect) { fold.add(event) }
    if fold.result.failure != nil { return [] }
    guard let final = finalResponse(bytes), let expected = try? dialect.readResponse(final, origin: nil) else {
      return []
    }
    guard final["output"]?.elements.isEmpty == false else { return [] }
    return DialectLaw.unequal(describe(expected), describe(fold.result))
  }

  static func describe(_ response: ConversationResponse) -> [String] {
    var lines = ["model \(response.model ?? "-")"]
    for candidate in response.candidates {
      for part in candidate.parts {
        if case .opaque(let opaque) = part.content {
          lines.append("opaque \(opaque.type) \(opaque.json["status"]?.string ?? "-")")
        } else {
          lines.append(EventTrace.describe(part))
        }
        // OpenAI encrypts state anew for every place it stands in.
        if let state = part.state { lines.append("state \(state.kind)") }
        if case .text(let text) = part.content {
          lines += text.annotations.map { "annotation \($0.source) \($0.title ?? "-")" }
        }
      }
      lines.append("stop \(candidate.stop.map { "\($0.reason)" } ?? "-")")
    }
    lines.append(response.usage.map(EventTrace.describe) ?? "no usage")
    return lines
  }

  static func finalResponse(_ bytes: [UInt8]) -> JSON? {
    let ends = (try? StreamDriver.frames(bytes))?.compactMap { try? JSON(parsing: $0.data) }.filter {
      $0["type"]?.string == "response.completed" || $0["type"]?.string == "response.incomplete"
    }
    return ends?.last?["response"]
  }
}
