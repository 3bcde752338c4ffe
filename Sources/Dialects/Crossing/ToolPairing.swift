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
    var asked: [String: Asked] = [:]
    var repaired: [Message] = []
    var position = 0
    while position < messages.count {
      let message = messages[position]
      let calls = message.role == .assistant ? message.toolCalls : []
      guard !calls.isEmpty else {
        let (kept, orphans) = split(message)
        for orphan in orphans { declareOrphan(orphan, of: message, &losses) }
        if kept == nil { declareRest(of: message, upstream, &losses) }
        if let kept = withOrphansAsText(kept, orphans, original: message) { repaired.append(kept) }
        position += 1
        continue
      }
      // The turn may be spread over several assistant messages; results follow up to the next assistant turn.
      var turn = [message]
      position += 1
      while position < messages.count, messages[position].role == .assistant {
        turn.append(messages[position])
        position += 1
      }
      for part in turn.flatMap(\.parts) {
        guard case .toolCall(let call) = part.content, let id = call.id else { continue }
        asked[id] = Asked(name: call.name, kind: call.kind, path: part.path)
      }
      let wanted = turn.flatMap(\.toolCalls).compactMap(\.id)
      let known = Set(wanted)
      var results: [String: Part] = [:]
      var rest: [Message] = []
      while position < messages.count, messages[position].role != .assistant {
        let (kept, found) = split(messages[position])
        for part in found {
          guard case .toolResult(let result) = part.content, let id = result.callID, known.contains(id) else {
            declareOrphan(part, of: messages[position], &losses)
            if let text = orphanText(part) { rest.append(Message(.user, [text])) }
            continue
          }
          if results[id] != nil {
            losses.add(path(of: part, in: messages[position]), "a second result of tool call \(id) replaces the first")
          }
          results[id] = part
        }
        if let kept { rest.append(kept) } else { declareRest(of: messages[position], upstream, &losses) }
        position += 1
      }
      repaired += turn
      repaired.append(
        Message(.tool, wanted.map { id in result(id, results[id], asked[id], &losses) }))
      repaired += rest
    }
    messages = repaired
  }

  /// What a result may want to know of its call.
  private struct Asked {
    var name: String
    var kind: ToolCall.Kind
    /// Where it stood.
    var path: String?
  }

  /// Gives calls without an id, or with one that is in use already, an id that follows from their place, and results
  /// the id of the call of this turn they belong to.
  private static func assignIDs(_ messages: inout [Message]) {
    var used: Set<String> = []
    var open = OpenCalls()
    var isInsideTurn = false
    for index in messages.indices {
      let isAssistant = messages[index].role == .assistant
      if isAssistant, !isInsideTurn { open = OpenCalls() }
      isInsideTurn = isAssistant
      for part in messages[index].parts.indices {
        switch messages[index].parts[part].content {
        case .toolCall(var call):
          let original = call.id.flatMap { $0.isEmpty ? nil : $0 }
          var id = original ?? "call_\(index)_\(part)"
          if !used.insert(id).inserted {
            id += "_\(index)_\(part)"
            used.insert(id)
          }
          call.id = id
          open.add(OpenCalls.Call(original: original, id: id, name: call.name))
          messages[index].parts[part].content = .toolCall(call)
        case .toolResult(var result):
          if let call = open.take(for: result) {
            result.callID = call.id
            result.name = result.name ?? call.name
          } else if let id = result.callID, let answered = open.answeredID(id) {
            result.callID = answered
          }
          messages[index].parts[part].content = .toolResult(result)
        default: break
        }
      }
    }
  }

  /// The first result that answers no call before it, as its place in `messages` and the id it names.
  public static func orphan(in messages: [Message]) -> (position: Int, id: String)? {
    var calls: Set<String> = []
    for (position, message) in messages.enumerated() {
      for part in message.parts {
        switch part.content {
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

  private static func result(
    _ id: String, _ part: Part?, _ call: Asked?, _ losses: inout Losses
  ) -> Part {
    guard var part, case .toolResult(var result) = part.content else {
      losses.add(call?.path ?? "tool call \(id)", "has no result in the history; an error result stands in its place")
      return Part(
        .toolResult(
          ToolResult(
            callID: id, kind: call?.kind ?? .function, name: call?.name,
            parts: [.text("The tool call was interrupted: there is no result.")], isError: true)))
    }
    result.name = result.name ?? call?.name
    result.kind = call?.kind ?? result.kind
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
