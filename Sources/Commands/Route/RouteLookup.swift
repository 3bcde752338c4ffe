import Routing

/// Finds the route a pattern names, or tells which are near.
enum RouteLookup {
  static func require(_ pattern: String, in group: Group) throws -> Route {
    if let route = group.routes.first(where: { $0.pattern.lowercased() == pattern.lowercased() }) { return route }
    let near = Suggestion.near(pattern, in: group.routes.map(\.pattern))
    throw UserFacingError(
      "group `\(group.name)` has no route `\(pattern)`",
      hints: near.isEmpty ? [.run("aor route list --group \(group.name)")] : [.didYouMean(near)])
  }
}
