import Wire

/// Events of blocks that began while another was open, in the order in which their blocks turned up.
struct WaitingBlocks {
  /// The most bytes of events that may wait.
  private static let limit = 16 * 1024 * 1024

  private var events: [Int: [JSON]] = [:]
  /// The blocks' indices; those before `next` have had their turn.
  private var order: [Int] = []
  private var next = 0
  private var size = 0

  /// Whether a block of that index waits.
  func holds(_ index: Int) -> Bool { events[index] != nil }

  /// Lets an event wait; returns whether there was room for it.
  mutating func add(_ event: JSON, of index: Int) -> Bool {
    size += event.byteCount
    guard size <= Self.limit else { return false }
    if events[index] == nil { order.append(index) }
    events[index, default: []].append(event)
    return true
  }

  /// Takes out the events of the block that has waited longest.
  mutating func takeFirst() -> [JSON]? {
    guard order.indices.contains(next), let first = events.removeValue(forKey: order[next]) else { return nil }
    next += 1
    for event in first { size -= event.byteCount }
    if events.isEmpty { (order, next) = ([], 0) }
    return first
  }
}
