import Conversation
import Dialects
import Testing
import Wire

/// Tools behind a search that the vendor runs, for providers without one.
@Suite struct DeferredToolsTests {
  static let bodies: [(client: DialectID, body: String)] = [
    (
      .openAIResponses,
      #"{"model":"asked","input":[{"role":"user","content":"q"},{"type":"tool_search_call","id":"tsc_1","call_id":null,"execution":"server","status":"completed","arguments":{"paths":["mail"]}},{"type":"tool_search_output","id":"tso_1","call_id":null,"execution":"server","status":"completed","tools":[{"type":"namespace","name":"mail","description":"Mail.","tools":[{"type":"function","name":"send","parameters":{"type":"object","properties":{}},"strict":false,"defer_loading":true}]}]},{"type":"function_call","call_id":"c1","name":"send","namespace":"mail","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"sent"}],"tools":[{"type":"tool_search"},{"type":"function","name":"look","parameters":{"type":"object","properties":{}},"strict":false,"defer_loading":true},{"type":"namespace","name":"mail","description":"Mail.","tools":[{"type":"function","name":"send","parameters":{"type":"object","properties":{}},"strict":false,"defer_loading":true}]}]}"#
    ),
    (
      .anthropic,
      #"{"model":"asked","max_tokens":99,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"server_tool_use","id":"srvtoolu_1","name":"tool_search_tool_regex","input":{"query":"se"}},{"type":"tool_search_tool_result","tool_use_id":"srvtoolu_1","content":{"type":"tool_search_tool_search_result","tool_references":[{"type":"tool_reference","tool_name":"send"}]}},{"type":"tool_use","id":"c1","name":"send","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"sent"}]}],"tools":[{"type":"tool_search_tool_regex_20251119","name":"tool_search_tool_regex"},{"name":"look","input_schema":{"type":"object","properties":{}},"defer_loading":true},{"name":"send","input_schema":{"type":"object","properties":{}},"defer_loading":true}]}"#
    ),
  ]

  @Test(arguments: bodies.indices, DialectID.allCases) func allAreDeclaredAndNothingIsLost(
    index: Int, upstream: DialectID
  ) throws {
    let (client, body) = Self.bodies[index]
    guard client != upstream else { return }
    let sent = try Passage.send(body, from: client, to: upstream) { $0.namespaceTools = false }
    // A call that Gemini did not make is no matter of tools.
    let losses = sent.losses.filter { !$0.path.hasSuffix("thoughtSignature") }
    #expect(losses.isEmpty, "\(upstream): \(losses)")
    #expect(!sent.text.contains("defer_loading") && !sent.text.contains("tool_search"), "\(sent.text)")
    #expect(sent.text.contains("look") && sent.text.contains("send") && sent.text.contains("sent"))
  }

  @Test func whereTheVendorSearchesNothingChanges() throws {
    let (client, body) = Self.bodies[0]
    let sent = try Passage.send(body, from: client, to: client)
    #expect(sent.text == body.replacing(#""model":"asked""#, with: #""model":"up""#))
    let plain = try Passage.send(body, from: client, to: client) { $0.namespaceTools = false }
    #expect(!plain.text.contains("tool_search") && !plain.text.contains("defer_loading"), "\(plain.text)")
  }

  // MARK: - A shell

  static let shells: [(environment: String, isClients: Bool)] = [
    ("", true), (#","environment":{"type":"local"}"#, true),
    (#","environment":{"type":"local","skills":[{"name":"s","description":"d","path":"/s"}]}"#, true),
    (#","environment":{"type":"container_auto"}"#, false),
    (#","environment":{"type":"container_reference","container_id":"cntr_1"}"#, false),
  ]

  @Test(arguments: shells.indices, [DialectID.anthropic, .gemini, .openAIChat])
  func aShellIsAFunctionWhereTheClientRunsIt(index: Int, upstream: DialectID) throws {
    let (environment, isClients) = Self.shells[index]
    let body = #"{"model":"asked","input":"q","tools":[{"type":"shell"\#(environment)}]}"#
    let sent = try Passage.send(body, from: .openAIResponses, to: upstream)
    #expect(sent.text.contains(#""shell""#) == isClients, "\(sent.text)")
    #expect(sent.text.contains("/s") == environment.contains("/s"))
    #expect(sent.losses.contains { $0.path == "tools[0]" && $0.reason.contains("shell") } == !isClients)
  }
}
