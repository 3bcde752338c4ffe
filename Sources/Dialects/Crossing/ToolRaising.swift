import Conversation

/// The streaming side of `ToolLowering.raise`: one per stream.
public struct ToolRaising: Sendable {
  private let lowering: ToolLowering
  private var unwrapping: [Int: StringMemberUnwrapper] = [:]

  /// Starts at the beginning of a stream.
  public init(_ lowering: ToolLowering) { self.lowering = lowering }

  /// What the client should see of an event; appended to `events`.
  public mutating func raise(_ event: ConversationEvent, into events: inout [ConversationEvent]) {
    switch event {
    case .partStarted(var start):
      guard case .toolCall(var call) = start.part.content, let original = lowering.original(of: call) else {
        break
      }
      let pending = call.input
      call.name = original.name.text
      call.namespace = original.namespace?.text
      call.input = ""
      if original.kind == .custom, call.kind == .function {
        call.kind = .custom
        unwrapping[start.candidate] = StringMemberUnwrapper()
      }
      start.part.content = .toolCall(call)
      events.append(.partStarted(start))
      if !pending.isEmpty {
        raise(.partDelta(PartDelta(candidate: start.candidate, index: start.index, .input(pending))), into: &events)
      }
      return
    case .partDelta(let delta):
      guard case .input(let piece) = delta.delta, var unwrapper = unwrapping[delta.candidate] else { break }
      let text = unwrapper.feed(piece)
      unwrapping[delta.candidate] = unwrapper
      if !text.isEmpty {
        events.append(.partDelta(PartDelta(candidate: delta.candidate, index: delta.index, .input(text))))
      }
      return
    case .partFinished(let end):
      guard var unwrapper = unwrapping.removeValue(forKey: end.candidate) else { break }
      let text = unwrapper.finish()
      if !text.isEmpty {
        events.append(.partDelta(PartDelta(candidate: end.candidate, index: end.index, .input(text))))
      }
    default: break
    }
    events.append(event)
  }
}
