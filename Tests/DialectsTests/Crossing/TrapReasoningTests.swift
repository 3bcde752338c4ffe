import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// What goes wrong with thinking when a conversation crosses protocols and comes back for its next turn.
@Suite struct TrapReasoningTests {
  static let origin = SealOrigin("main/1")

  static let anthropicAnswer =
    #"{"id":"msg_1","type":"message","role":"assistant","model":"up","content":[{"type":"thinking","thinking":"hm","signature":"SIG-A"},{"type":"redacted_thinking","data":"RED-A"},{"type":"tool_use","id":"toolu_1","name":"look","input":{"a":1}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}"#
  static let responsesAnswer =
    #"{"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"up","output":[{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"one"},{"type":"summary_text","text":"two"}],"encrypted_content":"ENC-R"},{"id":"fc_1","type":"function_call","status":"completed","arguments":"{}","call_id":"call_1","name":"look"}],"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2}}"#
  static let geminiAnswer =
    #"{"candidates":[{"content":{"parts":[{"functionCall":{"id":"g1","name":"look","args":{"a":1}},"thoughtSignature":"U0lHLUc="},{"functionCall":{"id":"g2","name":"look","args":{"a":2}}}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1,"totalTokenCount":2}}"#

  /// The same answers as streams.
  static let anthropicStream = [
    #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"up","content":[],"usage":{"input_tokens":1,"output_tokens":0}}}"#,
    #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
    #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#,
    #"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"SIG-A"}}"#,
    #"{"type":"content_block_stop","index":0}"#,
    #"{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"RED-A"}}"#,
    #"{"type":"content_block_stop","index":1}"#,
    #"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_1","name":"look","input":{}}}"#,
    #"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"}}"#,
    #"{"type":"content_block_stop","index":2}"#,
    #"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":1}}"#,
    #"{"type":"message_stop"}"#,
  ]
  static let responsesStream = [
    #"{"type":"response.created","response":{"id":"resp_1","object":"response","created_at":1,"status":"in_progress","model":"up","output":[]}}"#,
    #"{"type":"response.output_item.added","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[]}}"#,
    #"{"type":"response.reasoning_summary_part.added","item_id":"rs_1","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}"#,
    #"{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"one"}"#,
    #"{"type":"response.reasoning_summary_text.done","item_id":"rs_1","output_index":0,"summary_index":0,"text":"one"}"#,
    #"{"type":"response.reasoning_summary_part.added","item_id":"rs_1","output_index":0,"summary_index":1,"part":{"type":"summary_text","text":""}}"#,
    #"{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":1,"delta":"two"}"#,
    #"{"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"one"},{"type":"summary_text","text":"two"}],"encrypted_content":"ENC-R"}}"#,
    #"{"type":"response.output_item.added","output_index":1,"item":{"id":"fc_1","type":"function_call","status":"in_progress","arguments":"","call_id":"call_1","name":"look"}}"#,
    #"{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":1,"delta":"{}"}"#,
    #"{"type":"response.output_item.done","output_index":1,"item":{"id":"fc_1","type":"function_call","status":"completed","arguments":"{}","call_id":"call_1","name":"look"}}"#,
    #"{"type":"response.completed","response":\#(responsesAnswer)}"#,
  ]

  /// What a client of this protocol holds after an answer, whole or put together from its stream.
  static func held(_ body: String, _ stream: [String], from upstream: DialectID, by client: DialectID) throws -> [JSON]
  {
    let whole = try Passage.answer(body, from: upstream, to: client, origin: origin)
    let dialect = DialectCatalog.dialect(client)
    let bytes = Array(stream.map { "data: \($0)\n\n" }.joined().utf8)
    let events = StreamDriver.events(bytes, DialectCatalog.dialect(upstream), origin: origin)
    let reply = try Passage.reply(client)
    var fold = ResponseFold()
    for event in StreamDriver.events(StreamDriver.bytes(events, dialect, reply: reply), dialect) { fold.add(event) }
    var losses = Losses()
    let streamed = dialect.writeResponse(fold.result, for: reply, losses: &losses)
    return [whole, try JSON(parsing: streamed)]
  }

  // MARK: - Anthropic

