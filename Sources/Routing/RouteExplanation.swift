import Providers

/// Every rule that was looked at for one model name, in the order of the steps, and what came of it.
public struct RouteExplanation: Sendable {
  /// The group whose table was looked at.
  public var group: String
  /// The model as asked (`default` when none was).
  public var model: String
  /// The model without a `[1m]`-style suffix.
  public var bareModel: String
  /// In the order of the steps; within a step in the order of the table.
  public var considered: [Consideration]
  /// The plan, or why there is none.
  public var outcome: Result<RoutePlan, RoutingError>

  /// One rule and its fate.
  public struct Consideration: Sendable, Hashable {
    /// The route, or the direct form.
    public var rule: MatchedRule
    /// Where the rule takes part; nil for a blank pattern.
    public var step: MatchStep?
    /// Where it leads.
    public var targets: [RouteTarget]
    /// Characters that are neither `*` nor `?`.
    public var literals: Int
    /// Why it won or lost.
    public var verdict: Verdict
  }

  /// Why a rule won or lost.
  public enum Verdict: Sendable, Hashable {
    case won
    /// It fits, but an earlier step had a rule that fits.
    case laterStep(than: MatchedRule)
    /// It fits, but with fewer literal characters.
    case fewerLiterals(than: MatchedRule)
    /// It fits as well as the winner, which comes earlier in the table.
    case laterInTable(than: MatchedRule)
    case doesNotFit
    case blank
    /// The group does not allow `<provider>/<model>`.
    case directIsOff
    /// The part before the first `/` is no provider.
    case unknownProvider(String)
  }
}

extension RouteExplanation.Consideration {
  /// Why the rule won or lost, for people.
  public var reason: String {
    switch verdict {
    case .won:
      switch step {
      case .exact: "won: the exact name"
      case .path: "won: fits the whole name with \(literals) literal characters"
      case .direct: "won: names a provider"
      case .inside: literals == 0 ? "won: fits any name" : "won: fits with \(literals) literal characters"
      case .fallback, nil: "won: nothing else fits"
      }
    case .laterStep(let winner): "fits, but `\(winner)` is tried before it"
    case .fewerLiterals(let winner): "fits, but `\(winner)` has more literal characters than its \(literals)"
    case .laterInTable(let winner): "fits equally well, but `\(winner)` comes earlier in the table"
    case .doesNotFit: "does not fit"
    case .blank: "blank: never fits"
    case .directIsOff: "the group does not take `<provider>/<model>`"
    case .unknownProvider(let name): "no provider is called `\(name)`"
    }
  }
}

extension RouteMatch {
  static func considerations(
    for name: ModelName, in group: Group, snapshot: Snapshot
  ) -> [RouteExplanation.Consideration] {
    let winner = best(for: name, in: group, snapshot: snapshot)
    var list: [RouteExplanation.Consideration] = []
    for (index, route) in group.routes.enumerated() {
      let step = step(of: route.pattern)
      let verdict: RouteExplanation.Verdict =
        step == nil ? .blank : fit(route, at: index, name: name)?.verdict(against: winner) ?? .doesNotFit
      list.append(
        .init(
          rule: .route(route.pattern), step: step, targets: route.targets, literals: literals(of: route.pattern),
          verdict: verdict))
    }
    if let target = directTarget(name.bare) {
      let match = RouteMatch(step: .direct, literals: 0, index: nil, rule: .direct)
      let verdict: RouteExplanation.Verdict =
        if !group.direct {
          .directIsOff
        } else if snapshot.providers[target.provider] == nil {
          .unknownProvider(target.provider)
        } else {
          match.verdict(against: winner)
        }
      list.append(.init(rule: .direct, step: .direct, targets: [target], literals: 0, verdict: verdict))
    }
    // A stable sort by step; blank patterns last.
    let last = MatchStep.fallback.rawValue + 1
    return list.enumerated()
      .sorted { ($0.element.step?.rawValue ?? last, $0.offset) < ($1.element.step?.rawValue ?? last, $1.offset) }
      .map(\.element)
  }

  private func verdict(against winner: RouteMatch?) -> RouteExplanation.Verdict {
    guard let winner, winner.index != index else { return .won }
    if winner.step < step { return .laterStep(than: winner.rule) }
    return winner.literals > literals ? .fewerLiterals(than: winner.rule) : .laterInTable(than: winner.rule)
  }

  private static func literals(of pattern: String) -> Int {
    switch step(of: pattern) {
    case .exact: pattern.unicodeScalars.count - 1
    case .path, .inside: ModelPattern(pattern).literals
    case .direct, .fallback, nil: 0
    }
  }
}
