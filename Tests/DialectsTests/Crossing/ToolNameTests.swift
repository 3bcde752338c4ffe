import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Names of tools from one protocol to another and back: in declarations, choices, histories, answers and streams.
@Suite struct ToolNameTests {
  static let long = String(repeating: "n", count: 130)
  /// Names clients use, and some that nobody should.
  static let names = [
    "Bash", "mcp__docs__search", "mcp.docs.search", "mcp/docs/search", "mcp:docs:search", "mcp_docs_search", "a-b",
    "a.b",
    "9lives", "-dash", "_under", ".dot", "über", "搜索", "🔍", "two words", "tab\there", "\"quoted\"", "x",
    String(repeating: "n", count: 64), String(repeating: "n", count: 65), String(repeating: "n", count: 128), long,
    long + "a", long + ".a", "constructor", "functions.exec_command", "$ref",
  ]
  static let dialects = DialectID.allCases

  private static func request(_ names: [String]) -> ConversationRequest {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "x")])
    request.tools = names.map { Tool(name: $0, kind: .function(schema: .emptyObject, strict: nil)) }
    for (index, name) in names.enumerated() {
      request.messages.append(
        Message(.assistant, [Part(.toolCall(ToolCall(id: "call_\(index)", name: name, input: "{}")))]))
      request.messages.append(
        Message(.tool, [Part(.toolResult(ToolResult(callID: "call_\(index)", name: name, parts: [.text("ok")])))]))
    }
    return request
  }

  private static func crossing(_ request: ConversationRequest, from client: DialectID, to upstream: DialectID) throws
    -> (Crossing, ConversationRequest)
  {
    let dialect = DialectCatalog.dialect(upstream)
    let crossing = try Crossing.translated(request, from: client, to: dialect, for: RequestTarget(model: "m"))
    guard case .written(let bytes) = crossing.body else { throw DialectError("not written") }
    let line = RequestLine(model: "m", isStream: false)
    return (crossing, try dialect.readRequest(try JSON(parsing: bytes), line: line))
  }

  private static func pairs() -> [(DialectID, DialectID)] {
    dialects.flatMap { client in dialects.filter { $0 != client }.map { (client, $0) } }
  }

  private static func isLegal(_ name: String, _ rule: Alphabet) -> Bool {
    let isFirstRight =
      !rule.startsWithLetter || name.utf8.first.map { $0 == 95 || ($0 | 32) >= 97 && ($0 | 32) <= 122 } == true
    return !name.isEmpty && name.utf8.count <= rule.maxLength && isFirstRight
      && name.unicodeScalars.allSatisfy { scalar in
        scalar.isASCII
          && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            || rule.punctuation.unicodeScalars.contains(scalar))
      }
  }

  @Test(arguments: pairs())
  func everyNameIsLegalOneOfAKindAndComesBack(pair: (DialectID, DialectID)) throws {
    let rule = DialectCatalog.dialect(pair.1).naming
    var (crossing, sent) = try Self.crossing(Self.request(Self.names), from: pair.0, to: pair.1)
    let sentNames = sent.tools.map(\.name)
    #expect(sentNames.count == Self.names.count)
    #expect(Set(sentNames).count == Self.names.count)
    for (name, original) in zip(sentNames, Self.names) {
      #expect(Self.isLegal(name, rule.tools), "\(name)")
      if Self.isLegal(original, rule.tools) { #expect(name == original, "a name that fits is not touched") }
    }
    // The history names each tool as it is declared.
    #expect(sent.messages.flatMap(\.toolCalls).map(\.name) == sentNames)
    // Answers, whole and streamed.
    let calls = sentNames.map { Part(.toolCall(ToolCall(id: "1", name: $0, input: "{}"))) }
    let answer = crossing.raising.raise(ConversationResponse(candidates: [Candidate(parts: calls)]))
    #expect(Self.calls(answer.candidates.flatMap(\.parts)) == Self.names)
    var raising = crossing.raising
    var events: [ConversationEvent] = []
    for (index, part) in calls.enumerated() {
      raising.raise(.partStarted(PartStart(index: index, part: part)), into: &events)
      raising.raise(.partFinished(PartEnd(index: index)), into: &events)
    }
    let started = events.compactMap { event in
      if case .partStarted(let start) = event { start.part } else { nil }
    }
    #expect(Self.calls(started) == Self.names)
    // The same request is the same bytes: prompt caches hold.
    (crossing, sent) = try Self.crossing(Self.request(Self.names), from: pair.0, to: pair.1)
    #expect(sent.tools.map(\.name) == sentNames)
  }

  private static func calls(_ parts: [Part]) -> [String] {
    parts.compactMap { part in
      if case .toolCall(let call) = part.content { call.name } else { nil }
    }
  }

  @Test(arguments: pairs())
  func choicesNameToolsAsTheyAreDeclared(pair: (DialectID, DialectID)) throws {
    var request = Self.request(["über", "a/b", "fine"])
    request.toolChoice = .tool(name: "a/b", kind: .function)
    let (_, one) = try Self.crossing(request, from: pair.0, to: pair.1)
    guard case .tool(let name, _)? = one.toolChoice else {
      Issue.record("no choice")
      return
    }
    #expect(one.tools.map(\.name).contains(name) && name != "fine")
    request.toolChoice = .allowed(names: ["über", "fine"], required: true)
    let (_, some) = try Self.crossing(request, from: pair.0, to: pair.1)
    if case .allowed(let names, true)? = some.toolChoice {
      #expect(names.count == 2 && Set(names).isSubset(of: Set(some.tools.map(\.name))))
    } else {
      // Anthropic has no list: the others are not declared.
      #expect(pair.1 == .anthropic && some.tools.count == 2)
    }
  }

  /// Prompt caches: what a tool is called must not hang on the others, nor on how long the conversation is.
  @Test(arguments: dialects)
  func namesHangOnTheToolAlone(upstream: DialectID) throws {
    let client: DialectID = upstream == .anthropic ? .openAIChat : .anthropic
    let alone = try Self.names.map { name in
      try Self.crossing(Self.request([name]), from: client, to: upstream).1.tools.map(\.name)
    }
    let together = try Self.crossing(Self.request(Self.names), from: client, to: upstream).1.tools.map(\.name)
    let changed = zip(alone, together).filter { $0 != [$1] }.map(\.1)
    // Only those that would become a name that is taken differ.
    let bases = Dictionary(grouping: alone.flatMap { $0 }, by: { $0 }).values.filter { $0.count > 1 }
    #expect(changed.count <= bases.reduce(0) { $0 + $1.count - 1 })
    var grown = Self.request(["x", "a/b"])
    let before = try Self.crossing(grown, from: client, to: upstream).1.tools.map(\.name)
    for (index, name) in ["a_b", "gone/tool", "x y"].enumerated() {
      grown.messages.append(
        Message(.assistant, [Part(.toolCall(ToolCall(id: "old_\(index)", name: name, input: "{}")))]))
      grown.messages.append(
        Message(.tool, [Part(.toolResult(ToolResult(callID: "old_\(index)", name: name, parts: [])))]))
    }
    let (_, after) = try Self.crossing(grown, from: client, to: upstream)
    #expect(after.tools.map(\.name) == before)
    let called = after.messages.flatMap(\.toolCalls).map(\.name)
    #expect(Set(called).count == 5, "a tool of the history is not taken for a declared one")
  }
}
