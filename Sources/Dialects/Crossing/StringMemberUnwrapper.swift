import Wire

/// Takes the text out of `{"input": "text"}` while it arrives, however it is cut.
///
/// What does not have that form is given out as it came, at the end: a model that ignores the schema still gets its
/// text through.
struct StringMemberUnwrapper: Sendable {
  private enum State: Sendable {
    /// Before the string: how many of `opening`'s tokens have been met.
    case opening(tokens: Int)
    case inside
    /// Behind a backslash, with the escape's bytes so far.
    case escape([UInt8])
    /// The string has ended; the rest is the closing brace.
    case closed
    /// Not of this form: everything is kept for `finish`.
    case foreign
  }

  /// What stands before the text, one byte a token except for the name; white space may stand between.
  private static let opening: [[UInt8]] = [
    Array("{".utf8), Array("\"\(ToolLowering.inputProperty)\"".utf8), Array(":".utf8), Array("\"".utf8),
  ]

  private var state = State.opening(tokens: 0)
  /// How much of the token after those has been met.
  private var matched = 0
  private var collected: [UInt8] = []
  private var pendingSurrogate: UInt16?
  private var output: [UInt8] = []

  /// The text that `piece` adds.
  mutating func feed(_ piece: String) -> String {
    for byte in piece.utf8 { step(byte) }
    return drain()
  }

  /// What is left at the end.
  mutating func finish() -> String {
    switch state {
    case .opening, .foreign:
      let text = String(decoding: collected, as: UTF8.self)
      guard let value = try? JSON(parsing: collected) else { return text }
      // The text itself as a JSON string, or under another name.
      if let bare = value.string { return bare }
      var members = value.members.makeIterator()
      guard let only = members.next()?.value.string, members.next() == nil else { return text }
      return only
    case .inside, .escape, .closed:
      flushSurrogate()
      return drain()
    }
  }

  private mutating func drain() -> String {
    guard !output.isEmpty else { return "" }
    defer { output.removeAll(keepingCapacity: true) }
    return String(decoding: output, as: UTF8.self)
  }

  private mutating func step(_ byte: UInt8) {
    switch state {
    case .opening(let tokens): open(byte, tokens)
    case .inside:
      if byte == UInt8(ascii: "\\") {
        state = .escape([])
        return
      }
      flushSurrogate()
      if byte == UInt8(ascii: "\"") { state = .closed } else { output.append(byte) }
    case .escape(var bytes):
      bytes.append(byte)
      state = unescape(bytes) ? .inside : .escape(bytes)
    case .closed: break
    case .foreign: collected.append(byte)
    }
  }

  private mutating func open(_ byte: UInt8, _ tokens: Int) {
    collected.append(byte)
    if matched == 0, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { return }
    let token = Self.opening[tokens]
    guard byte == token[matched] else {
      state = .foreign
      return
    }
    matched += 1
    guard matched == token.count else { return }
    matched = 0
    state = tokens + 1 == Self.opening.count ? .inside : .opening(tokens: tokens + 1)
  }

  /// Gives out what an escape (without its backslash) stands for; false while it is incomplete.
  private mutating func unescape(_ bytes: [UInt8]) -> Bool {
    guard let first = bytes.first else { return false }
    if first == UInt8(ascii: "u") {
      guard bytes.count == 5 else { return false }
      let unit = bytes.dropFirst().reduce(UInt16(0)) { value, digit in
        value << 4 | UInt16(Character(Unicode.Scalar(digit)).hexDigitValue ?? 0)
      }
      append(unit)
      return true
    }
    flushSurrogate()
    switch first {
    case UInt8(ascii: "n"): output.append(0x0A)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "r"): output.append(0x0D)
    case UInt8(ascii: "b"): output.append(0x08)
    case UInt8(ascii: "f"): output.append(0x0C)
    default: output.append(first)
    }
    return true
  }

  private mutating func append(_ unit: UInt16) {
    if let high = pendingSurrogate, unit & 0xFC00 == 0xDC00 {
      pendingSurrogate = nil
      output.append(contentsOf: String(decoding: [high, unit], as: UTF16.self).utf8)
      return
    }
    flushSurrogate()
    if unit & 0xFC00 == 0xD800 {
      pendingSurrogate = unit
    } else {
      output.append(contentsOf: String(decoding: [unit], as: UTF16.self).utf8)
    }
  }

  /// A first half whose second did not come.
  private mutating func flushSurrogate() {
    guard pendingSurrogate != nil else { return }
    pendingSurrogate = nil
    output.append(contentsOf: "\u{FFFD}".utf8)
  }
}
