import Conversation
import Providers

/// Turns a model name into the upstream calls to try, in order.
///
/// The order in which a name is matched, first hit wins:
/// 1. `=name`, exactly;
/// 2. (the place of combos and aliases);
/// 3. patterns with a `/`, against the whole name;
/// 4. `<provider>/<model>` of a known provider, split at the first `/`, where the group allows it;
/// 5. patterns found inside the name: most literal characters first, then the earlier one;
/// 6. `default`.
///
/// Letter case counts in 1 and 4 only. A suffix such as `[1m]` is matched with and without.
public enum RoutePlanner {
  /// Plans one request.
  ///
  /// Without a group the default one is used; without a model `default` is asked for.
  ///
  /// - Throws: `RoutingError` when no upstream can be called.
  public static func plan(
    model: String?, group: String?, snapshot: Snapshot, client dialect: DialectID
  ) throws(RoutingError) -> RoutePlan {
    let question = PlanMemory.Question(model: model, group: group, client: dialect)
    if let plan = snapshot.plans[question] { return plan }
    let plan = try make(model: model, group: group, snapshot: snapshot, client: dialect)
    snapshot.plans.keep(plan, for: question)
    return plan
  }

  private static func make(
    model: String?, group: String?, snapshot: Snapshot, client dialect: DialectID
  ) throws(RoutingError) -> RoutePlan {
    let table = try find(group, in: snapshot)
    guard (model?.utf8.count ?? 0) <= ModelName.maximumLength else { throw .modelNameTooLong }
    let name = ModelName(model)
    guard let winner = RouteMatch.best(for: name, in: table, snapshot: snapshot) else {
      guard !snapshot.providers.isEmpty else { throw .noProviders }
      throw .noRoute(group: table.name, model: name.asked)
    }
    return try candidates(of: winner, name: name, group: table, snapshot: snapshot, client: dialect)
  }

  /// Says of every route of the group, and of the direct form, why it won or lost.
  ///
  /// - Throws: `RoutingError.unknownGroup` or `modelNameTooLong`; a plan that fails is in `outcome`.
  public static func explain(
    model: String?, group: String?, snapshot: Snapshot, client dialect: DialectID
  ) throws(RoutingError) -> RouteExplanation {
    let table = try find(group, in: snapshot)
    guard (model?.utf8.count ?? 0) <= ModelName.maximumLength else { throw .modelNameTooLong }
    let name = ModelName(model)
    let outcome = Result { () throws(RoutingError) in
      try plan(model: model, group: group, snapshot: snapshot, client: dialect)
    }
    return RouteExplanation(
      group: table.name, model: name.asked, bareModel: name.bare,
      considered: RouteMatch.considerations(for: name, in: table, snapshot: snapshot), outcome: outcome)
  }

  private static func find(_ group: String?, in snapshot: Snapshot) throws(RoutingError) -> Group {
    let name = group ?? snapshot.defaultGroup
    guard let table = snapshot.groups[name] else {
      throw .unknownGroup(name, known: snapshot.groups.keys.sorted())
    }
    return table
  }

  private static func candidates(
    of winner: RouteMatch, name: ModelName, group: Group, snapshot: Snapshot, client dialect: DialectID
  ) throws(RoutingError) -> RoutePlan {
    var plan = RoutePlan(group: group.name, model: name.asked, rule: winner.rule)
    for target in winner.targets(for: name, in: group) {
      switch usable(target, snapshot: snapshot, client: dialect) {
      case .failure(let error):
        plan.skipped.append(SkippedTarget(target: target, reason: error))
      case .success(let (entry, endpoint)):
        let model = target.model.isEmpty ? name.bare : target.model
        plan.add(entry: entry, endpoint: endpoint, model: model)
      }
    }
    guard !plan.candidates.isEmpty else {
      throw plan.skipped.first?.reason ?? .noTargets(group: group.name, pattern: winner.rule.description)
    }
    return plan
  }

  private static func usable(
    _ target: RouteTarget, snapshot: Snapshot, client dialect: DialectID
  ) -> Result<(ProviderEntry, Endpoint), RoutingError> {
    guard let entry = snapshot.providers[target.provider] else {
      return .failure(.unknownProvider(target.provider, known: snapshot.providers.keys.sorted()))
    }
    guard entry.provider.isEnabled else { return .failure(.providerDisabled(target.provider)) }
    guard let endpoint = entry.provider.endpoint(for: dialect) else {
      return .failure(.noEndpoint(target.provider))
    }
    switch endpoint.authentication {
    case .none, .client: break
    case .bearer, .header:
      guard !entry.credentials.isEmpty else {
        return .failure(.noCredential(provider: target.provider, problem: entry.problem))
      }
    }
    return .success((entry, endpoint))
  }
}

