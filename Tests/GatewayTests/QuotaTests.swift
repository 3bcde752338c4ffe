import Conversation
import Gateway
import NIOConcurrencyHelpers
import Providers
import Routing
import Testing
import Upstream

/// What a spent quota means for the next requests, and where a session stays.
@Suite(.timeLimit(.minutes(15))) struct QuotaTests {
  /// 2023-11-14T22:13:20Z.
  static let start: Int64 = 1_700_000_000_000

  /// A clock that tests move.
  final class Hands: Sendable {
    private let now = NIOLockedValueBox(QuotaTests.start)
    var clock: GatewayClock { GatewayClock { [now] in now.withLockedValue { $0 } } }
    func move(_ seconds: Int64) { now.withLockedValue { $0 += seconds * 1000 } }
  }

  static func error(_ type: String) -> String { #"{"type":"error","error":{"type":"\#(type)","message":"not now"}}"# }

  /// Answers of the account `1`, how long it is asked last, and what the failure is.
  static let answers: [(status: Int, type: String, headers: [(name: String, value: String)], rest: Int64)] = [
    (429, "rate_limit_error", [("retry-after", "90")], 90),
    (429, "rate_limit_error", [("retry-after-ms", "2500")], 3),
    (429, "rate_limit_error", [("retry-after", "Tue, 14 Nov 2023 22:14:20 GMT")], 60),
    (
      429, "rate_limit_error",
      [("anthropic-ratelimit-unified-status", "rejected"), ("anthropic-ratelimit-unified-reset", "1700007200")], 7200
    ),
    // A week, and no longer than a little more.
    (429, "rate_limit_error", [("anthropic-ratelimit-unified-reset", "1700604800")], 604_800),
    (429, "rate_limit_error", [("anthropic-ratelimit-unified-reset", "9999999999")], 691_200),
    // Of several windows the spent ones count, and the last of them.
    (
      429, "rate_limit_error",
      [
        ("anthropic-ratelimit-requests-remaining", "0"), ("anthropic-ratelimit-requests-reset", "2023-11-14T22:13:50Z"),
        ("anthropic-ratelimit-tokens-remaining", "0"),
        ("anthropic-ratelimit-tokens-reset", "2023-11-15T00:14:20+02:00"),
        ("anthropic-ratelimit-input-tokens-remaining", "5"),
        ("anthropic-ratelimit-input-tokens-reset", "2023-11-14T23:13:20Z"),
      ], 60
    ),
    (
      429, "rate_limit_error", [("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "1m30.5s")], 91
    ),
    (429, "rate_limit_error", [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1700000045000")], 45),
    // Nobody says when.
    (429, "rate_limit_error", [], 30), (402, "billing_error", [], 300),
    (429, "rate_limit_error", [("retry-after", "x")], 30),
    // Not this quota: only `rejected` is exhaustion, and load is nobody's quota.
    (429, "rate_limit_error", [("anthropic-ratelimit-unified-status", "allowed_warning"), ("retry-after", "90")], 0),
    (529, "overloaded_error", [("retry-after", "90")], 0), (429, "overloaded_error", [], 0), (500, "api_error", [], 0),
  ]

  @Test(arguments: answers.indices)
  func aSpentQuotaIsAskedLastUntilItComesBack(index: Int) async throws {
    let (status, type, headers, rest) = Self.answers[index]
    let hands = Hands()
    let upstream = ScriptedUpstream { request in
      request.url.contains("first") && request.text.contains("spent")
        ? .json(Self.error(type), status: status, headers: headers) : .json(Conversations.response(.anthropic))
    }
    let gateway = try await GatewayFixture(
      upstream,
      providers: [GatewayFixture.provider("first", .anthropic), GatewayFixture.provider("second", .anthropic)],
      groups: [GatewayFixture.everything("first", "second")], clock: hands.clock)
    func ask(_ extra: String = "") async throws -> [String] {
      let answer = try await gateway.post("/v1/messages", Conversations.request(.anthropic, extra: extra))
      #expect(answer.status == 200)
      return gateway.records.last?.attempts.map { ($0.passedOver == true ? "-" : "") + $0.provider } ?? []
    }
    #expect(try await ask(#","metadata":{"user_id":"spent"}"#) == ["first", "second"])
    #expect(gateway.records.last?.attempts.first?.error?.contains("asked last") == (rest > 0))
    if rest > 0 {
      hands.move(rest - 1)
      #expect(try await ask() == ["-first", "second"])
      hands.move(1)
    }
    #expect(try await ask() == ["first"])
    await gateway.stop()
  }

  /// Vendors count for each model; and whoever is left is asked, whatever was said.
  @Test func otherModelsAreAskedAndARestingProviderIsNeverRefused() async throws {
    let upstream = ScriptedUpstream { request in
      request.text.contains("spent")
        ? .json(Self.error("rate_limit_error"), status: 429, headers: [("retry-after", "900")])
        : .json(Conversations.response(.anthropic))
    }
    try await GatewayFixture.run(.anthropic, upstream) { gateway in
      let first = try await gateway.post(
        "/v1/messages", Conversations.request(.anthropic, extra: #","metadata":{"user_id":"spent"}"#))
      #expect(first.status == 429 && first.header("retry-after") == "900")
      let again = try await gateway.post("/v1/messages", Conversations.request(.anthropic))
      #expect(again.status == 200)
      #expect(gateway.records.last?.attempts.map(\.passedOver) == [nil], "there was nobody else")
    }
  }

  /// The answer of one who rested ends its rest.
  @Test func anAnswerEndsTheRest() async throws {
    let upstream = ScriptedUpstream { request in
      if request.text.contains("spent") {
        return .json(Self.error("rate_limit_error"), status: 429, headers: [("retry-after", "900")])
      }
      return request.url.contains("first") && request.text.contains("down")
        ? .json(Self.error("api_error"), status: 500) : .json(Conversations.response(.anthropic))
    }
    let gateway = try await GatewayFixture(
      upstream,
      providers: [GatewayFixture.provider("first", .anthropic), GatewayFixture.provider("second", .anthropic)],
      groups: [GatewayFixture.everything("first", "second")])
    func ask(_ word: String) async throws -> [String] {
      _ = try await gateway.post(
        "/v1/messages", Conversations.request(.anthropic, extra: #","metadata":{"user_id":"\#(word)"}"#))
      return gateway.records.last?.attempts.filter { $0.passedOver != true }.map(\.provider) ?? []
    }
    // Both rest, and are asked again because nobody is awake; then one is.
    #expect(try await ask("spent") == ["first", "second"])
    #expect(try await ask("down") == ["first", "second"])
    #expect(try await ask("fine") == ["second"])
    await gateway.stop()
  }

  // MARK: - Sessions

  static let names: [(client: DialectID, headers: [(name: String, value: String)], extra: String)] = [
    (.anthropic, [("x-claude-code-session-id", "s1")], ""), (.openAIResponses, [("session_id", "s1")], ""),
    (.openAIResponses, [], #","prompt_cache_key":"s1""#), (.anthropic, [], #","metadata":{"user_id":"s1"}"#),
    (.openAIChat, [], #","prompt_cache_key":"s1""#),
  ]

  /// The account that answered a session last has its prompt cache, also when the first one has its quota back.
  @Test(arguments: names.indices)
  func aSessionStaysWithTheAccountThatHasItsCache(index: Int) async throws {
    let (client, headers, extra) = Self.names[index]
    let hands = Hands()
    let isSpent = NIOLockedValueBox(true)
    let upstream = ScriptedUpstream { request in
      isSpent.withLockedValue { $0 } && request.headers.contains { $0.value.contains("token-one") }
        ? .json(Self.error("rate_limit_error"), status: 429, headers: [("retry-after", "5")])
        : .json(Conversations.response(.anthropic))
    }
    let provider = GatewayFixture.provider("main", .anthropic, accounts: ["one", "two"])
    let gateway = try await GatewayFixture(upstream, providers: [provider], clock: hands.clock)
    func ask(_ isOfSession: Bool = true) async throws -> String? {
      _ = try await gateway.post(
        Conversations.path(client), Conversations.request(client, extra: isOfSession ? extra : ""),
        headers: isOfSession ? headers : [])
      return gateway.records.last?.account
    }
    #expect(try await ask() == "two")
    isSpent.withLockedValue { $0 = false }
    hands.move(60)
    #expect(try await ask(false) == "one", "no session, no cache to go to")
    #expect(try await ask() == "two")
    hands.move(3500)
    #expect(try await ask() == "two", "counted from the last answer")
    // Longer than any cache lives.
    hands.move(3700)
    #expect(try await ask() == "one")
    await gateway.stop()
  }

  /// The order of accounts and targets is the user's, and a change of it counts at once.
  @Test func aChangeOfTheConfigurationEndsTheStay() async throws {
    let upstream = ScriptedUpstream { request in
      request.text.contains("spent") && request.headers.contains { $0.value.contains("token-one") }
        ? .json(Self.error("rate_limit_error"), status: 429, headers: [("retry-after-ms", "0")])
        : .json(Conversations.response(.anthropic))
    }
    let provider = GatewayFixture.provider("main", .anthropic, accounts: ["one", "two"])
    let gateway = try await GatewayFixture(upstream, providers: [provider])
    let session: [(name: String, value: String)] = [("x-claude-code-session-id", "s1")]
    for (word, account) in [("spent", "two"), ("fine", "two")] {
      _ = try await gateway.post(
        "/v1/messages", Conversations.request(.anthropic, extra: #","metadata":{"user_id":"\#(word)"}"#),
        headers: session)
      #expect(gateway.records.last?.account == account)
    }
    gateway.use([provider])
    _ = try await gateway.post("/v1/messages", Conversations.request(.anthropic), headers: session)
    #expect(gateway.records.last?.account == "one")
    await gateway.stop()
  }
}
