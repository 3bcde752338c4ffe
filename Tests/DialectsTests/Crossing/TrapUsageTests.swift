import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Token counts: every protocol counts another whole.
@Suite struct TrapUsageTests {
  /// One use of a model, as each protocol counts it: 100 tokens in, 60 of them read from a cache; 20 out, 5 of them
  /// thoughts.
  static let told: [(dialect: DialectID, usage: String)] = [
    (
      .anthropic,
      #"{"input_tokens":40,"cache_read_input_tokens":60,"cache_creation_input_tokens":0,"output_tokens":20,"output_tokens_details":{"thinking_tokens":5}}"#
    ),
    (
      .openAIChat,
      #"{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120,"prompt_tokens_details":{"cached_tokens":60},"completion_tokens_details":{"reasoning_tokens":5}}"#
    ),
    (
      .openAIResponses,
      #"{"input_tokens":100,"input_tokens_details":{"cached_tokens":60},"output_tokens":20,"output_tokens_details":{"reasoning_tokens":5},"total_tokens":120}"#
    ),
    (
      .gemini,
      #"{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":15,"thoughtsTokenCount":5,"totalTokenCount":120}"#
    ),
  ]

  static func whole(_ dialect: DialectID, _ usage: String) -> String {
    switch dialect {
    case .openAIChat:
      #"{"id":"c","object":"chat.completion","created":1,"model":"up","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":\#(usage)}"#
    case .openAIResponses:
      #"{"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"up","output":[{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"hi","annotations":[]}]}],"usage":\#(usage)}"#
    case .anthropic:
      #"{"id":"msg_1","type":"message","role":"assistant","model":"up","content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","stop_sequence":null,"usage":\#(usage)}"#
    case .gemini:
      #"{"candidates":[{"content":{"parts":[{"text":"hi"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":\#(usage)}"#
    }
  }

  static func stream(_ dialect: DialectID, _ usage: String) -> [String] {
    switch dialect {
    case .openAIChat:
      [
        #"{"id":"c","model":"up","choices":[{"index":0,"delta":{"role":"assistant","content":"hi"}}],"usage":null}"#,
        #"{"id":"c","model":"up","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}"#,
        #"{"id":"c","model":"up","choices":[],"usage":\#(usage)}"#, "[DONE]",
      ]
    case .openAIResponses:
      [
        #"{"type":"response.created","response":{"id":"resp_1","status":"in_progress","output":[]}}"#,
        #"{"type":"response.output_item.added","output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]}}"#,
        #"{"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,"delta":"hi"}"#,
        #"{"type":"response.output_item.done","output_index":0,"item":{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"hi","annotations":[]}]}}"#,
        #"{"type":"response.completed","response":\#(whole(.openAIResponses, usage))}"#,
      ]
    case .anthropic:
      [
        #"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"up","content":[],"usage":\#(usage.replacing(#""output_tokens":20"#, with: #""output_tokens":1"#))}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"hi"}}"#,
        #"{"type":"content_block_stop","index":0}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":20}}"#,
        #"{"type":"message_stop"}"#,
      ]
    case .gemini: [whole(.gemini, usage)]
    }
  }

  /// Where each protocol's answer and its stream's last word on it hold the counts.
  static func usage(_ client: DialectID, in answer: JSON) -> JSON? {
    client == .gemini ? answer["usageMetadata"] : answer["usage"]
  }

  static func usage(_ client: DialectID, in frames: [Passage.Frame]) -> JSON? {
    switch client {
    case .openAIChat: frames.last { $0.json["usage"]?.isObject == true }?.json["usage"]
    case .openAIResponses: frames.last?.json.at("response.usage")
    case .anthropic: frames.last { $0.name == "message_delta" }?.json["usage"]
    case .gemini: frames.last?.json["usageMetadata"]
    }
  }

  static func counts(_ client: DialectID, _ usage: JSON?) -> [String: Int] {
    let paths: [String]
    switch client {
    case .openAIChat:
      paths = [
        "prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details.cached_tokens",
        "completion_tokens_details.reasoning_tokens",
      ]
    case .openAIResponses:
      paths = [
        "input_tokens", "output_tokens", "total_tokens", "input_tokens_details.cached_tokens",
        "output_tokens_details.reasoning_tokens",
      ]
    case .anthropic:
      paths = ["input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens"]
    case .gemini:
      paths = [
        "promptTokenCount", "cachedContentTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount",
      ]
    }
    return Dictionary(uniqueKeysWithValues: paths.map { ($0, usage?.at($0)?.int ?? -1) })
  }

