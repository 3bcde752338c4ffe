import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Why an answer ended, from every upstream's word to every client's.
@Suite struct TrapStopReasonTests {
  /// An answer that ends with a word of its vendor, with a text or a call.
  static func answer(_ dialect: DialectID, _ word: String, calls: Bool) -> String {
    switch dialect {
    case .openAIChat:
      let message =
        calls
        ? #""content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{}"}}]"#
        : #""content":"hi""#
      return
        #"{"id":"c","object":"chat.completion","created":1,"model":"up","choices":[{"index":0,"message":{"role":"assistant",\#(message)},"finish_reason":"\#(word)"}]}"#
    case .openAIResponses:
      let item =
        calls
        ? #"{"id":"fc_1","type":"function_call","status":"completed","arguments":"{}","call_id":"c1","name":"look"}"#
        : #"{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"hi","annotations":[]}]}"#
      let status =
        word == "completed"
        ? #""status":"completed""# : #""status":"incomplete","incomplete_details":{"reason":"\#(word)"}"#
      return
        #"{"id":"resp_1","object":"response","created_at":1,\#(status),"model":"up","output":[\#(item)],"usage":{"input_tokens":1,"output_tokens":1,"total_tokens":2}}"#
    case .anthropic:
      let block =
        calls ? #"{"type":"tool_use","id":"c1","name":"look","input":{}}"# : #"{"type":"text","text":"hi"}"#
      return
        #"{"id":"msg_1","type":"message","role":"assistant","model":"up","content":[\#(block)],"stop_reason":"\#(word)","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}"#
    case .gemini:
      let part = calls ? #"{"functionCall":{"id":"c1","name":"look","args":{}}}"# : #"{"text":"hi"}"#
      return
        #"{"candidates":[{"content":{"parts":[\#(part)],"role":"model"},"finishReason":"\#(word)","index":0}]}"#
    }
  }

  static func stream(_ dialect: DialectID, _ word: String, calls: Bool) -> [String] {
    switch dialect {
    case .openAIChat:
      let delta =
        calls
        ? #""tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"look","arguments":"{}"}}]"#
        : #""content":"hi""#
      return [
        #"{"id":"c","choices":[{"index":0,"delta":{\#(delta)}}]}"#,
        #"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"\#(word)"}]}"#, "[DONE]",
      ]
    case .openAIResponses:
      let whole = answer(.openAIResponses, word, calls: calls)
      let item = (try? JSON(parsing: Array(whole.utf8)))?.at("output.0")?.text ?? ""
      let type = word == "completed" ? "completed" : "incomplete"
      return [
        #"{"type":"response.created","response":{"id":"resp_1","status":"in_progress","output":[]}}"#,
        #"{"type":"response.output_item.added","output_index":0,"item":\#(item)}"#,
        #"{"type":"response.output_item.done","output_index":0,"item":\#(item)}"#,
        #"{"type":"response.\#(type)","response":\#(whole)}"#,
      ]
    case .anthropic:
      let block =
        calls ? #"{"type":"tool_use","id":"c1","name":"look","input":{}}"# : #"{"type":"text","text":"hi"}"#
      return [
        #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"up","content":[],"usage":{"input_tokens":1,"output_tokens":0}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":\#(block)}"#,
        #"{"type":"content_block_stop","index":0}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"\#(word)","stop_sequence":null},"usage":{"output_tokens":1}}"#,
        #"{"type":"message_stop"}"#,
      ]
    case .gemini: return [answer(.gemini, word, calls: calls)]
    }
  }

  /// The word a client finds in an answer and at the end of a stream; `error` where it got one.
  static func word(_ client: DialectID, in answer: JSON) -> String {
    if answer["error"]?.isObject == true { return "error" }
    switch client {
    case .openAIChat: return answer.at("choices.0.finish_reason")?.string ?? "-"
    case .openAIResponses:
      let reason = answer.at("incomplete_details.reason")?.string
      return [answer["status"]?.string, reason].compactMap { $0 }.joined(separator: " ")
    case .anthropic: return answer["stop_reason"]?.string ?? "-"
    case .gemini: return answer.at("candidates.0.finishReason")?.string ?? "-"
    }
  }

  static func word(_ client: DialectID, in frames: [Passage.Frame]) -> String {
    switch client {
    case .openAIChat:
      if frames.contains(where: { $0.json["error"]?.isObject == true }) { return "error" }
      return frames.compactMap { $0.json.at("choices.0.finish_reason")?.string }.last ?? "-"
    case .openAIResponses: return word(.openAIResponses, in: frames.last?.json["response"] ?? .null)
    case .anthropic:
      if frames.last?.name == "error" { return "error" }
      return frames.last { $0.name == "message_delta" }?.json.at("delta.stop_reason")?.string ?? "-"
    case .gemini:
      return frames.last.map { word(.gemini, in: $0.json) } ?? "-"
    }
  }

