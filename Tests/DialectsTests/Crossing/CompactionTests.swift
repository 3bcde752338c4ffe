import Conversation
import Dialects
import Testing
import Wire

@Suite struct CompactionTests {
  @Test(arguments: ["", "short", "two\nlines, é中😀", String(repeating: "x", count: 10_000)])
  func aSealOpensToWhatWentIn(summary: String) {
    let seal = CompactionSeal.seal(summary)
    #expect(seal.hasPrefix("AORSEALCMP01"), "the byte scan of bodies looks for its beginning")
    #expect(CompactionSeal.isSeal(seal) && CompactionSeal.open(seal) == summary)
    #expect(ReasoningSeal.open(seal) == nil)
  }

  @Test(arguments: ["", "gAAAA", "AORSEAL1abcd", "AORSEALCMP", "AORSEALCMP01*", "AORSEALCMP02YQ==", "AORSEALCMP01/w=="])
  func whatIsNoSealOfThisVersionDoesNotOpen(text: String) {
    #expect(CompactionSeal.open(text) == nil)
  }

  private static func crossing(
    _ body: String, from client: DialectID = .openAIResponses, to upstream: DialectID, compaction: Bool = false
  ) throws -> Crossing {
    var quirks = Quirks()
    quirks.compaction = compaction
    let request = try DialectCatalog.dialect(client).readRequest(JSON(parsing: body), line: RequestLine(model: "m"))
    return try Crossing.translated(
      request, from: client, to: DialectCatalog.dialect(upstream), for: RequestTarget(model: "up", quirks: quirks))
  }

  private static func text(_ crossing: Crossing) -> String {
    guard case .written(let bytes) = crossing.body else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let asked = """
    {"model":"m","stream":true,"tools":[{"type":"function","name":"look","parameters":{"type":"object","properties":{}}},
    {"type":"web_search"}],"tool_choice":"auto","parallel_tool_calls":true,"store":false,"input":[
    {"role":"user","content":"find it"},{"type":"function_call","call_id":"c1","name":"look","arguments":"{}"},
    {"type":"function_call_output","call_id":"c1","output":"there"},{"type":"compaction_trigger"}]}
    """

  @Test(arguments: DialectID.allCases)
  func aTriggerBecomesAQuestionForASummary(upstream: DialectID) throws {
    let crossing = try Self.crossing(Self.asked, to: upstream)
    let text = Self.text(crossing)
    #expect(crossing.raising.compacts && !crossing.raising.isIdentity)
    #expect(!text.contains("compaction_trigger") && !text.contains("web_search") && !text.contains("googleSearch"))
    #expect(text.contains("replaced by a summary") && text.contains("there") && text.contains("look"))
    #expect(!crossing.losses.list.contains { $0.path.contains("tool") }, "\(crossing.losses.list)")
  }

  @Test func aProviderThatCompactsGetsTheTrigger() throws {
    let crossing = try Self.crossing(Self.asked, to: .openAIResponses, compaction: true)
    #expect(Self.text(crossing).contains(#"{"type":"compaction_trigger"}"#) && !crossing.raising.compacts)
  }

  private static let answer = [Part(.reasoning(Reasoning([.init(.text, "hm")]))), .text("the "), .text("summary")]

  @Test func theAnswerIsOneCompactionItemStreamedOrWhole() throws {
    var raising = try Self.crossing(Self.asked, to: .anthropic).raising
    let response = ConversationResponse(candidates: [Candidate(parts: Self.answer, stop: Stop(.endTurn))])
    let whole = raising.raise(response).candidates.flatMap(\.parts)
    var events: [ConversationEvent] = []
    for event in response.events() { raising.raise(event, into: &events) }
    var fold = ResponseFold()
    for event in events { fold.add(event) }
    for parts in [whole, fold.result.candidates.flatMap(\.parts)] {
      #expect(parts.count == 1)
      guard case .opaque(let opaque)? = parts.first?.content else {
        Issue.record("no item")
        continue
      }
      #expect(opaque.type == "compaction")
      #expect(opaque.json["encrypted_content"]?.string.flatMap(CompactionSeal.open) == "the summary")
    }
  }

  @Test(arguments: [
    ([], Stop.Reason.endTurn), ([Part.text(" \n")], .endTurn), ([Part.text("cut")], .maxTokens),
    ([Part.text("no")], .refusal),
  ])
  func noSummaryIsAFailure(parts: [Part], reason: Stop.Reason) throws {
    var raising = try Self.crossing(Self.asked, to: .openAIChat).raising
    let response = ConversationResponse(candidates: [Candidate(parts: parts, stop: Stop(reason))])
    let whole = raising.raise(response)
    #expect(whole.failure?.status == 502 && whole.candidates.isEmpty)
    var events: [ConversationEvent] = []
    for event in response.events() { raising.raise(event, into: &events) }
    guard case .failed? = events.last else {
      Issue.record("the stream must fail")
      return
    }
  }

  private static func history(_ blob: String, _ type: String = "compaction") -> String {
    #"{"model":"m","store":false,"input":[{"role":"user","content":"before"},{"type":"\#(type)","id":"cmp_1","encrypted_content":"\#(blob)"},{"role":"user","content":"after"}]}"#
  }

  @Test(arguments: DialectID.allCases, ["compaction", "compaction_summary", "context_compaction"])
  func ourSummaryComesBackAsText(upstream: DialectID, type: String) throws {
    for compacts in [true, false] {
      let body = Self.history(CompactionSeal.seal("we found the key"), type)
      let crossing = try Self.crossing(body, to: upstream, compaction: compacts)
      let text = Self.text(crossing)
      #expect(text.contains("we found the key") && !text.contains("AORSEAL"))
      #expect(crossing.losses.isEmpty, "\(crossing.losses.list)")
    }
  }

  @Test(arguments: DialectID.allCases, ["gAAAAforeign", "AORSEALCMP99abcd"])
  func aForeignSummaryIsALossThatTheModelIsToldOf(upstream: DialectID, blob: String) throws {
    let crossing = try Self.crossing(Self.history(blob), to: upstream)
    let text = Self.text(crossing)
    #expect(text.contains("compacted by another provider") && !text.contains(blob))
    #expect(crossing.losses.list.map(\.path) == ["input[1]"])
  }

  @Test func whoMadeASummaryGetsItBack() throws {
    let crossing = try Self.crossing(Self.history("gAAAAown"), to: .openAIResponses, compaction: true)
    #expect(Self.text(crossing).contains(#""encrypted_content":"gAAAAown""#) && crossing.losses.isEmpty)
  }

  @Test(arguments: [DialectID.openAIChat, .openAIResponses, .gemini])
  func anAnthropicCompactionIsText(upstream: DialectID) throws {
    let body =
      #"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"compaction","content":"what was"},{"type":"text","text":"on"}]},{"role":"user","content":"b"}]}"#
    let crossing = try Self.crossing(body, from: .anthropic, to: upstream)
    #expect(Self.text(crossing).contains("what was"))
    #expect(!crossing.losses.list.contains { $0.reason.contains("compaction") }, "\(crossing.losses.list)")
  }
}
