import Conversation
import Providers
import Routing
import Testing

/// In which order the candidates of a plan are tried.
@Suite struct RoutePlanOrderTests {
  /// Candidates as `provider/account`, each target its provider's.
  static let table: [(resting: Set<String>, preferred: Set<String>, order: [String], passedOver: [String])] = [
    ([], [], ["a/1", "a/2", "b/1", "b/2"], []),
    // What rests comes last, in its own order.
    (["a/1"], [], ["a/2", "b/1", "b/2", "a/1"], ["a/1"]),
    (["a/1", "a/2"], [], ["b/1", "b/2", "a/1", "a/2"], ["a/1", "a/2"]),
    (["b/1"], [], ["a/1", "a/2", "b/2", "b/1"], []),
    // Nothing is refused for it.
    (["a/1", "a/2", "b/1", "b/2"], [], ["a/1", "a/2", "b/1", "b/2"], []),
    // A session's account comes first among those of its target, and its target stays where the user put it.
    ([], ["a/2"], ["a/2", "a/1", "b/1", "b/2"], []),
    ([], ["b/2"], ["a/1", "a/2", "b/2", "b/1"], []),
    ([], ["a/2", "b/2"], ["a/2", "a/1", "b/2", "b/1"], []),
    (["a/2"], ["a/2"], ["a/1", "b/1", "b/2", "a/2"], []),
    (["a/1"], ["b/2"], ["a/2", "b/2", "b/1", "a/1"], ["a/1"]),
  ]

  @Test(arguments: table.indices)
  func theOrderIsTheUsersButForWhatRestsAndWhereTheSessionIs(index: Int) throws {
    let row = Self.table[index]
    var plan = try plan(["a", "b"], accounts: ["1", "2"])
    let passedOver = plan.order(
      resting: { row.resting.contains(name($0)) }, preferred: { row.preferred.contains(name($0)) })
    #expect(plan.candidates.map(name) == row.order)
    #expect(passedOver.map(name) == row.passedOver)
  }

  @Test func onlySeveralAccountsOfOneTargetAreAChoice() throws {
    #expect(try plan(["a", "b"], accounts: ["1", "2"]).hasChoiceOfAccount)
    #expect(try !plan(["a", "b"], accounts: ["1"]).hasChoiceOfAccount)
  }

  private func name(_ candidate: RouteCandidate) -> String {
    "\(candidate.provider.name)/\(candidate.credential?.account ?? "")"
  }

  private func plan(_ providers: [String], accounts: [String]) throws -> RoutePlan {
    let entries = providers.map { name in
      ProviderEntry(
        provider: Provider(name: name, endpoints: [Endpoint(.openAIChat, "https://\(name).example/v1")]),
        credentials: accounts.map { Credential(account: $0, accountID: "\(name)-\($0)", token: "t") })
    }
    let route = Route(pattern: "default", targets: providers.map { RouteTarget(provider: $0, model: "") })
    let snapshot = Snapshot(
      generation: 1, providers: entries, groups: [Group(name: "default", routes: [route])], defaultGroup: "default",
      settings: GatewaySettings())
    return try RoutePlanner.plan(model: "m", group: nil, snapshot: snapshot, client: .openAIChat)
  }
}
