import Conversation
import Wire

/// Makes every history legal for every protocol: each tool call has an id and exactly one result, right behind its
/// turn, in the order of the calls.
///
/// Clients of one protocol may leave ids out (Gemini), replay results twice, out of order or not at all (resumed and
/// interrupted sessions); upstreams of another refuse that. Runs on translated requests only.
public enum ToolPairing {
  /// Repairs `messages` in place; what only the messages that are taken apart said is a loss for `upstream`.
  public static func repair(_ messages: inout [Message], for upstream: DialectID? = nil, losses: inout Losses) {
    assignIDs(&messages)
    var repaired: [Message] = []
    repaired.reserveCapacity(messages.count)
    // Emptied for each turn, so that their memory serves all of them.
    var calls = TurnCalls()
    var rest: [Message] = []
    var position = 0
    while position < messages.count {
      guard messages[position].role == .assistant, messages[position].hasCalls else {
        add(messages[position], to: &repaired, upstream, &losses)
        position += 1
        continue
      }
      // The turn may be spread over several assistant messages; results follow up to the next assistant turn.
      calls.removeAll()
      rest.removeAll(keepingCapacity: true)
      while position < messages.count, messages[position].role == .assistant {
        calls.add(callsOf: messages[position])
        repaired.append(messages[position])
        position += 1
      }
      while position < messages.count, messages[position].role != .assistant {
        take(messages[position], for: &calls, rest: &rest, upstream, &losses)
        position += 1
      }
      repaired.append(Message(.tool, calls.results { result(of: $0, &losses) }))
      repaired += rest
    }
    messages = repaired
  }

  /// A message that stands behind no calls, or before them: whatever results it holds answer nothing.
  private static func add(
    _ message: Message, to repaired: inout [Message], _ upstream: DialectID?, _ losses: inout Losses
  ) {
    guard message.hasResults else { return repaired.append(message) }
    let (kept, orphans) = split(message)
    for orphan in orphans { declareOrphan(orphan, of: message, &losses) }
    if kept == nil { declareRest(of: message, upstream, &losses) }
    if let kept = withOrphansAsText(kept, orphans, original: message) { repaired.append(kept) }
  }

  /// Takes the results out of a message behind a turn's calls; what else it says goes into `rest`.
  private static func take(
    _ message: Message, for calls: inout TurnCalls, rest: inout [Message], _ upstream: DialectID?,
    _ losses: inout Losses
  ) {
    guard message.hasResults else { return rest.append(message) }
    var kept: [Part] = []
    for index in message.parts.indices {
      guard case .toolResult(let result) = message.parts[index].content else {
        kept.append(message.parts[index])
        continue
      }
      let part = message.parts[index]
      guard let id = result.callID, let isFirst = calls.answer(id, part) else {
        declareOrphan(part, of: message, &losses)
        if let text = orphanText(part) { rest.append(Message(.user, [text])) }
        continue
      }
      if !isFirst { losses.add(path(of: part, in: message), "a second result of tool call \(id) replaces the first") }
    }
    guard !kept.isEmpty else { return declareRest(of: message, upstream, &losses) }
    var message = message
    message.parts = kept
    if message.role == .tool { message.role = .user }
    rest.append(message)
  }

