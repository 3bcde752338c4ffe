import Wire

/// Lists where two JSON values differ, as lines of `path: left ≠ right`.
///
/// Member order and number lexemes count.
public func differences(_ left: JSON?, _ right: JSON?, at path: String = "$") -> [String] {
  guard let left, let right else {
    return left == nil && right == nil ? [] : ["\(path): \(brief(left)) ≠ \(brief(right))"]
  }
  guard left.kind == right.kind else { return ["\(path): \(brief(left)) ≠ \(brief(right))"] }
  switch left.kind {
  case .array:
    let lefts = Array(left.elements)
    let rights = Array(right.elements)
    return (0..<max(lefts.count, rights.count)).flatMap { index in
      differences(
        index < lefts.count ? lefts[index] : nil, index < rights.count ? rights[index] : nil, at: "\(path)[\(index)]")
    }
  case .object:
    let leftKeys = left.members.map(\.key)
    let rightKeys = right.members.map(\.key)
    var lines = leftKeys.flatMap { differences(left[name: $0], right[name: $0], at: "\(path).\($0)") }
    lines += rightKeys.filter { !leftKeys.contains($0) }
      .map { "\(path).\($0): nothing ≠ \(brief(right[name: $0]))" }
    if lines.isEmpty, leftKeys != rightKeys { lines = ["\(path): order \(leftKeys) ≠ \(rightKeys)"] }
    return lines
  default: return left == right ? [] : ["\(path): \(brief(left)) ≠ \(brief(right))"]
  }
}

private func brief(_ value: JSON?) -> String {
  guard let text = value?.text else { return "nothing" }
  return text.count > 80 ? text.prefix(80) + "…" : text
}
