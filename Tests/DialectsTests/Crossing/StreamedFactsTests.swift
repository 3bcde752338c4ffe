import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// What an upstream says beside its answer is told, or declared lost, in a stream as in a whole answer.
@Suite struct StreamedFactsTests {
  private static func streamLosses(_ data: [String], from upstream: DialectID, to client: DialectID) throws -> [String]
  {
    let bytes = Array(data.map { "data: \($0)\n\n" }.joined().utf8)
    var events = AnswerCrossing(from: upstream, to: client).makeEvents(exchangeID: "x1")
    let read = bytes.withUnsafeBytes { events.feed($0) } + events.finish()
    var losses = Losses()
    _ = AnswerCrossing(from: upstream, to: client).write(read, for: try Passage.reply(client), losses: &losses)
    return losses.list.map(\.path)
  }

  private static func frames(_ data: [String], from upstream: DialectID, to client: DialectID) throws -> [JSON] {
    try Passage.stream(data, from: upstream, to: client).map(\.json)
  }

  static let chat = [
    #"{"id":"c","model":"up","choices":[],"prompt_filter_results":[{"prompt_index":0}]}"#,
    #"{"id":"c","model":"up","system_fingerprint":"fp","provider":"Azure","choices":[{"index":0,"delta":{"content":"a"},"content_filter_results":{"hate":{"filtered":false}}}]}"#,
    #"{"id":"c","model":"up","system_fingerprint":"fp","choices":[{"index":0,"delta":{"content":"b","audio":{"id":"au"}},"native_finish_reason":"STOP","finish_reason":"stop"}]}"#,
    #"{"id":"c","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2},"timings":{"t":1},"obfuscation":"xx"}"#,
    "[DONE]",
  ]

  static let gemini = [
    #"{"candidates":[{"index":0,"content":{"role":"model","parts":[{"text":"a"}]},"finishReason":"STOP","safetyRatings":[{"category":"C"}],"avgLogprobs":-0.1}],"promptFeedback":{"safetyRatings":[{"category":"C"}]},"modelVersion":"up","usageMetadata":{"promptTokenCount":1}}"#
  ]

