/// A piece of a stream that a writer sends again and again with other words: what stands before them and behind is made
/// once.
public struct RecurringFrame: Sendable {
  private let head: [UInt8]
  private let tail: [UInt8]

  /// Makes a frame of bytes that have an empty JSON string where the words go; `place` is its inside
  /// (`JSONWriter.emptyString`).
  public init(_ bytes: [UInt8], at place: Int) {
    let place = min(max(0, place), bytes.count)
    head = Array(bytes[..<place])
    tail = Array(bytes[place...])
  }

  /// Appends the frame with these words, escaped.
  public func append(_ words: String, to output: inout [UInt8]) {
    output.append(contentsOf: head)
    output.append(escaping: words)
    output.append(contentsOf: tail)
  }

  /// Appends the frame with these words, escaped, and behind it a number and `end`.
  public func append(_ words: String, number: Int, _ end: StaticString, to output: inout [UInt8]) {
    append(words, to: &output)
    output.append(digitsOf: number)
    end.withUTF8Buffer { output.append(contentsOf: $0) }
  }
}
