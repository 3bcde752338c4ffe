/// A value inside a parsed JSON document: a view, not a copy.
///
/// The document keeps the bytes it was parsed from, so member order, number lexemes, string escapes and duplicate keys
/// survive; writing a view copies those bytes. Views are cheap to pass around and keep their document alive
/// (`detached()` cuts one loose). Format: RFC 8259.
public struct JSON: Sendable {
  let document: JSONDocument
  let index: Int

  init(document: JSONDocument, index: Int) {
    self.document = document
    self.index = index
  }

  /// Parses a whole document.
  ///
  /// - Throws: `JSONError` on malformed text, invalid UTF-8, nesting over `limits.depth` or anything after the value.
  public init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
    self.init(document: try JSONParser.parse(bytes, limits: limits), index: 0)
  }

  /// Parses the UTF-8 of a string.
  public init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), limits: limits)
  }

  /// The object that `text` is; nil for any other text, which is mostly seen at its first character.
  public init?(objectIn text: String) {
    guard text.utf8.first(where: { !$0.isJSONWhitespace }) == UInt8(ascii: "{") else { return nil }
    guard let value = try? JSON(parsing: text) else { return nil }
    self = value
  }

  /// The value that `build` writes; `null` if it writes no whole value.
  public init(_ build: (inout JSONWriter) -> Void) {
    var writer = JSONWriter(capacity: 256)
    build(&writer)
    if let value = try? JSON(parsing: writer.bytes) {
      self = value
    } else {
      self.init(document: .null, index: 0)
    }
  }
}

extension UInt8 {
  /// Whether JSON allows it anywhere between two tokens.
  public var isJSONWhitespace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}

/// What a JSON value is.
public enum JSONKind: UInt8, Sendable {
  case null, `true`, `false`, number, string, array, object
}

extension JSON {
  /// The value `null`.
  public static let null = JSON(document: .null, index: 0)
  /// `{}`.
  public static let emptyObject = JSON { $0.object { _ in } }

  /// A string value.
  public static func string(_ value: String) -> JSON { JSON { $0.string(value) } }

  private var node: JSONNode {
    @inline(__always) get { document.node(index) }
  }

  /// What the value is.
  public var kind: JSONKind { node.kind }
  /// Whether the value is `null`.
  public var isNull: Bool { node.kind == .null }
  /// Whether the value is an object.
  public var isObject: Bool { node.kind == .object }
  /// Whether the value is an array.
  public var isArray: Bool { node.kind == .array }
  /// Whether the value is a string.
  public var isString: Bool { node.kind == .string }

  /// The value of true or false, nil for other kinds.
  public var bool: Bool? {
    switch node.kind {
    case .true: true
    case .false: false
    default: nil
    }
  }

  /// The decoded text of a string, nil for other kinds.
  ///
  /// A lone surrogate escape becomes U+FFFD.
  public var string: String? {
    let node = node
    guard node.kind == .string else { return nil }
    return document.text(of: node)
  }

  /// Whether this is a string whose escapes are those the writer would choose.
  var isSpelledAsWritten: Bool { !node.hasOddEscapes }

  /// Whether this is a string equal to `text`, without building it where nothing is escaped.
  public func isString(_ text: StaticString) -> Bool {
    let node = node
    guard node.kind == .string else { return false }
    return document.equals(node, text)
  }

  /// Number as written.
  public var number: JSONNumber? {
    let node = node
    guard node.kind == .number else { return nil }
    return JSONNumber(lexeme: document.slice(node))
  }

  /// The value of an integral number (`3`, also `3.0` and `3e0`) that fits.
  public var int: Int? { number?.int }
  /// The value as a floating-point number; infinite beyond its range.
  public var double: Double? { number?.double }

  /// Elements of an array; empty for other kinds.
  public var elements: JSONElements { JSONElements(self) }
  /// Whether this is an array of one element.
  public var hasOneElement: Bool {
    var elements = elements.makeIterator()
    return elements.next() != nil && elements.next() == nil
  }
  /// Members of an object in order, duplicates included; empty for other kinds.
  public var members: JSONMembers { JSONMembers(self) }

  /// The member of that name, nil if absent or not an object; the last of duplicates.
  public subscript(key: StaticString) -> JSON? {
    var found: Int?
    forEachMember(named: key) { _, value in found = value }
    return found.map(value(at:))
  }

  /// Calls `body` with the position among the members, and the place on the tape, of every value of that name; never
  /// where this is no object.
  @inline(__always)
  func forEachMember(named name: StaticString, _ body: (_ position: Int, _ value: Int) -> Void) {
    document.forEachMember(of: index, named: name, body)
  }

  /// The value at a place on the tape that `forEachMember` told.
  func value(at place: Int) -> JSON { JSON(document: document, index: place) }

  /// Whether the value at that place is `null`.
  func isNull(at place: Int) -> Bool { document.node(place).kind == .null }

  /// The member of that name, nil if absent or not an object; the last of duplicates.
  public subscript(name key: String) -> JSON? {
    var found: JSON?
    for member in members where member.key.hasSameBytes(as: key) { found = member.value }
    return found
  }

  /// The bytes the value was parsed from.
  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    let range = document.range(of: node)
    return try document.bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  /// How many bytes the value takes as parsed.
  public var byteCount: Int { document.range(of: node).count }