  @Test(arguments: [DialectID.openAIResponses, .anthropic, .gemini])
  func whatVendorsOfChatAddIsDeclared(client: DialectID) throws {
    let losses = try Self.streamLosses(Self.chat, from: .openAIChat, to: client)
    #expect(
      Set(losses) == [
        "prompt_filter_results", "system_fingerprint", "provider", "choices[0].content_filter_results",
        "choices[0].native_finish_reason", "choices[0].delta.audio", "timings",
      ])
  }

  @Test(arguments: [DialectID.openAIResponses, .anthropic, .openAIChat])
  func whatGeminiAddsIsDeclared(client: DialectID) throws {
    let losses = try Self.streamLosses(Self.gemini, from: .gemini, to: client)
    #expect(losses.contains("candidates[0].safetyRatings"))
    #expect(losses.contains("candidates[0].avgLogprobs"))
    #expect(losses.contains("promptFeedback"))
  }

  /// Where a Chat answer is written anew for a Chat client (its tools were lowered), nothing of it goes.
  @Test func aChatClientIsToldAll() throws {
    let bytes = Array(Self.chat.map { "data: \($0)\n\n" }.joined().utf8)
    let events = StreamDriver.events(bytes, OpenAIChat())
    let written = StreamDriver.bytes(events, OpenAIChat(), reply: try Passage.reply(.openAIChat))
    #expect(
      EventTrace.lines(StreamDriver.events(written, OpenAIChat())).filter { $0.hasPrefix("opaque") }
        == EventTrace.lines(events).filter { $0.hasPrefix("opaque") })
    #expect(String(decoding: written, as: UTF8.self).contains(#""choices":[],"prompt_filter_results":[{"#))
  }

  /// A whole answer that is told to a client as a stream says no more than one that came as a stream.
  @Test func aWholeAnswerToldAsAStreamDeclaresWhatItLoses() throws {
    let body =
      #"{"id":"c","model":"up","system_fingerprint":"fp","choices":[{"index":0,"message":{"role":"assistant","content":"a"},"native_finish_reason":"STOP","finish_reason":"stop"}]}"#
    let way = AnswerCrossing(from: .openAIChat, to: .anthropic)
    let response = try way.read(Array(body.utf8))
    for asStream in [true, false] {
      var losses = Losses()
      _ = way.write(response, asStream: asStream, for: try Passage.reply(.anthropic), losses: &losses)
      #expect(losses.list.map(\.path) == ["system_fingerprint", "choices[0].native_finish_reason"])
    }
  }

  // MARK: - The tier

  static let responses = [
    #"{"type":"response.created","response":{"id":"resp_1","model":"up","service_tier":"auto","status":"in_progress"}}"#,
    #"{"type":"response.output_item.done","output_index":0,"item":{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]}}"#,
    #"{"type":"response.completed","response":{"id":"resp_1","model":"up","service_tier":"priority","status":"completed","usage":{"input_tokens":1,"output_tokens":1}}}"#,
  ]

  /// The tier decides the price, and OpenAI tells which it was at the end only.
  @Test(arguments: [DialectID.openAIChat, .openAIResponses])
  func theTierIsTheOneThatServed(client: DialectID) throws {
    let last = try Self.frames(Self.responses, from: .openAIResponses, to: client).last { $0.isObject }
    let told = last?["service_tier"] ?? last?["response"]?["service_tier"]
    #expect(told?.string == "priority")
    #expect(try Passage.folded(Self.responses, from: .openAIResponses, to: client).serviceTier == "priority")
  }

  // MARK: - Log probabilities

  private static func choice(_ rest: String) -> String { #"{"id":"c","choices":[{"index":0,\#(rest)}]}"# }

  /// Text that waits behind a call keeps its log probabilities.
  @Test func logProbabilitiesStayWithTextThatWaits() throws {
    let data = [
      Self.choice(#""delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}"#),
      Self.choice(#""delta":{"content":"hm"},"logprobs":{"content":[{"token":"hm","logprob":-1}]}"#),
      Self.choice(#""delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}"#),
      Self.choice(#""delta":{},"finish_reason":"tool_calls""#), "[DONE]",
    ]
    let parts = try #require(try Passage.folded(data, from: .openAIChat, to: .openAIResponses).candidates.first?.parts)
    let found = parts.compactMap { part -> String? in
      if case .text(let text) = part.content { text.logprobs?.text } else { nil }
    }
    // Responses clients get every member of their types.
    #expect(found == [#"[{"token":"hm","logprob":-1,"bytes":[104,109],"top_logprobs":[]}]"#])
  }

  /// Those of a refusal, and of a call, have no place elsewhere.
  @Test(arguments: [
    #""delta":{"refusal":"no"},"logprobs":{"content":null,"refusal":[{"token":"no","logprob":-1}]}"#,
    #""delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]},"logprobs":{"content":[{"token":"f","logprob":-1}]}"#,
  ])
  func otherLogProbabilitiesAreDeclared(rest: String) throws {
    let data = [Self.choice(rest), Self.choice(#""delta":{},"finish_reason":"stop""#), "[DONE]"]
    #expect(try Self.streamLosses(data, from: .openAIChat, to: .openAIResponses) == ["choices[0].logprobs"])
  }

  // MARK: - Endings

  /// A refusal that text follows is no refusal as a whole, whichever way it comes.
  @Test func textBehindARefusalIsAnAnswer() throws {
    let content = #"[{"type":"refusal","refusal":"not that"},{"type":"output_text","text":"but this"}]"#
    let item = #"{"id":"msg_1","type":"message","role":"assistant","status":"completed","content":\#(content)}"#
    let body = #"{"id":"resp_1","object":"response","status":"completed","output":[\#(item)]}"#
    let whole = try OpenAIResponses().readResponse(JSON(parsing: body), origin: nil)
    var fold = ResponseFold()
    let data = [
      #"{"type":"response.output_item.done","output_index":0,"item":\#(item)}"#,
      #"{"type":"response.completed","response":\#(body)}"#,
    ]
    let bytes = Array(data.map { "data: \($0)\n\n" }.joined().utf8)
    for event in StreamDriver.events(bytes, OpenAIResponses()) { fold.add(event) }
    #expect(whole.candidates.first?.stop?.reason == .endTurn)
    #expect(fold.result.candidates.first?.stop?.reason == .endTurn)
  }

  /// A call whose input was cut off before it began is no call with an empty input.
  @Test func aCallThatWasCutOffIsNotMadeWhole() throws {
    for (stop, input) in [("length", ""), ("tool_calls", "{}")] {
      let body = """
        {"id":"resp_1","status":"\(stop == "length" ? "incomplete" : "completed")","incomplete_details":\
        {"reason":"max_output_tokens"},"output":[{"type":"function_call","id":"fc_1","call_id":"a","name":"f","arguments":""}]}
        """
      let answer = try Passage.answer(body, from: .openAIResponses, to: .openAIChat)
      #expect(answer.at("choices.0.finish_reason")?.string == stop)
      #expect(answer.at("choices.0.message.tool_calls.0.function.arguments")?.string == input)
    }
  }
}
