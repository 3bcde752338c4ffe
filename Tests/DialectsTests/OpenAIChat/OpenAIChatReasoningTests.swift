import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Thinking in Chat: what vendors want back, and how much of it is asked for.
@Suite struct OpenAIChatReasoningTests {
  /// A turn that thinks twice: each stretch has state of its own, and the vendor wants both back.
  private static let twice = [
    Part(.reasoning(Reasoning([Reasoning.Segment(.text, "one")])), state: state("1")),
    Part(.text(Text("said"))),
    Part(.reasoning(Reasoning([Reasoning.Segment(.text, "two")])), state: state("2")),
    Part(.toolCall(ToolCall(id: "a", name: "f", input: "{}"))),
  ]

  private static let both = #"[{"type":"reasoning.encrypted","data":"1"},{"type":"reasoning.encrypted","data":"2"}]"#

  private static func state(_ data: String) -> ReasoningState {
    ReasoningState(
      dialect: .openAIChat, kind: .encrypted, blob: #"[{"type":"reasoning.encrypted","data":"\#(data)"}]"#, origin: nil)
  }

  @Test func everyStretchGoesBack() throws {
    var losses = Losses()
    let bytes = try OpenAIChat().writeRequest(
      ConversationRequest(model: "m", messages: [Message(.user, text: "q"), Message(.assistant, Self.twice)]),
      for: RequestTarget(model: "m"), losses: &losses)
    #expect(try JSON(parsing: bytes).at("messages.1.reasoning_details")?.text == Self.both)
  }

  @Test func everyStretchIsTold() throws {
    var losses = Losses()
    let response = ConversationResponse(candidates: [Candidate(parts: Self.twice, stop: Stop(.toolUse))])
    let bytes = OpenAIChat().writeResponse(response, for: try Passage.reply(.openAIChat), losses: &losses)
    #expect(try JSON(parsing: bytes).at("choices.0.message.reasoning_details")?.text == Self.both)
  }

  /// A provider that refuses thoughts gets none, also of a client that speaks its protocol.
  @Test(arguments: ["reasoning_content", "reasoning"])
  func thoughtsAreKeptFromThoseWhoRefuseThem(member: String) throws {
    let body =
      #"{"model":"asked","messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","\#(member)":"hm"},{"role":"user","content":"q"}]}"#
    let refusing = try Passage.send(body, from: .openAIChat, to: .openAIChat) { $0.reasoningReplay = .never }
    #expect(refusing.body.at("messages.1")?.text == #"{"role":"assistant","content":"a"}"#)
    #expect(refusing.losses.map(\.path) == ["messages[1].reasoning_content"])
    #expect(try Passage.send(body, from: .openAIChat, to: .openAIChat).path != .translated)
    #expect(try Passage.send(body, from: .openAIChat, to: .openAIChat).body.at("messages.1.\(member)")?.string == "hm")
  }

  /// How much was asked for is lost where a provider can only be told whether.
  @Test(arguments: [
    (Quirks.ReasoningSwitch.thinkingType, ReasoningRequest(isEnabled: true, budgetTokens: 5000), ["reasoning.budget"]),
    (.thinkingType, ReasoningRequest(effort: "high"), ["reasoning.effort"]),
    (.thinkingType, ReasoningRequest(isEnabled: true), []),
    (.thinkingType, ReasoningRequest(isEnabled: false, budgetTokens: 0), []),
    (.templateArguments, ReasoningRequest(isEnabled: true, budgetTokens: 5000), ["reasoning.budget"]),
    (.templateArguments, ReasoningRequest(effort: "low"), ["reasoning.effort"]),
    (.templateArguments, ReasoningRequest(effort: "none"), []),
    (.enableThinking, ReasoningRequest(isEnabled: true, budgetTokens: 5000), []),
    (.effort, ReasoningRequest(effort: "low"), []),
  ])
  func howMuchIsDeclaredWhereItCannotBeSaid(
    way: Quirks.ReasoningSwitch, asked: ReasoningRequest, lost: [String]
  ) throws {
    var request = ConversationRequest(model: "m", messages: [Message(.user, text: "q")])
    request.reasoning = asked
    var target = RequestTarget(model: "m")
    target.quirks.reasoningSwitch = way
    var losses = Losses()
    _ = try OpenAIChat().writeRequest(request, for: target, losses: &losses)
    #expect(losses.list.map(\.path) == lost)
  }

  /// Responses has a word for an image's detail that Chat has not.
  @Test(arguments: [("high", "high", []), ("original", nil, ["input[0].content[0].detail"])])
  func anImagesDetailIsSaidOrDeclared(said: String, sent: String?, lost: [String]) throws {
    let body =
      #"{"model":"asked","input":[{"role":"user","content":[{"type":"input_image","image_url":"https://a.example/i.png","detail":"\#(said)"}]}]}"#
    let crossed = try Passage.send(body, from: .openAIResponses, to: .openAIChat)
    #expect(crossed.body.at("messages.0.content.0.image_url.detail")?.string == sent)
    #expect(crossed.losses.map(\.path) == lost)
  }

  /// Only what is lost of an object is declared, not the whole of it.
  @Test func whatIsLostOfAnObjectIsNamed() throws {
    let body =
      #"{"model":"asked","input":"q","reasoning":{"effort":"low","context":"all_turns"},"text":{"verbosity":"low","style":"s"}}"#
    let crossed = try Passage.send(body, from: .openAIResponses, to: .openAIChat)
    #expect(crossed.losses.map(\.path) == ["reasoning.context", "text.style"])
    #expect(crossed.body["reasoning_effort"]?.string == "low")
    #expect(crossed.body["verbosity"]?.string == "low")
  }

  /// When to come back, as both of OpenAI's protocols word it.
  @Test(arguments: [
    ("Please try again in 20s.", 20.0), ("Please try again in 350ms. Visit", 0.35), ("try again in 7m12.5s", 432.5),
    ("Please try again in 1h26m24s.", 5184), ("try again in 2 minutes.", 120), ("try again in 3 please", 3),
    ("try again in a while", nil), ("try again in", nil), ("in 20s", nil),
  ])
  func theMessageTellsWhenToComeBack(words: String, delay: Double?) {
    let body = Array(#"{"error":{"message":"Rate limit reached. \#(words)","type":"tokens"}}"#.utf8)
    #expect(OpenAIChat().readFailure(status: 429, body: body).retryAfter == delay)
    #expect(OpenAIResponses().readFailure(status: 429, body: body).retryAfter == delay)
  }
}
