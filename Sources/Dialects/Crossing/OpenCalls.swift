import Conversation

/// Calls of one turn that wait for their results, found by id or name without going through all of them.
struct OpenCalls {
  /// A call whose result has not come.
  struct Call {
    /// The id as the client has it.
    var original: String?
    var id: String
    var name: String
  }

  /// Places in `calls`, of which those before `next` are known to be taken.
  private struct Queue {
    var places: [Int] = []
    var next = 0
  }

  private var calls: [Call] = []
  private var isTaken: [Bool] = []
  private var byID: [String: Queue] = [:]
  private var byName: [String: Queue] = [:]
  private var all = Queue()
  /// Results replayed twice belong to the call they were matched with first.
  private var answered: [String: String] = [:]

  mutating func add(_ call: Call) {
    let place = calls.count
    calls.append(call)
    isTaken.append(false)
    all.places.append(place)
    byName[call.name, default: Queue()].places.append(place)
    byID[call.id, default: Queue()].places.append(place)
    if let original = call.original, original != call.id { byID[original, default: Queue()].places.append(place) }
  }

  /// Takes the call that a result belongs to: by id, else by name, else the first.
  mutating func take(for result: ToolResult) -> Call? {
    let place: Int?
    if let id = result.callID, !id.isEmpty {
      place = next(in: &byID[id, default: Queue()])
    } else if let name = result.name {
      place = next(in: &byName[name, default: Queue()])
    } else {
      place = next(in: &all)
    }
    guard let place else { return nil }
    isTaken[place] = true
    let call = calls[place]
    if let original = call.original, answered[original] == nil { answered[original] = call.id }
    return call
  }

  /// The id of the call that a result with the client's `id` was matched with before.
  func answeredID(_ id: String) -> String? { answered[id] }

  private func next(in queue: inout Queue) -> Int? {
    while queue.next < queue.places.count {
      let place = queue.places[queue.next]
      if !isTaken[place] { return place }
      queue.next += 1
    }
    return nil
  }
}
