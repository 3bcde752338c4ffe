import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Answers of other protocols as a client of this one gets them, whole and as a stream.
@Suite struct OpenAIResponsesAnswerTests {
  private let dialect = OpenAIResponses()

  private func reply(
    summary: String? = nil, includesState: Bool = true, _ change: (inout ConversationRequest) -> Void = { _ in }
  ) -> ReplyContext {
    var request = ConversationRequest(model: "asked")
    request.reasoning = summary.map { ReasoningRequest(effort: "high", summary: $0) }
    request.includesEncryptedReasoning = includesState
    change(&request)
    return ReplyContext(request: request, model: "asked", exchangeID: "x1", createdAt: 1_700_000_000)
  }

  private func answer(_ parts: [Part], _ stop: Stop) -> ConversationResponse {
    var response = ConversationResponse(
      id: "chatcmpl-1", model: "up", createdAt: 5, candidates: [Candidate(parts: parts, stop: stop)])
    response.usage = Usage(input: 10, output: 4, cacheRead: 3, reasoning: 1)
    return response
  }

  private func whole(_ response: ConversationResponse, _ reply: ReplyContext) throws -> JSON {
    var losses = Losses()
    return try JSON(parsing: dialect.writeResponse(response, for: reply, losses: &losses))
  }

  /// The events of a client's stream, parsed.
  private func stream(_ events: [ConversationEvent], _ reply: ReplyContext) throws -> [JSON] {
    let found = try StreamDriver.frames(StreamDriver.bytes(events, dialect, reply: reply))
    let parsed = try found.map { try JSON(parsing: $0.data) }
    for (event, json) in zip(found, parsed) { #expect(event.name == json["type"]?.string) }
    #expect(parsed.map { $0["sequence_number"]?.int } == Array(0..<parsed.count))
    return parsed
  }

  private let thought = Part(
    .reasoning(Reasoning([.init(.text, "hm"), .init(.text, "so")])),
    state: ReasoningState(dialect: .anthropic, kind: .signature, blob: "SIG", origin: SealOrigin("o")))

  private let call = Part(.toolCall(ToolCall(id: "toolu_1", name: "f", input: #"{"a":1}"#)))

  @Test func aWholeAnswerHasEveryMemberClientsNeed() throws {
    let reply = reply { request in
      request.sampling.temperature = 0.20
      request.toolChoice = .required
      request.parallelToolCalls = false
      request.verbosity = "low"
      request.metadata = try? JSON(parsing: #"{"k":"v"}"#)
    }
    let json = try whole(answer([.text("Hi"), call], Stop(.toolUse)), reply)
    #expect(
      json.text == """
        {"id":"resp_x1","object":"response","created_at":5,"status":"completed","background":false,"error":null,\
        "incomplete_details":null,"instructions":null,"max_output_tokens":null,"max_tool_calls":null,"model":"asked",\
        "output":[{"id":"msg_x1_0","type":"message","status":"completed","role":"assistant","content":[{"type":\
        "output_text","annotations":[],"logprobs":[],"text":"Hi"}]},{"id":"fc_x1_1","type":"function_call","status":\
        "completed","arguments":"{\\"a\\":1}","call_id":"toolu_1","name":"f"}],"parallel_tool_calls":false,\
        "previous_response_id":null,"prompt_cache_key":null,"reasoning":{"effort":null,"summary":null},\
        "safety_identifier":null,"service_tier":null,"store":false,"temperature":0.2,"text":{"format":{"type":"text"},\
        "verbosity":"low"},"tool_choice":"required","tools":[],"top_logprobs":0,"top_p":1.0,"truncation":"disabled",\
        "usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":3,"cache_write_tokens":0},"output_tokens":4,\
        "output_tokens_details":{"reasoning_tokens":1},"total_tokens":14},"user":null,"metadata":{"k":"v"}}
        """)
  }

  /// An answer repeats the settings it was asked with; only what it says itself can be lost.
  @Test(arguments: DialectID.allCases.filter { $0 != .openAIResponses })
  func whatTheRequestSaidIsNoLossOfTheAnswer(client: DialectID) throws {
    let echoed = """
      {"id":"resp_1","object":"response","created_at":5,"completed_at":6,"status":"incomplete","background":false,\
      "billing":{"payer":"developer"},"error":null,"frequency_penalty":0.0,"incomplete_details":{"reason":\
      "max_output_tokens"},"instructions":"be brief","max_output_tokens":5,"max_tool_calls":null,"model":"m","output":\
      [{"id":"msg_1","type":"message","status":"incomplete","role":"assistant","content":[{"type":"output_text",\
      "annotations":[],"text":"Hi"}]}],"output_text":"Hi","parallel_tool_calls":true,"presence_penalty":0.0,\
      "previous_response_id":null,"prompt_cache_key":"k","prompt_cache_retention":"24h","reasoning":{"effort":"low",\
      "summary":null},"safety_identifier":"s","service_tier":"default","store":true,"temperature":1.0,"text":{"format":\
      {"type":"text"},"verbosity":"medium"},"tool_choice":"auto","tools":[{"type":"function","name":"f","parameters":\
      {},"strict":true}],"top_logprobs":0,"top_p":1.0,"truncation":"disabled","usage":{"input_tokens":1,\
      "output_tokens":1,"total_tokens":2},"user":"u","metadata":{"k":"v"}}
      """
    let dialect = DialectCatalog.dialect(client)
    let response = try OpenAIResponses().readResponse(JSON(parsing: Array(echoed.utf8)), origin: nil)
    var losses = Losses()
    _ = dialect.writeResponse(response, for: reply(), losses: &losses)
    #expect(losses.list.map(\.path) == ["completed_at", "billing"])
  }

  @Test func theStreamSaysTheSameAsTheWholeAnswer() throws {
    let picture = Part(.image(Media(.base64("iVBORw0KGgo="), mediaType: "image/png")))
    let cited = Part(
      .text(Text("cited", annotations: [Annotation(.url("https://e.x"), title: "E", start: 0, end: 5)])))
    let custom = Part(.toolCall(ToolCall(id: "c2", kind: .custom, name: "patch", namespace: "ns", input: "*** raw")))
    let response = answer(
      [thought, .text("a"), cited, Part(.refusal("no")), call, custom, picture, .text("b")], Stop(.toolUse))
    for summary in [nil, "auto"] {
      let reply = reply(summary: summary)
      let json = try whole(response, reply)
      let events = try stream(response.events(), reply)
      let final = try #require(events.last?["response"])
      #expect(differences(json, final) == [])
      let done = events.filter { $0["type"]?.string == "response.output_item.done" }
      let added = events.filter { $0["type"]?.string == "response.output_item.added" }
      #expect(done.compactMap { $0["item"] } == Array(json["output"]?.elements ?? JSON.null.elements))
      #expect(added.map { $0["output_index"]?.int } == Array(0..<done.count))
      #expect(added.map { $0["item"]?["id"] } == done.map { $0["item"]?["id"] })
    }
  }

  @Test func theStreamHasEveryStepInOrder() throws {
    let response = answer([thought, .text("a"), call], Stop(.toolUse))
    let names = try stream(response.events(), reply(summary: "auto")).compactMap { $0["type"]?.string }
    #expect(
      names.map { $0.replacing("response.", with: "") } == [
        "created", "in_progress", "output_item.added", "reasoning_summary_part.added", "reasoning_summary_text.delta",
        "reasoning_summary_text.done", "reasoning_summary_part.done", "reasoning_summary_part.added",
        "reasoning_summary_text.delta", "reasoning_summary_text.done", "reasoning_summary_part.done",
        "output_item.done", "output_item.added", "content_part.added", "output_text.delta", "output_text.done",
        "content_part.done", "output_item.done", "output_item.added", "function_call_arguments.delta",
        "function_call_arguments.done", "output_item.done", "completed",
      ])
  }

  @Test func thinkingIsShownOnlyWhenAskedForAndItsStateTravelsAllTheSame() throws {
    var json = try whole(answer([thought, .text("a")], Stop(.endTurn)), reply())
    var item = try #require(json["output"]?.elements.first)
    #expect(item["summary"]?.elements.isEmpty == true)
    #expect(!json.text.contains("hm"))
    let sealed = try #require(item["encrypted_content"]?.string)
    #expect(ReasoningSeal.open(sealed) == thought.state)
    json = try whole(answer([thought, .text("a")], Stop(.endTurn)), reply(summary: "auto"))
    item = try #require(json["output"]?.elements.first)
    #expect(item["summary"]?.elements.map { $0["text"]?.string } == ["hm", "so"])
    var unsigned = thought
    unsigned.state = nil
    json = try whole(answer([unsigned, .text("a")], Stop(.endTurn)), reply())
    #expect(json["output"]?.elements.count == 1)
  }

  /// A client that did not ask for state would take its items for parts of the answer.
  @Test func stateGoesOnlyToClientsThatAskForIt() throws {
    var signed = call
    signed.state = ReasoningState(dialect: .gemini, kind: .thoughtSignature, blob: "G", origin: nil)
    let response = answer([thought, signed], Stop(.toolUse))
    let reply = reply(includesState: false)
    let events = try stream(response.events(), reply)
    for json in [try whole(response, reply), try #require(events.last?["response"])] {
      #expect(json["output"]?.elements.map { $0["type"]?.string } == ["function_call"])
      #expect(!json.text.contains("AORSEAL"))
    }
  }

  @Test func stateOfACallTravelsInAReasoningItemAndComesBackToIt() throws {
    let state = ReasoningState(dialect: .gemini, kind: .thoughtSignature, blob: "G", origin: SealOrigin("o"))
    var first = call
    first.state = state
    var text = Part.text("t")
    text.state = state
    let response = answer([text, first, call], Stop(.toolUse))
    let reply = reply()
    let events = try stream(response.events(), reply)
    for json in [try whole(response, reply), try #require(events.last?["response"])] {
      let body = JSON { writer in
        writer.object { writer in
          writer.member("model", "m")
          writer.member("input", json["output"] ?? .null)
        }
      }
      let parts = try #require(try dialect.readRequest(body, line: RequestLine()).messages.first).parts
      #expect(parts.map { $0.state } == [state, state, nil])
      #expect(parts.count == 3)
    }
  }

  @Test(arguments: [
    (Stop(.maxTokens), "incomplete", "max_output_tokens"), (Stop(.contextWindow), "incomplete", "max_output_tokens"),
    (Stop(.refusal), "incomplete", "content_filter"), (Stop(.endTurn), "completed", ""),
    (Stop(.stopSequence), "completed", ""), (Stop(.malformedToolCall), "failed", ""),
  ])
  func endingsKeepTheirMeaning(_ stop: Stop, _ status: String, _ reason: String) throws {
    let response = answer([.text("a")], stop)
    let reply = reply()
    let final = try #require(try stream(response.events(), reply).last)
    #expect(final["type"]?.string == "response." + status)
    for json in [try whole(response, reply), try #require(final["response"])] {
      #expect(json["status"]?.string == status)
      #expect(json["incomplete_details"]?["reason"]?.string ?? "" == reason)
      #expect(json["error"]?.isNull == (status != "failed"))
    }
  }

  @Test func halfACallIsNeverComplete() throws {
    let half = Part(.toolCall(ToolCall(id: "c", name: "f", input: #"{"a":"#)))
    let response = answer([.text("a"), half], Stop(.maxTokens))
    let reply = reply()
    let final = try #require(try stream(response.events(), reply).last?["response"])
    for json in [try whole(response, reply), final] {
      #expect(json["output"]?.elements.map { $0["status"]?.string } == ["completed", "incomplete"])
    }
  }

  @Test func aRefusalSpokenOutIsACompleteAnswer() throws {
    let json = try whole(answer([Part(.refusal("no"))], Stop(.refusal)), reply())
    #expect(json["status"]?.string == "completed")
    #expect(json["output"]?.elements.first?["content"]?.text == #"[{"type":"refusal","refusal":"no"}]"#)
  }

  @Test func callsWithoutInputHaveAnEmptyObject() throws {
    let empty = Part(.toolCall(ToolCall(id: nil, name: "f", input: "")))
    let events = try stream(answer([empty], Stop(.toolUse)).events(), reply())
    let deltas = events.filter { $0["type"]?.string == "response.function_call_arguments.delta" }
    #expect(deltas.map { $0["delta"]?.string } == ["{}"])
    let item = events.last?["response"]?["output"]?.elements.first
    #expect(item?["arguments"]?.string == "{}")
    #expect(item?["call_id"]?.string == "call_x1_0")
  }

  @Test(arguments: [
    (UpstreamFailure.Kind.rateLimited, "rate_limit_exceeded"), (.overloaded, "server_is_overloaded"),
    (.contextLength, "context_length_exceeded"), (.billing, "insufficient_quota"), (.badGateway, "server_error"),
    (.timeout, "server_error"), (.invalidRequest, "invalid_prompt"),
  ])
  func aStreamThatBreaksEndsInAFailedResponse(_ kind: UpstreamFailure.Kind, _ code: String) throws {
    let events: [ConversationEvent] = [
      .started(ResponseStart()), .partStarted(PartStart(index: 0, part: .text(""))),
      .partDelta(PartDelta(index: 0, .text("half"))), .failed(UpstreamFailure(kind, message: "broke")), .finished,
    ]
    for events in [events, [.failed(UpstreamFailure(kind, message: "broke"))]] {
      let frames = try stream(events, reply())
      #expect(frames.first?["type"]?.string == "response.created")
      let final = try #require(frames.last)
      #expect(final["type"]?.string == "response.failed")
      #expect(final["response"]?["error"]?["code"]?.string == code)
      #expect(final["response"]?["error"]?["message"]?.string?.contains("broke") == true)
      #expect(final["response"]?["output"]?.elements.isEmpty == true)
    }
  }

  @Test func keepAlivesAreComments() {
    var writer = dialect.makeEventWriter(for: reply())
    var bytes: [UInt8] = []
    writer.keepAlive(into: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == ": keepalive\n\n")
  }

  @Test func idsOfOtherVendorsAreReplacedAndOursKept() throws {
    let parts = [
      Part(.reasoning(Reasoning([.init(.summary, "s")], id: "rs_up"))),
      Part(.reasoning(Reasoning([.init(.text, "t")], id: "th_1"))),
      Part(.toolCall(ToolCall(id: "c", name: "f", input: "{}", itemID: "fc_up"))),
      Part(.toolCall(ToolCall(id: "d", name: "f", input: "{}", itemID: String(repeating: "fc_", count: 30)))),
    ]
    let json = try whole(answer(parts, Stop(.toolUse)), reply(summary: "auto"))
    #expect(json["output"]?.elements.map { $0["id"]?.string } == ["rs_up", "rs_x1_1", "fc_up", "fc_x1_3"])
  }

  @Test func secondAnswersAreADeclaredLoss() {
    var response = answer([.text("a")], Stop(.endTurn))
    response.candidates.append(Candidate(index: 1, parts: [.text("b")], stop: Stop(.endTurn)))
    var losses = Losses()
    _ = dialect.writeResponse(response, for: reply(), losses: &losses)
    #expect(losses.list.map(\.path) == ["candidates[1]"])
  }
}
