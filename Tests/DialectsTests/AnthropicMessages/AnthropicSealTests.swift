import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Other vendors' reasoning through an Anthropic client and back.
@Suite struct AnthropicSealTests {
  static let dialect = AnthropicMessages()
  static let origin = SealOrigin("g/1")

  static func state(_ dialect: DialectID, _ kind: ReasoningState.Kind, _ blob: String = "B/+=") -> ReasoningState {
    ReasoningState(dialect: dialect, kind: kind, blob: blob, origin: origin)
  }

  static func reasoning(_ texts: [String], _ state: ReasoningState?) -> Part {
    Part(.reasoning(Reasoning(texts.map { Reasoning.Segment(.summary, $0) })), state: state)
  }

  /// Answers of other vendors.
  static let answers: [(name: String, parts: [Part])] = [
    ("encrypted", [reasoning(["a", "b"], state(.openAIResponses, .encrypted)), .text("hi")]),
    ("encrypted-hidden", [reasoning([], state(.openAIResponses, .encrypted)), .text("hi")]),
    (
      "gemini-call",
      [
        reasoning(["thought"], nil),
        Part(
          .toolCall(ToolCall(id: "c1", name: "f", input: #"{"a":1}"#)), state: state(.gemini, .thoughtSignature, "one")),
        Part(.toolCall(ToolCall(id: "c2", name: "f", input: "{}"))),
      ]
    ),
    ("gemini-text", [Part(.text(Text("hi")), state: state(.gemini, .thoughtSignature))]),
    (
      "gemini-text-and-call",
      [
        Part(.text(Text("hi")), state: state(.gemini, .thoughtSignature, "t")),
        Part(.toolCall(ToolCall(id: "c1", name: "f", input: "{}")), state: state(.gemini, .thoughtSignature, "c")),
      ]
    ),
    ("gemini-thought", [reasoning(["thought"], state(.gemini, .thoughtSignature)), .text("hi")]),
    ("chat", [reasoning(["because"], nil), .text("hi")]),
  ]
  static let wishes: [(name: String, wish: ReasoningRequest?)] = [
    ("shown", ReasoningRequest(isAdaptive: true)), ("omitted", ReasoningRequest(isAdaptive: true, display: "omitted")),
    ("hidden", nil),
  ]

  static func response(_ parts: [Part]) -> ConversationResponse {
    let stop = Stop(parts.contains { if case .toolCall = $0.content { true } else { false } } ? .toolUse : .endTurn)
    return ConversationResponse(id: "r", model: "m", candidates: [Candidate(parts: parts, stop: stop)])
  }

  /// The blocks a client holds after the answer.
  static func blocks(_ parts: [Part], _ wish: ReasoningRequest?, streamed: Bool) throws -> JSON {
    let reply = AnthropicLaw.reply(reasoning: wish)
    var losses = Losses()
    guard streamed else {
      let bytes = dialect.writeResponse(response(parts), for: reply, losses: &losses)
      return try #require(JSON(parsing: bytes)["content"])
    }
    let bytes = StreamDriver.bytes(response(parts).events(), dialect, reply: reply)
    #expect(AnthropicLaw.disciplineViolations(bytes).isEmpty)
    let folded = AnthropicLaw.fold(bytes)
    let whole = dialect.writeResponse(
      folded, for: AnthropicLaw.reply(reasoning: ReasoningRequest(isAdaptive: true)), losses: &losses)
    return try #require(JSON(parsing: whole)["content"])
  }

  /// The parts that come back when the client replays its blocks.
  static func replayed(_ blocks: JSON) throws -> [Part] {
    let body = JSON { writer in
      writer.object { writer in
        writer.member("model", "m")
        writer.member("max_tokens", 9)
        writer.array("messages") { writer in
          writer.object { writer in
            writer.member("role", "user")
            writer.member("content", "q")
          }
          writer.object { writer in
            writer.member("role", "assistant")
            writer.member("content", blocks)
          }
        }
      }
    }
    return try dialect.readRequest(body, line: RequestLine()).messages[1].parts
  }

  static func line(_ part: Part) -> String {
    let state = part.state.map { "\($0.dialect) \($0.kind) \($0.blob) \($0.origin?.rawValue ?? "-")" } ?? "-"
    switch part.content {
    case .reasoning(let reasoning): return "thinking [\(reasoning.text)] \(state)"
    case .text(let text): return "text [\(text.text)] \(state)"
    case .toolCall(let call): return "call \(call.id ?? "-") \(state)"
    default: return "?"
    }
  }

  @Test(arguments: answers.indices, [0, 1, 2])
  func everyStateComesBackToItsPart(answer: Int, wish: Int) throws {
    let (name, parts) = Self.answers[answer]
    for streamed in [false, true] {
      let back = try Self.replayed(Self.blocks(parts, Self.wishes[wish].wish, streamed: streamed))
      var expected = parts
      if Self.wishes[wish].name == "hidden" {
        // Text that nobody signed and nobody wants to see is all that stays behind, unless a call follows.
        expected = parts.compactMap { part in
          guard case .reasoning = part.content, name != "gemini-call" else { return part }
          return part.state == nil ? nil : Part(.reasoning(Reasoning()), state: part.state)
        }
      }
      if name == "gemini-thought", Self.wishes[wish].name == "hidden" {
        // A hidden thought's signature is handed to what follows it, where Gemini puts it itself.
        expected = [Part(.text(Text("hi")), state: parts[0].state)]
      }
      // An omitted thought leaves its text behind where a state stands for it.
      if Self.wishes[wish].name == "omitted" {
        expected = expected.map { part in
          guard case .reasoning = part.content, part.state != nil else { return part }
          return Part(.reasoning(Reasoning()), state: part.state)
        }
      }
      #expect(back.map(Self.line) == expected.map(Self.line), "\(name) streamed \(streamed)")
    }
  }

  @Test func hiddenThinkingPutsNothingBeforeAPlainText() throws {
    for streamed in [false, true] {
      let blocks = try Self.blocks(Self.answers[6].parts, nil, streamed: streamed)
      #expect(blocks.elements.map { $0["type"]?.string } == ["text"])
      let signed = try Self.blocks(Self.answers[3].parts, nil, streamed: streamed)
      #expect(signed.elements.map { $0["type"]?.string } == ["text", "redacted_thinking"])
    }
  }

  @Test func anAnthropicUpstreamNeverSeesASeal() throws {
    for (name, parts) in Self.answers {
      for wish in Self.wishes {
        let blocks = try Self.blocks(parts, wish.wish, streamed: false)
        let body = try JSON(
          parsing:
            #"{"model":"m","max_tokens":9,"tools":[{"name":"f","input_schema":{"type":"object"}}],"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"#
            + blocks.text + #"},{"role":"user","content":"go on"}]}"#)
        let request = try Self.dialect.readRequest(body, line: RequestLine())
        var losses = Losses()
        let bytes = try Self.dialect.writeRequest(
          request, for: RequestTarget(model: "m", origin: SealOrigin("a/1")), losses: &losses)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.contains("AORSEAL") && !text.contains("thinking"), "\(name) \(wish.name)")
        #expect(name == "chat" && wish.name == "hidden" || !losses.isEmpty, "\(name) \(wish.name)")
      }
    }
  }

  @Test func ownStateOfTheSameOriginPassesAndOfAnotherDoesNot() throws {
    let body = try JSON(
      parsing:
        #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"NATIVE"},{"type":"text","text":"a"}]},{"role":"user","content":"b"}]}"#
    )
    let request = try Self.dialect.readRequest(body, line: RequestLine())
    var losses = Losses()
    let bytes = try Self.dialect.writeRequest(
      request, for: RequestTarget(model: "m", origin: SealOrigin("a/1")), losses: &losses)
    #expect(try differences(body, JSON(parsing: bytes)).isEmpty)
    var marked = request
    marked.messages[1].parts[0].state?.origin = SealOrigin("b/2")
    let other = try Self.dialect.writeRequest(
      marked, for: RequestTarget(model: "m", origin: SealOrigin("a/1")), losses: &losses)
    #expect(!String(decoding: other, as: UTF8.self).contains("NATIVE"))
    #expect(losses.list.map(\.path) == ["messages[1].content[0]"])
  }
}
