import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// What Gemini clients are answered from other protocols' answers.
@Suite struct GeminiReplyTests {
  static func reply(shows: Bool?, framing: ReplyContext.Framing = .serverSentEvents) -> ReplyContext {
    var request = ConversationRequest(model: "asked")
    request.reasoning = shows.map { ReasoningRequest(showsThoughts: $0) }
    return ReplyContext(request: request, model: "asked", exchangeID: "ex1", createdAt: 1, framing: framing)
  }

  static func answer(_ parts: [Part], _ reason: Stop.Reason = .endTurn) -> ConversationResponse {
    var response = ConversationResponse(
      id: "msg_1", model: "claude", candidates: [Candidate(parts: parts, stop: Stop(reason))])
    response.usage = Usage(input: 120, output: 34, cacheRead: 20, cacheWrite: 10, reasoning: 7)
    return response
  }

  /// The answer as a whole and, put together from its chunks, as a stream.
  static func written(_ response: ConversationResponse, shows: Bool? = true) throws -> [JSON] {
    var losses = Losses()
    let whole = try JSON(parsing: Gemini().writeResponse(response, for: reply(shows: shows), losses: &losses))
    return [whole, try joined(chunks(response.events(), shows: shows))]
  }

  static func chunks(_ events: [ConversationEvent], shows: Bool? = true) -> [JSON] {
    let bytes = StreamDriver.bytes(
      events, Gemini(), reply: reply(shows: shows, framing: .jsonArray))
    return (try? JSON(parsing: bytes)).map { Array($0.elements) } ?? []
  }

