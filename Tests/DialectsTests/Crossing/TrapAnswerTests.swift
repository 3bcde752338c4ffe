import Conversation
import Dialects
import Testing
import Wire

/// Traps on the way back: whole answers and streams of one protocol for clients of another.
@Suite struct TrapAnswerTests {
  private static let questions: [DialectID: String] = [
    .anthropic:
      #"{"model":"asked","max_tokens":99,"stream":true,"thinking":{"type":"adaptive"},"messages":[{"role":"user","content":"go"}],"tools":[{"name":"f","input_schema":{}},{"name":"g","input_schema":{}}]}"#,
    .openAIChat:
      #"{"model":"asked","stream":true,"stream_options":{"include_usage":true},"reasoning_effort":"high","messages":[{"role":"user","content":"go"}],"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}]}"#,
    .openAIResponses:
      #"{"model":"asked","stream":true,"input":"go","tools":[{"type":"function","name":"f"},{"type":"function","name":"g"}]}"#,
    .gemini:
      #"{"contents":[{"role":"user","parts":[{"text":"go"}]}],"tools":[{"functionDeclarations":[{"name":"f"}]}]}"#,
  ]

  private static func crossing(_ client: DialectID, _ upstream: DialectID) throws -> Passage {
    try Passage(try #require(questions[client]), from: client, to: upstream)
  }

  private static func types(_ events: [JSON]) -> [String] { events.compactMap { $0["type"]?.string } }

  // MARK: - Chat upstreams

  /// Only the first delta of a call names it, as OpenAI sends it; two calls interleave.
  static let interleaved = [
    #"{"choices":[{"delta":{"role":"assistant","content":"hi"}}]}"#,
    #"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}}]}"#,
    #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]}}]}"#,
    #"{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"g","arguments":"{\"y\""}}]}}]}"#,
    #"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}}]}"#,
    #"{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":":2}"}}]}}]}"#,
    #"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#,
    #"{"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":6}}}"#,
  ]

  @Test func aChatStreamOfTextAndCallsEndsOnceWithItsCountsForAnthropic() throws {
    let events = try Self.crossing(.anthropic, .openAIChat).stream(Self.interleaved)
    let starts = events.compactMap { $0["content_block"] }
    #expect(starts.map { $0["type"]?.string } == ["text", "tool_use", "tool_use"])
    #expect(starts.dropFirst().map { $0["input"]?.text } == ["{}", "{}"])
    #expect(events.filter { $0["type"]?.string == "content_block_start" }.compactMap { $0["index"]?.int } == [0, 1, 2])
    for (index, input) in [(1, #"{"x":1}"#), (2, #"{"y":2}"#)] {
      let pieces = events.filter { $0["index"]?.int == index }.compactMap { $0.place("delta.partial_json").string }
      #expect(pieces.joined() == input)
    }
    #expect(
      Self.types(events).filter { $0 == "message_delta" || $0 == "message_stop" } == ["message_delta", "message_stop"])
    let last = try #require(events.last { $0["type"]?.string == "message_delta" })
    #expect(last.place("delta.stop_reason").string == "tool_use")
    #expect(last.place("usage.input_tokens").int == 4 && last.place("usage.cache_read_input_tokens").int == 6)
    #expect(last.place("usage.output_tokens").int == 4)
  }

  @Test func textComesBeforeCallsWholeAndStreamed() throws {
    let crossing = try Self.crossing(.anthropic, .openAIChat)
    let whole = try crossing.answer(
      #"{"choices":[{"message":{"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}],"content":"hi"},"finish_reason":"tool_calls"}]}"#
    )
    #expect(whole["content"]?.elements.map { $0["type"]?.string } == ["text", "tool_use"])
    let events = try crossing.stream(Self.interleaved)
    #expect(events.compactMap { $0.place("content_block.type").string }.prefix(2) == ["text", "tool_use"])
    // Back in the history, whatever order they came in, nothing is left out.
    let replay = try Passage(
      #"{"model":"m","max_tokens":99,"messages":[{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{}},{"type":"text","text":"hi"}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"1"}]}]}"#,
      from: .anthropic, to: .openAIChat)
    #expect(replay.body.place("messages.1.content").string == "hi")
    #expect(replay.body.place("messages.1.tool_calls").elements.count == 1)
  }

  @Test func aBareChatAnswerIsStillTranslated() throws {
    let answer = try Self.crossing(.anthropic, .openAIChat).answer(
      #"{"choices":[{"message":{"content":"hi","reasoning_content":"why"},"finish_reason":null}]}"#)
    #expect(answer["type"]?.string == "message" && answer["model"]?.string == "asked")
    #expect(answer["content"]?.elements.map { $0["type"]?.string } == ["thinking", "text"])
    #expect(answer["stop_reason"]?.string == "end_turn")
    #expect(answer.place("usage.input_tokens").int == 0)
  }

  @Test func aChatErrorOrFilterIsNoCleanEnd() throws {
    let crossing = try Self.crossing(.anthropic, .openAIChat)
    let failed = try crossing.stream([#"{"choices":[{"delta":{"content":"x"}}]}"#, #"{"error":{"message":"boom"}}"#])
    #expect(failed.last?["type"]?.string == "error")
    #expect(!Self.types(failed).contains("message_stop"))
    let filtered = try crossing.stream([#"{"choices":[{"delta":{"content":"x"},"finish_reason":"content_filter"}]}"#])
    #expect(filtered.compactMap { $0.place("delta.stop_reason").string } == ["refusal"])
  }

  @Test func responsesClientsSeeEveryChatCallClosedAndTheCountsThatCameLast() throws {
    let events = try Self.crossing(.openAIResponses, .openAIChat).stream(Self.interleaved)
    #expect(Self.types(events).filter { $0 == "response.output_item.added" }.count == 3)
    let items = events.filter { $0["type"]?.string == "response.output_item.done" }
    #expect(items.compactMap { $0["output_index"]?.int } == [0, 1, 2])
    #expect(items.compactMap { $0.place("item.arguments").string } == [#"{"x":1}"#, #"{"y":2}"#])
    #expect(Self.types(events).filter { $0 == "response.completed" }.count == 1)
    let end = try #require(events.last)
    #expect(end.place("response.usage.input_tokens").int == 10 && end.place("response.usage.output_tokens").int == 4)
    #expect(end.place("response.output").elements.count == 3 && end.place("response.model").string == "asked")
    #expect(events.compactMap { $0["sequence_number"]?.int } == Array(0..<events.count))
    let cut = try Self.crossing(.openAIResponses, .openAIChat).stream([
      #"{"choices":[{"delta":{"content":"x"},"finish_reason":"length"}]}"#
    ])
    #expect(cut.last?["type"]?.string == "response.incomplete")
  }

  // MARK: - Responses upstreams

  private static let created =
    #"{"type":"response.created","response":{"id":"resp_1","status":"in_progress","output":[]}}"#
  private static let call =
    #"{"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{\"a\":1}","status":"completed"}"#

  /// Where a call may turn up first.
  static let lateCalls: [[String]] = [
    [#"{"type":"response.output_item.done","output_index":3,"item":\#(call)}"#], [],
  ]

  @Test(arguments: lateCalls)
  func aResponsesCallThatComesOnlyAtTheEndIsNotLost(before: [String]) throws {
    let end =
      #"{"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[\#(Self.call)],"usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":6},"output_tokens":4,"total_tokens":14}}}"#
    let anthropic = try Self.crossing(.anthropic, .openAIResponses).stream([Self.created] + before + [end])
    #expect(anthropic.compactMap { $0.place("content_block.id").string } == ["c1"])
    #expect(anthropic.compactMap { $0.place("delta.partial_json").string }.joined() == #"{"a":1}"#)
    let usage = try #require(anthropic.last { $0["type"]?.string == "message_delta" })
    #expect(usage.place("usage.input_tokens").int == 4, "what was cached is not counted twice")
    #expect(usage.place("delta.stop_reason").string == "tool_use")
    let chat = try Self.crossing(.openAIChat, .openAIResponses).stream([Self.created] + before + [end])
    let first = try #require(chat.first { !$0.place("choices.0.delta.tool_calls.0.id").isNull })
    #expect(first.place("choices.0.delta.tool_calls.0.id").string == "c1", "the call's id, not the item's")
    #expect(first.place("choices.0.delta.tool_calls.0.index").int == 0)
    #expect(chat.allSatisfy { $0.place("choices.0.index").int ?? 0 == 0 && $0["model"]?.string == "asked" })
    #expect(chat.first?.place("choices.0.delta.role").string == "assistant")
    #expect(chat.compactMap { $0.place("choices.0.finish_reason").string } == ["tool_calls"])
    #expect(chat.compactMap { $0.place("usage.prompt_tokens").int } == [10])
  }

  @Test func responsesThinkingIsShownAndAnIncompleteEndIsNoCleanOne() throws {
    let begin = [
      Self.created,
      #"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}"#,
      #"{"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,"delta":"think"}"#,
      #"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"think"}]}}"#,
      #"{"type":"response.output_text.delta","item_id":"msg_1","output_index":1,"content_index":0,"delta":"hi"}"#,
    ]
    let crossing = try Self.crossing(.anthropic, .openAIResponses)
    let cut = try crossing.stream(
      begin + [
        #"{"type":"response.incomplete","response":{"id":"resp_1","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]}}"#
      ])
    #expect(cut.compactMap { $0.place("delta.thinking").string }.joined() == "think")
    #expect(cut.compactMap { $0.place("delta.stop_reason").string } == ["max_tokens"])
    #expect(
      cut.filter { $0["type"]?.string == "content_block_start" }.compactMap { $0["index"]?.int } == [0, 1],
      "indices have no gaps")
    let failed = try crossing.stream(
      begin + [
        #"{"type":"response.failed","response":{"id":"resp_1","status":"failed","error":{"code":"server_error","message":"boom"},"output":[]}}"#
      ])
    #expect(failed.last?["type"]?.string == "error" && !Self.types(failed).contains("message_stop"))
  }

  // MARK: - Anthropic upstreams

  @Test func anAnthropicStreamsCallsThoughtsAndCountsReachChat() throws {
    let events = try Self.crossing(.openAIChat, .anthropic).stream([
      #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"usage":{"input_tokens":5,"cache_read_input_tokens":7,"output_tokens":1}}}"#,
      #"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}"#,
      #"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#,
      #"{"type":"content_block_stop","index":0}"#,
      #"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t1","name":"f","input":{}}}"#,
      #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#,
      #"{"type":"content_block_stop","index":1}"#,
      #"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9}}"#,
      #"{"type":"message_stop"}"#,
    ])
    #expect(events.first?.place("choices.0.delta.role").string == "assistant")
    #expect(events.allSatisfy { $0["created"]?.int == 1_700_000_000 && $0["model"]?.string == "asked" })
    #expect(events.compactMap { $0.place("choices.0.delta.reasoning_content").string } == ["hm"])
    #expect(events.compactMap { $0.place("choices.0.delta.tool_calls.0.id").string } == ["t1"])
    #expect(events.compactMap { $0.place("choices.0.finish_reason").string } == ["tool_calls"])
    #expect(
      events.last?.place("usage.prompt_tokens").int == 12 && events.last?.place("usage.completion_tokens").int == 9)
    let bare = try Self.crossing(.openAIChat, .anthropic).answer(
      #"{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"x"}]}"#)
    #expect(bare.place("choices.0.finish_reason").string == "stop" && bare["created"]?.int == 1_700_000_000)
  }

  // MARK: - Requests of the predecessor's

  @Test func everythingCodexSaysInItsEasyShapesArrives() throws {
    let body = try Passage(
      #"{"model":"m","temperature":0.5,"parallel_tool_calls":false,"tool_choice":"auto","reasoning":{"effort":"low"},"text":{"format":{"type":"json_object"}},"input":[{"role":"user","content":"hello, JSON"},{"type":"message","role":"user","content":[{"type":"input_image","image_url":"https://e.example/a.png"}]},{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"why"}]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"sure"}]},{"type":"function_call","call_id":"a","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"a","output":"1"}],"tools":[{"type":"function","name":"f"}]}"#,
      from: .openAIResponses, to: .openAIChat
    ).body
    #expect(body.place("messages").elements.compactMap { $0["role"]?.string } == ["user", "user", "assistant", "tool"])
    #expect(body.place("messages.0.content").string == "hello, JSON")
    #expect(body.place("messages.1.content.0.image_url.url").string == "https://e.example/a.png")
    #expect(body.place("messages.2.content").string == "sure", "one turn, not two")
    #expect(body.place("messages.2.reasoning_content").string == "why")
    #expect(body["temperature"]?.double == 0.5 && body["parallel_tool_calls"]?.bool == false)
    #expect(body["reasoning_effort"]?.string == "low" && body.place("response_format.type").string == "json_object")
  }

  @Test func whatClaudeCodeAsksForArrivesElsewhere() throws {
    let request =
      #"{"model":"m","max_tokens":99,"thinking":{"type":"adaptive"},"output_config":{"effort":"medium"},"context_management":{"edits":[]},"top_p":0.5,"metadata":{"user_id":"u"},"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"https://e.example/a.png"}},{"type":"text","text":"see"}]},{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo="}},{"type":"text","text":"shot"}]}]}]}"#
    let responses = try Passage(request, from: .anthropic, to: .openAIResponses)
    #expect(responses.body.place("input.0.content.0.image_url").string == "https://e.example/a.png")
    #expect(responses.body.place("input.2.output.0.image_url").string == "data:image/png;base64,iVBORw0KGgo=")
    #expect(responses.body.place("reasoning.effort").string == "medium")
    #expect(responses.body["include"]?.text == #"["reasoning.encrypted_content"]"#)
    #expect(responses.body["store"]?.bool == false && responses.lost.contains("context_management"))
    let chat = try Passage(request, from: .anthropic, to: .openAIChat)
    #expect(chat.body.place("messages.0.content.0.image_url.url").string == "https://e.example/a.png")
    #expect(chat.body["reasoning_effort"]?.string == "medium" && chat.body["top_p"]?.double == 0.5)
    #expect(chat.body.place("messages.2.content").string?.contains("shot") == true)
    #expect(chat.text.contains("data:image/png;base64,iVBORw0KGgo="))
  }

  @Test func imagesAndVendorItemsOfResponsesReachAnthropicOrAreTold() throws {
    let crossing = try Passage(
      #"{"model":"m","reasoning":{"effort":"low"},"input":[{"type":"message","role":"user","content":[{"type":"input_image","image_url":"https://e.example/a.png"}]},{"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"q"}},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"ok"}]},{"role":"user","content":"go"}]}"#,
      from: .openAIResponses, to: .anthropic)
    #expect(crossing.body.place("messages.0.content.0.source.url").string == "https://e.example/a.png")
    #expect(crossing.body.place("output_config.effort").string == "low")
    #expect(!crossing.text.contains("web_search_call") && crossing.lost.count == 1)
  }
}
