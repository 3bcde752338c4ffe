import Conversation

/// Turns an upstream's answer back into what the client asked for: the way back of everything `Crossing` did to the
/// request.
public struct AnswerRaising: Sendable {
  private let lowering: ToolLowering
  private let emulation: JSONObjectEmulation
  private var tools: ToolRaising
  private var object = JSONObjectRaising()
  private var inputs: CallInputCheck
  private let properties: ToolProperties
  private var names: ToolPropertyRaising
  private let compaction: Compaction
  private var summary = CompactionRaising()
  private let clientTools: ClientTools
  private var items: ClientToolRaising

  init(
    _ lowering: ToolLowering, _ emulation: JSONObjectEmulation, _ inputs: CallInputCheck,
    _ properties: ToolProperties = ToolProperties(), _ compaction: Compaction = .inactive,
    _ clientTools: ClientTools = ClientTools()
  ) {
    self.lowering = lowering
    self.emulation = emulation
    self.inputs = inputs
    self.properties = properties
    names = ToolPropertyRaising(properties)
    self.compaction = compaction
    self.clientTools = clientTools
    items = ClientToolRaising(clientTools)
    tools = ToolRaising(lowering)
  }

  /// Whether answers pass unchanged.
  public var isIdentity: Bool {
    lowering.isIdentity && properties.isIdentity && !emulation.isActive && !inputs.isActive && !compaction.isActive
      && !clientTools.isActive
  }

  /// Whether the answer is a compacted conversation.
  public var compacts: Bool { compaction.isActive }

  /// A whole answer as the client should see it.
  public func raise(_ response: ConversationResponse) -> ConversationResponse {
    if compaction.isActive { return compaction.raise(response) }
    return clientTools.raise(lowering.raise(properties.raise(emulation.raise(inputs.check(response)))))
  }

  /// What the client should see of an event of a stream; appended to `events`.
  public mutating func raise(_ event: ConversationEvent, into events: inout [ConversationEvent]) {
    if passes(event) { return events.append(event) }
    if compaction.isActive { return summary.raise(event, into: &events) }
    let event = inputs.check(event)
    guard !properties.isIdentity else { return raiseNamed(event, into: &events) }
    for event in names.raise(event) { raiseNamed(event, into: &events) }
  }

  /// What the client should see of some events of a stream, in place of them.
  ///
  /// Most pass, and stay where they are: an array made anew takes longer than all the rest.
  public mutating func raise(_ events: inout [ConversationEvent]) {
    var changes: [(position: Int, raised: [ConversationEvent])] = []
    for position in events.indices where !passes(events[position]) {
      var raised: [ConversationEvent] = []
      raise(events[position], into: &raised)
      changes.append((position, raised))
    }
    if changes.allSatisfy({ $0.raised.count == 1 }) {
      for change in changes { events[change.position] = change.raised[0] }
      return
    }
    var rest = events[...]
    var told: [ConversationEvent] = []
    for (position, raised) in changes {
      told += rest[..<position] + raised
      rest = rest[(position + 1)...]
    }
    events = told + rest
  }

  /// Whether nothing here is about an event: most are a few words of text or thought, while tools are what is raised.
  private func passes(_ event: ConversationEvent) -> Bool {
    guard case .partDelta(let delta) = event, !compaction.isActive, !emulation.isActive, !clientTools.isActive else {
      return false
    }
    switch delta.delta {
    case .text, .reasoning: return true
    case .input, .annotation, .logprobs, .state: return false
    }
  }

  /// The rest, once properties have the client's names.
  private mutating func raiseNamed(_ event: ConversationEvent, into events: inout [ConversationEvent]) {
    if clientTools.isActive {
      var raised: [ConversationEvent] = []
      tools.raise(event, into: &raised)
      for event in raised { items.raise(event, into: &events) }
      return
    }
    guard emulation.isActive else { return tools.raise(event, into: &events) }
    events.append(contentsOf: object.raise(event))
  }
}
