/// A small generator whose sequence follows from its seed (SplitMix64), so that a failure can be repeated.
public struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// Starts the sequence of a seed.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number of the range, all equally likely.
  public mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
  /// True in so many of a hundred calls.
  public mutating func chance(_ percent: Int) -> Bool { int(1...100) <= percent }
  /// One of the elements; nil if there are none.
  public mutating func pick<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &self) }
}

/// Writes JSON documents with everything that is legal: white space, escapes, surrogates, odd numbers, duplicates.
public struct DocumentGenerator {
  /// Where its choices come from.
  public var random: SeededGenerator
  /// Foundation knows no order and keeps one of two equal keys, so comparisons with it leave them out.
  public var hasDuplicates = false

  /// Starts the documents of a seed.
  public init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  /// Any value, with white space around it.
  public mutating func document() -> String { space() + value(depth: 0) + space() }

  /// An object, with white space around it.
  public mutating func object() -> String { space() + object(depth: 0) + space() }

  private mutating func value(depth: Int) -> String {
    switch random.int(0...(depth > 5 ? 4 : 7)) {
    case 0: random.pick(["true", "false", "null"]) ?? "null"
    case 1: number()
    case 2...4: string()
    case 5: array(depth: depth)
    default: object(depth: depth)
    }
  }

  private mutating func array(depth: Int) -> String {
    var text = "[" + space()
    for index in 0..<random.int(0...5) {
      text += (index > 0 ? "," + space() : "") + value(depth: depth + 1) + space()
    }
    return text + "]"
  }

  private mutating func object(depth: Int) -> String {
    var text = "{" + space()
    for index in 0..<random.int(0...5) {
      let name = hasDuplicates && random.chance(20) ? "\"same\"" : "\"k\(index)" + string().dropFirst()
      text += (index > 0 ? "," + space() : "") + name + space() + ":" + space() + value(depth: depth + 1) + space()
    }
    return text + "}"
  }

  private mutating func space() -> String {
    random.chance(80) ? "" : random.pick([" ", "\n", "\t ", "\r\n", "   "]) ?? ""
  }

  private mutating func number() -> String {
    random.pick([
      "0", "-0", "1", "-1", "42", "1.0", "-12.5", "1e3", "1E-2", "1.5e+2", "123456789", "0.1", "9007199254740992",
      "4503599627370497", "2.50", "-0.0", "1e10",
    ]) ?? "0"
  }

  private mutating func string() -> String {
    var text = "\""
    for _ in 0..<random.int(0...12) {
      text +=
        random.pick([
          "a", "word ", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00", "é", "中文", "😀", "\\t", "\\b", "\\f",
          "\\r", "\\u0041", "{", "}", "[", "]", ",", ":", "a long run of plain characters", "e\u{301}", "\u{7F}",
        ]) ?? ""
    }
    return text + "\""
  }
}
