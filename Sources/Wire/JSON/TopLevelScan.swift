/// Where the members of a document's outermost object stand, found without building a tree.
///
/// Checks what it walks over (brackets, strings, commas), not numbers or escapes inside values: bodies that are only
/// passed on are the receiver's to judge.
public struct TopLevelScan: Sendable {
  /// One member.
  public struct Member: Sendable, Hashable {
    /// The name between its quotes, escapes as written.
    public var key: Range<Int>
    /// The value, quotes and brackets included.
    public var value: Range<Int>

    /// Makes a member of its two ranges.
    public init(key: Range<Int>, value: Range<Int>) {
      self.key = key
      self.value = value
    }

    /// Whether the name is `name`, however it is escaped.
    public func isNamed(_ name: String, in bytes: UnsafeRawBufferPointer) -> Bool {
      let written = bytes[key]
      guard written.contains(UInt8(ascii: "\\")) else { return written.elementsEqual(name.utf8) }
      let text = TopLevelScan.string((key.lowerBound - 1)..<(key.upperBound + 1), in: bytes)
      return text.map { $0.utf8.elementsEqual(name.utf8) } ?? false
    }
  }

  /// The object's members in order, duplicates included.
  public private(set) var members: [Member] = []
  /// The object, braces included.
  public private(set) var object: Range<Int> = 0..<0

  /// Scans an object that is the only thing in `bytes` but white space.
  public init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
    var cursor = Cursor(bytes: bytes, position: 0)
    cursor.skipWhitespace()
    let start = cursor.position
    members = try cursor.members()
    object = start..<cursor.position
    cursor.skipWhitespace()
    guard cursor.position == bytes.count else { throw JSONError(.trailingBytes, at: cursor.position) }
  }

  /// The members of the object that `range` of `bytes` is; nil if it is none.
  public static func members(of range: Range<Int>, in bytes: UnsafeRawBufferPointer) -> [Member]? {
    var cursor = Cursor(bytes: UnsafeRawBufferPointer(rebasing: bytes[..<range.upperBound]), position: range.lowerBound)
    return try? cursor.members()
  }

  /// The elements of the array that `range` of `bytes` is; nil if it is none.
  public static func elements(of range: Range<Int>, in bytes: UnsafeRawBufferPointer) -> [Range<Int>]? {
    var cursor = Cursor(bytes: UnsafeRawBufferPointer(rebasing: bytes[..<range.upperBound]), position: range.lowerBound)
    return try? cursor.elements()
  }

  /// The member of that name; the last of duplicates.
  public func member(_ name: StaticString, in bytes: UnsafeRawBufferPointer) -> Member? {
    Self.member(name, of: members, in: bytes)
  }

  /// The member of that name; the last of duplicates.
  public static func member(_ name: StaticString, of members: [Member], in bytes: UnsafeRawBufferPointer) -> Member? {
    members.last { $0.isNamed(name.description, in: bytes) }
  }

  /// The decoded text of a string value; nil for other kinds.
  public static func string(_ value: Range<Int>, in bytes: UnsafeRawBufferPointer) -> String? {
    guard value.count >= 2, bytes[value.lowerBound] == UInt8(ascii: "\"") else { return nil }
    return (try? JSON(parsing: Array(bytes[value])))?.string
  }

  /// Whether the value is the literal `true`.
  public static func isTrue(_ value: Range<Int>, in bytes: UnsafeRawBufferPointer) -> Bool {
    bytes[value].elementsEqual("true".utf8)
  }

  private struct Cursor {
    let bytes: UnsafeRawBufferPointer
    var position: Int

    mutating func skipWhitespace() {
      while position < bytes.count {
        switch bytes[position] {
        case 0x20, 0x0A, 0x0D, 0x09: position += 1
        default: return
        }
      }
    }

    private func peek() throws(JSONError) -> UInt8 {
      guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
      return bytes[position]
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
      guard try peek() == byte else { throw JSONError(.unexpectedByte, at: position) }
      position += 1
    }

    mutating func members() throws(JSONError) -> [Member] {
      var members: [Member] = []
      try expect(UInt8(ascii: "{"))
      skipWhitespace()
      if try peek() == UInt8(ascii: "}") {
        position += 1
        return members
      }
      while true {
        skipWhitespace()
        let key = try string()
        skipWhitespace()
        try expect(UInt8(ascii: ":"))
        let value = try value()
        members.append(Member(key: (key.lowerBound + 1)..<(key.upperBound - 1), value: value))
        skipWhitespace()
        if try peek() == UInt8(ascii: ",") {
          position += 1
          continue
        }
        try expect(UInt8(ascii: "}"))
        return members
      }
    }

    mutating func elements() throws(JSONError) -> [Range<Int>] {
      var elements: [Range<Int>] = []
      try expect(UInt8(ascii: "["))
      skipWhitespace()
      if try peek() == UInt8(ascii: "]") {
        position += 1
        return elements
      }
      while true {
        elements.append(try value())
        skipWhitespace()
        if try peek() == UInt8(ascii: ",") {
          position += 1
          continue
        }
        try expect(UInt8(ascii: "]"))
        return elements
      }
    }

    /// A string with its quotes.
    private mutating func string() throws(JSONError) -> Range<Int> {
      let start = position
      try expect(UInt8(ascii: "\""))
      try skipString()
      return start..<position
    }

    /// From behind an opening quote to behind the closing one.
    private mutating func skipString() throws(JSONError) {
      guard let end = bytes.endOfString(from: position) else { throw JSONError(.unexpectedEnd, at: bytes.count) }
      position = end
    }

    private mutating func value() throws(JSONError) -> Range<Int> {
      skipWhitespace()
      let start = position
      switch try peek() {
      case UInt8(ascii: "\""): _ = try string()
      case UInt8(ascii: "{"), UInt8(ascii: "["): try skipContainer()
      default:
        scalar: while position < bytes.count {
          switch bytes[position] {
          case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0A, 0x0D, 0x09: break scalar
          case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"):
            throw JSONError(.unexpectedByte, at: position)
          default: position += 1
          }
        }
        guard position > start else { throw JSONError(.unexpectedByte, at: position) }
      }
      return start..<position
    }

    /// Over a whole array or object.
    ///
    /// The kind of each open bracket is one bit of a word, spilled beyond 64 levels.
    private mutating func skipContainer() throws(JSONError) {
      var kinds: [UInt64] = []
      var current: UInt64 = 0
      var depth = 0
      // A copy of `position` that can stay in a register: this is most of the work of a scan.
      var next = position
      while next < bytes.count {
        let byte = bytes[next]
        next &+= 1
        switch byte {
        case UInt8(ascii: "\""):
          guard let end = bytes.endOfString(from: next) else { throw JSONError(.unexpectedEnd, at: bytes.count) }
          next = end
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          guard depth < 4096 else { throw JSONError(.tooDeep, at: next - 1) }
          if depth > 0, depth % 64 == 0 {
            kinds.append(current)
            current = 0
          }
          current = current << 1 | (byte == UInt8(ascii: "{") ? 1 : 0)
          depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          guard current & 1 == (byte == UInt8(ascii: "}") ? 1 : 0) else {
            throw JSONError(.unexpectedByte, at: next - 1)
          }
          current >>= 1
          depth -= 1
          if depth == 0 {
            position = next
            return
          }
          if depth % 64 == 0 { current = kinds.popLast() ?? 0 }
        default: break
        }
      }
      throw JSONError(.unexpectedEnd, at: bytes.count)
    }
  }
}
