/// Writes compact JSON.
///
/// Commas are its business; the caller alternates keys and values.
public struct JSONWriter: Sendable {
  /// What is written so far.
  public private(set) var bytes: [UInt8]
  private var needsComma = false

  /// Starts with nothing written.
  public init() { bytes = [] }

  /// Starts with nothing written and room for so many bytes, for long texts that would be moved several times else.
  public init(capacity: Int) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  /// Gives up the bytes without copying them.
  public consuming func finish() -> [UInt8] { bytes }

  /// Writes a value, or what follows one, behind what `output` holds.
  ///
  /// The bytes move into the writer and back: held twice, they would be copied for every event of a stream.
  public static func append(to output: inout [UInt8], _ build: (inout JSONWriter) -> Void) {
    var writer = JSONWriter()
    swap(&writer.bytes, &output)
    build(&writer)
    swap(&writer.bytes, &output)
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  /// Writes an object whose members `body` writes.
  public mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
    separate()
    bytes.append(UInt8(ascii: "{"))
    needsComma = false
    try body(&self)
    bytes.append(UInt8(ascii: "}"))
    needsComma = true
  }

  /// Writes an array whose elements `body` writes.
  public mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
    separate()
    bytes.append(UInt8(ascii: "["))
    needsComma = false
    try body(&self)
    bytes.append(UInt8(ascii: "]"))
    needsComma = true
  }

  /// Writes a member's name, which must need no escape.
  public mutating func key(_ name: StaticString) {
    bytes.append(quoting: name, behindComma: needsComma, and: UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a member's name, escaped.
  public mutating func key(named name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a string, escaped.
  public mutating func string(_ text: String) {
    separate()
    quote(text)
  }

  /// Writes an empty string and tells where its text would stand, counted from the beginning of what is written.
  public mutating func emptyString() -> Int {
    string(static: "")
    return bytes.count - 1
  }

  /// Writes a string that needs no escape.
  public mutating func string(static text: StaticString) {
    bytes.append(quoting: text, behindComma: needsComma)
    needsComma = true
  }

  /// Copies a string value as it stands.
  mutating func string(asWritten json: JSON) {
    separate()
    json.withBytes { bytes.append(contentsOf: $0) }
  }

  /// Writes an integer.
  public mutating func int(_ value: Int) {
    separate()
    bytes.append(digitsOf: value)
  }

  /// Writes a number as it is spelled.
  public mutating func number(_ value: JSONNumber) {
    separate()
    bytes.append(contentsOf: value.lexeme.utf8)
  }

  /// Writes true or false.
  public mutating func bool(_ value: Bool) {
    separate()
    append(value ? "true" : "false")
  }

  /// Writes `null`.
  public mutating func null() {
    separate()
    append("null")
  }

  /// Copies a value as it was written, white space between tokens left out.
  public mutating func value(_ json: JSON) {
    separate()
    json.withBytes { source in
      if json.containsWhitespace { appendCompact(source) } else { bytes.append(contentsOf: source) }
    }
  }

  /// Appends text that is one whole JSON value already.
  public mutating func rawValue(_ text: some Sequence<UInt8>) {
    separate()
    bytes.append(contentsOf: text)
  }

  // MARK: - Members

  /// Writes a name and its value.
  public mutating func member(_ name: StaticString, _ value: String) {
    key(name)
    string(value)
  }

  /// Writes a name and a string that needs no escape.
  public mutating func member(_ name: StaticString, static value: StaticString) {
    key(name)
    string(static: value)
  }

  /// Writes a name and its value.
  public mutating func member(_ name: StaticString, _ value: Int) {
    key(name)
    int(value)
  }

  /// Writes a name and its value.
  public mutating func member(_ name: StaticString, _ value: Bool) {
    key(name)
    bool(value)
  }

  /// Writes a name and its value.
  public mutating func member(_ name: StaticString, _ value: JSONNumber) {
    key(name)
    number(value)
  }

  /// Writes a name and its value.
  public mutating func member(_ name: StaticString, _ value: JSON) {
    key(name)
    self.value(value)
  }

  /// Writes a name and `null`.
  public mutating func nullMember(_ name: StaticString) {
    key(name)
    null()
  }

  /// Writes a name and an object whose members `body` writes.
  public mutating func object(_ name: StaticString, _ body: (inout JSONWriter) throws -> Void) rethrows {
    key(name)
    try object(body)
  }

  /// Writes a name and an array whose elements `body` writes.
  public mutating func array(_ name: StaticString, _ body: (inout JSONWriter) throws -> Void) rethrows {
    key(name)
    try array(body)
  }

  // MARK: - Bytes

  private mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  private mutating func quote(_ text: String) {
    bytes.append(quoting: text)
  }

  private mutating func appendCompact(_ source: UnsafeRawBufferPointer) {
    var position = 0
    while position < source.count {
      let byte = source[position]
      if byte == UInt8(ascii: "\"") {
        let end = source.endOfString(from: position + 1) ?? source.count
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: source[position..<end]))
        position = end
        continue
      }
      if byte != 0x20, byte != 0x0A, byte != 0x0D, byte != 0x09 { bytes.append(byte) }
      position += 1
    }
  }
}
