import Conversation
import Dialects
import Testing
import Wire

@Suite struct ToolLoweringTests {
  static let rule = NamingRule(tools: Alphabet(maxLength: 64, punctuation: "_-"))

  static func capabilities(custom: Bool = false, namespaces: Bool = false, rule: NamingRule = rule)
    -> ToolLowering.Capabilities
  {
    ToolLowering.Capabilities(naming: rule, customTools: custom, namespaces: namespaces)
  }

  static func function(_ name: String, in namespace: String? = nil) -> Tool {
    Tool(
      name: name, kind: .function(schema: .emptyObject, strict: nil),
      namespace: namespace.map { ToolNamespace(name: $0) })
  }

  static func custom(_ name: String, in namespace: String? = nil, format: JSON? = nil) -> Tool {
    Tool(name: name, kind: .custom(format: format), namespace: namespace.map { ToolNamespace(name: $0) })
  }

  static func request(_ tools: [Tool], calls: [ToolCall] = []) -> ConversationRequest {
    var request = ConversationRequest(model: "m", tools: tools)
    for call in calls {
      request.messages.append(Message(.assistant, [Part(.toolCall(call))]))
      request.messages.append(
        Message(.tool, [Part(.toolResult(ToolResult(callID: call.id, kind: call.kind, name: call.name, parts: [])))]))
    }
    return request
  }

  struct Lowered {
    var lowering: ToolLowering
    var request: ConversationRequest
    var losses = Losses()

    init(_ request: ConversationRequest, _ capabilities: ToolLowering.Capabilities) {
      lowering = ToolLowering(request, capabilities: capabilities)
      self.request = request
      self.request = lowering.lower(request, losses: &losses)
    }

    var names: [String] { request.tools.map(\.name) }
    var calls: [ToolCall] { request.messages.flatMap(\.toolCalls) }
    var results: [ToolResult] {
      request.messages.flatMap(\.parts).compactMap {
        if case .toolResult(let result) = $0.content { result } else { nil }
      }
    }

    /// What the client sees of a call the upstream makes.
    func raised(_ call: ToolCall) -> ToolCall? {
      let answer = ConversationResponse(candidates: [Candidate(parts: [Part(.toolCall(call))])])
      let parts = lowering.raise(answer).candidates.flatMap(\.parts)
      guard case .toolCall(let call)? = parts.first?.content else { return nil }
      return call
    }
  }

  // MARK: - Names

  @Test func namesThatFitAreUntouched() {
    let names = ["Bash", "mcp__server__tool", "a-b_C9", String(repeating: "x", count: 64)]
    let lowered = Lowered(Self.request(names.map { Self.function($0) }), Self.capabilities())
    #expect(lowered.names == names)
    #expect(lowered.lowering.isIdentity)
    #expect(lowered.losses.isEmpty)
    #expect(lowered.raised(ToolCall(id: "1", name: "Bash", input: "{}"))?.name == "Bash")
  }

