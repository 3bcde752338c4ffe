/// A JSON array that grows by the elements of others, in place.
public struct JSONList: Sendable {
  /// The elements, separated by commas.
  private var bytes: [UInt8] = []

  /// Makes an empty array.
  public init() {}

  /// Makes an array of the same elements; empty for a value of another kind, and for nil.
  public init(_ array: JSON?) {
    if let array { append(elementsOf: array) }
  }

  /// Whether it has no elements.
  public var isEmpty: Bool { bytes.isEmpty }

  /// Adds the elements of an array; a value of another kind has none.
  public mutating func append(elementsOf array: JSON) {
    for element in array.elements {
      if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
      element.withBytes { bytes.append(contentsOf: $0) }
    }
  }

  /// The array as it is now; nil where it is empty.
  public var json: JSON? {
    guard !bytes.isEmpty else { return nil }
    return JSON { $0.rawValue([UInt8(ascii: "[")] + bytes + [UInt8(ascii: "]")]) }
  }
}