  /// Compact JSON text of the value.
  public var text: String {
    var writer = JSONWriter()
    writer.value(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// The same value in a document of its own, so that the original's bytes can go.
  public func detached() -> JSON {
    JSON(document: document.cut(at: index), index: 0)
  }

  var containsWhitespace: Bool { document.hasWhitespace }
}

extension JSON: Equatable {
  /// Equal as values, including member order, number lexemes and duplicates; escapes and white space do not count.
  public static func == (left: JSON, right: JSON) -> Bool {
    guard left.kind == right.kind else { return false }
    switch left.kind {
    case .null, .true, .false: return true
    case .number: return left.number == right.number
    case .string: return (left.string ?? "").hasSameBytes(as: right.string ?? "")
    case .array:
      var others = right.elements.makeIterator()
      for element in left.elements {
        guard let other = others.next(), element == other else { return false }
      }
      return others.next() == nil
    case .object:
      var others = right.members.makeIterator()
      for member in left.members {
        guard let other = others.next(), member.key.hasSameBytes(as: other.key), member.value == other.value else {
          return false
        }
      }
      return others.next() == nil
    }
  }
}

extension String {
  /// Whether both are the same characters in the same encoding.
  ///
  /// `==` holds for canonically equivalent ones too, which are different names and values in JSON.
  public func hasSameBytes(as other: String) -> Bool {
    let isSame = utf8.withContiguousStorageIfAvailable { bytes in
      other.utf8.withContiguousStorageIfAvailable {
        UnsafeRawBufferPointer(bytes).hasSameBytes(as: UnsafeRawBufferPointer($0))
      }
    }
    // Only text that Foundation made on a Mac has no such storage.
    return isSame.flatMap { $0 } ?? utf8.elementsEqual(other.utf8)
  }
}

extension JSON: CustomStringConvertible {
  /// Compact JSON text.
  public var description: String { text }
}

/// A number as it was written.
public struct JSONNumber: Sendable, Hashable {
  /// The number as it stands in JSON text.
  public let lexeme: String

  /// Takes a number.
  public init(lexeme: String) { self.lexeme = lexeme }
  /// Takes a number.
  public init(_ value: Int) { lexeme = String(value) }

  /// The value as a floating-point number; infinite beyond its range.
  public var double: Double? { Double(lexeme) }

  /// The value where it is integral and fits.
  public var int: Int? {
    if let value = Int(lexeme) { return value }
    guard let value = Double(lexeme), value > -9e15, value < 9e15 else { return nil }
    return Int(exactly: value)
  }
}

extension JSONNumber: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  /// Takes a number from the source text.
  public init(integerLiteral value: Int) { self.init(value) }
  /// Takes a number from the source text.
  public init(floatLiteral value: Double) { lexeme = "\(value)" }
}

/// One member of an object.
public struct JSONMember: Sendable {
  let document: JSONDocument
  let keyIndex: Int
  /// The value of the member.
  public var value: JSON { JSON(document: document, index: keyIndex + 1) }
  /// The decoded name.
  public var key: String { document.text(of: document.node(keyIndex)) }

  /// Whether the name is `text`.
  public func isNamed(_ text: StaticString) -> Bool { document.equals(at: keyIndex, text) }
}

/// The elements of an array.
public struct JSONElements: Sequence, Sendable {
  private let base: JSON

  init(_ base: JSON) { self.base = base }

  /// Whether there are none.
  public var isEmpty: Bool { first == nil }
  /// The first of them, nil if there is none.
  public var first: JSON? {
    var iterator = makeIterator()
    return iterator.next()
  }
  /// How many there are, found by walking them.
  public var count: Int { reduce(0) { count, _ in count + 1 } }

  /// Walks them in order.
  public func makeIterator() -> Iterator { Iterator(base) }

  /// Walks the array.
  public struct Iterator: IteratorProtocol {
    private let document: JSONDocument
    private var cursor: Int
    private let end: Int

    init(_ base: JSON) {
      document = base.document
      cursor = base.index + 1
      end = base.isArray ? Int(base.document.node(base.index).next) : 0
    }

    /// The next one, nil behind the last.
    public mutating func next() -> JSON? {
      guard cursor < end else { return nil }
      defer { cursor = Int(document.node(cursor).next) }
      return JSON(document: document, index: cursor)
    }
  }
}

/// The members of an object, in order.
public struct JSONMembers: Sequence, Sendable {
  private let base: JSON

  init(_ base: JSON) { self.base = base }

  /// Whether there are none.
  public var isEmpty: Bool {
    var iterator = makeIterator()
    return iterator.next() == nil
  }
  /// How many there are, found by walking them.
  public var count: Int { reduce(0) { count, _ in count + 1 } }

  /// Walks them in order.
  public func makeIterator() -> Iterator { Iterator(base) }

  /// Walks the object.
  public struct Iterator: IteratorProtocol {
    private let document: JSONDocument
    private var cursor: Int
    private let end: Int

    init(_ base: JSON) {
      document = base.document
      cursor = base.index + 1
      end = base.isObject ? Int(base.document.node(base.index).next) : 0
    }

    /// The next one, nil behind the last.
    public mutating func next() -> JSONMember? {
      guard cursor < end else { return nil }
      defer { cursor = Int(document.node(cursor + 1).next) }
      return JSONMember(document: document, keyIndex: cursor)
    }
  }
}
