/// Bytes to tape.
///
/// Iterative, so that nesting costs memory bounded by `limits.depth` and no stack.
enum JSONParser {
  static func parse(_ bytes: [UInt8], limits: JSONLimits) throws(JSONError) -> JSONDocument {
    guard bytes.count <= min(limits.size, Int(UInt32.max) - 1) else { throw JSONError(.tooLarge, at: 0) }
    let (nodes, hasWhitespace) = try bytes.withUnsafeBytes { buffer -> Result<([JSONNode], Bool), JSONError> in
      var scanner = Scanner(bytes: buffer, depth: limits.depth)
      do throws(JSONError) {
        return .success((try scanner.tape(), scanner.sawWhitespace))
      } catch {
        return .failure(error)
      }
    }.get()
    return JSONDocument(bytes: bytes, nodes: nodes, hasWhitespace: hasWhitespace)
  }

  /// The nodes read so far, in memory that holds more: an array would be asked at every node whether it does.
  struct Tape {
    private let nodes: UnsafeMutableBufferPointer<JSONNode>
    private(set) var count: Int

    /// Goes on behind the first `count` nodes.
    init(_ nodes: UnsafeMutableBufferPointer<JSONNode>, count: Int) {
      self.nodes = nodes
      self.count = count
    }

    /// Whether so many more fit.
    @inline(__always)
    func hasRoom(for more: Int) -> Bool { nodes.count &- count >= more }

    /// Adds a node; there must be room.
    @inline(__always)
    mutating func append(_ node: JSONNode) {
      nodes.initializeElement(at: count, to: node)
      count &+= 1
    }

    /// A node that was added.
    @inline(__always)
    subscript(index: Int) -> JSONNode {
      get { nodes[index] }
      nonmutating set { nodes[index] = newValue }
    }
  }

  struct Scanner {
    let bytes: UnsafeRawBufferPointer
    let depth: Int
    private(set) var position: Int
    private(set) var sawWhitespace = false
    /// Tape indices of the open containers.
    private var open: [Int] = []
    /// Whether the string being read has escapes that the writer would spell in another way.
    private var hasOddEscapes = false
    /// Whether a member's name comes next.
    private var expectsKey = false

    init(bytes: UnsafeRawBufferPointer, depth: Int, from position: Int = 0) {
      self.bytes = bytes
      self.depth = depth
      self.position = position
    }

    /// The whole document.
    fileprivate mutating func tape() throws(JSONError) -> [JSONNode] {
      skipWhitespace()
      var nodes: [JSONNode] = []
      var isComplete: Result<Bool, JSONError> = .success(false)
      // One byte in twelve begins a node in most bodies; where more do, the tape grows.
      var capacity = bytes.count / 12 + 8
      while try !isComplete.get() {
        let known = nodes
        nodes = [JSONNode](unsafeUninitializedCapacity: capacity) { room, count in
          count = room.prefix(known.count).initialize(fromContentsOf: known)
          var tape = Tape(room, count: count)
          do throws(JSONError) {
            isComplete = .success(try scan(into: &tape))
          } catch {
            isComplete = .failure(error)
          }
          count = tape.count
        }
        capacity *= 2
      }
      return nodes
    }

