import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// What a Gemini upstream is sent for other protocols' requests.
@Suite struct GeminiRequestTests {
  static let names = GeminiHub.requests.map(\.name)

  private func request(_ name: String) -> ConversationRequest {
    GeminiHub.requests.first { $0.name == name }?.request ?? ConversationRequest(model: "")
  }

  private func contents(_ name: String, quirks: Quirks = Quirks()) -> [JSON] {
    GeminiHub.written(request(name), quirks: quirks).body["contents"].map { Array($0.elements) } ?? []
  }

  private func parts(_ content: JSON) -> [JSON] { content["parts"].map { Array($0.elements) } ?? [] }

  @Test(arguments: names) func `contents begin with the user, alternate and are never empty`(name: String) {
    let contents = contents(name)
    #expect(contents.first?["role"]?.string == "user")
    for (index, content) in contents.enumerated() {
      #expect(content["role"]?.string == (index % 2 == 0 ? "user" : "model"))
      #expect(!parts(content).isEmpty)
    }
  }

  @Test(arguments: names) func `each call is answered in order, right after it, with its name and id`(name: String) {
    let contents = contents(name)
    for (index, content) in contents.enumerated() {
      let calls = parts(content).compactMap { $0["functionCall"] }
      guard !calls.isEmpty else { continue }
      let answers = parts(contents.at(index + 1))
      let responses = answers.prefix { $0["functionResponse"] != nil }.compactMap { $0["functionResponse"] }
      #expect(responses.map { $0["name"]?.string } == calls.map { $0["name"]?.string })
      #expect(responses.map { $0["id"]?.string } == calls.map { $0["id"]?.string })
      #expect(responses.allSatisfy { $0["response"]?.isObject == true })
      #expect(calls.allSatisfy { $0["args"]?.isObject == true })
    }
  }

