import Gateway
import Testing

/// When a gateway counts as idle, and that looking for it costs no more than it must.
@Suite struct IdlenessTests {
  /// What happens, and what is to come of it.
  enum Step: Sendable {
    /// An exchange ends with so many under way, so many begun ever; whether that asks for a look.
    case ended(active: Int, begun: UInt64, asks: Bool)
    case look(active: Int, begun: UInt64, Idleness.Verdict)
  }

  static let stories: [(about: String, steps: [Step])] = [
    (
      "work, then none: idle at the next look, and watched again after the next exchange",
      [
        .ended(active: 0, begun: 1, asks: true), .look(active: 0, begun: 1, .idle),
        .ended(active: 0, begun: 2, asks: true), .look(active: 0, begun: 2, .idle),
      ]
    ),
    (
      "only the last of several asks, and only where no look is due",
      [
        .ended(active: 3, begun: 4, asks: false), .ended(active: 0, begun: 4, asks: true),
        .ended(active: 0, begun: 5, asks: false), .ended(active: 0, begun: 6, asks: false),
        .look(active: 0, begun: 6, .recent), .ended(active: 0, begun: 7, asks: false),
        .look(active: 0, begun: 7, .recent), .look(active: 0, begun: 7, .idle),
      ]
    ),
    (
      "a look at work under way leaves the next to its end",
      [
        .ended(active: 0, begun: 1, asks: true), .look(active: 1, begun: 2, .busy),
        .ended(active: 0, begun: 2, asks: true), .look(active: 0, begun: 2, .idle),
      ]
    ),
  ]

  @Test(arguments: stories.indices) func `looks are few, and find what is`(index: Int) {
    var idleness = Idleness()
    for (number, step) in Self.stories[index].steps.enumerated() {
      switch step {
      case .ended(let active, let begun, let asks):
        let asked = idleness.ended(active: active, begun: begun)
        #expect(asked == asks, "\(Self.stories[index].about): step \(number)")
      case .look(let active, let begun, let expected):
        let verdict = idleness.look(active: active, begun: begun)
        #expect(verdict == expected, "\(Self.stories[index].about): step \(number)")
      }
    }
  }
}