  struct Ending: Sendable, CustomTestStringConvertible {
    var upstream: DialectID
    var word: String
    var calls = false
    var chat: String
    var responses: String
    var anthropic: String
    var gemini: String
    var testDescription: String { "\(upstream) \(word)" }

    func wanted(_ client: DialectID) -> String {
      switch client {
      case .openAIChat: chat
      case .openAIResponses: responses
      case .anthropic: anthropic
      case .gemini: gemini
      }
    }
  }

  private static func ended(_ upstream: DialectID, _ word: String) -> Ending {
    Ending(
      upstream: upstream, word: word, chat: "stop", responses: "completed", anthropic: "end_turn", gemini: "STOP")
  }
  private static func called(_ upstream: DialectID, _ word: String) -> Ending {
    Ending(
      upstream: upstream, word: word, calls: true, chat: "tool_calls", responses: "completed", anthropic: "tool_use",
      gemini: "STOP")
  }
  private static func cut(_ upstream: DialectID, _ word: String, anthropic: String = "max_tokens") -> Ending {
    Ending(
      upstream: upstream, word: word, chat: "length", responses: "incomplete max_output_tokens", anthropic: anthropic,
      gemini: "MAX_TOKENS")
  }
  private static func refused(_ upstream: DialectID, _ word: String) -> Ending {
    Ending(
      upstream: upstream, word: word, chat: "content_filter", responses: "incomplete content_filter",
      anthropic: "refusal", gemini: "SAFETY")
  }

  static let endings: [Ending] =
    [
      ended(.anthropic, "end_turn"),
      Ending(
        upstream: .anthropic, word: "stop_sequence", chat: "stop", responses: "completed", anthropic: "stop_sequence",
        gemini: "STOP"),
      Ending(
        upstream: .anthropic, word: "pause_turn", chat: "stop", responses: "completed", anthropic: "pause_turn",
        gemini: "STOP"),
      cut(.anthropic, "max_tokens"),
      cut(.anthropic, "model_context_window_exceeded", anthropic: "model_context_window_exceeded"),
      cut(.anthropic, "compaction", anthropic: "compaction"), called(.anthropic, "tool_use"),
      refused(.anthropic, "refusal"), ended(.openAIChat, "stop"), called(.openAIChat, "tool_calls"),
      cut(.openAIChat, "length"), refused(.openAIChat, "content_filter"), ended(.openAIResponses, "completed"),
      called(.openAIResponses, "completed"), cut(.openAIResponses, "max_output_tokens"),
      refused(.openAIResponses, "content_filter"), ended(.gemini, "STOP"), called(.gemini, "STOP"),
      cut(.gemini, "MAX_TOKENS"),
    ]
    + ["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"].map { refused(.gemini, $0) }

  @Test(arguments: endings, DialectID.allCases)
  func everyEndingHasItsWordInEveryProtocol(ending: Ending, client: DialectID) throws {
    guard client != ending.upstream else { return }
    let answer = try Passage.answer(
      Self.answer(ending.upstream, ending.word, calls: ending.calls), from: ending.upstream, to: client)
    #expect(Self.word(client, in: answer) == ending.wanted(client))
    let frames = try Passage.stream(
      Self.stream(ending.upstream, ending.word, calls: ending.calls), from: ending.upstream, to: client)
    #expect(Self.word(client, in: frames) == ending.wanted(client), "streamed")
  }

  /// A call that cannot be read is an error to every client: a clean stop would end its loop in silence.
  @Test(
    arguments: [
      "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE",
    ], [DialectID.openAIChat, .openAIResponses, .anthropic])
  func aCallThatCannotBeReadIsNoCleanEnd(word: String, client: DialectID) throws {
    let empty =
      #"{"candidates":[{"content":{"parts":[],"role":"model"},"finishReason":"\#(word)","finishMessage":"bad call","index":0}]}"#
    for data in [[empty], Self.stream(.gemini, word, calls: false)] {
      let frames = try Passage.stream(data, from: .gemini, to: client)
      #expect(["error", "failed"].contains(Self.word(client, in: frames)))
    }
  }