  private static func joined(_ chunks: [JSON]) throws -> JSON {
    var parts: [JSON] = []
    for chunk in chunks {
      let candidate = chunk["candidates"]?.elements.first
      #expect(candidate?["content"]?["parts"]?.elements.isEmpty == false, "Google's SDKs want parts in every chunk")
      #expect(chunk["modelVersion"]?.string == "asked")
      parts += candidate?["content"]?["parts"]?.elements.filter { $0.text != #"{"text":""}"# } ?? []
    }
    let last = try #require(chunks.last)
    #expect(chunks.dropLast().allSatisfy { $0["candidates"]?.elements.first?["finishReason"] == nil })
    return JSON { writer in
      writer.object { writer in
        writer.array("candidates") { writer in
          writer.object { writer in
            writer.object("content") { writer in
              writer.array("parts") { writer in for part in parts { writer.value(part) } }
              writer.member("role", static: "model")
            }
            for member in last["candidates"]?.elements.first?.members ?? JSON.null.members {
              if member.isNamed("content") { continue }
              writer.key(named: member.key)
              writer.value(member.value)
            }
          }
        }
        if let usage = last["usageMetadata"] { writer.member("usageMetadata", usage) }
      }
    }
  }

  private func parts(_ answer: JSON) -> [JSON] {
    (answer["candidates"]?.elements.first?["content"]?["parts"]?.elements).map(Array.init) ?? []
  }

  static let thinking = Part(.reasoning(Reasoning([.init(.text, "step")])), state: GeminiHub.foreign)
  static let hidden = Part(
    .reasoning(Reasoning()),
    state: ReasoningState(dialect: .anthropic, kind: .redacted, blob: "R", origin: SealOrigin("anthropic/a")))

  // MARK: - Thinking

  @Test(arguments: [false, nil] as [Bool?]) func `thoughts are hidden unless asked for, their state travels`(
    shows: Bool?
  )
    throws
  {
    let seal = ReasoningSeal.seal(GeminiHub.foreign)
    for answer in try Self.written(Self.answer([Self.thinking, .text("hi")]), shows: shows) {
      #expect(parts(answer).map(\.text) == [#"{"text":"hi","thoughtSignature":"\#(seal)"}"#])
    }
  }

  @Test func `shown thoughts come as thought parts`() throws {
    for answer in try Self.written(Self.answer([Self.thinking, .text("hi")])) {
      #expect(parts(answer).first?.text == #"{"text":"step","thought":true}"#)
    }
  }

  /// Every order in which another protocol's reasoning may stand, sent to the client and replayed by it.
  @Test(arguments: [true, false], [true, false])
  func `another protocol's state comes back before the part it rode on`(shows: Bool, dropsThoughts: Bool) throws {
    let cases: [[Part]] = [
      [Self.thinking, .text("hi")], [Self.thinking, GeminiHub.call("c1", "f", "{}"), GeminiHub.call("c2", "f", "{}")],
      [Self.thinking, .text("hi"), GeminiHub.call("c1", "f", "{}")],
      [Self.thinking, Self.hidden, GeminiHub.call("c1", "f", "{}")], [.text("hi"), Self.hidden],
    ]
    for content in cases {
      for answer in try Self.written(Self.answer(content, .toolUse), shows: shows) {
        let back = JSON { writer in
          writer.object { writer in
            writer.array("contents") { writer in
              writer.object { writer in
                writer.member("role", static: "model")
                writer.array("parts") { writer in
                  for part in parts(answer) where !dropsThoughts || part["thought"] == nil { writer.value(part) }
                }
              }
            }
          }
        }
        let history = try Gemini().readRequest(back, line: RequestLine(model: "m")).messages[0].parts
        let states = history.compactMap { part in
          if case .reasoning = part.content { part.state } else { nil }
        }
        #expect(states == content.compactMap(\.state))
        func order(_ parts: [Part]) -> [String] {
          parts.compactMap { part in
            switch part.content {
            case .reasoning: part.state?.blob
            case .toolCall(let call): call.id
            case .text(let text): text.text.isEmpty ? nil : text.text
            default: nil
            }
          }
        }
        #expect(order(history) == order(content))
        #expect(history.allSatisfy { $0.state?.dialect != .anthropic || order([$0]) == [$0.state?.blob ?? ""] })
      }
    }
  }

  // MARK: - Calls, stops, usage

  @Test func `calls come whole, with distinct ids, and end with STOP`() throws {
    let calls = [
      Part(.toolCall(ToolCall(id: nil, name: "f", input: #"{"a":1.0}"#))),
      Part(.toolCall(ToolCall(id: nil, name: "f", input: ""))), GeminiHub.call("toolu_1", "f", "{}"),
    ]
    for answer in try Self.written(Self.answer(calls, .toolUse)) {
      #expect(
        parts(answer).map { $0["functionCall"]?.text } == [
          #"{"id":"call_ex1_0","name":"f","args":{"a":1.0}}"#, #"{"id":"call_ex1_1","name":"f","args":{}}"#,
          #"{"id":"toolu_1","name":"f","args":{}}"#,
        ])
      #expect(answer["candidates"]?.elements.first?["finishReason"]?.string == "STOP")
    }
  }

  @Test(arguments: [
    (Stop.Reason.endTurn, "STOP"), (.stopSequence, "STOP"), (.toolUse, "STOP"), (.maxTokens, "MAX_TOKENS"),
    (.contextWindow, "MAX_TOKENS"), (.refusal, "SAFETY"), (.malformedToolCall, "MALFORMED_FUNCTION_CALL"),
    (.other, "OTHER"),
  ])
  func `stop reasons are said in Gemini's words`(reason: Stop.Reason, word: String) throws {
    for answer in try Self.written(Self.answer([.text("x")], reason)) {
      #expect(answer["candidates"]?.elements.first?["finishReason"]?.string == word)
    }
  }

  @Test func `usage counts thoughts apart from the answer and tells the total`() throws {
    for answer in try Self.written(Self.answer([.text("x")])) {
      #expect(
        answer["usageMetadata"]?.text
          == #"{"promptTokenCount":120,"candidatesTokenCount":27,"totalTokenCount":154,"#
          + #""cachedContentTokenCount":20,"thoughtsTokenCount":7}"#)
    }
  }

  @Test func `an empty refusal still has a part`() throws {
    for answer in try Self.written(Self.answer([], .refusal)) {
      #expect(answer["candidates"]?.elements.first?["finishReason"]?.string == "SAFETY")
    }
    var losses = Losses()
    let bytes = Gemini().writeResponse(Self.answer([]), for: Self.reply(shows: nil), losses: &losses)
    #expect(parts(try JSON(parsing: bytes)).map(\.text) == [#"{"text":""}"#])
  }

  @Test func `citations become grounding, in bytes`() throws {
    let cited = Annotation(.url("https://e.com"), title: "E", citedText: "é", start: 1, end: 2)
    for answer in try Self.written(Self.answer([Part(.text(Text("hé!", annotations: [cited])))])) {
      let grounding = answer["candidates"]?.elements.first?["groundingMetadata"]
      #expect(grounding?["groundingChunks"]?.text == #"[{"web":{"uri":"https://e.com","title":"E"}}]"#)
      #expect(
        grounding?["groundingSupports"]?.text
          == #"[{"segment":{"startIndex":1,"endIndex":3,"text":"é"},"groundingChunkIndices":[0]}]"#)
    }
  }

  /// Anthropic and Responses tell one answer in many texts; each citation counts from the beginning of its own.
  @Test func `citations of several texts keep to their own words`() throws {
    let first = Annotation(.url("https://e.com"), start: 0, end: 2)
    let second = Annotation(.url("https://f.com"), start: 1, end: 3)
    let parts = [Part(.text(Text("é! ", annotations: [first]))), Part(.text(Text("ünd", annotations: [second])))]
    let answers = try Self.written(Self.answer(parts)).map {
      $0.at("candidates.0.groundingMetadata.groundingSupports")?.elements.compactMap { $0["segment"]?.text }
    }
    #expect(
      answers == [
        [#"{"startIndex":0,"endIndex":3}"#, #"{"partIndex":1,"startIndex":2,"endIndex":4}"#],
        // A client puts the chunks of a stream together, so that its parts are one.
        [#"{"startIndex":0,"endIndex":3}"#, #"{"startIndex":6,"endIndex":8}"#],
      ])
  }

  @Test func `citations of anything but an address are declared`() {
    let cited: [Annotation] = [
      Annotation(.file(id: "f")), Annotation(.document(0)), Annotation(.url("https://e.com")), Annotation(.other),
    ]
    let response = Self.answer([Part(.text(Text("hi", annotations: cited)))])
    var losses = Losses()
    _ = Gemini().writeResponse(response, for: Self.reply(shows: nil), losses: &losses)
    #expect(losses.list.map(\.reason) == ["Gemini cites addresses only"])
    var writer = Gemini().makeEventWriter(for: Self.reply(shows: nil))
    var output: [UInt8] = []
    for event in response.events() { writer.write(event, into: &output) }
    #expect(writer.losses.list.map(\.reason) == ["Gemini cites addresses only"])
  }

  @Test func `another protocol's blocks are left out and declared`() {
    let response = Self.answer([Part(.opaque(OpaquePart(.anthropic, GeminiHub.json(#"{"type":"server_tool_use"}"#))))])
    var losses = Losses()
    _ = Gemini().writeResponse(response, for: Self.reply(shows: nil), losses: &losses)
    #expect(losses.list.map(\.reason) == ["Gemini has no equivalent of `server_tool_use`"])
    var writer = Gemini().makeEventWriter(for: Self.reply(shows: nil))
    var output: [UInt8] = []
    for event in response.events() { writer.write(event, into: &output) }
    #expect(writer.losses.list.map(\.reason) == ["Gemini has no equivalent of `server_tool_use`"])
  }

  // MARK: - Streams

  @Test func `text flows at once and a failure has a numeric code`() throws {
    var writer = Gemini().makeEventWriter(for: Self.reply(shows: nil))
    var output: [UInt8] = []
    writer.keepAlive(into: &output)
    writer.write(.started(ResponseStart(id: "r")), into: &output)
    writer.write(.partStarted(PartStart(index: 0, part: .text(""))), into: &output)
    let before = output.count
    writer.write(.partDelta(PartDelta(index: 0, .text("a"))), into: &output)
    #expect(output.count > before)
    writer.write(.failed(UpstreamFailure(.overloaded, status: 529, message: "busy")), into: &output)
    let text = String(decoding: output, as: UTF8.self)
    #expect(text.hasPrefix("\n"), "Google's own SDK takes a comment for JSON")
    #expect(!text.contains(": keep-alive"))
    #expect(text.hasSuffix("data: {\"error\":{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}}\n\n"))
  }

  @Test func `an array stays an array whatever happens`() throws {
    for events in [
      [ConversationEvent.failed(UpstreamFailure(.rateLimited, message: "slow"))],
      [.started(ResponseStart()), .keepAlive, .failed(UpstreamFailure(.server, message: "x"))],
      Self.answer([.text("a"), .text("b")]).events(),
    ] {
      var writer = Gemini().makeEventWriter(for: Self.reply(shows: nil, framing: .jsonArray))
      var output: [UInt8] = []
      writer.keepAlive(into: &output)
      for event in events {
        writer.write(event, into: &output)
        writer.keepAlive(into: &output)
      }
      #expect(try JSON(parsing: output).isArray)
    }
  }
}
