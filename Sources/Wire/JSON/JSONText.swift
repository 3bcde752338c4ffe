/// The text of a string: made, or as it stands in a document, which nobody need read to write it again.
///
/// Most of a request is text that passes from one body into another. What is written is the same either way.
public struct JSONText: Sendable {
  private enum Source: Sendable {
    case made(String)
    /// A string value.
    case written(JSON)
  }

  private let source: Source

  /// Takes a text.
  public init(_ text: String) { source = .made(text) }

  /// Takes the text of a string value; nil for values of other kinds.
  public init?(_ json: JSON) {
    guard json.isString else { return nil }
    source = .written(json)
  }

  /// The text; read anew each time where it stands in a document.
  public var string: String {
    switch source {
    case .made(let text): text
    case .written(let json): json.string ?? ""
    }
  }

  /// Whether it has no characters.
  public var isEmpty: Bool {
    switch source {
    case .made(let text): text.isEmpty
    // Between its quotes; no escape stands for nothing.
    case .written(let json): json.byteCount <= 2
    }
  }

  /// The first byte of the text that is not among `bytes`, all of them ASCII; nil where there is none.
  public func firstByte(notIn bytes: [UInt8]) -> UInt8? {
    guard case .written(let json) = source, json.isSpelledAsWritten else {
      return string.utf8.first { !bytes.contains($0) }
    }
    return json.withBytes { text in
      var position = 1
      while position < text.count - 1 {
        var byte = text[position]
        if byte == UInt8(ascii: "\\") {
          position += 1
          byte = JSONEscapes.meaning(of: text[position])
        }
        guard bytes.contains(byte) else { return byte }
        position += 1
      }
      return nil
    }
  }

  /// The string in its quotes, as the writer would write it; nil where that is not how it stands in its document.
  var written: JSON? {
    guard case .written(let json) = source, json.isSpelledAsWritten else { return nil }
    return json
  }
}

extension [JSONText] {
  /// The texts with `separator` between them; the only one stays as it is.
  public func joinedTexts(by separator: String) -> JSONText {
    count == 1 ? self[0] : JSONText(map(\.string).joined(separator: separator))
  }
}

extension JSONWriter {
  /// Writes a string, escaped.
  public mutating func string(_ text: JSONText) {
    if let written = text.written { string(asWritten: written) } else { string(text.string) }
  }

  /// Writes a name and its value.
  public mutating func member(_ name: StaticString, _ value: JSONText) {
    key(name)
    string(value)
  }
}

extension JSON {
  /// The object that `text` is; nil for any other text, which is mostly seen at its first character.
  public init?(objectIn text: JSONText) {
    let whitespace: [UInt8] = [0x20, 0x0A, 0x0D, 0x09]
    guard text.firstByte(notIn: whitespace) == UInt8(ascii: "{") else { return nil }
    self.init(objectIn: text.string)
  }
}