/// What to call for one request, best first.
public struct RoutePlan: Sendable {
  /// The group whose table was used.
  public var group: String
  /// The model as asked (`default` when none was).
  public var model: String
  /// What matched.
  public var rule: MatchedRule
  /// The upstream calls to try in order; never empty in a plan that `RoutePlanner` returned.
  public var candidates: [RouteCandidate] = []
  /// Targets of the route that cannot be called, and why; they cost no attempt.
  public var skipped: [SkippedTarget] = []

  /// Makes a plan without candidates.
  public init(group: String, model: String, rule: MatchedRule) {
    self.group = group
    self.model = model
    self.rule = rule
  }

  /// Adds one candidate per account of a provider.
  ///
  /// A provider that takes the client's own credential stands alone: that credential goes to one host and nowhere
  /// else, so nothing fails over to it or from it.
  mutating func add(entry: ProviderEntry, endpoint: Endpoint, model: String) {
    guard candidates.first?.endpoint.authentication != .client else { return }
    let quirks = entry.provider.quirks(forModel: model)
    func append(_ credential: Credential?) {
      candidates.append(
        RouteCandidate(
          provider: entry.provider, endpoint: endpoint, credential: credential, model: model, quirks: quirks))
    }
    switch endpoint.authentication {
    case .client:
      if candidates.isEmpty { append(nil) }
    case .none:
      append(nil)
    case .bearer, .header:
      for credential in entry.credentials { append(credential) }
    }
  }
}

/// One upstream call to try: a provider, the protocol to speak to it, one of its accounts and the model to name.
public struct RouteCandidate: Sendable {
  /// Whom to call.
  public var provider: Provider
  /// The endpoint in the client's own protocol where the provider has one, else its first.
  public var endpoint: Endpoint
  /// Nil where the provider takes none, or takes the client's own (`Authentication.client`).
  public var credential: Credential?
  /// The model to name upstream: the target's, else the asked one without a `[1m]`-style suffix.
  public var model: String
  /// The provider's quirks, with what is peculiar to the model.
  public var quirks: Quirks
  /// Who the candidate is, as reasoning state knows it.
  public let origin: SealOrigin

  /// Makes a candidate.
  public init(provider: Provider, endpoint: Endpoint, credential: Credential?, model: String, quirks: Quirks) {
    self.provider = provider
    self.endpoint = endpoint
    self.credential = credential
    self.model = model
    self.quirks = quirks
    origin = Self.origin(provider, endpoint, credential, model)
  }

  /// Protocol, provider, account and family: models of one family understand each other's.
  private static func origin(
    _ provider: Provider, _ endpoint: Endpoint, _ credential: Credential?, _ model: String
  ) -> SealOrigin {
    func separates(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "-") || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "/")
    }
    let family = Substring(model.utf8.drop(while: separates).prefix { !separates($0) })
    let account = credential?.accountID ?? ""
    return SealOrigin(Fingerprint.text("\(endpoint.dialect.rawValue)\n\(provider.name)\n\(account)\n\(family)"))
  }

  /// The proxy this call goes through, if the account or the provider names one.
  public var networkProxy: String? { credential?.networkProxy ?? provider.networkProxy }
}

/// A target of the winning route that cannot be called.
public struct SkippedTarget: Sendable, Hashable {
  /// The target as the route names it.
  public var target: RouteTarget
  /// Why it cannot be called.
  public var reason: RoutingError

  /// Makes a skipped target.
  public init(target: RouteTarget, reason: RoutingError) {
    self.target = target
    self.reason = reason
  }
}

/// What a request's model matched.
public enum MatchedRule: Sendable, Hashable, CustomStringConvertible {
  /// A route of the group, by its pattern.
  case route(String)
  /// The direct form `<provider>/<model>`.
  case direct

  /// The pattern, or the word `direct`.
  public var description: String {
    switch self {
    case .route(let pattern): pattern
    case .direct: "direct"
    }
  }

  /// The pattern for the record; nil for the direct form.
  public var pattern: String? {
    switch self {
    case .route(let pattern): pattern
    case .direct: nil
    }
  }
}
