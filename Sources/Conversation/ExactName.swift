import Wire

/// A name that is another one if any of its bytes differ, as every API has it.
///
/// Swift takes the two spellings of "é", one scalar or two, for equal strings.
public struct ExactName: Sendable, Hashable, CustomStringConvertible {
  /// The name.
  public let text: String

  /// Makes a name.
  public init(_ text: String) {
    var text = text
    // So that its bytes can be compared and hashed all at once.
    text.makeContiguousUTF8()
    self.text = text
  }

  /// The name as it is.
  public var description: String { text }

  /// Whether both have the same bytes.
  public static func == (left: ExactName, right: ExactName) -> Bool { left.text.hasSameBytes(as: right.text) }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) {
    text.utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