  @Test(arguments: [DialectID.openAIResponses, .gemini, .anthropic])
  func aToolTurnsSignedThinkingComesBackUnchangedAndFirst(client: DialectID) throws {
    let content = try JSON(parsing: Array(Self.anthropicAnswer.utf8))["content"]
    for answer in try Self.held(Self.anthropicAnswer, Self.anthropicStream, from: .anthropic, by: client) {
      let sent = try Passage.send(
        Passage.nextTurn(answer, of: client), from: client, to: .anthropic, origin: Self.origin)
      let blocks = sent.body.at("messages.1.content")
      if client == .gemini {
        // One slot for each part: what is shown of the thinking and its signature come back, hidden thinking with them.
        #expect(blocks?.list.last?["type"]?.string == "tool_use")
        #expect(blocks?.text.contains("RED-A") == true && blocks?.text.contains("SIG-A") == true)
      } else {
        #expect(blocks?.list.map(\.text) == content?.list.map(\.text))
      }
      #expect(sent.body["thinking"] != nil)
    }
  }

  @Test(arguments: DialectID.allCases.filter { $0 != .anthropic })
  func thinkingGoesOffWholeWhereTheLastToolTurnHasLostItsOwn(client: DialectID) throws {
    // Made by another provider, so that nothing of it may be sent.
    let answer = try Passage.answer(
      Self.anthropicAnswer, from: .anthropic, to: client, origin: SealOrigin("other/1"))
    let body = try Passage.nextTurn(answer, of: client)
    let budget = try Passage.send(body, from: client, to: .anthropic, origin: Self.origin) {
      $0.thinkingStyle = .budget
    }
    #expect(budget.body["thinking"] == nil)
    #expect(!budget.text.contains("SIG-A") && !budget.text.contains(#""type":"thinking""#))
  }

  @Test(arguments: [DialectID.openAIResponses, .gemini, .openAIChat])
  func whatAnotherVendorSignedNeverPassesForAnAnthropicSignature(upstream: DialectID) throws {
    let answers: [DialectID: String] = [
      .openAIResponses: Self.responsesAnswer, .gemini: Self.geminiAnswer,
      .openAIChat:
        #"{"id":"c","object":"chat.completion","created":1,"model":"up","choices":[{"index":0,"message":{"role":"assistant","content":null,"reasoning_content":"hm","reasoning_details":[{"type":"reasoning.encrypted","data":"ENC-R"}],"tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#,
    ]
    let answer = try Passage.answer(answers[upstream] ?? "", from: upstream, to: .anthropic, origin: Self.origin)
    #expect(answer["content"]?.text.contains("thinking") == true)
    let sent = try Passage.send(
      Passage.nextTurn(answer, of: .anthropic), from: .anthropic, to: .anthropic, origin: SealOrigin("a/1"))
    for blob in ["AORSEAL", "ENC-R", "U0lHLUc=", #""signature""#, "redacted_thinking"] {
      #expect(!sent.text.contains(blob), "\(blob)")
    }
    #expect(!sent.losses.isEmpty)
  }

  /// Chat vendors take thinking as text, whoever made it; state they would not understand stays behind.
  @Test func thinkingInWordsGoesToUpstreamsThatTakeItAndItsSignatureStaysBehind() throws {
    let answer = try JSON(parsing: Array(Self.anthropicAnswer.utf8))
    let sent = try Passage.send(Passage.nextTurn(answer, of: .anthropic), from: .anthropic, to: .openAIChat)
    #expect(sent.body.at("messages.1.reasoning_content")?.string == "hm")
    #expect(!sent.text.contains("SIG-A") && !sent.text.contains("RED-A"))
  }

