import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// What valid traffic may hold and no recording has: found by generating bodies from the SDKs' own types.
@Suite struct UnrecordedTrafficTests {
  /// A stream for `client` and what was lost on the way.
  private static func stream(
    _ data: [String], from upstream: DialectID, to client: DialectID
  ) throws -> (text: String, losses: [String]) {
    let bytes = Array(data.map { "data: \($0)\n\n" }.joined().utf8)
    var writer = DialectCatalog.dialect(client).makeEventWriter(for: try Passage.reply(client))
    var output: [UInt8] = []
    for event in StreamDriver.events(bytes, DialectCatalog.dialect(upstream)) { writer.write(event, into: &output) }
    return (String(decoding: output, as: UTF8.self), writer.losses.list.map(\.path))
  }

  private static func choice(_ delta: String, _ rest: String = "") -> String {
    #"{"id":"c","model":"up","choices":[{"index":0,"delta":\#(delta)\#(rest)}]}"#
  }

  // MARK: - Gemini

  /// The last chunk of a grounded answer may hold a call behind the text.
  @Test(arguments: [DialectID.openAIChat, .openAIResponses, .anthropic])
  func sourcesAreToldOfATextThatACallFollowsInTheSameChunk(client: DialectID) throws {
    let text = try Self.stream(
      [
        #"{"candidates":[{"content":{"parts":[{"text":"Swift 7"}],"role":"model"},"index":0}]}"#,
        #"{"candidates":[{"content":{"parts":[{"text":" is out."},{"functionCall":{"name":"look","args":{}}}]},"finishReason":"STOP","index":0,"groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://a.example/1","title":"A"}}]}}]}"#,
      ], from: .gemini, to: client
    ).text
    #expect(text.contains("https://a.example/1"))
  }

  @Test(arguments: [DialectID.openAIChat, .openAIResponses, .anthropic])
  func everyMemberOfACandidateThatHasNoEquivalentIsALoss(client: DialectID) throws {
    let losses = try Self.stream(
      [
        #"{"candidates":[{"content":{"parts":[{"text":"a","partMetadata":{"x":1}}]},"index":0,"safetyRatings":[{"category":"c"}],"tokenCount":5,"finishReason":"OTHER","finishMessage":"why"}]}"#
      ], from: .gemini, to: client
    ).losses
    let expected = [
      "candidates[0].content.parts[0].partMetadata", "candidates[0].safetyRatings", "candidates[0].tokenCount",
      "candidates[0].finishMessage",
    ]
    #expect(Set(expected).isSubset(of: losses), "\(losses)")
  }

  // MARK: - Chat

