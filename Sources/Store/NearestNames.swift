/// Finds what a user may have meant.
enum NearestNames {
  /// At most three of `candidates` that are close to `name`, best first.
  static func of(_ name: String, in candidates: [String]) -> [String] {
    let wanted = Array(name.lowercased().unicodeScalars)
    let ranked = candidates.compactMap { candidate -> (distance: Int, name: String)? in
      let other = Array(candidate.lowercased().unicodeScalars)
      if wanted.count >= 3, candidate.lowercased().contains(name.lowercased()) { return (1, candidate) }
      if other.count >= 3, name.lowercased().contains(candidate.lowercased()) { return (2, candidate) }
      let distance = distance(wanted, other)
      return distance <= max(1, max(wanted.count, other.count) / 4) ? (distance, candidate) : nil
    }
    return ranked.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
  }

  /// Insertions, deletions, replacements and swaps of neighbours between two names.
  private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (i, scalar) in left.enumerated() {
      var row = [i + 1]
      for (j, other) in right.enumerated() {
        var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (scalar == other ? 0 : 1))
        if i > 0, j > 0, scalar == right[j - 1], left[i - 1] == other { best = min(best, beforeLast[j - 1] + 1) }
        row.append(best)
      }
      beforeLast = last
      last = row
    }
    return last[right.count]
  }
}
