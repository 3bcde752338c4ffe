import Conversation
import Dialects
import TestSupport
import Wire

/// The laws that are Anthropic's own: each gives what is wrong, nothing where all is well.
enum AnthropicLaw {
  static let dialect = AnthropicMessages()
  /// Those of every protocol.
  static let common = DialectLaw(dialect)

  static func reply(
    model: String = "claude-x", reasoning: ReasoningRequest? = nil, exchangeID: String = "x1"
  ) -> ReplyContext {
    var request = ConversationRequest(model: model)
    request.reasoning = reasoning
    return ReplyContext(request: request, model: model, exchangeID: exchangeID, createdAt: 1_700_000_000)
  }

  static func streamDifferences(_ bytes: [UInt8]) -> [String] {
    let events = StreamDriver.events(bytes, dialect)
    var model = ""
    for case .started(let start) in events { model = start.model ?? "" }
    let written = StreamDriver.bytes(events, dialect, reply: reply(model: model))
    return disciplineViolations(written)
      + lineDifferences(
        EventTrace.lines(events).map(asWritten), EventTrace.lines(StreamDriver.events(written, dialect)))
  }

  /// The protocol has one word for the vendor's fault and for a vendor that left in mid-answer.
  private static func asWritten(_ line: String) -> String {
    line.hasPrefix("failed badGateway") ? "failed server" + line.dropFirst("failed badGateway".count) : line
  }

  /// How a written stream breaks the order clients insist on: one open block at a time, indices from 0, proper ends.
  static func disciplineViolations(_ bytes: [UInt8]) -> [String] {
    guard let events = try? StreamDriver.frames(bytes) else { return ["no stream of events"] }
    var lines: [String] = []
    var open: Int?
    var last = -1
    let names = events.compactMap(\.name).filter { $0 != "ping" }
    for event in events {
      guard let json = try? JSON(parsing: event.data) else { return ["no JSON: \(event.text)"] }
      if json["type"]?.string != event.name { lines.append("name \(event.name ?? "-") ≠ type") }
      switch event.name {
      case "content_block_start":
        if open != nil || json["index"]?.int != last + 1 { lines.append("start \(json.text)") }
        open = json["index"]?.int
        last = open ?? last
      case "content_block_delta": if open == nil || open != json["index"]?.int { lines.append("delta \(json.text)") }
      case "content_block_stop":
        if open == nil || open != json["index"]?.int { lines.append("stop \(json.text)") }
        open = nil
      default: break
      }
    }
    if names.last == "error" { return lines }
    if names.first != "message_start" { lines.append("begins with \(names.first ?? "nothing")") }
    if Array(names.suffix(2)) != ["message_delta", "message_stop"] { lines.append("ends with \(names.suffix(2))") }
    if open != nil { lines.append("a block is still open") }
    return lines
  }

  static func lineDifferences(_ left: [String], _ right: [String]) -> [String] {
    (0..<max(left.count, right.count)).compactMap { index in
      let first = index < left.count ? left[index] : "nothing"
      let second = index < right.count ? right[index] : "nothing"
      return first == second ? nil : "\(index): \(first.prefix(200)) ≠ \(second.prefix(200))"
    }
  }

  static func fold(_ bytes: [UInt8]) -> ConversationResponse {
    var fold = ResponseFold()
    for event in StreamDriver.events(bytes, dialect) { fold.add(event) }
    return fold.result
  }

  /// The folded stream, written as a whole answer and read again, is the same answer.
  static func foldDifferences(_ bytes: [UInt8]) -> [String] {
    let folded = fold(bytes)
    if folded.failure != nil { return [] }
    var losses = Losses()
    let asking = ReasoningRequest(isEnabled: true)
    let written = dialect.writeResponse(
      folded, for: reply(model: folded.model ?? "", reasoning: asking), losses: &losses)
    do {
      let again = try dialect.readResponse(try JSON(parsing: written), origin: nil)
      var lines = lineDifferences(
        folded.candidates.flatMap { $0.parts.map { summary($0) } },
        again.candidates.flatMap { $0.parts.map { summary($0) } })
      if folded.usage?.input != again.usage?.input || folded.usage?.output != again.usage?.output {
        lines.append("usage")
      }
      if folded.candidates.first?.stop?.reason != again.candidates.first?.stop?.reason { lines.append("stop") }
      return lines + losses.list.map { "loss \($0.path)" }
    } catch {
      return ["\(error)"]
    }
  }

  static func summary(_ part: Part) -> String {
    var line = EventTrace.describe(part)
    if case .toolCall(let call) = part.content {
      line = "call \(call.id ?? "-") \(call.name) \(call.object?.text ?? call.input)"
    }
    if case .text(let text) = part.content { line += " citations \(text.annotations.count)" }
    return line + " state \(part.state?.blob ?? "-")"
  }
}
