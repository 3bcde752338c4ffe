import Dialects
import Testing

@Suite struct UsageChunkFilterTests {
  private static func filter(_ text: String, piece: Int) -> String {
    let bytes = Array(text.utf8)
    var filter = UsageChunkFilter()
    var output: [UInt8] = []
    var position = 0
    while position < bytes.count {
      let end = min(bytes.count, position + piece)
      bytes[position..<end].withUnsafeBytes { filter.filter($0, into: &output) }
      position = end
    }
    filter.finish(into: &output)
    return String(decoding: output, as: UTF8.self)
  }

  private static let delta = #"data: {"id":"1","choices":[{"index":0,"delta":{"content":"hé"}}],"usage":null}"#
  private static let usage = #"data: {"id":"1","choices":[],"usage":{"prompt_tokens":3,"total_tokens":5}}"#
  private static let spaced = #"data:{"id":"1", "choices" : [ ], "usage" : {"prompt_tokens":3}}"#

  /// Events that go on, and those that do not.
  static let cases: [(name: String, kept: [String], hidden: [String])] = [
    ("the usage chunk", [delta, "data: [DONE]"], [usage]),
    ("one with spaces", [delta, "data: [DONE]"], [spaced]),
    ("nothing but deltas", [delta, delta, ": keep-alive", "data: [DONE]"], []),
    (
      "a prompt filter chunk has no choices and no usage",
      [#"data: {"choices":[],"prompt_filter_results":[],"usage":null}"#, #"data: {"choices":[]}"#], [usage]
    ),
    (
      "usage beside choices is the provider's own way",
      [#"data: {"choices":[{"index":0,"delta":{}}],"usage":{"total_tokens":5}}"#], [usage]
    ),
    (
      "text that talks about it",
      [#"data: {"choices":[{"delta":{"content":"\"choices\":[],\"usage\":{}"}}],"x":"\"choices\":[]"}"#], [usage]
    ),
    ("an error", [#"data: {"error":{"message":"usage"},"choices":[]}"#], []),
    ("events with names and comments", ["event: x\nid: 1\n\(delta)", ": c", "retry: 5"], ["event: x\n\(usage)"]),
    ("text that is no JSON", ["data: \"choices\":[] \"usage\"", "data: {\"choices\":[],\"usage\":{"], []),
  ]

  @Test(arguments: cases, ["\n", "\r\n", "\r"])
  func everyOtherByteIsRelayed(example: (name: String, kept: [String], hidden: [String]), lineEnd: String) {
    func text(_ events: [String]) -> String {
      (events.joined(separator: "\n\n") + "\n\n").replacingLineFeeds(lineEnd)
    }
    // The hidden events come before the last one, as they do in life.
    let all = text(example.kept.dropLast() + example.hidden + example.kept.suffix(1))
    let expected = text(example.kept)
    for piece in Array(1...40) + [all.utf8.count] { #expect(Self.filter(all, piece: piece) == expected, "by \(piece)") }
  }

  @Test func anEventWithoutItsEndIsRelayed() {
    #expect(Self.filter(Self.delta, piece: 7) == Self.delta)
    #expect(Self.filter("", piece: 1) == "")
  }

  @Test func deltasAreNotHeldBeyondTheirEnd() {
    for lineEnd in ["\n", "\r\n", "\r"] {
      var filter = UsageChunkFilter()
      var output: [UInt8] = []
      Array("data: {}\(lineEnd)\(lineEnd)".utf8).withUnsafeBytes { filter.filter($0, into: &output) }
      #expect(String(decoding: output, as: UTF8.self) == "data: {}\(lineEnd)\(lineEnd)")
    }
  }

  @Test func anEventTooLongToBeUsageIsNotHeld() {
    var filter = UsageChunkFilter()
    var output: [UInt8] = []
    let long = Array("data: \(String(repeating: "x", count: 1 << 20))".utf8)
    long.withUnsafeBytes { filter.filter($0, into: &output) }
    #expect(output == long)
    Array("\n\n\(Self.usage)\n\ndata: y\n\n".utf8).withUnsafeBytes { filter.filter($0, into: &output) }
    #expect(output == long + Array("\n\ndata: y\n\n".utf8))
  }
}

extension String {
  fileprivate func replacingLineFeeds(_ lineEnd: String) -> String {
    split(separator: "\n", omittingEmptySubsequences: false).joined(separator: lineEnd)
  }
}
