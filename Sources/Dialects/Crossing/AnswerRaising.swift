import Conversation

/// Turns an upstream's answer back into what the client asked for: the way back of everything `Crossing` did to the
/// request.
public struct AnswerRaising: Sendable {
  private let lowering: ToolLowering
  private let emulation: JSONObjectEmulation
  private var tools: ToolRaising
  private var object = JSONObjectRaising()
  private var inputs: CallInputCheck

  init(_ lowering: ToolLowering, _ emulation: JSONObjectEmulation, _ inputs: CallInputCheck) {
    self.lowering = lowering
    self.emulation = emulation
    self.inputs = inputs
    tools = ToolRaising(lowering)
  }

  /// Whether answers pass unchanged.
  public var isIdentity: Bool { lowering.isIdentity && !emulation.isActive && !inputs.isActive }

  /// A whole answer as the client should see it.
  public func raise(_ response: ConversationResponse) -> ConversationResponse {
    lowering.raise(emulation.raise(inputs.check(response)))
  }

  /// What the client should see of an event of a stream; appended to `events`.
  public mutating func raise(_ event: ConversationEvent, into events: inout [ConversationEvent]) {
    let event = inputs.check(event)
    guard emulation.isActive else { return tools.raise(event, into: &events) }
    events.append(contentsOf: object.raise(event))
  }
}
