import Conversation
import Routing
import Testing
import Upstream
import Wire

/// Reasoning state goes out with an answer and comes back to whoever made it, and to nobody else.
@Suite struct ReasoningTests {
  private static let thinking =
    #"{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"thinking","thinking":"hm","signature":"SIG-A"},{"type":"tool_use","id":"toolu_1","name":"look","input":{}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}"#
  private static let chatTool =
    #","tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{}}}}]"#

  /// A gateway whose model `a` is answered by a provider that thinks, and `b` by another of the same protocol.
  private static func twoProviders() async throws -> GatewayFixture {
    let upstream = ScriptedUpstream { request in
      request.url.contains("first") ? .json(thinking) : .json(Conversations.response(.anthropic))
    }
    let routes = [("a", "first"), ("b", "second")].map { pattern, provider in
      Route(pattern: pattern, targets: [RouteTarget(provider: provider, model: "")])
    }
    return try await GatewayFixture(
      upstream,
      providers: [GatewayFixture.provider("first", .anthropic), GatewayFixture.provider("second", .anthropic)],
      groups: [Group(name: "default", routes: routes)])
  }

  @Test func aChatClientsNextTurnBringsTheSignatureBack() async throws {
    let upstream = ScriptedUpstream(.json(Self.thinking))
    try await GatewayFixture.run(.anthropic, upstream) { gateway in
      _ = try await gateway.post(
        "/v1/chat/completions",
        Conversations.request(.openAIChat, extra: #","reasoning_effort":"high""# + Self.chatTool))
      let next =
        #"{"model":"some-model","reasoning_effort":"high","messages":[{"role":"user","content":"hello"},{"role":"assistant","content":null,"tool_calls":[{"id":"toolu_1","type":"function","function":{"name":"look","arguments":"{}"}}]},{"role":"tool","tool_call_id":"toolu_1","content":"seen"}]\#(Self.chatTool)}"#
      _ = try await gateway.post("/v1/chat/completions", next)
      #expect(upstream.requests.last?.text.contains(#""signature":"SIG-A""#) == true)
    }
  }

  @Test func aSealedSignatureOfAnotherProviderIsLeftOutAndDeclared() async throws {
    let gateway = try await Self.twoProviders()
    let upstream = gateway.upstream
    let tools =
      #""tools":[{"type":"function","name":"look","parameters":{"type":"object","properties":{}},"strict":false}]"#
    let include =
      #""include":["reasoning.encrypted_content"],"reasoning":{"effort":"high","summary":"auto"},"store":false"#
    let first = try await gateway.post("/v1/responses", #"{"model":"a","input":"hello",\#(include),\#(tools)}"#)
    let output = try JSON(parsing: first.text)["output"]
    let items = try #require(output).elements.map(\.text).joined(separator: ",")
    #expect(items.contains("AORSEAL1"))
    #expect(!items.contains("SIG-A"), "a foreign client must not mistake it for its own")
    func history(_ model: String) -> String {
      #"{"model":"\#(model)","input":[{"role":"user","content":"hello"},\#(items),{"type":"function_call_output","call_id":"toolu_1","output":"seen"}],\#(include),\#(tools)}"#
    }
    _ = try await gateway.post("/v1/responses", history("a"))
    #expect(upstream.requests.last?.text.contains("SIG-A") == true)
    _ = try await gateway.post("/v1/responses", history("b"))
    #expect(upstream.requests.last?.text.contains("SIG-A") == false)
    #expect(upstream.requests.last?.text.contains("AORSEAL") == false)
    #expect(gateway.records.last?.losses.isEmpty == false)
    await gateway.stop()
  }

  @Test func aNativeSignatureOfAnotherProviderIsLeftOut() async throws {
    let gateway = try await Self.twoProviders()
    let upstream = gateway.upstream
    let tail =
      #""max_tokens":100,"thinking":{"type":"adaptive"},"tools":[{"name":"look","input_schema":{"type":"object"}}]"#
    _ = try await gateway.post(
      "/v1/messages", #"{"model":"a","messages":[{"role":"user","content":"hello"}],\#(tail)}"#)
    let answer = try JSON(parsing: Self.thinking)
    let content = try #require(answer["content"]).text
    func history(_ model: String) -> String {
      #"{"model":"\#(model)","messages":[{"role":"user","content":"hello"},{"role":"assistant","content":\#(content)},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":"seen"}]}],\#(tail)}"#
    }
    _ = try await gateway.post("/v1/messages", history("a"))
    #expect(upstream.requests.last?.text.contains("SIG-A") == true)
    _ = try await gateway.post("/v1/messages", history("b"))
    #expect(upstream.requests.last?.text.contains("SIG-A") == false)
    await gateway.stop()
  }

  /// Anthropic refuses a history that ends in a tool turn without thinking: after one that we had to ask for without, the
  /// next goes out without thinking at once.
  @Test func aToolTurnThatWasMadeWithoutThinkingIsNotContinuedWithIt() async throws {
    let chat =
      #"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#
    let upstream = ScriptedUpstream { request in
      request.url.contains("chat") ? .json(chat) : .json(Conversations.response(.anthropic))
    }
    try await GatewayFixture.run(.openAIChat, upstream) { gateway in
      let tail =
        #""max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":1024},"tools":[{"name":"look","input_schema":{"type":"object"}}]"#
      let first = try await gateway.post(
        "/v1/messages", #"{"model":"m","messages":[{"role":"user","content":"hello"}],\#(tail)}"#)
      let content = try #require(JSON(parsing: first.text)["content"]).text
      #expect(content.contains("call_1") && !content.contains("thinking"))
      gateway.use([GatewayFixture.provider("main", .anthropic)])
      _ = try await gateway.post(
        "/v1/messages",
        #"{"model":"m","messages":[{"role":"user","content":"hello"},{"role":"assistant","content":\#(content)},{"role":"user","content":[{"type":"tool_result","tool_use_id":"call_1","content":"seen"}]}],\#(tail)}"#
      )
      #expect(upstream.requests.last?.text.contains("thinking") == false)
      #expect(gateway.records.last?.losses.contains { $0.path == "thinking" } == true)
    }
  }

  @Test func anUpstreamThatRefusesTheStateIsAskedOnceMoreWithoutIt() async throws {
    let upstream = ScriptedUpstream { request in
      request.text.contains("UNKNOWN-SIG")
        ? .json(
          #"{"type":"error","error":{"type":"invalid_request_error","message":"messages.1.content.0: Invalid `signature` in `thinking` block"}}"#,
          status: 400) : .json(Conversations.response(.anthropic))
    }
    try await GatewayFixture.run(.anthropic, upstream) { gateway in
      let body =
        #"{"model":"m","max_tokens":100,"thinking":{"type":"adaptive"},"messages":[{"role":"user","content":"hello"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"UNKNOWN-SIG"},{"type":"text","text":"hi"}]},{"role":"user","content":"go on"}]}"#
      let answer = try await gateway.post("/v1/messages", body)
      #expect(answer.status == 200)
      #expect(upstream.requests.count == 2)
      #expect(gateway.records.last?.attempts.count == 2)
    }
  }
}