  /// The beta that withholds thinking leaves blocks without text, which must still come back.
  @Test(arguments: [DialectID.openAIResponses, .gemini, .anthropic])
  func withheldThinkingKeepsItsSignature(client: DialectID) throws {
    let body = Self.anthropicAnswer.replacing(#""thinking":"hm""#, with: #""thinking":"""#)
      .replacing(#"{"type":"redacted_thinking","data":"RED-A"},"#, with: "")
    let answer = try Passage.answer(body, from: .anthropic, to: client, origin: Self.origin)
    let sent = try Passage.send(
      Passage.nextTurn(answer, of: client), from: client, to: .anthropic, origin: Self.origin)
    let first = sent.body.at("messages.1.content.0")
    #expect(first?.text == #"{"type":"thinking","thinking":"","signature":"SIG-A"}"#)
  }

  /// Anthropic refuses to clear thinking that is not asked for.
  @Test func contextManagementGoesWhereThinkingIsSwitchedOff() throws {
    let seal = ReasoningSeal.seal(
      ReasoningState(dialect: .gemini, kind: .thoughtSignature, blob: "b", origin: SealOrigin("g/1")))
    let management = #""context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]}"#
    let body =
      #"{"model":"asked","max_tokens":9000,\#(management),"thinking":{"type":"enabled","budget_tokens":2000},"tools":[{"name":"look","input_schema":{"type":"object"}}],"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"redacted_thinking","data":"\#(seal)"},{"type":"tool_use","id":"t1","name":"look","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"seen"}]}]}"#
    let off = try Passage.send(body, from: .anthropic, to: .anthropic, origin: Self.origin)
    #expect(off.body["thinking"] == nil)
    #expect(off.body["context_management"] == nil)
    #expect(off.losses.contains { $0.path == "context_management" })
    // Edits that have nothing to do with thinking stay.
    let mixed = body.replacing(
      #"[{"type":"clear_thinking_20251015","keep":"all"}]"#,
      with: #"[{"type":"clear_thinking_20251015","keep":"all"},{"type":"clear_tool_uses_20250919"}]"#)
    let kept = try Passage.send(mixed, from: .anthropic, to: .anthropic, origin: Self.origin)
    #expect(kept.body["context_management"]?.text == #"{"edits":[{"type":"clear_tool_uses_20250919"}]}"#)
    // Where thinking is on, nothing is touched.
    let on = body.replacing(#"{"type":"redacted_thinking","data":"\#(seal)"},"#, with: "")
      .replacing(
        #"{"type":"tool_use""#, with: #"{"type":"thinking","thinking":"t","signature":"S"},{"type":"tool_use""#)
    #expect(try Passage.send(on, from: .anthropic, to: .anthropic).text.contains(management))
  }

  @Test(arguments: [(4000, 100), (1, 5000), (1024, 1024), (60_000, 30_000)], [Quirks.ThinkingStyle.budget, .adaptive])
  func aThinkingBudgetIsAtLeastTheLeastAndBelowTheLimit(
    numbers: (budget: Int, limit: Int), style: Quirks.ThinkingStyle
  ) throws {
    let body =
      #"{"generationConfig":{"maxOutputTokens":\#(numbers.limit),"thinkingConfig":{"thinkingBudget":\#(numbers.budget)}},"contents":[{"role":"user","parts":[{"text":"q"}]}]}"#
    let sent = try Passage.send(body, from: .gemini, to: .anthropic) { $0.thinkingStyle = style }
    let limit = try #require(sent.body["max_tokens"]?.int)
    guard style == .budget else { return #expect(sent.body.at("thinking.type")?.string == "adaptive") }
    let budget = try #require(sent.body.at("thinking.budget_tokens")?.int)
    #expect(budget >= 1024 && budget < limit)
  }

  // MARK: - Responses

  @Test func encryptedReasoningSurvivesAnAnthropicClient() throws {
    for answer in try Self.held(
      Self.responsesAnswer, Self.responsesStream, from: .openAIResponses, by: .anthropic)
    {
      let blocks = answer["content"]?.list ?? []
      #expect(blocks.map { $0["type"]?.string } == ["thinking", "tool_use"], "one block however many summaries")
      #expect(blocks.first?["thinking"]?.string == "one\n\ntwo")
      let sent = try Passage.send(
        Passage.nextTurn(answer, of: .anthropic), from: .anthropic, to: .openAIResponses, origin: Self.origin)
      let item = sent.body["input"]?.list.first { $0["type"]?.isString("reasoning") == true }
      #expect(item?["encrypted_content"]?.string == "ENC-R")
      #expect(
        sent.body["input"]?.list.compactMap { $0["type"]?.string }.suffix(3) == [
          "reasoning", "function_call", "function_call_output",
        ])
      #expect(!sent.text.contains("AORSEAL"))
    }
  }

  @Test func theSealedSignatureComesBeforeItsBlockCloses() throws {
    let frames = try Passage.stream(
      Self.responsesStream, from: .openAIResponses, to: .anthropic, origin: Self.origin)
    let signature = try #require(
      frames.firstIndex { $0.json.at("delta.type")?.isString("signature_delta") == true })
    let stop = try #require(frames.firstIndex { $0.name == "content_block_stop" })
    #expect(signature < stop)
    #expect(frames.filter { $0.text.contains("signature_delta") }.count == 1)
    #expect(frames[signature].json.at("delta.signature")?.string?.hasPrefix("AORSEAL1") == true, "marked and versioned")
  }

  static let itemsOfTwoTurns =
    #"{"model":"asked","input":[{"role":"user","content":"q"},{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"first"}]},{"type":"function_call","call_id":"c1","name":"look","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"seen"},{"type":"reasoning","id":"rs_2","summary":[{"type":"summary_text","text":"second"}]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"so"}]},{"role":"user","content":"more"}TRAIL],"tools":[{"type":"function","name":"look","parameters":{"type":"object","properties":{}},"strict":false}]}"#

  @Test func aReasoningItemBecomesThinkingOfWhatFollowsIt() throws {
    let body = Self.itemsOfTwoTurns.replacing("TRAIL", with: "")
    let sent = try Passage.send(body, from: .openAIResponses, to: .openAIChat) { $0.reasoningReplay = .always }
    let messages = sent.body["messages"]?.list ?? []
    #expect(messages.map { $0["role"]?.string } == ["user", "assistant", "tool", "assistant", "user"])
    #expect(messages[1]["reasoning_content"]?.string == "first")
    #expect(messages[1]["tool_calls"]?.list.count == 1)
    #expect(messages[3]["reasoning_content"]?.string == "second")
    #expect(messages[3]["content"]?.string == "so")
  }

  @Test(arguments: [DialectID.openAIChat, .anthropic, .gemini])
  func reasoningThatNothingFollowsMakesNoTurnOfItsOwn(upstream: DialectID) throws {
    let trailing = #",{"type":"reasoning","id":"rs_3","summary":[{"type":"summary_text","text":"third"}]}"#
    let body = Self.itemsOfTwoTurns.replacing("TRAIL", with: trailing)
    let sent = try Passage.send(body, from: .openAIResponses, to: upstream) { $0.reasoningReplay = .toolTurns }
    let turns = (upstream == .gemini ? sent.body["contents"] : sent.body["messages"])?.list ?? []
    #expect(turns.last?["role"]?.string == "user")
    #expect(!sent.text.contains("third"))
  }

  // MARK: - Chat vendors

  static let deepSeek =
    #"{"id":"c","object":"chat.completion","created":1,"model":"up","choices":[{"index":0,"message":{"role":"assistant","content":"","reasoning_content":" the tool\n knows ","tool_calls":[{"id":"call_1","type":"function","function":{"name":"look","arguments":"{}"}}]},"finish_reason":"tool_calls"}]}"#

  /// Chat clients that keep the member are their own business; others hold the text where their protocol has room.
  @Test(arguments: DialectID.allCases, [false, true])
  func aToolTurnsThinkingReturnsVerbatimToVendorsThatDemandIt(client: DialectID, isCurious: Bool) throws {
    let quiet: [DialectID: String] = [
      .openAIChat: #"{"model":"asked","messages":[]}"#, .anthropic: #"{"model":"asked","max_tokens":9,"messages":[]}"#,
    ]
    if !isCurious, quiet[client] == nil { return }
    let answer = try Passage.answer(
      Self.deepSeek, from: .openAIChat, to: client, asked: isCurious ? nil : quiet[client], origin: Self.origin)
    let sent = try Passage.send(
      Passage.nextTurn(answer, of: client), from: client, to: .openAIChat, origin: Self.origin)
    #expect(sent.body.at("messages.1.reasoning_content")?.string == " the tool\n knows ")
    let never = try Passage.send(
      Passage.nextTurn(answer, of: client), from: client, to: .openAIChat, origin: Self.origin
    ) { $0.reasoningReplay = .never }
    if client != .openAIChat { #expect(never.body.at("messages.1.reasoning_content") == nil) }
  }

  @Test func noThinkingIsInventedWhereATurnHadNone() throws {
    let body =
      #"{"model":"asked","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"look","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"seen"}]}],"tools":[{"name":"look","input_schema":{"type":"object"}}]}"#
    for replay in Quirks.ReasoningReplay.allCases {
      let sent = try Passage.send(body, from: .anthropic, to: .openAIChat) { $0.reasoningReplay = replay }
      #expect(!sent.text.contains("reasoning"))
    }
  }

  @Test(arguments: [
    #""reasoning_content":"hm""#, #""reasoning":"hm""#, #""reasoning":"hm","reasoning_content":"hm""#,
    #""reasoning_details":[{"type":"reasoning.text","text":"hm"}]"#,
    #""reasoning_details":[{"type":"reasoning.summary","summary":"hm"}]"#,
  ])
  func everyVendorsReasoningMemberIsReadInWholeAnswersAndInStreams(members: String) throws {
    let whole =
      #"{"id":"c","object":"chat.completion","created":1,"model":"up","choices":[{"index":0,"message":{"role":"assistant","content":"<think>mine</think>",\#(members)},"finish_reason":"stop"}]}"#
    let stream = [
      #"{"id":"c","choices":[{"index":0,"delta":{\#(members)}}]}"#,
      #"{"id":"c","choices":[{"index":0,"delta":{"content":"<think>mine</think>"},"finish_reason":"stop"}]}"#, "[DONE]",
    ]
    for answer in try Self.held(whole, stream, from: .openAIChat, by: .anthropic) {
      #expect(answer.at("content.0.thinking")?.string == "hm")
      #expect(answer.at("content.1.text")?.string == "<think>mine</think>", "tags in the text are the user's own")
      #expect(answer["content"]?.list.count == 2)
    }
  }

  // MARK: - Gemini

  @Test(arguments: [DialectID.anthropic, .openAIResponses, .gemini])
  func geminisSignatureReturnsToTheFirstCallOfItsBatch(client: DialectID) throws {
    for answer in try Self.held(Self.geminiAnswer, [Self.geminiAnswer], from: .gemini, by: client) {
      let sent = try Passage.send(
        Passage.nextTurn(answer, of: client), from: client, to: .gemini, origin: Self.origin)
      let parts = sent.body.at("contents.1.parts")?.list ?? []
      #expect(parts.map { $0["thoughtSignature"]?.string } == ["U0lHLUc=", nil])
      #expect(parts.map { $0.at("functionCall.args.a")?.int } == [1, 2])
      let results = sent.body.at("contents.2.parts")?.list ?? []
      #expect(results.map { $0.at("functionResponse.name")?.string } == ["look", "look"])
    }
  }

  /// Without the state, Google's stand-in on the first call of a batch only, and never in place of a known one.
  @Test(arguments: [DialectID.anthropic, .openAIResponses, .openAIChat])
  func callsOfAnotherModelGetGooglesStandInOncePerBatch(client: DialectID) throws {
    let answer = try Passage.answer(Self.geminiAnswer, from: .gemini, to: client, origin: SealOrigin("other/1"))
    let sent = try Passage.send(Passage.nextTurn(answer, of: client), from: client, to: .gemini, origin: Self.origin)
    let parts = sent.body.at("contents.1.parts")?.list ?? []
    #expect(parts.map { $0["thoughtSignature"]?.string } == ["c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=", nil])
    #expect(!sent.text.contains("U0lHLUc="))
  }

  /// A session of hundreds of calls says once that they are another model's.
  @Test func theStandInsOfALongHistoryAreOneLoss() throws {
    let turns = (0..<3).map { turn in
      #"{"role":"assistant","content":null,"tool_calls":[{"id":"c\#(turn)","type":"function","function":{"name":"look","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c\#(turn)","content":"seen"}"#
    }
    let body =
      #"{"model":"asked","messages":[{"role":"user","content":"q"},\#(turns.joined(separator: ","))],"tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{}}}}]}"#
    let sent = try Passage.send(body, from: .openAIChat, to: .gemini)
    let calls = (sent.body.at("contents")?.list ?? []).compactMap { $0.at("parts.0.thoughtSignature")?.string }
    #expect(calls.count == 3)
    #expect(
      sent.losses.map(\.path).filter { $0.contains("Signature") } == ["messages[1].tool_calls[0].thoughtSignature"])
  }

  // MARK: - Broken history

  /// A call that was cut off is never replayed as if it were whole.
  @Test func aTruncatedCallInTheHistoryIsNoValidInput() throws {
    let body =
      #"{"model":"asked","messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"path\": \"/e"}}]},{"role":"tool","tool_call_id":"c1","content":"seen"}],"tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{}}}}]}"#
    let anthropic = try Passage.send(body, from: .openAIChat, to: .anthropic)
    #expect(anthropic.body.at("messages.1.content.0.input")?.text == "{}")
    #expect(anthropic.losses.contains { $0.reason.contains("not valid JSON") })
    let gemini = try Passage.send(body, from: .openAIChat, to: .gemini)
    #expect(gemini.body.at("contents.1.parts.0.functionCall.args")?.text == #"{"input":"{\"path\": \"/e"}"#)
    #expect(gemini.losses.contains { $0.reason.contains("not a JSON object") })
    let responses = try Passage.send(body, from: .openAIChat, to: .openAIResponses)
    #expect(
      responses.body.at("input.1.arguments")?.string == #"{"path": "/e"#, "text there, and not made to look whole")
  }
}
