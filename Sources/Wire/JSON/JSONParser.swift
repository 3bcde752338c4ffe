/// Bytes to tape.
///
/// Iterative, so that nesting costs memory bounded by `limits.depth` and no stack.
enum JSONParser {
  static func parse(_ bytes: [UInt8], limits: JSONLimits) throws(JSONError) -> JSONDocument {
    guard bytes.count <= min(limits.size, Int(UInt32.max) - 1) else { throw JSONError(.tooLarge, at: 0) }
    var nodes: [JSONNode] = []
    nodes.reserveCapacity(bytes.count / 12 + 8)
    let outcome = bytes.withUnsafeBytes { buffer -> Result<Bool, JSONError> in
      var scanner = Scanner(bytes: buffer, depth: limits.depth)
      do throws(JSONError) {
        try scanner.scan(into: &nodes)
        return .success(scanner.sawWhitespace)
      } catch {
        return .failure(error)
      }
    }
    return JSONDocument(bytes: bytes, nodes: nodes, hasWhitespace: try outcome.get())
  }

  struct Scanner {
    let bytes: UnsafeRawBufferPointer
    let depth: Int
    private(set) var position: Int
    private(set) var sawWhitespace = false

    init(bytes: UnsafeRawBufferPointer, depth: Int, from position: Int = 0) {
      self.bytes = bytes
      self.depth = depth
      self.position = position
    }

    mutating func scan(into nodes: inout [JSONNode]) throws(JSONError) {
      // Tape indices of the open containers.
      var open: [Int] = []
      var expectsKey = false
      skipWhitespace()
      while true {
        if expectsKey {
          guard let byte = peek() else { throw JSONError(.unexpectedEnd, at: position) }
          guard byte == UInt8(ascii: "\"") else { throw JSONError(.unexpectedByte, at: position) }
          try string(into: &nodes)
          skipWhitespace()
          try expect(UInt8(ascii: ":"))
          skipWhitespace()
          expectsKey = false
        }
        guard let byte = peek() else { throw JSONError(.unexpectedEnd, at: position) }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          let isObject = byte == UInt8(ascii: "{")
          guard open.count < depth else { throw JSONError(.tooDeep, at: position) }
          let index = nodes.count
          nodes.append(node(isObject ? .object : .array, from: position, to: position))
          position += 1
          skipWhitespace()
          guard peek() == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
            open.append(index)
            expectsKey = isObject
            continue
          }
          position += 1
          close(index, &nodes)
        case UInt8(ascii: "\""): try string(into: &nodes)
        case UInt8(ascii: "t"): try literal("true", .true, &nodes)
        case UInt8(ascii: "f"): try literal("false", .false, &nodes)
        case UInt8(ascii: "n"): try literal("null", .null, &nodes)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number(into: &nodes)
        default: throw JSONError(.unexpectedByte, at: position)
        }
        // A value is complete: close what it closes, or go on to the next.
        while true {
          skipWhitespace()
          guard let container = open.last else {
            guard position == bytes.count else { throw JSONError(.trailingBytes, at: position) }
            return
          }
          guard let byte = peek() else { throw JSONError(.unexpectedEnd, at: position) }
          let isObject = nodes[container].kind == .object
          if byte == UInt8(ascii: ",") {
            position += 1
            skipWhitespace()
            expectsKey = isObject
            break
          }
          guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
            throw JSONError(.unexpectedByte, at: position)
          }
          position += 1
          open.removeLast()
          close(container, &nodes)
        }
      }
    }

    private func peek() -> UInt8? {
      position < bytes.count ? bytes[position] : nil
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
      guard let found = peek() else { throw JSONError(.unexpectedEnd, at: position) }
      guard found == byte else { throw JSONError(.unexpectedByte, at: position) }
      position += 1
    }

    @inline(__always)
    private mutating func skipWhitespace() {
      // What machines write has none.
      guard position < bytes.count, bytes[position] <= 0x20 else { return }
      let start = position
      while position < bytes.count {
        switch bytes[position] {
        case 0x20, 0x0A, 0x0D, 0x09: position += 1
        default:
          if position != start { sawWhitespace = true }
          return
        }
      }
      if position != start { sawWhitespace = true }
    }

    private func node(_ kind: JSONKind, from start: Int, to end: Int, escapes: Bool = false) -> JSONNode {
      JSONNode(
        start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end), next: 0, kind: kind,
        hasEscapes: escapes)
    }

    private func append(_ node: JSONNode, to nodes: inout [JSONNode]) {
      var node = node
      node.next = UInt32(truncatingIfNeeded: nodes.count + 1)
      nodes.append(node)
    }

    private func close(_ index: Int, _ nodes: inout [JSONNode]) {
      nodes[index].end = UInt32(truncatingIfNeeded: position)
      nodes[index].next = UInt32(truncatingIfNeeded: nodes.count)
    }

    private mutating func literal(_ text: StaticString, _ kind: JSONKind, _ nodes: inout [JSONNode]) throws(JSONError) {
      let start = position
      for offset in 0..<text.utf8CodeUnitCount {
        guard let byte = peek() else { throw JSONError(.unexpectedEnd, at: position) }
        guard byte == text.utf8Start[offset] else { throw JSONError(.unexpectedByte, at: position) }
        position += 1
      }
      append(node(kind, from: start, to: position), to: &nodes)
    }

    private mutating func number(into nodes: inout [JSONNode]) throws(JSONError) {
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

    private mutating func string(into nodes: inout [JSONNode]) throws(JSONError) {
      position += 1
      let start = position
      let escapes = try text()
      append(node(.string, from: start, to: position, escapes: escapes), to: &nodes)
      position += 1
    }

    /// Over the text of a string, up to its closing quote; tells whether it holds escapes.
    @inline(__always)
    mutating func text() throws(JSONError) -> Bool {
      var escapes = false
      while true {
        position = bytes.endOfPlainText(from: position)
        guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
        switch bytes[position] {
        case UInt8(ascii: "\""): return escapes
        case UInt8(ascii: "\\"):
          escapes = true
          try escape()
        case 0x80...: try multibyteText()
        default: throw JSONError(.invalidString, at: position)
        }
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

    @inline(__always)
    private mutating func escape() throws(JSONError) {
      // Code as text has one of these every few bytes.
      if position + 1 < bytes.count, JSONEscapes.isShort(bytes[position + 1]) {
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
