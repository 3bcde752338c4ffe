/// Finds the names a mistyped one may have meant.
enum Suggestion {
  /// The most similar names, best first: those that start with `name`, and those within a few edits.
  static func near(_ name: String, in known: [String], limit: Int = 3) -> [String] {
    let wanted = name.lowercased()
    guard !wanted.isEmpty, wanted.utf8.count <= 100 else { return [] }
    let scored = known.enumerated().compactMap { index, candidate -> (score: Int, index: Int, name: String)? in
      let folded = candidate.lowercased()
      if folded == wanted { return (0, index, candidate) }
      if wanted.count >= 2, folded.hasPrefix(wanted) { return (1, index, candidate) }
      let distance = editDistance(wanted, folded)
      // Three edits in a word of four are another word.
      return distance < 4 && distance * 2 <= wanted.count + 1 ? (distance + 1, index, candidate) : nil
    }
    // Beside a close one, a far one only confuses.
    let best = scored.map(\.score).min() ?? 0
    return scored.filter { $0.score == best }.sorted { ($0.score, $0.index) < ($1.score, $1.index) }.prefix(limit).map(
      \.name)
  }

  /// How many characters must be inserted, deleted, replaced or swapped with their neighbour.
  static func editDistance(_ left: String, _ right: String) -> Int {
    let from = Array(left)
    let to = Array(right)
    var beforePrevious: [Int] = []
    var previous = Array(0...to.count)
    for (row, character) in from.enumerated() {
      var current = [row + 1]
      for (column, other) in to.enumerated() {
        var best = min(current[column] + 1, previous[column + 1] + 1, previous[column] + (character == other ? 0 : 1))
        if row > 0, column > 0, character == to[column - 1], from[row - 1] == other {
          best = min(best, beforePrevious[column - 1] + 1)
        }
        current.append(best)
      }
      (beforePrevious, previous) = (previous, current)
    }
    return previous[to.count]
  }
}