  @Test(arguments: DialectID.allCases, DialectID.allCases)
  func oneUseIsCountedInEveryProtocolsOwnWay(upstream: DialectID, client: DialectID) throws {
    guard client != upstream else { return }
    let given = try #require(Self.told.first { $0.dialect == upstream }).usage
    let wanted = try #require(Self.told.first { $0.dialect == client }).usage
    let expected = Self.counts(client, try JSON(parsing: Array(wanted.utf8)))
    let answer = try Passage.answer(Self.whole(upstream, given), from: upstream, to: client)
    #expect(Self.counts(client, Self.usage(client, in: answer)) == expected)
    let frames = try Passage.stream(Self.stream(upstream, given), from: upstream, to: client)
    #expect(Self.counts(client, Self.usage(client, in: frames)) == expected, "streamed")
  }

  /// Vendors that count a cache beyond the prompt must not take the rest below nothing.
  @Test(arguments: DialectID.allCases)
  func noCountFallsBelowZero(client: DialectID) throws {
    for (upstream, usage) in [
      (DialectID.openAIChat, #"{"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":9}}"#),
      (
        .openAIResponses,
        #"{"input_tokens":5,"output_tokens":2,"input_tokens_details":{"cached_tokens":9},"total_tokens":7}"#
      ),
      (.gemini, #"{"promptTokenCount":5,"candidatesTokenCount":-1,"cachedContentTokenCount":9,"totalTokenCount":4}"#),
      (.anthropic, #"{"input_tokens":-5,"cache_read_input_tokens":-9,"output_tokens":-2}"#),
    ] where upstream != client {
      let answer = try Passage.answer(Self.whole(upstream, usage), from: upstream, to: client)
      for (name, count) in Self.counts(client, Self.usage(client, in: answer)) where count != -1 {
        #expect(count >= 0, "\(upstream): \(name)")
      }
      let text = Self.usage(client, in: answer)?.text ?? ""
      #expect(!text.contains(":-"), "\(text)")
    }
  }

  /// Clients of Responses fail on usage without its details.
  @Test(arguments: [DialectID.openAIChat, .anthropic, .gemini])
  func responsesClientsAlwaysGetTheDetails(upstream: DialectID) throws {
    let bare: [DialectID: String] = [
      .openAIChat: #"{"prompt_tokens":3,"completion_tokens":1}"#, .anthropic: #"{"input_tokens":3,"output_tokens":1}"#,
      .gemini: #"{"promptTokenCount":3,"candidatesTokenCount":1}"#,
    ]
    let given = bare[upstream] ?? ""
    let answer = try Passage.answer(Self.whole(upstream, given), from: upstream, to: .openAIResponses)
    let frames = try Passage.stream(Self.stream(upstream, given), from: upstream, to: .openAIResponses)
    for usage in [answer["usage"], frames.last?.json.at("response.usage")] {
      #expect(usage?.at("input_tokens_details.cached_tokens")?.int == 0)
      #expect(usage?.at("output_tokens_details.reasoning_tokens")?.int == 0)
      #expect(usage?["total_tokens"]?.int == (upstream == .anthropic ? usage?["total_tokens"]?.int : 4))
    }
  }

  /// Claude Code reads the counts of both events and stumbles where either is missing.
  @Test(arguments: [DialectID.openAIChat, .openAIResponses, .gemini])
  func anAnthropicStreamBeginsWithCountsAndEndsWithTheTrueOnes(upstream: DialectID) throws {
    let given = try #require(Self.told.first { $0.dialect == upstream }).usage
    let frames = try Passage.stream(Self.stream(upstream, given), from: upstream, to: .anthropic)
    let start = frames.first?.json.at("message.usage")
    for name in ["input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"] {
      #expect(start?.at(name)?.int != nil, "\(name)")
    }
    let end = frames.last { $0.name == "message_delta" }?.json["usage"]
    #expect(end?["input_tokens"]?.int == 40 && end?["cache_read_input_tokens"]?.int == 60)
    #expect(end?["output_tokens"]?.int == 20)
  }

  /// Chat sends its counts behind the finish reason, in a chunk without choices.
  @Test(arguments: [DialectID.anthropic, .openAIResponses, .gemini])
  func theEndWaitsForTheUsageBehindTheFinishReason(client: DialectID) throws {
    let usage = #"{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}"#
    let data = Self.stream(.openAIChat, usage)
    let bytes = data.map { Array("data: \($0)\n\n".utf8) }
    var reader = OpenAIChat().makeEventReader(origin: nil)
    var writer = DialectCatalog.dialect(client).makeEventWriter(for: try Passage.reply(client))
    var parser = EventStreamParser()
    var ends: [Int] = []
    for (position, piece) in bytes.enumerated() {
      var events: [ConversationEvent] = []
      try parser.feed(piece) { if case .event(let event) = $0 { reader.read(event, into: &events) } }
      var output: [UInt8] = []
      for event in events { writer.write(event, into: &output) }
      let text = String(decoding: output, as: UTF8.self)
      let marks = ["message_stop", "response.completed", "finishReason"]
      if marks.contains(where: { text.contains($0) }) { ends.append(position) }
      if position == 2 { #expect(text.contains("7") && text.contains("3")) }
    }
    #expect(ends == [2], "with the usage, neither before it nor again at [DONE]")
  }

  @Test(arguments: [
    (DialectID.openAIChat, #"{"prompt_tokens":100,"completion_tokens":5,"prompt_cache_hit_tokens":60}"#, 40, 60, 0),
    (
      .openAIChat,
      #"{"prompt_tokens":100,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":60,"cache_write_tokens":30}}"#,
      10, 60, 30
    ),
    (
      .openAIResponses,
      #"{"input_tokens":100,"output_tokens":5,"total_tokens":105,"input_tokens_details":{"cached_tokens":60,"cache_write_tokens":30}}"#,
      10, 60, 30
    ),
  ])
  func vendorsNamesOfCacheCountsReachAnAnthropicClient(
    upstream: DialectID, usage: String, input: Int, read: Int, written: Int
  ) throws {
    let answer = try Passage.answer(Self.whole(upstream, usage), from: upstream, to: .anthropic)
    #expect(answer.at("usage.input_tokens")?.int == input)
    #expect(answer.at("usage.cache_read_input_tokens")?.int == read)
    #expect(answer.at("usage.cache_creation_input_tokens")?.int == written)
  }

  @Test func cacheWritesOfBothLifetimesAreToldApart() throws {
    let usage =
      #"{"input_tokens":10,"cache_read_input_tokens":60,"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":10},"output_tokens":5}"#
    let response = try AnthropicMessages().readResponse(
      JSON(parsing: Array(Self.whole(.anthropic, usage).utf8)), origin: nil)
    #expect(response.usage?.cacheWrite5m == 20 && response.usage?.cacheWrite1h == 10)
    let chat = try Passage.answer(Self.whole(.anthropic, usage), from: .anthropic, to: .openAIChat)
    #expect(chat.at("usage.prompt_tokens")?.int == 100)
    #expect(chat.at("usage.prompt_tokens_details.cache_write_tokens")?.int == 30)
  }

  /// Proxies of Gemini answer in snake case; tools' own prompt tokens are a part of the input.
  @Test func geminiCountsAreReadInBothSpellingsAndWithTheirToolTokens() throws {
    for usage in [
      #"{"promptTokenCount":90,"toolUsePromptTokenCount":10,"candidatesTokenCount":15,"thoughtsTokenCount":5,"totalTokenCount":120}"#,
      #"{"prompt_token_count":90,"tool_use_prompt_token_count":10,"candidates_token_count":15,"thoughts_token_count":5,"total_token_count":120}"#,
    ] {
      let body = Self.whole(.gemini, usage)
      for text in [
        body, body.replacing("usageMetadata", with: "usage_metadata").replacing("finishReason", with: "finish_reason"),
      ] {
        let answer = try Passage.answer(text, from: .gemini, to: .openAIChat)
        #expect(answer.at("usage.prompt_tokens")?.int == 100)
        #expect(answer.at("usage.completion_tokens")?.int == 20)
        #expect(answer.at("choices.0.finish_reason")?.string == "stop")
      }
    }
  }
}
