import Conversation

/// The calls of one turn with the results that answer them.
struct TurnCalls {
  /// A call and what came of it.
  struct Call {
    var id: String
    var name: String
    var kind: ToolCall.Kind
    /// Where it stood.
    var path: String?
    var result: Part?
  }

  private var calls: [Call] = []
  /// The last place of each id, once there are many.
  private var places: [String: Int]?
  /// So many calls are gone through one by one: most turns have one or two.
  private static let few = 16

  mutating func add(callsOf message: Message) {
    for index in message.parts.indices {
      guard case .toolCall(let call) = message.parts[index].content, let id = call.id else { continue }
      calls.append(Call(id: id, name: call.name, kind: call.kind, path: message.parts[index].path))
    }
  }

  /// Begins another turn.
  mutating func removeAll() {
    calls.removeAll(keepingCapacity: true)
    places = nil
  }

  /// Keeps the result of the call of that id; tells whether it is the first, nil where there is no such call.
  mutating func answer(_ id: String, _ result: Part) -> Bool? {
    guard let place = place(of: id) else { return nil }
    let isFirst = calls[place].result == nil
    calls[place].result = result
    return isFirst
  }

  /// The results in the order of their calls, as `make` makes them.
  func results(_ make: (Call) -> Part) -> [Part] { calls.map(make) }

  private mutating func place(of id: String) -> Int? {
    guard calls.count > Self.few else { return calls.lastIndex { $0.id == id } }
    let known = places ?? Dictionary(calls.enumerated().map { ($1.id, $0) }) { _, last in last }
    places = known
    return known[id]
  }
}