  /// Servers leave `bytes` and `top_logprobs` out, or say `null`; Responses has neither without them.
  @Test func everyTokenOfAResponsesAnswerHasItsBytes() throws {
    let answer = try Passage.answer(
      #"{"id":"c","choices":[{"index":0,"message":{"role":"assistant","content":"é"},"finish_reason":"stop","logprobs":{"content":[{"token":"é","logprob":-0.5,"bytes":null,"top_logprobs":[{"token":"e","logprob":-1}]},{"token":"","logprob":0}]}}]}"#,
      from: .openAIChat, to: .openAIResponses)
    #expect(
      answer.at("output.0.content.0.logprobs")?.text
        == #"[{"token":"é","logprob":-0.5,"bytes":[195,169],"top_logprobs":[{"token":"e","logprob":-1,"bytes":[101]}]},{"token":"","logprob":0,"bytes":[],"top_logprobs":[]}]"#
    )
    let stream = try Self.stream(
      [
        Self.choice(
          #"{"content":"é"}"#, #","logprobs":{"content":[{"token":"é","logprob":-0.5,"bytes":null}]}"#),
        Self.choice("{}", #","finish_reason":"stop""#), "[DONE]",
      ], from: .openAIChat, to: .openAIResponses)
    #expect(stream.text.contains(#""bytes":[195,169],"top_logprobs":[]"#))
  }

  /// Vendors that repeat a call's name with every delta do so, too, when the arguments are whole.
  @Test(arguments: [DialectID.openAIResponses, .anthropic, .gemini])
  func aNameThatIsRepeatedBehindWholeArgumentsBeginsNoCall(client: DialectID) throws {
    func call(_ arguments: String, _ id: String = "") -> String {
      Self.choice(
        #"{"tool_calls":[{"index":0,\#(id)"function":{"name":"look","arguments":"\#(arguments)"}}]}"#)
    }
    let folded = try Passage.folded(
      [
        call("", #""id":"a","type":"function","#), call("{"), call("}"), call(""),
        Self.choice("{}", #","finish_reason":"tool_calls""#), "[DONE]",
      ], from: .openAIChat, to: client)
    let calls = folded.candidates.flatMap(\.parts).filter { if case .toolCall = $0.content { true } else { false } }
    #expect(calls.count == 1)
  }

  /// Moonshot counts inside the last choice.
  @Test func countsInsideAChoiceAreRead() throws {
    let text = try Self.stream(
      [
        Self.choice(#"{"content":"a"}"#),
        Self.choice("{}", #","finish_reason":"stop","usage":{"prompt_tokens":41,"completion_tokens":7}"#), "[DONE]",
      ], from: .openAIChat, to: .anthropic
    ).text
    #expect(text.contains(#""input_tokens":41"#) && text.contains(#""output_tokens":7"#))
  }

  /// DeepSeek breaks an answer off with this word: it is no end.
  @Test(arguments: ["error", "insufficient_system_resource"])
  func anAnswerThatWasBrokenOffIsAFailure(word: String) throws {
    let response = try OpenAIChat().readResponse(
      JSON(
        parsing: Array(
          #"{"choices":[{"index":0,"message":{"role":"assistant","content":"a"},"finish_reason":"\#(word)"}]}"#.utf8)),
      origin: nil)
    #expect(response.failure != nil)
    let text = try Self.stream(
      [Self.choice(#"{"content":"a"}"#), Self.choice("{}", #","finish_reason":"\#(word)""#), "[DONE]"],
      from: .openAIChat, to: .anthropic
    ).text
    #expect(text.contains("event: error") && !text.contains("message_stop"))
  }

  // MARK: - Tools

  /// Anthropic knows no list of allowed tools: it is offered those only, and the others are told of.
  @Test func toolsThatMayNotBeCalledAreLosses() throws {
    let function = { (name: String) in
      #"{"type":"function","function":{"name":"\#(name)","parameters":{"type":"object","properties":{}}}}"#
    }
    let crossing = try Passage(
      #"{"model":"m","messages":[{"role":"user","content":"q"}],"tools":[\#(function("look")),\#(function("find"))],"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"find"}}]}}}"#,
      from: .openAIChat, to: .anthropic)
    #expect(crossing.body.at("tools")?.list.compactMap { $0["name"]?.string } == ["find"])
    #expect(crossing.lost.contains("tools[0]"))
  }

  // MARK: - Requests

  private static func sent(_ body: String, from client: DialectID, to upstream: DialectID) throws -> Passage {
    try Passage(body, from: client, to: upstream)
  }

  /// A history of visible thoughts without state, for a provider that is not told of them.
  @Test func thoughtsWithoutStateThatChatIsNotToldOfAreALoss() throws {
    let crossing = try Self.sent(
      #"{"contents":[{"role":"user","parts":[{"text":"q"}]},{"role":"model","parts":[{"text":"hm","thought":true},{"text":"a"}]},{"role":"user","parts":[{"text":"b"}]}]}"#,
      from: .gemini, to: .openAIChat)
    #expect(crossing.lost.contains("contents[1].parts[0]"), "\(crossing.lost)")
  }

  /// A text document has a title, and becomes text where there are no documents.
  @Test(arguments: [DialectID.openAIChat, .openAIResponses, .gemini])
  func theTitleOfATextDocumentStaysWithIt(upstream: DialectID) throws {
    let crossing = try Self.sent(
      #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[{"type":"document","title":"Minutes","source":{"type":"text","media_type":"text/plain","data":"we met"}}]}]}"#,
      from: .anthropic, to: upstream)
    #expect(crossing.text.contains(#"Minutes:\nwe met"#))
  }

  /// A PDF has a title too, which not everybody has a place for.
  @Test(arguments: [
    (DialectID.openAIResponses, ["messages[0].content[1]"]),
    (.gemini, ["messages[0].content[0]", "messages[0].content[1]"]),
  ])
  func theTitleOfAFileIsALossWhereItHasNoPlace(upstream: DialectID, lost: [String]) throws {
    let crossing = try Self.sent(
      #"{"model":"m","max_tokens":99,"messages":[{"role":"user","content":[{"type":"document","title":"Minutes","source":{"type":"base64","media_type":"application/pdf","data":"JVBERi0xLjQK"}},{"type":"document","title":"Web","source":{"type":"url","url":"https://a.example/x.pdf"}}]}]}"#,
      from: .anthropic, to: upstream)
    #expect(crossing.lost == lost)
  }

  @Test(arguments: [DialectID.anthropic, .gemini])
  func theWordsOfASchemaThatHaveNoPlaceAreALoss(upstream: DialectID) throws {
    let crossing = try Self.sent(
      #"{"model":"m","messages":[{"role":"user","content":"q"}],"response_format":{"type":"json_schema","json_schema":{"name":"out","description":"what it is for","schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false},"strict":true}}}"#,
      from: .openAIChat, to: upstream)
    #expect(crossing.lost.contains("response_format.json_schema.description"), "\(crossing.lost)")
  }

  // MARK: - Citations

  @Test(arguments: [DialectID.openAIChat, .openAIResponses, .gemini])
  func whatACitationOfAnthropicSaysBeyondItsAddressIsALoss(client: DialectID) throws {
    let (_, losses) = try Passage.answerAndLosses(
      #"{"id":"m","type":"message","role":"assistant","model":"up","content":[{"type":"text","text":"a","citations":[{"type":"web_search_result_location","url":"https://a.example","title":"A","encrypted_index":"e","cited_text":"said"},{"type":"page_location","cited_text":"p","document_index":0,"document_title":"D","start_page_number":1,"end_page_number":2}]}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}"#,
      from: .anthropic, to: client)
    let reasons = losses.map(\.reason)
    #expect(reasons.contains("the words a citation quotes have no equivalent"), "\(reasons)")
    #expect(reasons.contains { $0.contains("cites addresses only") || $0.contains("citation of a document") })
  }

  /// Each is told of in the words of the client that sent it.
  @Test(arguments: [DialectID.openAIChat, .openAIResponses, .gemini])
  func citationsOfAHistoryAreALoss(upstream: DialectID) throws {
    let crossing = try Self.sent(
      #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"text","text":"a","citations":[{"type":"web_search_result_location","url":"https://a.example","title":"A","encrypted_index":"e","cited_text":"said"}]}]},{"role":"user","content":"b"}]}"#,
      from: .anthropic, to: upstream)
    #expect(crossing.lost.contains("messages[1].content[0].citations"), "\(crossing.lost)")
  }

  @Test func everyFurtherAnswerIsALossToAnthropic() throws {
    let choice = { (index: Int) in
      #"{"index":\#(index),"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}"#
    }
    let (_, losses) = try Passage.answerAndLosses(
      #"{"id":"c","choices":[\#(choice(0)),\#(choice(1)),\#(choice(2))]}"#, from: .openAIChat, to: .anthropic)
    #expect(losses.count == 2)
  }

  /// Who wants one answer of an upstream that streams is told of what only the stream said.
  @Test func whatOnlyAStreamTellsIsALossOfTheWholeAnswer() {
    let stream =
      #"data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","venice_parameters":{"a":1},"#
      + #""choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}"# + "\n\ndata: [DONE]\n\n"
    var fold = ResponseFold()
    for event in StreamDriver.events(Array(stream.utf8), OpenAIChat()) { fold.add(event) }
    #expect(fold.losses.list.map(\.path) == ["venice_parameters"])
  }
}