  @Test func illegalAndLongNamesAreReplacedDistinctAndComeBack() throws {
    let long = String(repeating: "y", count: 70)
    let names = ["a.b", "a/b", "a_b", "é", "中", "", "1st", long + "1", long + "2", "spaced name"]
    let strict = NamingRule(tools: Alphabet(maxLength: 64, punctuation: "_", startsWithLetter: true))
    let lowered = Lowered(Self.request(names.map { Self.function($0) }), Self.capabilities(rule: strict))
    #expect(lowered.names.count == names.count)
    #expect(Set(lowered.names).count == names.count)
    #expect(lowered.names[2] == "a_b", "a name that fits wins over one that has to change")
    for (name, original) in zip(lowered.names, names) {
      #expect(name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]{0,63}/) != nil, "\(name)")
      #expect(try #require(lowered.raised(ToolCall(id: "1", name: name, input: "{}"))).name == original)
    }
    #expect(
      Lowered(Self.request(names.map { Self.function($0) }), Self.capabilities(rule: strict)).names == lowered.names)
  }

  @Test func declaredNamesStayTheSameWhenTheHistoryGrows() {
    let tools = [Self.function("x", in: "a"), Self.custom("patch"), Self.function("b.c")]
    let short = Lowered(Self.request(tools), Self.capabilities())
    let calls = [
      ToolCall(id: "1", name: "x", namespace: "a", input: "{}"), ToolCall(id: "2", name: "a__x", input: "{}"),
      ToolCall(id: "3", name: "b_c", input: "{}"), ToolCall(id: "4", name: "gone.tool", input: "{}"),
    ]
    let long = Lowered(Self.request(tools, calls: calls), Self.capabilities())
    #expect(long.names == short.names)
    #expect(long.calls[0].name == short.names[0])
  }

  // MARK: - Namespaces

  @Test func toolsOfANamespaceGetAQualifiedNameAndComeBackWithBoth() throws {
    let lowered = Lowered(
      Self.request([Self.function("search", in: "mcp__docs__"), Self.function("mcp__docs__read", in: "mcp__docs__")]),
      Self.capabilities())
    #expect(lowered.names[1] == "mcp__docs__read", "a name that says its namespace already is not qualified again")
    #expect(lowered.request.tools.allSatisfy { $0.namespace == nil })
    for (name, original) in zip(lowered.names, ["search", "mcp__docs__read"]) {
      let call = try #require(lowered.raised(ToolCall(id: "1", name: name, input: "{}")))
      #expect(call.name == original)
      #expect(call.namespace == "mcp__docs__")
    }
  }

  @Test func oneNameInTwoNamespacesStaysApart() throws {
    let tools = [Self.function("search"), Self.function("search", in: "a"), Self.function("search", in: "b")]
    let lowered = Lowered(Self.request(tools), Self.capabilities())
    #expect(Set(lowered.names).count == 3)
    #expect(lowered.names[0] == "search")
    for (name, namespace) in zip(lowered.names, [nil, "a", "b"]) {
      let call = try #require(lowered.raised(ToolCall(id: "1", name: name, input: "{}")))
      #expect(call.name == "search")
      #expect(call.namespace == namespace)
    }
  }

  @Test func whereNamespacesAreKnownOneNameMayStandInSeveral() throws {
    let tools = [Self.custom("edit", in: "a"), Self.custom("edit", in: "b"), Self.function("edit")]
    let lowered = Lowered(Self.request(tools), Self.capabilities(namespaces: true))
    #expect(lowered.names == ["edit", "edit", "edit"])
    #expect(lowered.request.tools.map { $0.namespace?.name } == ["a", "b", nil])
    #expect(lowered.losses.isEmpty)
    for namespace in ["a", "b"] {
      let call = try #require(
        lowered.raised(ToolCall(id: "1", name: "edit", namespace: namespace, input: #"{"input":"x"}"#)))
      #expect(call.namespace == namespace)
      #expect(call.kind == .custom)
      #expect(call.input == "x")
    }
    #expect(lowered.raised(ToolCall(id: "1", name: "edit", input: "{}"))?.kind == .function)
  }

  @Test func toolsDeclaredTwiceAreSentOnceAndDeclaredAsALoss() {
    let lowered = Lowered(
      Self.request([Self.function("f"), Self.function("g"), Self.function("f")]), Self.capabilities())
    #expect(lowered.names == ["f", "g"])
    #expect(lowered.losses.list.count == 1)
  }

  // MARK: - Custom tools

  @Test func aCustomToolBecomesAFunctionWithItsGrammarInWords() throws {
    let format = try JSON(parsing: #"{"type":"grammar","syntax":"lark","definition":"start: line+"}"#)
    var tool = Self.custom("apply_patch", format: format)
    tool.description = "Edits files."
    let lowered = Lowered(Self.request([tool]), Self.capabilities())
    let sent = try #require(lowered.request.tools.first)
    #expect(sent.name == "apply_patch")
    #expect(sent.description?.hasPrefix("Edits files.") == true)
    #expect(sent.description?.contains("lark") == true)
    #expect(sent.description?.contains("start: line+") == true)
    guard case .function(let schema?, _) = sent.kind else {
      Issue.record("not a function")
      return
    }
    #expect(schema["type"]?.string == "object")
    #expect(schema["properties"]?["input"]?["type"]?.string == "string")
    #expect(schema["required"]?.elements.map(\.string) == ["input"])
  }

  @Test func whereCustomToolsAreKnownTheyStay() {
    let lowered = Lowered(Self.request([Self.custom("apply_patch")]), Self.capabilities(custom: true))
    #expect(lowered.lowering.isIdentity)
    if case .custom? = lowered.request.tools.first?.kind {} else { Issue.record("no custom tool") }
  }

  @Test func customCallsInTheHistoryBecomeFunctionCallsAndBack() throws {
    let text = "*** Begin \"Patch\"\n\\ é中😀\u{1}"
    let call = ToolCall(id: "c1", kind: .custom, name: "apply_patch", input: text, itemID: "ctc_1")
    let lowered = Lowered(Self.request([Self.custom("apply_patch")], calls: [call]), Self.capabilities())
    let sent = try #require(lowered.calls.first)
    #expect(sent.kind == .function)
    #expect(sent.itemID == nil, "the id of another kind of item")
    #expect(sent.object?["input"]?.string == text)
    #expect(lowered.results.map(\.kind) == [.function])
    let back = try #require(lowered.raised(ToolCall(id: "c1", name: "apply_patch", input: sent.input)))
    #expect(back.kind == .custom)
    #expect(back.input == text)
  }

  @Test(arguments: StringMemberUnwrapperTests.cases)
  func wholeAndStreamedInputsAreUnwrappedTheSame(example: (input: String, output: String)) throws {
    let lowered = Lowered(Self.request([Self.custom("patch")]), Self.capabilities())
    let call = try #require(lowered.raised(ToolCall(id: "1", name: "patch", input: example.input)))
    #expect(Array(call.input.unicodeScalars) == Array(example.output.unicodeScalars))
  }

  @Test func whatALoweredToolCannotKeepIsDeclared() throws {
    var tool = Self.custom("patch")
    var reader = ObjectReader(try JSON(parsing: #"{"type":"custom","name":"patch","defer_loading":true}"#))
    reader.discard("type")
    reader.discard("name")
    tool.extensions = Extensions(.openAIResponses, path: "tools[0]", reader)
    let lowered = Lowered(Self.request([tool]), Self.capabilities())
    #expect(lowered.losses.list.map(\.path) == ["tools[0].defer_loading"])
  }

  // MARK: - History and choice

  @Test func callsOfToolsNoLongerDeclaredStayReadable() throws {
    let calls = [
      ToolCall(id: "1", name: "gone", input: "{}"), ToolCall(id: "2", kind: .custom, name: "old_patch", input: "x"),
      ToolCall(id: "3", name: "find", namespace: "mcp", input: "{}"), ToolCall(id: "4", name: "bad name", input: "{}"),
    ]
    let lowered = Lowered(Self.request([Self.function("f")], calls: calls), Self.capabilities())
    #expect(lowered.calls.map(\.name).prefix(3) == ["gone", "old_patch", "mcp__find"])
    #expect(lowered.calls.allSatisfy { $0.kind == .function && $0.namespace == nil && $0.object != nil })
    #expect(lowered.calls[3].name.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil)
    #expect(lowered.results.compactMap(\.name) == lowered.calls.map(\.name), "a result is named as its call")
  }

  @Test func aHistoryCallFindsItsToolWhereItsKindOrNamespaceIsMissing() {
    let tools = [Self.custom("patch"), Self.function("find", in: "mcp")]
    let calls = [ToolCall(id: "1", name: "patch", input: "{}"), ToolCall(id: "2", name: "find", input: "{}")]
    let lowered = Lowered(Self.request(tools, calls: calls), Self.capabilities())
    #expect(lowered.calls.map(\.name) == lowered.names)
  }

  @Test func choicesNameTheLoweredTool() throws {
    let tools = [
      Self.function("search"), Self.function("search", in: "a"), Self.function("only", in: "b"), Self.custom("patch"),
      Self.function("bad name"),
    ]
    var request = Self.request(tools)
    for (name, kind, index) in [
      ("search", ToolCall.Kind.function, 0), ("only", .function, 2), ("patch", .custom, 3), ("bad name", .function, 4),
    ] {
      request.toolChoice = .tool(name: name, kind: kind)
      let lowered = Lowered(request, Self.capabilities())
      guard case .tool(let sent, let sentKind)? = lowered.request.toolChoice else {
        Issue.record("no choice")
        return
      }
      #expect(sent == lowered.names[index])
      #expect(sentKind == .function)
    }
    request.toolChoice = .allowed(names: ["search", "only", "patch", "unknown"], required: true)
    let lowered = Lowered(request, Self.capabilities())
    guard case .allowed(let names, true)? = lowered.request.toolChoice else {
      Issue.record("no choice")
      return
    }
    #expect(names == [lowered.names[0], lowered.names[2], lowered.names[3], "unknown"])
  }

  @Test func otherChoicesStay() {
    for choice in [ToolChoice.auto, .none, .required] {
      var request = Self.request([Self.custom("patch")])
      request.toolChoice = choice
      #expect("\(Lowered(request, Self.capabilities()).request.toolChoice as Any)".contains("\(choice)"))
    }
  }

  /// Responses calls a tool that a search found by a namespace of its own name, however it was declared.
  @Test(arguments: [nil, "find"] as [String?], [nil, "find"] as [String?])
  func aToolInANamespaceOfItsOwnNameIsThatTool(declared: String?, called: String?) {
    let call = ToolCall(id: "c", kind: .function, name: "find", namespace: called, input: "{}")
    let tools = [Self.function("find", in: declared), Self.function("find", in: declared == nil ? "find" : nil)]
    for tools in [[tools[0]], tools] {
      let lowered = Lowered(Self.request(tools, calls: [call]), Self.capabilities())
      #expect(lowered.names == ["find"])
      #expect(lowered.calls.map(\.name) == ["find"])
    }
  }
}

@Suite struct ToolRaisingTests {
  private static func raise(_ lowering: ToolLowering, name: String, pieces: [String], started: String = "")
    -> ToolCall?
  {
    var raising = ToolRaising(lowering)
    var events: [ConversationEvent] = []
    var sent: [ConversationEvent] = [
      .started(ResponseStart()), .partStarted(PartStart(index: 0, part: .text(""))),
      .partDelta(PartDelta(index: 0, .text("text"))), .partFinished(PartEnd(index: 0)),
      .partStarted(PartStart(index: 1, part: Part(.toolCall(ToolCall(id: "1", name: name, input: started))))),
    ]
    sent += pieces.map { .partDelta(PartDelta(index: 1, .input($0))) }
    sent += [
      .partFinished(PartEnd(index: 1)), .candidateFinished(index: 0, Stop(.toolUse)), .finished,
    ]
    var fold = ResponseFold()
    for event in sent {
      events.removeAll()
      raising.raise(event, into: &events)
      for event in events { fold.add(event) }
    }
    let parts = fold.result.candidates.flatMap(\.parts)
    guard fold.isFinished, parts.count == 2, case .toolCall(let call) = parts[1].content else { return nil }
    return call
  }

  @Test func customInputIsTheSameInEveryChunking() throws {
    let text = "*** Begin \"Patch\"\n\\ é中😀 \u{1F1E9}\u{1F1EA} e\u{301}\t{}[]\u{1}"
    let lowering = ToolLowering(
      ToolLoweringTests.request([ToolLoweringTests.custom("patch", in: "ns")]),
      capabilities: ToolLoweringTests.capabilities())
    let escaped = text.utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
    for input in [JSON { $0.object { $0.member("input", text) } }.text, "{\"input\":\"\(escaped)\"}"] {
      let scalars = Array(input.unicodeScalars)
      for size in 1...scalars.count {
        let pieces = stride(from: 0, to: scalars.count, by: size).map {
          String(String.UnicodeScalarView(scalars[$0..<min($0 + size, scalars.count)]))
        }
        let call = try #require(Self.raise(lowering, name: "ns__patch", pieces: pieces))
        #expect(call.kind == .custom)
        #expect(call.name == "patch")
        #expect(call.namespace == "ns")
        #expect(Array(call.input.utf8) == Array(text.utf8), "by \(size)")
        if let first = pieces.first {
          let started = Self.raise(lowering, name: "ns__patch", pieces: Array(pieces.dropFirst()), started: first)
          #expect(started?.input == call.input, "input may begin with the part")
        }
      }
    }
  }

  @Test func functionCallsAreRenamedAndTheirInputIsLeftAlone() throws {
    let lowering = ToolLowering(
      ToolLoweringTests.request([ToolLoweringTests.function("find", in: "ns"), ToolLoweringTests.function("plain")]),
      capabilities: ToolLoweringTests.capabilities())
    let found = try #require(Self.raise(lowering, name: "ns__find", pieces: ["{\"input\":", "\"x\"}"]))
    #expect(found.name == "find")
    #expect(found.namespace == "ns")
    #expect(found.input == #"{"input":"x"}"#)
    let plain = try #require(Self.raise(lowering, name: "plain", pieces: ["{}"]))
    #expect(plain.name == "plain")
    #expect(plain.namespace == nil)
    let unknown = try #require(Self.raise(lowering, name: "never declared", pieces: ["{}"]))
    #expect(unknown.name == "never declared")
  }
}
