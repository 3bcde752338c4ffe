import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// What Gemini requests and answers mean to other protocols.
@Suite struct GeminiReadingTests {
  private func read(_ text: String) throws(DialectError) -> ConversationRequest {
    try Gemini().readRequest(GeminiHub.json(text), line: RequestLine(model: "m", isStream: true))
  }

  @Test func `the URL names model and stream`() throws {
    let request = try read(#"{"model":"models/other","contents":[]}"#)
    #expect(request.model == "m")
    #expect(request.isStream)
    let named = try Gemini().readRequest(GeminiHub.json(#"{"model":"models/other"}"#), line: RequestLine())
    #expect(named.model == "other")
  }

  @Test(arguments: [
    "[]", "3", #"{"contents":"hi"}"#, #"{"contents":[3]}"#, #"{"contents":[{"role":"assistant","parts":[]}]}"#,
    #"{"contents":[{"parts":[3]}]}"#, #"{"contents":[{"parts":"hi"}]}"#, #"{"contents":[{"parts":[{"text":3}]}]}"#,
    #"{"tools":3}"#, #"{"tools":[3]}"#, #"{"tools":[{"functionDeclarations":[{}]}]}"#, #"{"generationConfig":[]}"#,
    #"{"generationConfig":{"stopSequences":[3]}}"#, #"{"systemInstruction":3}"#,
  ])
  func `what cannot be understood is refused`(text: String) {
    #expect(throws: DialectError.self) { try read(text) }
  }

  @Test(arguments: [
    #"{}"#, #"{"contents":null,"tools":null,"generationConfig":null}"#, #"{"contents":[{}]}"#,
    #"{"contents":[{"role":"user","parts":[{}]}]}"#, #"{"contents":[{"parts":[{"functionCall":{}}]}]}"#,
    #"{"contents":[{"parts":[{"inlineData":{}}]}]}"#,
    #"{"contents":[{"parts":[{"functionResponse":{"response":[1]}}]}]}"#,
    #"{"contents":[{"parts":[{"text":"a","thoughtSignature":"AORSEAL9x"}]}]}"#, #"{"tools":[{}]}"#,
    #"{"toolConfig":{"functionCallingConfig":3},"generationConfig":{"thinkingConfig":3,"temperature":"1"}}"#,
  ])
  func `odd but harmless requests are read`(text: String) throws { _ = try read(text) }

  @Test func `tool results tell other protocols text, errors and media`() throws {
    let message = try read(
      """
      {"contents":[{"parts":[{"functionResponse":{"name":"f","response":{"output":"sun"}}},
      {"function_response":{"id":"x","name":"g","response":{"error":{"a":1}},
      "parts":[{"inline_data":{"mime_type":"image/png","data":"_-8"}}]}},
      {"functionResponse":{"name":"h","response":{"a":1,"b":2}}}]}]}
      """
    ).messages[0]
    let results = message.parts.compactMap { part in
      if case .toolResult(let result) = part.content { result } else { nil }
    }
    #expect(message.role == .user)
    try #require(results.count == 3)
    #expect(results.map(\.callID) == [nil, "x", nil])
    #expect(results.map(\.name) == ["f", "g", "h"])
    #expect(results.map(\.isError) == [false, true, false])
    let texts = results.map { result in
      result.parts.compactMap { if case .text(let text) = $0.content { text.text } else { nil } }.joined()
    }
    #expect(texts == ["sun", #"{"a":1}"#, #"{"a":1,"b":2}"#])
    guard case .image(let media)? = results[1].parts.last?.content else {
      Issue.record("no image")
      return
    }
    #expect(media == Media(.base64("/+8="), mediaType: "image/png"), "other protocols take standard base64 only")
  }

  @Test func `schemas of the OpenAPI subset become JSON Schema`() throws {
    let tools = try read(
      """
      {"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","propertyOrdering":["a"],
      "properties":{"nullable":{"type":"STRING","nullable":true,"enum":["x"],"format":"enum"},
      "a":{"type":"ARRAY","minItems":"1","items":{"anyOf":[{"type":"NUMBER"}]}}}}}]}]}
      """
    ).tools
    guard case .function(let schema, _)? = tools.first?.kind else {
      Issue.record("no function")
      return
    }
    #expect(
      schema?.text == #"{"type":"object","properties":{"nullable":{"type":["string","null"],"enum":["x",null]},"#
        + #""a":{"type":"array","minItems":1,"items":{"anyOf":[{"type":"number"}]}}}}"#)
  }

  @Test(arguments: [
    (#"{"includeThoughts":true}"#, ReasoningRequest(isAdaptive: true, showsThoughts: true)),
    (#"{"thinkingBudget":0}"#, ReasoningRequest(isEnabled: false, budgetTokens: 0)),
    (#"{"thinking_budget":-1}"#, ReasoningRequest(budgetTokens: -1, isAdaptive: true)),
    (#"{"thinkingLevel":"HIGH","includeThoughts":false}"#, ReasoningRequest(effort: "high", showsThoughts: false)),
    (#"{"thinkingLevel":"THINKING_LEVEL_UNSPECIFIED"}"#, ReasoningRequest()),
  ])
  func `thinking is understood`(config: String, expected: ReasoningRequest) throws {
    #expect(try read(#"{"generationConfig":{"thinkingConfig":\#(config)}}"#).reasoning == expected)
  }

  @Test func `what other protocols cannot say is declared with its place`() throws {
    let request = try read(
      """
      {"safetySettings":[{}],"contents":[{"parts":[{"text":"a","partMetadata":{}}],"x":1}],
      "generationConfig":{"mediaResolution":"LOW","thinkingConfig":{"y":1}},
      "toolConfig":{"functionCallingConfig":{"mode":"AUTO","z":1}}}
      """)
    try #require(request.messages.first?.parts.count == 1)
    var losses = Losses()
    losses.add(request.extensions, writing: .anthropic)
    losses.add(request.messages[0].extensions, writing: .anthropic)
    losses.add(request.messages[0].parts[0].extensions, writing: .anthropic)
    #expect(
      losses.list.map(\.path) == [
        "safetySettings", "toolConfig.functionCallingConfig.z", "generationConfig.mediaResolution",
        "generationConfig.thinkingConfig.y", "contents[0].x", "contents[0].parts[0].partMetadata",
      ])
  }

  // MARK: - Answers

  @Test func `usage includes cache and tool prompts in the input and thoughts in the output`() throws {
    let response = try Gemini().readResponse(
      GeminiHub.json(
        #"{"usageMetadata":{"promptTokenCount":10,"toolUsePromptTokenCount":5,"cachedContentTokenCount":4,"#
          + #""candidatesTokenCount":7,"thoughtsTokenCount":3,"totalTokenCount":25,"serviceTier":"standard"}}"#),
      origin: nil)
    let usage = try #require(response.usage)
    #expect(
      [usage.input, usage.output, usage.cacheRead, usage.reasoning, usage.total] == [15, 10, 4, 3, 25])
    #expect(response.serviceTier == "default")
  }

  @Test func `absurd counts do not trap`() throws {
    let response = try Gemini().readResponse(
      GeminiHub.json(
        #"{"usageMetadata":{"promptTokenCount":9223372036854775807,"toolUsePromptTokenCount":9223372036854775807,"#
          + #""candidatesTokenCount":-5},"createTime":"9999-99-99T99:99:99Z"}"#), origin: nil)
    #expect(response.usage?.input == .max)
    #expect(response.usage?.output == 0)
  }

  @Test func `times are read`() throws {
    let response = try Gemini().readResponse(
      GeminiHub.json(#"{"createTime":"2024-02-29T12:34:56.789Z"}"#), origin: nil)
    #expect(response.createdAt == 1_709_210_096)
  }

  @Test(
    arguments: [
      (#""serviceTier":"flex""#, "flex", #""flex""#), (#""service_tier":"PRIORITY""#, "priority", #""priority""#),
      (#""serviceTier":"standard""#, "default", nil), (#""serviceTier":"unspecified""#, nil, nil),
    ] as [(String, String?, String?)])
  func `a service tier is read and said`(said: String, tier: String?, elsewhere: String?) throws {
    let request = try read(#"{"contents":[{"role":"user","parts":[{"text":"q"}]}],\#(said)}"#)
    #expect(request.serviceTier == tier)
    var losses = Losses()
    let target = RequestTarget(model: "m")
    let own = try JSON(parsing: Gemini().writeRequest(request, for: target, losses: &losses))
    #expect(own.text.contains(said))
    var asked = ConversationRequest(model: "m", messages: [Message(.user, text: "q")])
    asked.serviceTier = tier
    let written = try JSON(parsing: Gemini().writeRequest(asked, for: target, losses: &losses))
    #expect(written["serviceTier"]?.text == elsewhere)
    #expect(losses.isEmpty)
  }

  @Test func `signatures carry the origin`() throws {
    let response = try Gemini().readResponse(
      GeminiHub.json(
        #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"},"thoughtSignature":"c2ln"}]}}]}"#),
      origin: GeminiHub.origin)
    #expect(response.candidates.first?.parts.first?.state?.origin == GeminiHub.origin)
    #expect(response.candidates.first?.parts.first?.state?.blob == "c2ln")
  }

  @Test(arguments: [
    ("STOP", Stop.Reason.endTurn), ("MAX_TOKENS", .maxTokens), ("SAFETY", .refusal), ("RECITATION", .refusal),
    ("BLOCKLIST", .refusal), ("PROHIBITED_CONTENT", .refusal), ("SPII", .refusal), ("IMAGE_SAFETY", .refusal),
    ("MODEL_ARMOR", .refusal), ("MALFORMED_FUNCTION_CALL", .malformedToolCall),
    ("UNEXPECTED_TOOL_CALL", .malformedToolCall), ("MISSING_THOUGHT_SIGNATURE", .malformedToolCall),
    ("LANGUAGE", .refusal), ("ESCALATION", .refusal), ("PUP_LIMITED_DISABLED", .refusal), ("CONTINUATION", .maxTokens),
    ("IMAGE_OTHER", .refusal), ("NO_IMAGE", .refusal), ("OTHER", .other), ("TOMORROW", .other), ("1", .endTurn),
    ("2", .maxTokens), ("3", .refusal),
    ("99", .other),
  ])
  func `finish reasons are understood, as words and as numbers`(word: String, reason: Stop.Reason) throws {
    let value = Int(word) == nil ? "\"\(word)\"" : word
    let response = try Gemini().readResponse(
      GeminiHub.json(#"{"candidates":[{"finishReason":\#(value)}]}"#), origin: nil)
    #expect(response.candidates.first?.stop?.reason == reason)
  }

  @Test func `a blocked prompt is a refusal that says why`() throws {
    let response = try Gemini().readResponse(
      GeminiHub.json(#"{"promptFeedback":{"blockReason":"SAFETY"}}"#), origin: nil)
    #expect(response.candidates.map(\.stop?.reason) == [.refusal])
    guard case .refusal(let text)? = response.candidates.first?.parts.first?.content else {
      Issue.record("no words")
      return
    }
    #expect(text.contains("SAFETY"))
  }

  @Test func `an answer that is an array is folded`() throws {
    let response = try Gemini().readResponse(
      GeminiHub.json(
        #"[{"candidates":[{"content":{"parts":[{"text":"a"}]}}]},"#
          + #"{"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]}]"#), origin: nil)
    guard case .text(let text)? = response.candidates.first?.parts.first?.content else {
      Issue.record("no text")
      return
    }
    #expect(text.text == "ab")
    #expect(response.failure == nil)
  }

  @Test func `citations count Unicode scalars`() throws {
    let response = try Gemini().readResponse(
      GeminiHub.json(
        #"{"candidates":[{"content":{"parts":[{"text":"hé!"}]},"groundingMetadata":{"groundingChunks":"#
          + #"[{"web":{"uri":"https://e.com"}},{"web":{"uri":"https://f.com"}}],"groundingSupports":"#
          + #"[{"segment":{"startIndex":1,"endIndex":3},"groundingChunkIndices":[0,7]},"#
          + #"{"segment":{"startIndex":5,"endIndex":99},"groundingChunkIndices":[0]}]}}]}"#), origin: nil)
    guard case .text(let text)? = response.candidates.first?.parts.first?.content else {
      Issue.record("no text")
      return
    }
    #expect(text.annotations.map(\.start) == [1, nil, nil])
    #expect(text.annotations.map(\.end) == [2, nil, nil])
    #expect(text.annotations.map(\.source) == [.url("https://e.com"), .url("https://e.com"), .url("https://f.com")])
  }
}
