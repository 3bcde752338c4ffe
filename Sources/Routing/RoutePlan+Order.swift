import Providers

/// What a quota and a prompt cache belong to: one model on one account of one provider.
///
/// Vendors count most limits for each model apart, so that a spent one says nothing of the account's other models.
public struct QuotaHolder: Sendable, Hashable {
  /// The provider's name.
  public var provider: String
  /// The account's id; empty where the provider needs none.
  public var accountID: String
  /// The model as the upstream is asked for it.
  public var model: String

  /// Makes a holder.
  public init(provider: String, accountID: String, model: String) {
    self.provider = provider
    self.accountID = accountID
    self.model = model
  }
}

extension RouteCandidate {
  /// Whose quota and whose cache a call of this candidate uses.
  public var quotaHolder: QuotaHolder {
    QuotaHolder(provider: provider.name, accountID: credential?.accountID ?? "", model: model)
  }
}

extension RoutePlan {
  /// Whether some target can be called through more than one account.
  public var hasChoiceOfAccount: Bool {
    zip(candidates, candidates.dropFirst()).contains { $0.isSameTarget(as: $1) }
  }

  /// Puts the candidates into the order to try them in now.
  ///
  /// Those that rest come behind all others, and are still there when nothing else is. Among the accounts of one target
  /// the preferred one is first. The targets themselves keep the user's order: it is a wish, not a guess.
  ///
  /// - Returns: The candidates that would have been tried first and rest, in the table's order.
  public mutating func order(
    resting: (RouteCandidate) -> Bool, preferred: (RouteCandidate) -> Bool
  ) -> [RouteCandidate] {
    var places: [(rests: Bool, target: Int, isOther: Bool, index: Int)] = []
    var target = 0
    for (index, candidate) in candidates.enumerated() {
      if index > 0, !candidate.isSameTarget(as: candidates[index - 1]) { target += 1 }
      places.append((resting(candidate), target, !preferred(candidate), index))
    }
    let passedOver =
      places.contains { !$0.rests } ? places.prefix { $0.rests }.map { candidates[$0.index] } : []
    places.sort {
      if $0.rests != $1.rests { return !$0.rests }
      if $0.target != $1.target { return $0.target < $1.target }
      return $0.isOther == $1.isOther ? $0.index < $1.index : !$0.isOther
    }
    candidates = places.map { candidates[$0.index] }
    return passedOver
  }
}

extension RouteCandidate {
  fileprivate func isSameTarget(as other: RouteCandidate) -> Bool {
    provider.name == other.provider.name && model == other.model
  }
}
