/// Takes the members it is asked for out of an object and remembers what is left.
///
/// A member that is `null` counts as absent and stays among the rest, so that writing it back keeps it.
public struct ObjectReader: Sendable {
  /// The object as it was given.
  public let source: JSON
  private var taken = TakenMembers()

  /// Reads an object; a value of another kind reads as an object without members.
  public init(_ source: JSON) { self.source = source }

  /// The value of a member, marked as understood.
  ///
  /// Of duplicates the last counts and all are marked.
  public mutating func take(_ name: StaticString) -> JSON? { take(name, as: { $0 }) }

  /// The value of a member without marking it.
  public func peek(_ name: StaticString) -> JSON? {
    guard let value = source[name], !value.isNull else { return nil }
    return value
  }

  /// Marks a member as understood whatever it holds, null included.
  public mutating func discard(_ name: StaticString) {
    source.forEachMember(named: name) { position, _ in taken.insert(position) }
  }

  /// Takes a member that is a string; nil, and left, otherwise.
  public mutating func takeString(_ name: StaticString) -> String? { take(name, as: { $0.string }) }

  /// Takes a member that is a string, unread; nil, and left, otherwise.
  public mutating func takeText(_ name: StaticString) -> JSONText? { take(name, as: { JSONText($0) }) }

  /// Takes a member that is an integral number; nil, and left, otherwise.
  public mutating func takeInt(_ name: StaticString) -> Int? { take(name, as: { $0.int }) }

  /// Takes a member that is a number, as written; nil, and left, otherwise.
  public mutating func takeNumber(_ name: StaticString) -> JSONNumber? { take(name, as: { $0.number }) }

  /// Takes a member that is true or false; nil, and left, otherwise.
  public mutating func takeBool(_ name: StaticString) -> Bool? { take(name, as: { $0.bool }) }

  /// Marks a member, duplicates too, where the last one's value is what is wanted.
  @inline(__always)
  private mutating func take<Value>(_ name: StaticString, as read: (JSON) -> Value?) -> Value? {
    var (last, place, count) = (0, 0, 0)
    source.forEachMember(named: name) { position, value in
      (last, place) = (value, position)
      count += 1
    }
    guard count > 0, !source.isNull(at: last), let value = read(source.value(at: last)) else { return nil }
    if count == 1 {
      taken.insert(place)
    } else {
      source.forEachMember(named: name) { position, value in
        if !source.isNull(at: value) { taken.insert(position) }
      }
    }
    return value
  }

  /// Which members were taken, and the object they were taken from.
  public var residue: ObjectResidue { ObjectResidue(source: source, taken: taken) }
}

/// An object some of whose members have been understood.
public struct ObjectResidue: Sendable {
  /// The object as it was given.
  public let source: JSON
  private(set) var taken: TakenMembers

  init(source: JSON, taken: TakenMembers) {
    self.source = source
    self.taken = taken
  }

  /// Counts the members of that name as understood.
  public mutating func take(_ name: StaticString) {
    var position = 0
    for member in source.members {
      if member.isNamed(name) { taken.insert(position) }
      position += 1
    }
  }

  /// The members nobody understood, in order.
  public var rest: [JSONMember] {
    var rest: [JSONMember] = []
    var position = 0
    source.document.forEachMember(of: source.index) { key, _ in
      if !taken.contains(position) { rest.append(JSONMember(document: source.document, keyIndex: key)) }
      position += 1
      return true
    }
    return rest
  }

  /// Whether every member was understood.
  public var isEmpty: Bool {
    var (position, isEmpty) = (0, true)
    source.document.forEachMember(of: source.index) { _, _ in
      isEmpty = taken.contains(position)
      position += 1
      return isEmpty
    }
    return isEmpty
  }

  /// Whether a member of that position in `source` was understood.
  public func isTaken(at position: Int) -> Bool { taken.contains(position) }
}

/// Positions of members; the first 64 cost no memory.
struct TakenMembers: Sendable {
  private var low: UInt64 = 0
  private var high: Set<Int> = []

  mutating func insert(_ position: Int) {
    if position < 64 { low |= 1 << UInt64(position) } else { high.insert(position) }
  }

  func contains(_ position: Int) -> Bool {
    position < 64 ? low & (1 << UInt64(position)) != 0 : high.contains(position)
  }
}