  /// Anthropic's pause is to be gone on with; no other protocol can say so, which is a loss.
  @Test(arguments: [DialectID.openAIChat, .openAIResponses, .gemini])
  func aPauseThatCannotBeSaidIsDeclared(client: DialectID) throws {
    let (_, losses) = try Passage.answerAndLosses(
      Self.answer(.anthropic, "pause_turn", calls: false), from: .anthropic, to: client)
    #expect(losses.contains { $0.path == "stop_reason" && $0.reason.contains("`pause_turn`") })
    let events = StreamDriver.events(
      Array(Self.stream(.anthropic, "pause_turn", calls: false).map { "data: \($0)\n\n" }.joined().utf8),
      AnthropicMessages())
    var writer = DialectCatalog.dialect(client).makeEventWriter(for: try Passage.reply(client))
    var output: [UInt8] = []
    for event in events { writer.write(event, into: &output) }
    #expect(writer.losses.list.contains { $0.path == "stop_reason" })
  }

  /// Half a call never looks whole: the item and the answer say `incomplete`.
  @Test func aCallThatWasCutOffIsIncompleteToAResponsesClient() throws {
    let half = #"{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"path\": \"/e"}}"#
    let whole =
      #"{"id":"c","object":"chat.completion","created":1,"model":"up","choices":[{"index":0,"message":{"role":"assistant","content":"so","tool_calls":[\#(half)]},"finish_reason":"length"}]}"#
    let data = [
      #"{"id":"c","choices":[{"index":0,"delta":{"content":"so"}}]}"#,
      #"{"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,\#(half.dropFirst())]}}]}"#,
      #"{"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"length"}]}"#, "[DONE]",
    ]
    let answer = try Passage.answer(whole, from: .openAIChat, to: .openAIResponses)
    let frames = try Passage.stream(data, from: .openAIChat, to: .openAIResponses)
    #expect(frames.last?.name == "response.incomplete")
    for response in [answer, frames.last?.json["response"] ?? .null] {
      #expect(response["status"]?.string == "incomplete")
      #expect(response["output"]?.list.last?["status"]?.string == "incomplete")
    }
    // A message that was cut says so, too.
    let text = try Passage.answer(
      Self.answer(.openAIChat, "length", calls: false), from: .openAIChat, to: .openAIResponses)
    #expect(text.at("output.0.status")?.string == "incomplete")
  }

  /// Clones say `stop` beside calls and `tool_calls` without any: what is there decides.
  @Test(arguments: [
    (DialectID.openAIChat, "stop", true, "tool_use"), (.openAIChat, "tool_calls", false, "end_turn"),
    (.anthropic, "end_turn", true, "tool_calls"), (.anthropic, "tool_use", false, "stop"),
    (.gemini, "STOP", true, "tool_use"), (.openAIResponses, "completed", true, "tool_use"),
  ])
  func callsDecideAgainstTheWord(upstream: DialectID, word: String, calls: Bool, wanted: String) throws {
    let client: DialectID = upstream == .anthropic ? .openAIChat : .anthropic
    let answer = try Passage.answer(Self.answer(upstream, word, calls: calls), from: upstream, to: client)
    #expect(Self.word(client, in: answer) == wanted)
    let frames = try Passage.stream(Self.stream(upstream, word, calls: calls), from: upstream, to: client)
    #expect(Self.word(client, in: frames) == wanted, "streamed")
  }

  /// A vendor may say that it failed inside an answer that looks whole.
  @Test(arguments: [DialectID.openAIChat, .anthropic, .gemini])
  func anAnswerThatFailedHalfwayIsAnErrorToEveryClient(client: DialectID) throws {
    let whole = Self.answer(.openAIResponses, "completed", calls: false).replacing(
      #""status":"completed","model""#,
      with: #""status":"failed","error":{"code":"server_error","message":"it broke"},"model""#)
    let answer = try Passage.answer(whole, from: .openAIResponses, to: client)
    #expect(Self.word(client, in: answer) == "error")
    #expect(answer.text.contains("it broke"))
    var data = Self.stream(.openAIResponses, "completed", calls: false)
    data[data.count - 1] = #"{"type":"response.failed","response":\#(whole)}"#
    let frames = try Passage.stream(data, from: .openAIResponses, to: client)
    #expect(Self.word(client, in: frames) == "error")
  }

  /// An agent that is told of no call ends its loop; so a turn of nothing but nameless calls fails.
  @Test(arguments: [DialectID.anthropic, .openAIResponses, .gemini])
  func aTurnOfNamelessCallsFails(client: DialectID) throws {
    let whole = Self.answer(.openAIChat, "tool_calls", calls: true).replacing(#""name":"look","#, with: "")
    #expect(
      ["error", "failed"].contains(Self.word(client, in: try Passage.answer(whole, from: .openAIChat, to: client))))
    let data = Self.stream(.openAIChat, "tool_calls", calls: true).map { $0.replacing(#""name":"look","#, with: "") }
    let frames = try Passage.stream(data, from: .openAIChat, to: client)
    #expect(frames.last?.text.contains("without naming") == true)
    #expect(["error", "failed"].contains(Self.word(client, in: frames)))
  }
}
