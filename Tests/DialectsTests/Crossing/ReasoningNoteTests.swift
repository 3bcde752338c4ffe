import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// A client's own slots tell that a turn was made by another model, also where that model signs nothing.
@Suite struct ReasoningNoteTests {
  static let thought = Part(.reasoning(Reasoning([Reasoning.Segment(.text, "hm")])))
  static func call(_ id: String) -> Part { Part(.toolCall(ToolCall(id: id, name: "f", input: "{}"))) }

  struct Case: Sendable, CustomTestStringConvertible {
    var dialect: DialectID
    /// The members by which the client asks for thoughts.
    var wish: String
    var testDescription: String { "\(dialect) \(wish)" }
  }

  static let cases = [
    Case(dialect: .openAIResponses, wish: #""include":["reasoning.encrypted_content"]"#),
    Case(
      dialect: .openAIResponses, wish: #""include":["reasoning.encrypted_content"],"reasoning":{"summary":"auto"}"#),
    Case(dialect: .gemini, wish: #""generationConfig":{"thinkingConfig":{"includeThoughts":true}}"#),
    Case(dialect: .gemini, wish: #""generationConfig":{}"#),
    Case(dialect: .anthropic, wish: #""max_tokens":9000,"thinking":{"type":"adaptive","display":"omitted"}"#),
    Case(dialect: .anthropic, wish: #""max_tokens":9000,"thinking":{"type":"enabled","budget_tokens":1024}"#),
    Case(dialect: .anthropic, wish: #""max_tokens":9"#),
  ]

  /// The answer as the client has it, and the request it sends next.
  static func replay(_ parts: [Part], _ item: Case, streamed: Bool, seals: SealMark = .none) throws -> String {
    let dialect = DialectCatalog.dialect(item.dialect)
    let history = item.dialect == .gemini ? "contents" : item.dialect == .anthropic ? "messages" : "input"
    let asked = try JSON(parsing: #"{"model":"m","\#(history)":[],\#(item.wish)}"#)
    let line = RequestLine(model: "m", seals: seals)
    let reply = ReplyContext(
      request: try dialect.readRequest(asked, line: line).summary(), model: "m", exchangeID: "x1", createdAt: 1,
      seals: seals)
    var response = ConversationResponse(candidates: [Candidate(parts: parts, stop: Stop(.toolUse))])
    if streamed {
      let output = StreamDriver.bytes(response.events(), dialect, reply: reply)
      var fold = ResponseFold()
      for event in StreamDriver.events(output, dialect) { fold.add(event) }
      response = fold.result
    } else {
      var losses = Losses()
      let bytes = dialect.writeResponse(response, for: reply, losses: &losses)
      response = try dialect.readResponse(JSON(parsing: bytes), origin: nil)
    }
    // What the client was given is replayed by its own protocol's writer, as an SDK would.
    var request = try dialect.readRequest(asked, line: line)
    request.messages = [Message(.user, text: "q"), Message(.assistant, response.candidates[0].parts)]
    var losses = Losses()
    let body = try dialect.writeRequest(request, for: RequestTarget(model: "m"), losses: &losses)
    return String(decoding: body, as: UTF8.self)
  }

  @Test(arguments: cases, [false, true])
  func unsignedThoughtsComeBackAndShowThatTheTurnIsForeign(item: Case, streamed: Bool) throws {
    let body = try Self.replay([Self.thought, Self.call("c1"), Self.call("c2")], item, streamed: streamed)
    #expect(body.contains("AORSEAL1"), "\(body)")
    let request = try DialectCatalog.dialect(item.dialect)
      .readRequest(JSON(parsing: body), line: RequestLine(model: "m"))
    let thoughts = request.messages.flatMap(\.parts).compactMap { part in
      if case .reasoning(let reasoning) = part.content { reasoning.text } else { nil }
    }
    #expect(thoughts == ["hm"])
    #expect(request.messages.flatMap(\.parts).allSatisfy { $0.state == nil })
  }

  /// A call that another model made must never reach Google without a signature.
  @Test(arguments: [false, true]) func aCallWithoutThoughtsIsMarkedForGemini(streamed: Bool) throws {
    let body = try Self.replay([Self.call("c1"), Self.call("c2")], Self.cases[2], streamed: streamed)
    let request = try Gemini().readRequest(JSON(parsing: body), line: RequestLine(model: "m"))
    var losses = Losses()
    let sent = try JSON(parsing: Gemini().writeRequest(request, for: RequestTarget(model: "m"), losses: &losses))
    let parts = sent["contents"]?.elements.flatMap { Array($0["parts"]?.elements ?? JSON.null.elements) } ?? []
    let signatures = parts.filter { $0["functionCall"] != nil }.map { $0["thoughtSignature"]?.string }
    #expect(signatures.count == 2 && signatures[0] != nil && signatures[1] == nil)
    #expect(!sent.text.contains("AORSEAL"))
  }

  // MARK: - Two gateways

  @Test func eachGatewayOpensOnlyItsOwnSeals() throws {
    let outer = try #require(SealMark("outer000"))
    let inner = try #require(SealMark("inner000"))
    let state = ReasoningState(dialect: .gemini, kind: .thoughtSignature, blob: "B", origin: SealOrigin("o"))
    let seal = ReasoningSeal.seal(state, inner)
    #expect(ReasoningSeal.open(seal, inner) == state)
    #expect(ReasoningSeal.read(seal, dialect: .anthropic, kind: .signature, outer)?.blob == seal)
    // Sealed again for a client of another protocol, it comes back as it was.
    let native = ReasoningState(dialect: .anthropic, kind: .signature, blob: seal, origin: SealOrigin("inner"))
    let again = ReasoningSeal.write(native, into: .gemini, outer)
    #expect(ReasoningSeal.read(again, dialect: .gemini, kind: .thoughtSignature, outer) == native)
    for mark in ["", "short", "with spc", "ümlaut00"] { #expect(SealMark(mark) == nil) }
    for (mark, isFound) in [(outer, false), (inner, true), (.none, true)] {
      let body = Array(#"{"model":"m","messages":["AORSEAL","\#(seal)"]}"#.utf8)
      let scanned = try body.withUnsafeBytes { bytes in
        try InboundRequest(bytes, dialect: .anthropic, line: RequestLine(seals: mark))
      }
      #expect(scanned.hasSeal == isFound)
    }
  }

  @Test(arguments: cases) func aForeignSealGoesBackToWhoMadeIt(item: Case) throws {
    let outer = try #require(SealMark("outer000"))
    let inner = try #require(SealMark("inner000"))
    let body = try Self.replay([Self.thought, Self.call("c1")], item, streamed: true, seals: inner)
    let dialect = DialectCatalog.dialect(item.dialect)
    let request = try dialect.readRequest(JSON(parsing: body), line: RequestLine(model: "m", seals: outer))
    var losses = Losses()
    let sent = try dialect.writeRequest(request, for: RequestTarget(model: "m"), losses: &losses)
    let seals = { (text: String) in text.split(separator: "\"").filter { $0.hasPrefix("AORSEAL") } }
    #expect(seals(String(decoding: sent, as: UTF8.self)) == seals(body))
  }
}
