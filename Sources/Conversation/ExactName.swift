/// A name that is another one if any of its bytes differ, as every API has it.
///
/// Swift takes the two spellings of "é", one scalar or two, for equal strings.
public struct ExactName: Sendable, Hashable, CustomStringConvertible {
  /// The name.
  public let text: String

  /// Makes a name.
  public init(_ text: String) { self.text = text }

  /// The name as it is.
  public var description: String { text }

  /// Whether both have the same bytes.
  public static func == (left: ExactName, right: ExactName) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}
