/// One value of a document's tape.
///
/// For strings, `start ..< end` leaves the quotes out.
struct JSONNode {
  var start: UInt32
  var end: UInt32
  /// Index of the node after this value and everything in it.
  var next: UInt32
  var kind: JSONKind
  var hasEscapes: Bool
  /// Whether it is a string with escapes that the writer would spell in another way.
  var hasOddEscapes = false

  var length: Int { Int(end &- start) }
}

/// Parsed bytes and the tape of their values. An object's children are key, value, key, value, …
final class JSONDocument: Sendable {
  let bytes: [UInt8]
  private let nodes: [JSONNode]
  /// Whether there is white space outside strings, so that copying must compact.
  let hasWhitespace: Bool

  init(bytes: [UInt8], nodes: [JSONNode], hasWhitespace: Bool) {
    self.bytes = bytes
    self.nodes = nodes
    self.hasWhitespace = hasWhitespace
  }

  static let null = JSONDocument(
    bytes: Array("null".utf8),
    nodes: [JSONNode(start: 0, end: 4, next: 1, kind: .null, hasEscapes: false)], hasWhitespace: false)

  /// The node at a tape index; a null beyond the tape, which no view made by the parser reaches.
  @inline(__always)
  func node(_ index: Int) -> JSONNode {
    guard index >= 0, index < nodes.count else {
      return JSONNode(start: 0, end: 0, next: UInt32(clamping: index &+ 1), kind: .null, hasEscapes: false)
    }
    return nodes[index]
  }

  /// The bytes of a value, quotes included.
  func range(of node: JSONNode) -> Range<Int> {
    let quote = node.kind == .string ? 1 : 0
    let lower = max(0, Int(node.start) - quote)
    let upper = min(bytes.count, Int(node.end) + quote)
    return lower..<max(lower, upper)
  }

  private func inner(_ node: JSONNode) -> Range<Int> {
    let upper = min(bytes.count, Int(node.end))
    return min(Int(node.start), upper)..<upper
  }

  func slice(_ node: JSONNode) -> String {
    bytes.withUnsafeBufferPointer { String(decoding: UnsafeBufferPointer(rebasing: $0[inner(node)]), as: UTF8.self) }
  }

  func text(of node: JSONNode) -> String {
    guard node.hasEscapes else { return slice(node) }
    return bytes.withUnsafeBytes { JSONEscapes.decode(UnsafeRawBufferPointer(rebasing: $0[inner(node)])) }
  }

  /// A value and what is in it, as a document of its own.
  func cut(at index: Int) -> JSONDocument {
    let root = node(index)
    let source = range(of: root)
    let end = min(Int(root.next), nodes.count)
    guard index < end else { return .null }
    let (offset, first) = (UInt32(truncatingIfNeeded: source.lowerBound), UInt32(truncatingIfNeeded: index))
    let moved = nodes[index..<end].map { node in
      // Everything in a value stands behind its beginning, in the bytes and on the tape.
      JSONNode(
        start: node.start &- offset, end: node.end &- offset, next: node.next &- first, kind: node.kind,
        hasEscapes: node.hasEscapes, hasOddEscapes: node.hasOddEscapes)
    }
    return JSONDocument(bytes: Array(bytes[source]), nodes: moved, hasWhitespace: hasWhitespace)
  }

  /// Calls `body` with the position and the tape index of every member's value of that name of the object at `index`.
  @inline(__always)
  func forEachMember(of index: Int, named name: StaticString, _ body: (_ position: Int, _ value: Int) -> Void) {
    let object = node(index)
    guard object.kind == .object else { return }
    // Readers ask for a dozen names of each object, so the way to the tape and the bytes is gone only once.
    nodes.withUnsafeBufferPointer { nodes in
      bytes.withUnsafeBytes { bytes in
        name.withUTF8Buffer { name in
          let name = UnsafeRawBufferPointer(name)
          let end = min(Int(object.next), nodes.count)
          var cursor = index + 1
          var position = 0
          while cursor + 1 < end {
            if isName(nodes[cursor], name, in: bytes) { body(position, cursor + 1) }
            cursor = Int(nodes[cursor + 1].next)
            position += 1
          }
        }
      }
    }
  }

  @inline(__always)
  private func isName(
    _ key: JSONNode, _ name: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer
  ) -> Bool {
    guard !key.hasEscapes else {
      var text = text(of: key)
      return text.withUTF8 { UnsafeRawBufferPointer($0).hasSameBytes(as: name) }
    }
    // The parser has made the node of these bytes.
    let (start, end) = (Int(key.start), Int(key.end))
    guard end &- start == name.count, end <= bytes.count else { return false }
    return UnsafeRawBufferPointer(rebasing: bytes[start..<end]).hasSameBytes(as: name)
  }

  /// Calls `body` with the tape indices of every member's name and value of the object at `index` until it returns false.
  @inline(__always)
  func forEachMember(of index: Int, _ body: (_ key: Int, _ value: Int) -> Bool) {
    let object = node(index)
    guard object.kind == .object else { return }
    let end = min(Int(object.next), nodes.count)
    var cursor = index + 1
    while cursor + 1 < end, body(cursor, cursor + 1) { cursor = Int(nodes[cursor + 1].next) }
  }

  /// Hands the bytes of a member's name, unescaped, to `body`.
  @inline(__always)
  func withName<R>(_ key: Int, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    let node = node(key)
    guard !node.hasEscapes else {
      var text = text(of: node)
      return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
    let range = inner(node)
    return bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  /// Whether the string at a tape index is `text`; most names differ in length already.
  @inline(__always)
  func equals(at index: Int, _ text: StaticString) -> Bool {
    guard index >= 0, index < nodes.count else { return false }
    let node = nodes[index]
    return (node.hasEscapes || node.length == text.utf8CodeUnitCount) && equals(node, text)
  }

  func equals(_ node: JSONNode, _ text: StaticString) -> Bool {
    guard !node.hasEscapes else { return self.text(of: node).hasSameBytes(as: text.description) }
    let range = inner(node)
    return text.withUTF8Buffer { text in
      bytes.withUnsafeBytes {
        UnsafeRawBufferPointer(rebasing: $0[range]).hasSameBytes(as: UnsafeRawBufferPointer(text))
      }
    }
  }
}

/// Bounds on what is parsed.
public struct JSONLimits: Sendable {
  /// Nesting of arrays and objects.
  public var depth: Int
  /// Bytes; at most 4 GiB.
  public var size: Int

  /// Sets the bounds.
  public init(depth: Int = 512, size: Int = 1 << 30) {
    self.depth = depth
    self.size = size
  }

  /// The bounds used where none are given.
  public static let standard = JSONLimits()
}

/// Why text is not JSON, and at which byte.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong.
  public enum Kind: String, Sendable, Hashable {
    case unexpectedEnd = "unexpected end"
    case unexpectedByte = "unexpected character"
    case invalidNumber = "invalid number"
    case invalidString = "control character in a string"
    case invalidEscape = "invalid escape"
    case invalidUTF8 = "invalid UTF-8"
    case tooDeep = "nested too deeply"
    case tooLarge = "too large"
    case trailingBytes = "unexpected text after the value"
  }

  /// What is wrong.
  public var kind: Kind
  /// The byte it happened at, from 0.
  public var offset: Int

  /// Names an error and its place.
  public init(_ kind: Kind, at offset: Int) {
    self.kind = kind
    self.offset = offset
  }

  /// The error and its place as a lower-case sentence.
  public var description: String { "\(kind.rawValue) at byte \(offset)" }
}
