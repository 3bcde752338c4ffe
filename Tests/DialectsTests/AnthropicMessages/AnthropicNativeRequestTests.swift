import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Requests of Anthropic clients that go to Anthropic upstreams through reader and writer.
@Suite struct AnthropicNativeRequestTests {
  static let dialect = AnthropicMessages()

  static func read(_ text: String) throws -> ConversationRequest {
    try dialect.readRequest(JSON(parsing: text), line: RequestLine())
  }

  static func write(_ text: String, _ quirks: Quirks) throws -> (body: JSON, losses: [String]) {
    try AnthropicRequestWriterTests.write(read(text), quirks: quirks)
  }

  @Test(arguments: [
    (#"{"messages":[]}"#, "model"), (#"{"model":"m"}"#, "messages"), (#"{"model":"m","messages":{}}"#, "messages"),
    (#"{"model":"m","messages":[1]}"#, "messages[0]"),
    (#"{"model":"m","messages":[{"role":"robot","content":"x"}]}"#, "messages[0].role"),
    (#"{"model":"m","messages":[{"role":"user","content":1}]}"#, "messages[0].content"),
    (#"{"model":"m","messages":[{"role":"user","content":["x"]}]}"#, "messages[0].content[0]"),
    (#"{"model":"m","messages":[],"tools":[1]}"#, "tools[0]"), ("[]", ""),
  ])
  func whatCannotBeUnderstoodNamesItsPlace(body: String, path: String) {
    #expect { try Self.read(body) } throws: { ($0 as? DialectError)?.path == path }
  }

  @Test func theReaderUnderstandsWhatClaudeCodeSays() throws {
    let request = try Self.read(
      #"{"model":"m","max_tokens":5,"system":[{"type":"text","text":"s","cache_control":{"type":"ephemeral"}}],"thinking":{"type":"adaptive","display":"omitted"},"output_config":{"effort":"high"},"context_management":{},"tool_choice":{"type":"any","disable_parallel_tool_use":true},"messages":[{"role":"user","content":"q"},{"role":"system","content":"mid"}],"tools":[{"type":"code_execution_20250825","name":"code_execution"},{"type":"memory_20250818","name":"memory"}]}"#
    )
    #expect(request.messages.map(\.role) == [.system, .user, .system])
    #expect(request.messages.map(\.slot) == [.instructions, .turn, .turn])
    #expect(request.messages[0].parts[0].extensions?.residue.rest.map(\.key) == ["cache_control"])
    #expect(request.reasoning?.isAdaptive == true && request.reasoning?.effort == "high")
    #expect(request.reasoning?.showsThoughts == false && request.reasoning?.display == "omitted")
    #expect(request.parallelToolCalls == false)
    if case .required = request.toolChoice {} else { Issue.record("`any` was not read") }
    if case .hosted(let tool) = request.tools[0].kind { #expect(tool.kind == .codeExecution) } else { Issue.record() }
    if case .opaque = request.tools[1].kind {} else { Issue.record("`memory` is Anthropic's alone") }
    #expect(request.extensions?.residue.rest.map(\.key) == ["context_management"])
  }

  @Test func claudeCodesBillingMarkIsForAnthropicOnly() throws {
    let request = try Self.read(
      #"{"model":"m","system":[{"type":"text","text":"x-anthropic-billing-header: cc=1"},{"type":"text","text":"s"}],"messages":[]}"#
    )
    let parts = request.messages[0].parts
    if case .opaque(let mark) = parts[0].content { #expect(mark.dialect == .anthropic) } else { Issue.record() }
    if case .text(let text) = parts[1].content { #expect(text.text == "s") } else { Issue.record() }
  }

  @Test func countTokensBodiesAreRequestsWithoutALimit() throws {
    let text = #"{"model":"claude-x","messages":[{"role":"user","content":"x"}]}"#
    let (body, losses) = try Self.write(text, Quirks())
    #expect(body.text == text && losses.isEmpty)
  }

  @Test func betasAreStrippedWhereTheProviderLacksThem() throws {
    var quirks = Quirks()
    quirks.stripBetas = true
    quirks.stripFields = ["metadata"]
    let (body, losses) = try Self.write(
      #"{"model":"m","max_tokens":5,"speed":"fast","context_management":{"edits":[]},"metadata":{"user_id":"u"},"thinking":{"type":"adaptive","display":"omitted"},"output_config":{"effort":"high"},"vendor_field":1,"tools":[{"name":"f","input_schema":{"type":"object"},"defer_loading":true,"strict":true,"cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":"q"},{"role":"system","content":"mid"}]}"#,
      quirks)
    #expect(
      body.text
        == #"{"model":"claude-x","max_tokens":5,"thinking":{"type":"adaptive"},"vendor_field":1,"tools":[{"name":"f","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}}],"messages":[{"role":"user","content":[{"type":"text","text":"q"},{"type":"text","text":"<system-reminder>\nmid\n</system-reminder>"}]}]}"#
    )
    #expect(
      Set(losses) == [
        "speed", "context_management", "metadata", "thinking.display", "reasoning.effort", "tools[0].defer_loading",
        "tools[0].strict", "messages[1]",
      ])
  }

  /// What Claude Code sends on top, and old endpoints answer with 400.
  @Test func toolSearchSchemasAndTheBillingMarkAreBetasToo() throws {
    var quirks = Quirks()
    quirks.stripBetas = true
    let text =
      #"{"model":"m","max_tokens":5,"system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=1; cch=ab12;"},{"type":"text","text":"s"}],"output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}},"tools":[{"type":"tool_search_tool_regex_20251119","name":"tool_search_tool_regex"},{"name":"f","input_schema":{"type":"object"},"input_examples":[{}]}],"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"ToolSearch","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"tool_reference","tool_name":"f"}]}]}]}"#
    let request = try Self.dialect.readRequest(JSON(parsing: text), line: RequestLine())
    let crossing = try Crossing.translated(
      request, from: .anthropic, to: Self.dialect, for: RequestTarget(model: "up", quirks: quirks))
    guard case .written(let bytes) = crossing.body else { return }
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == #"{"model":"up","max_tokens":5,"system":[{"type":"text","text":"s"}],"tools":[{"name":"f","input_schema":{"type":"object"}}],"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"ToolSearch","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"The tool `f` can be called now."}]}]}]}"#
    )
    #expect(
      Set(crossing.losses.list.map(\.path)) == [
        "system[0]", "output_config.format", "tools[0]", "tools[1].input_examples",
      ])
  }

  @Test func adaptiveThinkingBecomesABudgetWhereTheProviderKnowsNothingElse() throws {
    var quirks = Quirks()
    quirks.thinkingStyle = .budget
    let (body, _) = try Self.write(
      #"{"model":"m","max_tokens":50000,"thinking":{"type":"adaptive"},"output_config":{"effort":"low"},"messages":[{"role":"user","content":"q"}]}"#,
      quirks)
    #expect(body["thinking"]?["type"]?.string == "enabled" && body["thinking"]?["budget_tokens"]?.int == 2048)
    #expect(body["output_config"] == nil)
  }

  @Test func aMessageThatHeldOnlyForeignThinkingIsLeftOut() throws {
    let seal = ReasoningSeal.seal(
      ReasoningState(dialect: .gemini, kind: .thoughtSignature, blob: "x", origin: SealOrigin("g")))
    let (body, losses) = try Self.write(
      #"{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"\#(seal)"}]},{"role":"user","content":"r"}]}"#,
      Quirks())
    #expect(body["messages"]?.elements.map { $0["role"]?.string } == ["user", "user"])
    #expect(losses == ["messages[1].content[0]"])
  }

  @Test func aSealThatCannotBeOpenedIsLeftOut() throws {
    let (body, losses) = try Self.write(
      #"{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"AORSEAL9xx"},{"type":"redacted_thinking","data":"AORSEAL1!"},{"type":"text","text":"a"}]},{"role":"user","content":"r"}]}"#,
      Quirks())
    #expect(!body.text.contains("AORSEAL") && !body.text.contains("thinking"))
    #expect(losses == ["messages[1].content[0]"])
  }
}
