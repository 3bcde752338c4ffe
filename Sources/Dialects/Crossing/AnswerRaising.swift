import Conversation

/// Turns an upstream's answer back into what the client asked for: the way back of everything `Crossing` did to the
/// request.
public struct AnswerRaising: Sendable {
  private let lowering: ToolLowering
  private let emulation: JSONObjectEmulation
  private var tools: ToolRaising
  private var object = JSONObjectRaising()

  init(_ lowering: ToolLowering, _ emulation: JSONObjectEmulation) {
    self.lowering = lowering
    self.emulation = emulation
    tools = ToolRaising(lowering)
  }

  /// Whether answers pass unchanged.
  public var isIdentity: Bool { lowering.isIdentity && !emulation.isActive }

  /// A whole answer as the client should see it.
  public func raise(_ response: ConversationResponse) -> ConversationResponse {
    lowering.raise(emulation.raise(response))
  }

  /// What the client should see of an event of a stream; appended to `events`.
  public mutating func raise(_ event: ConversationEvent, into events: inout [ConversationEvent]) {
    guard emulation.isActive else { return tools.raise(event, into: &events) }
    events.append(contentsOf: object.raise(event))
  }
}
