import Conversation
import Wire

/// The ids of items in a Responses body, as edits of its bytes.
///
/// Where a server looks up every item that has an id and nobody stored them, the content beside the id is not even looked
/// at. Encrypted reasoning is good without its id; reasoning that is nothing but its id cannot be said.
struct ItemIDs {
  /// Bytes that go.
  private(set) var ranges: [Range<Int>] = []
  /// Places of items that go whole, counted from 0.
  private(set) var removedItems: [Int] = []

  /// Items whose id says nothing that the rest does not; what a vendor ran itself is nothing without.
  private static let types: Set<String> = [
    "message", "reasoning", "function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output",
  ]

  static let reason = "nobody stored the item, and the provider would look it up"

  /// Looks for the ids in the value of `input`.
  init(of input: Range<Int>, in bytes: UnsafeRawBufferPointer) {
    guard let elements = TopLevelScan.elements(of: input, in: bytes) else { return }
    for (index, element) in elements.enumerated() {
      guard let members = TopLevelScan.members(of: element, in: bytes) else { continue }
      let type =
        TopLevelScan.member("type", of: members, in: bytes)
        .flatMap { TopLevelScan.string($0.value, in: bytes) } ?? "message"
      guard Self.types.contains(type), members.contains(where: { $0.isNamed("id", in: bytes) }) else { continue }
      if type == "reasoning",
        TopLevelScan.member("encrypted_content", of: members, in: bytes).map({
          bytes[$0.value].first != UInt8(ascii: "\"")
        }) ?? true
      {
        removedItems.append(index)
        continue
      }
      let spans = members.map { ($0.key.lowerBound - 1)..<$0.value.upperBound }
      let ids = members.indices.filter { members[$0].isNamed("id", in: bytes) }
      ranges += Self.cuts(of: Set(ids), from: spans)
    }
    ranges += Self.cuts(of: Set(removedItems), from: elements)
  }

  /// Whether there is nothing to take out.
  var isEmpty: Bool { ranges.isEmpty }

  /// Declares what goes.
  func declare(in losses: inout Losses) {
    for index in removedItems { losses.add("input[\(index)]", Crossing.statelessReasoning) }
    if ranges.count > removedItems.count { losses.add("input[].id", Self.reason) }
  }

  /// A body without the ids.
  static func strip(from body: [UInt8], losses: inout Losses) -> [UInt8] {
    body.withUnsafeBytes { bytes in
      guard let scan = try? TopLevelScan(bytes), let input = scan.member("input", in: bytes) else { return body }
      let found = ItemIDs(of: input.value, in: bytes)
      guard !found.isEmpty else { return body }
      found.declare(in: &losses)
      var splice = Splice()
      for range in found.ranges { splice.replace(range, with: []) }
      return splice.applied(to: bytes)
    }
  }

  /// Members or elements with the comma that goes when they go: the one behind them while nothing kept stands before,
  /// else the one before.
  private static func cuts(of removed: Set<Int>, from spans: [Range<Int>]) -> [Range<Int>] {
    let firstKept = spans.indices.first { !removed.contains($0) }
    return removed.sorted().map { index in
      if let firstKept, firstKept < index { return spans[index - 1].upperBound..<spans[index].upperBound }
      guard index + 1 < spans.count else { return spans[index] }
      return spans[index].lowerBound..<spans[index + 1].lowerBound
    }
  }
}