    /// Reads on; tells whether the document is complete, or else the tape is full.
    private mutating func scan(into nodes: inout Tape) throws(JSONError) -> Bool {
      guard let text = Text(bytes) else { throw JSONError(.unexpectedEnd, at: position) }
      // A member's name and its value are the most that come before it is asked again.
      while nodes.hasRoom(for: 2) {
        if expectsKey {
          guard let byte = text[position] else { throw JSONError(.unexpectedEnd, at: position) }
          guard byte == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: position) }
          try string(in: text, into: &nodes)
          skipWhitespace(in: text)
          guard let colon = text[position] else { throw JSONError(.unexpectedEnd, at: position) }
          guard colon == UInt8(ascii: ":") else { throw JSONError(.unexpectedByte, at: position) }
          position &+= 1
          skipWhitespace(in: text)
          expectsKey = false
        }
        guard let byte = text[position] else { throw JSONError(.unexpectedEnd, at: position) }
        switch byte {
        case UInt8(ascii: "\""): try string(in: text, into: &nodes)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          let isObject = byte == UInt8(ascii: "{")
          guard open.count < depth else { throw JSONError(.tooDeep, at: position) }
          let index = nodes.count
          nodes.append(node(isObject ? .object : .array, from: position, to: position))
          position &+= 1
          skipWhitespace(in: text)
          guard text[position] == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
            open.append(index)
            expectsKey = isObject
            continue
          }
          position &+= 1
          close(index, &nodes)
        case UInt8(ascii: "t"): try literal("true", .true, &nodes)
        case UInt8(ascii: "f"): try literal("false", .false, &nodes)
        case UInt8(ascii: "n"): try literal("null", .null, &nodes)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number(into: &nodes)
        default: throw JSONError(.unexpectedByte, at: position)
        }
        // A value is complete: close what it closes, or go on to the next.
        while true {
          skipWhitespace(in: text)
          guard let container = open.last else {
            guard position == text.count else { throw JSONError(.trailingBytes, at: position) }
            return true
          }
          guard let byte = text[position] else { throw JSONError(.unexpectedEnd, at: position) }
          let isObject = nodes[container].kind == .object
          if byte == UInt8(ascii: ",") {
            position &+= 1
            skipWhitespace(in: text)
            expectsKey = isObject
            break
          }
          guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
            throw JSONError(.unexpectedByte, at: position)
          }
          position &+= 1
          open.removeLast()
          close(container, &nodes)
        }
      }
      return false
    }

    /// The bytes by where they are and how many: a buffer, which may be nowhere, is asked for both every time.
    private struct Text {
      private let start: UnsafeRawPointer
      let count: Int

      init?(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return nil }
        (self.start, count) = (start, bytes.count)
      }

      /// The byte at a place; nil behind the last.
      @inline(__always)
      subscript(position: Int) -> UInt8? {
        position < count ? start.load(fromByteOffset: position, as: UInt8.self) : nil
      }

      /// How many bytes of plain text, fifteen at most, stand at a place before a closing quote; nil where something else
      /// comes first.
      @inline(__always)
      func shortString(at position: Int) -> Int? {
        guard position <= count &- 16 else { return nil }
        let block = start.loadUnaligned(fromByteOffset: position, as: ByteBlock.self)
        guard let place = BlockPlaces(UnsafeRawBufferPointer.endsPlainText(block)).first,
          start.load(fromByteOffset: position &+ place, as: UInt8.self) == UInt8(ascii: "\"")
        else { return nil }
        return place
      }
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipWhitespace() {
      if let text = Text(bytes) { skipWhitespace(in: text) }
    }

    @inline(__always)
    private mutating func skipWhitespace(in text: Text) {
      // What machines write has none.
      guard let byte = text[position], byte <= 0x20 else { return }
      skipWhitespaceSlowly(in: text)
    }

    private mutating func skipWhitespaceSlowly(in text: Text) {
      while let byte = text[position], byte.isJSONWhitespace {
        position &+= 1
        sawWhitespace = true
      }
    }

    private func node(_ kind: JSONKind, from start: Int, to end: Int, escapes: Bool = false) -> JSONNode {
      JSONNode(
        start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end), next: 0, kind: kind,
        hasEscapes: escapes)
    }

    @inline(__always)
    private func append(_ node: JSONNode, to nodes: inout Tape) {
      var node = node
      node.next = UInt32(truncatingIfNeeded: nodes.count + 1)
      nodes.append(node)
    }

    @inline(__always)
    private func close(_ index: Int, _ nodes: inout Tape) {
      nodes[index].end = UInt32(truncatingIfNeeded: position)
      nodes[index].next = UInt32(truncatingIfNeeded: nodes.count)
    }

    private mutating func literal(_ text: StaticString, _ kind: JSONKind, _ nodes: inout Tape) throws(JSONError) {
      let start = position
      for offset in 0..<text.utf8CodeUnitCount {
        guard let byte = peek() else { throw JSONError(.unexpectedEnd, at: position) }
        guard byte == text.utf8Start[offset] else { throw JSONError(.unexpectedByte, at: position) }
        position += 1
      }
      append(node(kind, from: start, to: position), to: &nodes)
    }

    private mutating func number(into nodes: inout Tape) throws(JSONError) {
      let start = position
      if peek() == UInt8(ascii: "-") { position += 1 }
      guard let first = peek(), isDigit(first) else { throw JSONError(.invalidNumber, at: position) }
      if first == UInt8(ascii: "0") { position += 1 } else { digits() }
      if let next = peek(), isDigit(next) { throw JSONError(.invalidNumber, at: position) }
      if peek() == UInt8(ascii: ".") {
        position += 1
        guard let next = peek(), isDigit(next) else { throw JSONError(.invalidNumber, at: position) }
        digits()
      }
      if let byte = peek(), byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
        position += 1
        if let sign = peek(), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
        guard let next = peek(), isDigit(next) else { throw JSONError(.invalidNumber, at: position) }
        digits()
      }
      append(node(.number, from: start, to: position), to: &nodes)
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private mutating func digits() {
      while position < bytes.count, isDigit(bytes[position]) { position += 1 }
    }

    @inline(__always)
    private mutating func string(in text: Text, into nodes: inout Tape) throws(JSONError) {
      // Most strings are names.
      if let length = text.shortString(at: position &+ 1) {
        append(node(.string, from: position &+ 1, to: position &+ 1 &+ length), to: &nodes)
        position &+= length &+ 2
      } else {
        try longString(into: &nodes)
      }
    }

    private mutating func longString(into nodes: inout Tape) throws(JSONError) {
      position &+= 1
      let start = position
      hasOddEscapes = false
      var string = node(.string, from: start, to: start)
      string.hasEscapes = try text()
      string.hasOddEscapes = hasOddEscapes
      string.end = UInt32(truncatingIfNeeded: position)
      append(string, to: &nodes)
      position &+= 1
    }

    /// Over the text of a string, up to its closing quote; tells whether it holds escapes.
    @inline(__always)
    mutating func text() throws(JSONError) -> Bool {
      var escapes = false
      let (count, whole) = (bytes.count, bytes.count &- 16)
      // A copy of `position` that can stay in a register: this is most of the work of a scan.
      var next = position
      blocks: while next <= whole {
        var stops = BlockPlaces(UnsafeRawBufferPointer.endsPlainText(bytes.block(at: next)))
        var behind = next &+ 16
        // Code as text has an escape every few bytes, so all of a block are gone over at once.
        while let place = stops.first {
          let found = next &+ place
          position = found
          if bytes[found] == UInt8(ascii: "\"") { return escapes }
          guard bytes[found] == UInt8(ascii: "\\"), found &+ 1 < count, JSONEscapes.isUsual(bytes[found &+ 1]) else {
            if try special() { escapes = true }
            next = position
            continue blocks
          }
          escapes = true
          behind = Swift.max(behind, found &+ 2)
          stops.removeAll(before: place &+ 2)
        }
        next = behind
      }
      position = next
      while true {
        position = bytes.endOfPlainText(from: position)
        guard position < count else { throw JSONError(.unexpectedEnd, at: position) }
        if bytes[position] == UInt8(ascii: "\"") { return escapes }
        if try special() { escapes = true }
      }
    }

    /// Over what a string cannot simply run over, its closing quote aside; tells whether that is an escape.
    private mutating func special() throws(JSONError) -> Bool {
      switch bytes[position] {
      case UInt8(ascii: "\\"):
        try escape()
        return true
      case 0x80...:
        try multibyteText()
        return false
      default: throw JSONError(.invalidString, at: position)
      }
    }

    /// Over a run of characters outside ASCII.
    private mutating func multibyteText() throws(JSONError) {
      while position < bytes.count, bytes[position] >= 0x80 {
        guard let length = UTF8Sequence.length(at: position, in: bytes) else {
          throw JSONError(.invalidUTF8, at: position)
        }
        position += length
      }
    }

    private mutating func escape() throws(JSONError) {
      if position + 1 < bytes.count, JSONEscapes.isUsual(bytes[position + 1]) {
        position += 2
        return
      }
      hasOddEscapes = true
      if position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "/") {
        position += 2
      } else {
        try longEscape()
      }
    }

    private mutating func longEscape() throws(JSONError) {
      let start = position
      position += 1
      guard let byte = peek() else { throw JSONError(.unexpectedEnd, at: position) }
      guard byte == UInt8(ascii: "u") else { throw JSONError(.invalidEscape, at: start) }
      position += 1
      for _ in 0..<4 {
        guard let digit = peek() else { throw JSONError(.unexpectedEnd, at: position) }
        guard JSONEscapes.hexValue(digit) != nil else { throw JSONError(.invalidEscape, at: start) }
        position += 1
      }
    }
  }
}

/// Well-formed UTF-8 sequences (Unicode 15, table 3-7).
enum UTF8Sequence {
  /// The length of the well-formed multi-byte sequence at `position`, or nil.
  static func length(at position: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
    func continues(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
      let index = position + offset
      return index < bytes.count && range.contains(bytes[index])
    }
    switch bytes[position] {
    case 0xC2...0xDF: return continues(1) ? 2 : nil
    case 0xE0: return continues(1, 0xA0...0xBF) && continues(2) ? 3 : nil
    case 0xE1...0xEC, 0xEE...0xEF: return continues(1) && continues(2) ? 3 : nil
    case 0xED: return continues(1, 0x80...0x9F) && continues(2) ? 3 : nil
    case 0xF0: return continues(1, 0x90...0xBF) && continues(2) && continues(3) ? 4 : nil
    case 0xF1...0xF3: return continues(1) && continues(2) && continues(3) ? 4 : nil
    case 0xF4: return continues(1, 0x80...0x8F) && continues(2) && continues(3) ? 4 : nil
    default: return nil
    }
  }
}
