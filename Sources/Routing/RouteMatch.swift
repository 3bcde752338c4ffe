import Providers

/// The steps of matching, in the order they are tried.
public enum MatchStep: Int, Sendable, Hashable, Comparable, CaseIterable {
  case exact = 1
  case path = 3
  case direct = 4
  case inside = 5
  case fallback = 6

  /// Whether the first step is tried before the second.
  public static func < (left: MatchStep, right: MatchStep) -> Bool { left.rawValue < right.rawValue }
}

/// A rule that fits a model name, with what decides between several.
struct RouteMatch {
  var step: MatchStep
  var literals: Int
  /// The place in the group's table; nil for the direct form.
  var index: Int?
  var rule: MatchedRule

  func beats(_ other: RouteMatch) -> Bool {
    if step != other.step { return step < other.step }
    // Equal literals leave the earlier rule in place: rules are offered in table order.
    return literals > other.literals
  }

  func targets(for name: ModelName, in group: Group) -> [RouteTarget] {
    guard let index else { return Self.directTarget(name.bare).map { [$0] } ?? [] }
    return group.routes.indices.contains(index) ? group.routes[index].targets : []
  }

  /// The rule that wins, if any fits.
  static func best(for name: ModelName, in group: Group, snapshot: Snapshot) -> RouteMatch? {
    var best: RouteMatch?
    func offer(_ match: RouteMatch?) {
      guard let match else { return }
      if let current = best, !match.beats(current) { return }
      best = match
    }
    for (index, route) in group.routes.enumerated() { offer(fit(route, at: index, name: name)) }
    if group.direct, let target = directTarget(name.bare), snapshot.providers[target.provider] != nil {
      offer(RouteMatch(step: .direct, literals: 0, index: nil, rule: .direct))
    }
    return best
  }

  /// Whether one route fits a name, and how well.
  static func fit(_ route: Route, at index: Int, name: ModelName) -> RouteMatch? {
    guard let step = step(of: route.pattern) else { return nil }
    func match(_ literals: Int) -> RouteMatch {
      RouteMatch(step: step, literals: literals, index: index, rule: .route(route.pattern))
    }
    switch step {
    case .exact:
      let wanted = route.pattern.dropFirst()
      return wanted == name.asked || wanted == name.bare || wanted == name.given
        ? match(wanted.unicodeScalars.count) : nil
    case .path:
      let pattern = ModelPattern(route.pattern)
      return pattern.matches(folded: name.foldedAsked, .whole) || pattern.matches(folded: name.foldedBare, .whole)
        ? match(pattern.literals) : nil
    case .inside:
      let pattern = ModelPattern(route.pattern)
      // The bare name is the beginning of the asked one: what is inside it is inside both.
      return pattern.matches(folded: name.foldedAsked, .inside) ? match(pattern.literals) : nil
    case .fallback:
      return match(0)
    case .direct:
      return nil
    }
  }

  /// The step at which a pattern takes part; nil for a blank one, which never matches.
  static func step(of pattern: String) -> MatchStep? {
    if pattern.allSatisfy(\.isWhitespace) { return nil }
    if pattern == ModelName.fallback { return .fallback }
    if pattern.utf8.first == UInt8(ascii: "=") { return pattern.utf8.count > 1 ? .exact : nil }
    return pattern.utf8.contains(UInt8(ascii: "/")) ? .path : .inside
  }

  /// `provider/model` split at the first `/`; nil where either side is empty.
  static func directTarget(_ name: String) -> RouteTarget? {
    guard let slash = name.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
    let model = String(name[name.utf8.index(after: slash)...])
    guard slash > name.startIndex, !model.isEmpty else { return nil }
    return RouteTarget(provider: String(name[..<slash]), model: model)
  }
}