  @Test func `vertex gets no ids and older models get media behind the responses`() {
    var quirks = Quirks()
    quirks.functionCallIDs = false
    quirks.functionResponseParts = false
    let results = parts(contents("parallel tools", quirks: quirks).at(2))
    #expect(
      results.map { $0.members.first { _ in true }?.key } == [
        "functionResponse", "functionResponse", "inlineData", "text",
      ])
    #expect(results.at(0)["functionResponse"]?["id"] == nil)
    #expect(results.at(0)["functionResponse"]?["parts"] == nil)
    #expect(
      results.at(2)["inlineData"]?["mimeType"]?.string == "image/png", "the bytes are a PNG, whatever was declared")
  }

  @Test func `results become objects, errors are marked, images go along`() {
    var quirks = Quirks()
    quirks.functionResponseParts = true
    let results = parts(contents("parallel tools", quirks: quirks).at(2)).compactMap { $0["functionResponse"] }
    #expect(results.at(0)["response"]?.text == #"{"result":"pic:"}"#)
    #expect(results.at(0)["parts"]?.elements.first?["inlineData"]?["data"]?.string == GeminiHub.png)
    #expect(results.at(1)["response"]?.text == #"{"error":"boom"}"#)
    let last = parts(contents("parallel tools").at(4)).compactMap { $0["functionResponse"] }
    #expect(last.first?["response"]?.text == #"{"n":1.0}"#, "an object is sent as it is, numbers included")
  }

  @Test func `arguments that are no object are wrapped`() {
    let calls = parts(contents("bad arguments").at(1)).compactMap { $0["functionCall"]?["args"]?.text }
    #expect(calls == [#"{"input":[1]}"#, #"{"input":"{oops"}"#, "{}"])
  }

  // MARK: - Signatures

  @Test func `a signature of this upstream goes back to the first call`() {
    let model = parts(contents("own reasoning").at(1))
    #expect(model.map { $0["thoughtSignature"]?.string } == [nil, "U0lHRkFLRWE=", nil])
    #expect(model.allSatisfy { $0["thought"] == nil })
    let (_, losses) = GeminiHub.written(request("own reasoning"))
    #expect(!losses.contains { $0.reason.contains("reasoning") })
  }

  @Test func `a signature of another provider is left out, declared, and stood in for on the first call only`() {
    let (body, losses) = GeminiHub.written(request("foreign reasoning"))
    let model = parts(Array(body["contents"]?.elements ?? JSON.null.elements).at(1))
    #expect(
      model.map { $0["thoughtSignature"]?.string } == [
        nil, "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=", nil,
      ])
    #expect(!body.text.contains("EqQB"))
    #expect(losses.contains { $0.reason == "reasoning state of another provider" })
    var quirks = Quirks()
    quirks.signatureStandIn = false
    #expect(!GeminiHub.written(request("foreign reasoning"), quirks: quirks).body.text.contains("thoughtSignature"))
  }

  @Test func `a gemini signature of another account is left out`() {
    let (body, _) = GeminiHub.written(request("own reasoning"), origin: SealOrigin("google/b"))
    #expect(!body.text.contains("U0lHRkFLRWE="))
  }

  @Test func `a state before text without calls rides on the text`() {
    let request = GeminiHub.make([
      .init(.user, text: "a"),
      .init(.assistant, [Part(.reasoning(Reasoning()), state: GeminiHub.signature), .text("b")]),
      .init(.user, text: "c"),
    ])
    let body = GeminiHub.written(request).body
    #expect(
      parts(Array(body["contents"]?.elements ?? JSON.null.elements).at(1)).map(\.text) == [
        #"{"text":"b","thoughtSignature":"U0lHRkFLRWE="}"#
      ])
  }

  @Test func `a gemini client's replay keeps its own bytes but for another provider's state`() throws {
    let seal = ReasoningSeal.seal(
      ReasoningState(dialect: .gemini, kind: .thoughtSignature, blob: "c2ln", origin: SealOrigin("google/b")))
    let body = GeminiHub.json(
      """
      {"contents":[{"role":"user","parts":[{"text":"a"}]},{"parts":[{"text":"hm","thought":true},
      {"functionCall":{"name":"f"},"thoughtSignature":"\(seal)"}],"role":"model"},
      {"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}}]}]}
      """)
    let request = try Gemini().readRequest(body, line: RequestLine(model: "m"))
    let written = GeminiHub.written(request)
    #expect(written.body.text == body.text.replacing(seal, with: "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="))
    #expect(written.losses.count == 2)
    #expect(
      GeminiHub.written(request, origin: SealOrigin("google/b")).body.text == body.text.replacing(seal, with: "c2ln"))
  }

  // MARK: - Tools and formats

  @Test func `search gives way to functions, code execution does not`() {
    let hosted = [HostedTool.Kind.webSearch, .webFetch, .codeExecution].map { kind in
      Tool(
        name: kind.rawValue,
        kind: .hosted(HostedTool(kind, original: OpaquePart(.anthropic, GeminiHub.json(#"{"type":"x","max_uses":3}"#))))
      )
    }
    func keys(_ tools: [Tool], _ quirks: Quirks = Quirks()) -> [String] {
      GeminiHub.written(GeminiHub.make([], tools: tools), quirks: quirks).body["tools"]?.elements
        .flatMap { $0.members.map(\.key) } ?? []
    }
    #expect(keys(hosted) == ["googleSearch", "urlContext", "codeExecution"])
    #expect(keys(hosted + [GeminiHub.weather]) == ["functionDeclarations", "codeExecution"])
    var quirks = Quirks()
    quirks.mixedTools = true
    #expect(keys(hosted + [GeminiHub.weather], quirks).count == 4)
    let mixed = GeminiHub.written(GeminiHub.make([], tools: hosted + [GeminiHub.weather]), quirks: quirks).body
    #expect(mixed["toolConfig"]?.text == #"{"includeServerSideToolInvocations":true}"#, "Google refuses it without")
    let losses = GeminiHub.written(GeminiHub.make([], tools: hosted + [GeminiHub.weather])).losses
    #expect(losses.contains { $0.path == "tools" })
    #expect(losses.contains { $0.path == "tools.max_uses" })
  }

  @Test func `a search limited to sites is not widened`() {
    let limited = Tool(
      name: "web_search",
      kind: .hosted(
        HostedTool(.webSearch, original: OpaquePart(.anthropic, GeminiHub.json(#"{"allowed_domains":["a.b"]}"#)))))
    let (body, losses) = GeminiHub.written(GeminiHub.make([], tools: [limited]))
    #expect(body["tools"] == nil)
    #expect(losses.map(\.path) == ["tools.allowed_domains"])
  }

  @Test(arguments: [
    (ToolChoice.auto, #"{"mode":"AUTO"}"#), (.none, #"{"mode":"NONE"}"#), (.required, #"{"mode":"ANY"}"#),
    (.tool(name: "bare", kind: .function), #"{"mode":"ANY","allowedFunctionNames":["bare"]}"#),
    (.allowed(names: ["bare", "gone"], required: true), #"{"mode":"ANY","allowedFunctionNames":["bare"]}"#),
    (.allowed(names: ["bare"], required: false), #"{"mode":"VALIDATED","allowedFunctionNames":["bare"]}"#),
  ])
  func `a tool choice is said in Gemini's words`(choice: ToolChoice, expected: String) {
    var request = GeminiHub.make([])
    request.toolChoice = choice
    #expect(GeminiHub.written(request).body["toolConfig"]?["functionCallingConfig"]?.text == expected)
    request.tools = []
    #expect(GeminiHub.written(request).body["toolConfig"] == nil, "no choice without tools")
  }

  @Test func `JSON output and functions exclude each other unless the provider takes both`() {
    var request = GeminiHub.make([])
    request.outputFormat = .jsonSchema(JSONSchemaFormat(name: "n", schema: GeminiHub.hardSchema))
    let (body, losses) = GeminiHub.written(request)
    #expect(body["generationConfig"] == nil)
    #expect(losses.contains { $0.path == "response_format" })
    var quirks = Quirks()
    quirks.mixedTools = true
    #expect(
      GeminiHub.written(request, quirks: quirks).body["generationConfig"]?["responseJsonSchema"]
        == GeminiHub.hardSchema)
    request.tools = []
    request.outputFormat = .jsonObject
    #expect(
      GeminiHub.written(request).body["generationConfig"]?.text == #"{"responseMimeType":"application/json"}"#)
  }

  @Test func `sampling is said as far as Gemini knows it, the rest declared`() {
    var request = GeminiHub.make([.init(.user, text: "a")], tools: [])
    request.sampling.maxOutputTokens = 9
    request.sampling.temperature = JSONNumber(lexeme: "0.70")
    request.sampling.topP = JSONNumber(lexeme: "1")
    request.sampling.topK = 4
    request.sampling.stop = ["1", "2", "3", "4", "5", "6"]
    request.sampling.seed = JSONNumber(lexeme: "99999999999")
    request.sampling.candidateCount = 2
    request.sampling.logitBias = ["1": 2]
    request.serviceTier = "scale"
    request.userID = "u"
    let (body, losses) = GeminiHub.written(request)
    #expect(
      body["generationConfig"]?.text
        == #"{"maxOutputTokens":9,"temperature":0.70,"topP":1,"topK":4,"candidateCount":2,"#
        + #""stopSequences":["1","2","3","4","5"]}"#)
    #expect(losses.map(\.path) == ["user", "service_tier", "stop", "seed", "logit_bias"])
  }

  // MARK: - Thinking

  @Test(arguments: [
    (ReasoningRequest(effort: "high", summary: "auto"), #"{"includeThoughts":true,"thinkingBudget":24576}"#),
    (ReasoningRequest(isEnabled: true, budgetTokens: 2048), #"{"includeThoughts":true,"thinkingBudget":2048}"#),
    (ReasoningRequest(isEnabled: false), #"{"includeThoughts":false,"thinkingBudget":0}"#),
    (ReasoningRequest(effort: "none"), #"{"includeThoughts":false,"thinkingBudget":0}"#),
    (ReasoningRequest(isAdaptive: true), #"{"includeThoughts":true}"#),
    (ReasoningRequest(effort: "xhigh"), #"{"includeThoughts":true,"thinkingBudget":24576}"#),
  ])
  func `effort becomes a budget`(reasoning: ReasoningRequest, expected: String) {
    var request = GeminiHub.make([], tools: [])
    request.reasoning = reasoning
    #expect(GeminiHub.written(request).body["generationConfig"]?["thinkingConfig"]?.text == expected)
  }

  @Test func `a budget and a level never stand together`() {
    var quirks = Quirks()
    quirks.thinkingLevels = true
    for (effort, level) in [("low", "low"), ("medium", "medium"), ("max", "high"), ("none", "low")] {
      var request = GeminiHub.make([], tools: [])
      request.reasoning = ReasoningRequest(effort: effort)
      let config = GeminiHub.written(request, quirks: quirks).body["generationConfig"]?["thinkingConfig"]
      #expect(config?["thinkingLevel"]?.string == level)
      #expect(config?["thinkingBudget"] == nil)
    }
  }

  @Test func `previous responses are refused in OpenAI's words`() {
    var request = GeminiHub.make([])
    request.previousResponseID = "resp_1"
    var losses = Losses()
    #expect(throws: DialectError.self) {
      try Gemini().writeRequest(request, for: RequestTarget(model: "m"), losses: &losses)
    }
  }

  @Test func `fields a provider refuses are taken out`() {
    var quirks = Quirks()
    quirks.stripFields = ["systemInstruction"]
    #expect(GeminiHub.written(request("text"), quirks: quirks).body["systemInstruction"] == nil)
  }

  @Test func `images become a marker where the models take none`() {
    var quirks = Quirks()
    quirks.imageInput = false
    let (body, losses) = GeminiHub.written(request("media"), quirks: quirks)
    #expect(!body.text.contains(GeminiHub.png))
    #expect(losses.contains { $0.reason.contains("takes no images") })
  }

  @Test func `counting wraps the request once and reads the total`() throws {
    for body in [
      #"{"contents":[]}"#, #"{"model":"models/x","contents":[]}"#,
      #"{"generateContentRequest":{"model":"models/m","contents":[]}}"#,
      #"{"generate_content_request":{"model":"models/m","contents":[]}}"#,
    ] {
      let wrapped = try JSON(parsing: Gemini().countRequest(Array(body.utf8), model: "m"))
      let inner = wrapped["generateContentRequest"] ?? wrapped["generate_content_request"]
      #expect(wrapped.members.count == 1)
      #expect(inner?.text == #"{"model":"models/m","contents":[]}"#)
    }
    #expect(Gemini().readCount(try JSON(parsing: Gemini().writeCount(7))) == 7)
    #expect(Gemini().readCount(try JSON(parsing: #"{"total_tokens":8}"#)) == 8)
    #expect(Gemini().readCount(.null) == nil)
  }
}
