import Conversation
import Providers
import Testing
import Upstream
import Wire

/// An agent's session keeps to the cache that its last turn filled.
@Suite(.timeLimit(.minutes(15))) struct SessionTests {
  private func sent(
    _ client: DialectID, to provider: DialectID, headers: [(name: String, value: String)],
    _ change: (inout Quirks) -> Void
  ) async throws -> UpstreamRequest {
    var quirks = Quirks()
    change(&quirks)
    let upstream = ScriptedUpstream(.json(Conversations.response(provider)))
    try await GatewayFixture.run(provider, upstream, quirks: quirks) { gateway in
      let got = try await gateway.post(
        Conversations.path(client), Conversations.request(client), headers: headers)
      #expect(got.status == 200)
    }
    return try #require(upstream.requests.first)
  }

  @Test("an agent's session becomes the cache key, the same on every turn and not its own name")
  func key() async throws {
    var keys: [String?] = []
    for session in ["0b5d-session", "0b5d-session", "other"] {
      let call = try await sent(
        .anthropic, to: .openAIChat, headers: [("x-claude-code-session-id", session)]
      ) { $0.sessionCacheKey = true }
      keys.append(try JSON(parsing: Array(call.text.utf8))["prompt_cache_key"]?.string)
    }
    #expect(keys[0] != nil && keys[0] == keys[1] && keys[0] != keys[2])
    #expect(keys[0]?.contains("0b5d") == false)
    let without = try await sent(.anthropic, to: .openAIChat, headers: []) { $0.sessionCacheKey = true }
    #expect(!without.text.contains("prompt_cache_key"))
  }

  @Test("a provider that keeps sessions by a header gets one, but not in place of the client's own")
  func header() async throws {
    let call = try await sent(.anthropic, to: .openAIChat, headers: [("x-claude-code-session-id", "s")]) {
      $0.sessionHeader = "x-grok-conv-id"
    }
    #expect(call.header("x-grok-conv-id")?.hasPrefix("aor-") == true)
    let own = try await sent(
      .openAIChat, to: .openAIChat, headers: [("session_id", "s"), ("x-grok-conv-id", "mine")]
    ) { $0.sessionHeader = "x-grok-conv-id" }
    #expect(own.header("x-grok-conv-id") == "mine")
  }
}
