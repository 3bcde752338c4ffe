import Conversation
import Providers
import Routing
import Testing

@Suite struct RetryRuleTests {
  /// Two accounts of `a`, then `b`.
  let candidates = [
    candidate("a", account: "one"), candidate("a", account: "two"), candidate("b", account: "one"),
  ]

  @Test(arguments: [
    (AttemptFailure.status(429), 1), (.status(500), 1), (.status(502), 1), (.status(503), 1), (.status(529), 1),
    (.status(402), 1), (.status(408), 1), (.status(409), 1), (.timeout, 1), (.broken, 1), (.unreachable, 2),
    (.status(401), 1), (.status(403), 1),
  ])
  func movesOn(failure: AttemptFailure, expected: Int) {
    #expect(RetryRule.next(after: failure, at: 0, in: candidates) == expected)
  }

  @Test(arguments: [400, 404, 405, 413, 415, 422, 200, 301])
  func aWrongRequestIsNotRepeatedElsewhere(status: Int) {
    #expect(RetryRule.next(after: .status(status), at: 0, in: candidates) == nil)
  }

  @Test func aClientThatLeftEndsIt() {
    #expect(RetryRule.next(after: .final, at: 0, in: candidates) == nil)
  }

  @Test(arguments: [401, 403])
  func aRefusedCredentialIsNotHiddenByAnotherProvider(status: Int) {
    #expect(RetryRule.next(after: .status(status), at: 1, in: candidates) == nil)
  }

  @Test func anotherProxyIsAnotherWayToTheSameHost() {
    let list = [candidate("a", account: "one"), candidate("a", account: "two", proxy: "http://127.0.0.1:1")]
    #expect(RetryRule.next(after: .unreachable, at: 0, in: list) == 1)
  }

  @Test func nothingFollowsTheLast() {
    #expect(RetryRule.next(after: .status(500), at: 2, in: candidates) == nil)
    #expect(RetryRule.next(after: .status(500), at: 7, in: candidates) == nil)
  }
}

private func candidate(_ provider: String, account: String, proxy: String? = nil) -> RouteCandidate {
  let endpoint = Endpoint(.openAIChat, "https://\(provider).example/v1")
  return RouteCandidate(
    provider: Provider(name: provider, endpoints: [endpoint]), endpoint: endpoint,
    credential: Credential(account: account, accountID: "\(provider)-\(account)", token: "t", networkProxy: proxy),
    model: "m", quirks: Quirks())
}