  /// Gives calls without an id, or with one that is in use already, an id that follows from their place, and results
  /// the id of the call of this turn they belong to.
  private static func assignIDs(_ messages: inout [Message]) {
    var used: Set<String> = []
    used.reserveCapacity(messages.count / 3)
    var open = OpenCalls()
    var isInsideTurn = false
    for index in messages.indices {
      let isAssistant = messages[index].role == .assistant
      if isAssistant, !isInsideTurn { open.removeAll() }
      isInsideTurn = isAssistant
      for part in messages[index].parts.indices {
        switch messages[index].parts[part].content {
        case .toolCall(let call):
          let original = call.id.flatMap { $0.isEmpty ? nil : $0 }
          var id = original ?? "call_\(index)_\(part)"
          while !used.insert(id).inserted { id += "_\(index)_\(part)" }
          open.add(OpenCalls.Call(original: original, id: id, name: call.name))
          if id == call.id { continue }
          var named = call
          named.id = id
          messages[index].parts[part].content = .toolCall(named)
        case .toolResult(let result):
          var matched: ToolResult
          if let call = open.take(for: result) {
            // One outside the model's turn gets the name later, with the rest of what its call tells.
            if call.id == result.callID, !isAssistant { continue }
            matched = result
            matched.callID = call.id
            matched.name = result.name ?? call.name
          } else {
            guard let id = result.callID, let answered = open.answeredID(id), answered != id else { continue }
            matched = result
            matched.callID = answered
          }
          messages[index].parts[part].content = .toolResult(matched)
        default: break
        }
      }
    }
  }

  /// The first result that answers no call before it, as its place in `messages` and the id it names.
  public static func orphan(in messages: [Message]) -> (position: Int, id: String)? {
    var calls: Set<String> = []
    for position in messages.indices {
      for part in messages[position].parts.indices {
        switch messages[position].parts[part].content {
        case .toolCall(let call): if let id = call.id { calls.insert(id) }
        case .toolResult(let result):
          if let id = result.callID, !calls.contains(id) { return (position, id) }
        default: break
        }
      }
    }
    return nil
  }

  /// A message without its tool results (nil if nothing is left), and the results.
  private static func split(_ message: Message) -> (Message?, [Part]) {
    var kept = message
    var results: [Part] = []
    kept.parts = message.parts.filter { part in
      guard case .toolResult = part.content else { return true }
      results.append(part)
      return false
    }
    if results.isEmpty { return (message, []) }
    if kept.parts.isEmpty { return (nil, results) }
    if kept.role == .tool { kept.role = .user }
    return (kept, results)
  }

  /// The result of a call: what the history has, else an error.
  private static func result(of call: TurnCalls.Call, _ losses: inout Losses) -> Part {
    guard var part = call.result, case .toolResult(var result) = part.content else {
      losses.add(
        call.path ?? "tool call \(call.id)", "has no result in the history; an error result stands in its place")
      return Part(
        .toolResult(
          ToolResult(
            callID: call.id, kind: call.kind, name: call.name,
            parts: [.text("The tool call was interrupted: there is no result.")], isError: true)))
    }
    result.name = result.name ?? call.name
    result.kind = call.kind
    part.content = .toolResult(result)
    return part
  }

  private static func declareRest(of message: Message, _ upstream: DialectID?, _ losses: inout Losses) {
    if let upstream { losses.add(message.extensions, writing: upstream) }
  }

  private static func path(of part: Part, in message: Message) -> String { part.path ?? message.path ?? "messages" }

  private static func declareOrphan(_ part: Part, of message: Message, _ losses: inout Losses) {
    guard case .toolResult(let result) = part.content else { return }
    losses.add(path(of: part, in: message), "the result of unknown tool call \(result.callID ?? "") became text")
  }

  private static func orphanText(_ part: Part) -> Part? {
    guard case .toolResult(let result) = part.content else { return nil }
    let text = result.text
    if text.isEmpty { return result.structured.map { .text($0.text) } }
    return .text(text)
  }

  private static func withOrphansAsText(_ kept: Message?, _ orphans: [Part], original: Message) -> Message? {
    let texts = orphans.compactMap(orphanText)
    guard !texts.isEmpty else { return kept }
    var message = kept ?? Message(.user)
    message.parts = texts + message.parts
    if message.role == .tool { message.role = .user }
    return message
  }
}

extension Message {
  // By places: walking over the parts would copy each of them.
  fileprivate var hasCalls: Bool {
    parts.indices.contains { if case .toolCall = parts[$0].content { true } else { false } }
  }
  fileprivate var hasResults: Bool {
    parts.indices.contains { if case .toolResult = parts[$0].content { true } else { false } }
  }
}
