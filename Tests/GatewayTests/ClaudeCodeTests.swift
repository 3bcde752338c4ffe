import Conversation
import Providers
import Routing
import Testing
import Upstream
import Wire

/// What of Claude Code's habits only shows with a whole gateway between it and the provider.
@Suite(.timeLimit(.minutes(15))) struct ClaudeCodeTests {
  static let betas: [(name: String, value: String)] = [
    ("anthropic-beta", "claude-code-20250219,context-1m-2025-08-07,effort-2025-11-24"),
    ("anthropic-version", "2023-06-01"),
  ]

  /// A second turn with thoughts, calls and a system message behind, as Claude Code has it when a stream breaks.
  private static func request(isStream: Bool) -> String {
    let limit = isStream ? 128_000 : 64_000
    return
      #"{"model":"some-model","max_tokens":\#(limit),"system":[{"type":"text","text":"You are."}],"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"text","text":"I look"},{"type":"tool_use","id":"t","name":"look","input":{"a":1}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"seen"}]},{"role":"system","content":"be brief"}],"tools":[{"name":"look","input_schema":{"type":"object","properties":{}}}],"thinking":{"type":"adaptive","display":"omitted"},"stream":\#(isStream)}"#
  }

  /// What an upstream's cache goes by.
  private static func prefix(_ body: String, _ dialect: DialectID) throws -> [String] {
    let json = try JSON(parsing: Array(body.utf8))
    let names: [StaticString] =
      switch dialect {
      case .openAIChat: ["messages", "tools"]
      case .openAIResponses: ["instructions", "input", "tools"]
      case .anthropic: ["system", "messages", "tools"]
      case .gemini: ["systemInstruction", "contents", "tools"]
      }
    return names.map { json[$0]?.text ?? "" }
  }

  /// After a broken stream Claude Code asks the same again with `stream: false` and a smaller limit.
  @Test(arguments: DialectID.allCases, [false, true])
  func whatBrokeOffAsAStreamIsAnsweredWhole(upstream: DialectID, isThirdParty: Bool) async throws {
    if isThirdParty, upstream != .anthropic { return }
    var quirks = Quirks()
    quirks.stripBetas = isThirdParty
    if isThirdParty { quirks.thinkingStyle = .budget }
    let scripted = ScriptedUpstream { request in
      let isStream = request.header("accept") == "text/event-stream"
      return isStream
        ? .stream(Conversations.beginning(upstream), error: .closed("cut"))
        : .json(Conversations.response(upstream))
    }
    try await GatewayFixture.run(upstream, scripted, quirks: quirks) { gateway in
      let broken = try await gateway.post("/v1/messages?beta=true", Self.request(isStream: true), headers: Self.betas)
      #expect(broken.text.contains("event: error") && !broken.text.contains("message_stop"))
      let whole = try await gateway.post("/v1/messages?beta=true", Self.request(isStream: false), headers: Self.betas)
      #expect(whole.status == 200 && whole.header("content-type")?.hasPrefix("application/json") == true)
      let message = try JSON(parsing: Array(whole.text.utf8))
      #expect(message["type"]?.string == "message" && message["stop_reason"]?.string == "end_turn")
      #expect(message["content"]?.text.contains("good day") == true)
    }
    let sent = scripted.requests
    #expect(sent.count == 2)
    #expect(!sent[1].url.contains("streamGenerateContent"))
    #expect(try Self.prefix(sent[0].text, upstream) == Self.prefix(sent[1].text, upstream), "the cache would miss")
    let again = try JSON(parsing: Array(sent[1].text.utf8))
    #expect(again["stream"]?.bool != true && again["stream_options"] == nil)
  }

  /// Where the upstream streams all the same, the client still gets its one answer.
  @Test(arguments: [DialectID.openAIChat, .openAIResponses, .gemini])
  func theAnswerIsWholeAlsoWhereTheUpstreamStreams(upstream: DialectID) async throws {
    let scripted = ScriptedUpstream(.stream(Conversations.stream(upstream)))
    try await GatewayFixture.run(upstream, scripted) { gateway in
      let whole = try await gateway.post("/v1/messages", Self.request(isStream: false))
      #expect(try JSON(parsing: Array(whole.text.utf8))["type"]?.string == "message")
    }
  }

  /// The suffix is the agent's own mark: no provider has a model of that name.
  @Test(arguments: DialectID.allCases, ["claude-opus-5[1m]", "claude-opus-5[1M][1m]"])
  func theContextSuffixReachesNobodyAndItsBetaOnlyAnthropic(upstream: DialectID, model: String) async throws {
    for isThirdParty in upstream == .anthropic ? [false, true] : [false] {
      var quirks = Quirks()
      quirks.stripBetas = isThirdParty
      let scripted = ScriptedUpstream { request in
        request.url.contains("count")
          ? .json(#"{"input_tokens":1,"totalTokens":1}"#) : .json(Conversations.response(upstream))
      }
      let body = Self.request(isStream: false).replacing("some-model", with: model)
      try await GatewayFixture.run(upstream, scripted, quirks: quirks) { gateway in
        let answer = try await gateway.post("/v1/messages?beta=true", body, headers: Self.betas)
        #expect(answer.status == 200)
        _ = try await gateway.post("/v1/messages/count_tokens?beta=true", body, headers: Self.betas)
        #expect(gateway.records.all.first?.modelAsked == model)
      }
      for sent in scripted.requests {
        #expect(!sent.url.contains("[") && !sent.url.contains("%5B") && !sent.text.contains("[1"))
        #expect(sent.url.contains("claude-opus-5") || sent.text.contains(#""model":"claude-opus-5""#))
        let keepsBetas = upstream == .anthropic && !isThirdParty
        #expect(sent.header("anthropic-beta") == (keepsBetas ? Self.betas[0].value : nil))
        #expect(sent.url.contains("beta=true") == (upstream == .anthropic))
      }
    }
  }

  /// What is counted is what would be sent.
  @Test func aCountForAThirdPartyHoldsNothingOfTheBetas() async throws {
    var quirks = Quirks()
    quirks.stripBetas = true
    let scripted = ScriptedUpstream(.json(#"{"input_tokens":7}"#))
    let body = Self.request(isStream: false).replacing(
      #""tools":["#, with: #""tools":[{"type":"bash_20250124","name":"bash"},"#)
    try await GatewayFixture.run(.anthropic, scripted, quirks: quirks) { gateway in
      let answer = try await gateway.post("/v1/messages/count_tokens?beta=true", body, headers: Self.betas)
      #expect(answer.status == 200 && answer.text.contains("7"))
    }
    let sent = try #require(scripted.requests.first)
    #expect(sent.url.contains("/messages/count_tokens"))
    for word in [#""role":"system""#, "bash_2", "max_tokens", #""stream""#] {
      #expect(!sent.text.contains(word), "\(word)")
    }
    #expect(sent.text.contains("be brief") && sent.text.contains(#""name":"bash""#))
  }

  /// A target that names a model gets just that.
  @Test func aRouteToAModelForgetsTheSuffix() async throws {
    let scripted = ScriptedUpstream(.json(Conversations.response(.openAIChat)))
    let group = Group(
      name: "default", routes: [Route(pattern: "opus", targets: [RouteTarget(provider: "main", model: "big")])])
    let gateway = try await GatewayFixture(
      scripted, providers: [GatewayFixture.provider("main", .openAIChat)], groups: [group])
    let body = Self.request(isStream: false).replacing("some-model", with: "claude-opus-5[1m]")
    let answer = try await gateway.post("/v1/messages", body)
    await gateway.stop()
    // The client is told the model it asked for.
    #expect(answer.text.contains(#""model":"claude-opus-5[1m]""#))
    #expect(scripted.requests.first?.text.contains(#""model":"big""#) == true)
  }
}
