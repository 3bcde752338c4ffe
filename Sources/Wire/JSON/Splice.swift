/// Replaces ranges of a body and leaves every other byte as it is.
public struct Splice: Sendable {
  /// Ranges and what stands there instead; an empty range inserts.
  public private(set) var edits: [(range: Range<Int>, replacement: [UInt8])] = []

  /// Starts without edits.
  public init() {}

  /// Whether there are none.
  public var isEmpty: Bool { edits.isEmpty }

  /// Adds an edit.
  ///
  /// Ranges must not overlap.
  public mutating func replace(_ range: Range<Int>, with replacement: [UInt8]) {
    edits.append((range, replacement))
  }

  /// The pieces of the edited body, in order, handed to `emit`.
  public func apply(to bytes: UnsafeRawBufferPointer, _ emit: (UnsafeRawBufferPointer) -> Void) {
    var position = 0
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      guard edit.range.lowerBound >= position, edit.range.upperBound <= bytes.count else { continue }
      emit(UnsafeRawBufferPointer(rebasing: bytes[position..<edit.range.lowerBound]))
      edit.replacement.withUnsafeBytes(emit)
      position = edit.range.upperBound
    }
    emit(UnsafeRawBufferPointer(rebasing: bytes[position..<bytes.count]))
  }

  /// The edited body.
  public func applied(to bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + edits.reduce(0) { $0 + $1.replacement.count })
    apply(to: bytes) { output.append(contentsOf: $0) }
    return output
  }
}
