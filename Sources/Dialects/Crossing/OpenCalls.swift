import Conversation

/// Calls of one turn that wait for their results, found by id or name.
struct OpenCalls {
  /// A call whose result has not come.
  struct Call {
    /// The id as the client has it.
    var original: String?
    var id: String
    var name: String
  }

  /// What a result tells of its call.
  private enum Wanted {
    case id(String), name(String), any

    init(_ result: ToolResult) {
      if let id = result.callID, !id.isEmpty {
        self = .id(id)
      } else {
        self = result.name.map { .name($0) } ?? .any
      }
    }

    func isMet(by call: Call) -> Bool {
      switch self {
      case .id(let id): call.id == id || call.original == id
      case .name(let name): call.name == name
      case .any: true
      }
    }
  }

  private struct Entry {
    var call: Call
    /// How many results came before its own; nil while it waits.
    var turn: Int?
  }

  private var entries: [Entry] = []
  private var taken = 0
  /// The way to the calls, once there are many of them.
  private var index: Index?
  /// So many calls are gone through one by one: most turns have one or two.
  private static let few = 16

  /// Begins another turn.
  mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    taken = 0
    index = nil
  }

  mutating func add(_ call: Call) {
    entries.append(Entry(call: call))
    if index == nil, entries.count > Self.few {
      var made = Index()
      for (place, entry) in entries.enumerated() { made.add(entry.call, at: place) }
      for entry in answeredEntries { made.answer(entry.call) }
      index = made
    } else {
      index?.add(call, at: entries.count - 1)
    }
  }

  /// Takes the call that a result belongs to: by id, else by name, else the first.
  mutating func take(for result: ToolResult) -> Call? {
    let wanted = Wanted(result)
    guard let place = place(of: wanted) else { return nil }
    entries[place].turn = taken
    taken += 1
    let call = entries[place].call
    index?.answer(call)
    return call
  }

  private mutating func place(of wanted: Wanted) -> Int? {
    if index != nil {
      let entries = entries
      return index?.next(wanted) { entries[$0].turn == nil }
    }
    return entries.indices.first { entries[$0].turn == nil && wanted.isMet(by: entries[$0].call) }
  }

  /// The id of the call that a result with the client's `id` was matched with before.
  func answeredID(_ id: String) -> String? {
    if let index { return index.answered[id] }
    return answeredEntries.first { $0.call.original == id }?.call.id
  }

  /// Those whose results have come, in the results' order.
  private var answeredEntries: [Entry] {
    entries.filter { $0.turn != nil }.sorted { ($0.turn ?? 0) < ($1.turn ?? 0) }
  }

  /// Where calls are by what a result may tell of them.
  private struct Index {
    /// Places in `calls`, of which those before `next` are known to be taken.
    struct Queue {
      var places: [Int] = []
      var next = 0
    }

    private var byID: [String: Queue] = [:]
    private var byName: [String: Queue] = [:]
    private var all = Queue()
    /// Results replayed twice belong to the call they were matched with first.
    private(set) var answered: [String: String] = [:]

    mutating func add(_ call: Call, at place: Int) {
      all.places.append(place)
      byName[call.name, default: Queue()].places.append(place)
      byID[call.id, default: Queue()].places.append(place)
      if let original = call.original, original != call.id { byID[original, default: Queue()].places.append(place) }
    }

    mutating func answer(_ call: Call) {
      if let original = call.original, answered[original] == nil { answered[original] = call.id }
    }

    mutating func next(_ wanted: Wanted, _ isOpen: (Int) -> Bool) -> Int? {
      switch wanted {
      case .id(let id): Self.next(in: &byID[id, default: Queue()], isOpen)
      case .name(let name): Self.next(in: &byName[name, default: Queue()], isOpen)
      case .any: Self.next(in: &all, isOpen)
      }
    }

    private static func next(in queue: inout Queue, _ isOpen: (Int) -> Bool) -> Int? {
      while queue.next < queue.places.count {
        let place = queue.places[queue.next]
        if isOpen(place) { return place }
        queue.next += 1
      }
      return nil
    }
  }
}
