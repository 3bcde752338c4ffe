/// Tells which of a few known names a member has, without building a string and without trying them one by one.
public struct NameTable: Sendable {
  /// The names, one behind the other, and where each of them ends.
  private let text: [UInt8]
  private let ends: [Int]
  /// The place in `ends` of the name that belongs into a slot, or into the one before it that was taken; -1 for none.
  private let slots: [Int16]

  /// Makes a table of different names, 4096 at most.
  public init(_ names: [String]) {
    let names = names.prefix(4096)
    var size = 16
    while size < names.count * 4 { size *= 2 }
    var slots = [Int16](repeating: -1, count: size)
    var text: [UInt8] = []
    var ends: [Int] = []
    for (place, name) in names.enumerated() {
      var slot = Array(name.utf8).withUnsafeBytes { Self.slot(of: $0, size) }
      while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
      slots[slot] = Int16(place)
      text += name.utf8
      ends.append(text.count)
    }
    self.slots = slots
    self.text = text
    self.ends = ends
  }

  /// The place of a name in the list the table was made of; nil if it is not in it.
  public func place(of name: String) -> Int? {
    var name = name
    return name.withUTF8 { place(of: UnsafeRawBufferPointer($0)) }
  }

  func place(of name: UnsafeRawBufferPointer) -> Int? {
    text.withUnsafeBytes { text in
      var slot = Self.slot(of: name, slots.count)
      // A slot in four is taken, so this ends soon.
      while case let place = Int(slots[slot]), place >= 0 {
        let known = text[(place == 0 ? 0 : ends[place - 1])..<ends[place]]
        if UnsafeRawBufferPointer(rebasing: known).hasSameBytes(as: name) { return place }
        slot = (slot + 1) & (slots.count - 1)
      }
      return nil
    }
  }

  /// Where a name belongs in a table of `size` slots, which is a power of two.
  @inline(__always)
  private static func slot(of name: UnsafeRawBufferPointer, _ size: Int) -> Int {
    guard let first = name.first, let last = name.last else { return 0 }
    return (Int(first) &* 7 &+ Int(last) &* 31 &+ name.count) & (size - 1)
  }
}

extension JSONMember {
  /// Whether the name is one of the table's.
  public func isNamed(in table: NameTable) -> Bool { document.withName(keyIndex) { table.place(of: $0) } != nil }
}

extension JSON {
  /// Calls `body` with every member's value and the place of its name in `table`, nil for names that are not in it,
  /// until it returns false; never where this is no object.
  public func forEachMember(in table: NameTable, _ body: (_ name: Int?, _ value: JSON) -> Bool) {
    document.forEachMember(of: index) { key, value in
      body(document.withName(key) { table.place(of: $0) }, JSON(document: document, index: value))
    }
  }

  /// Calls `body` with the bytes of every member's name, unescaped, until it returns false; never where this is no
  /// object.
  public func forEachName(_ body: (_ name: UnsafeRawBufferPointer) -> Bool) {
    document.forEachMember(of: index) { key, _ in document.withName(key, body) }
  }

  /// Calls `body` with every member's value until it returns false; never where this is no object.
  public func forEachMember(_ body: (_ value: JSON) -> Bool) {
    document.forEachMember(of: index) { body(JSON(document: document, index: $1)) }
  }
}
