import Conversation
import Wire

extension AnthropicMessages {
  /// Reads a whole message; an error object becomes the answer's `failure`.
  ///
  /// - Throws: `DialectError` where there is no content.
  public func readResponse(_ body: JSON, origin: SealOrigin?) throws(DialectError) -> ConversationResponse {
    guard body.isObject else { throw DialectError("the answer must be a JSON object") }
    var response = ConversationResponse()
    if body["type"]?.isString("error") == true || (body["error"]?.isObject == true && body["content"] == nil) {
      response.failure = Self.failure(in: body, status: nil)
      return response
    }
    var reader = ObjectReader(body)
    _ = reader.take("type")
    _ = reader.take("role")
    response.id = reader.takeString("id")
    response.model = reader.takeString("model")
    guard let content = reader.take("content") else { throw DialectError("field required", path: "content") }
    var candidate = Candidate(parts: try Self.readContent(content, path: "content", from: .upstream(origin)))
    if let usage = reader.take("usage"), usage.isObject {
      var counts = AnthropicUsage()
      counts.read(usage)
      response.usage = counts.usage(original: usage)
      response.serviceTier = usage["service_tier"]?.string
    }
    let sequence = reader.takeString("stop_sequence")
    if let reason = reader.takeString("stop_reason") {
      var stop = Self.readStop(reason, sequence: sequence, details: reader.peek("stop_details"))
      if stop.reason == .endTurn, Self.callsTools(candidate.parts) { stop.reason = .toolUse }
      candidate.stop = stop
    }
    response.candidates = [candidate]
    response.extensions = Extensions(Self.dialect, path: "", reader)
    return response
  }

  /// Writes a whole message, or an error object where the answer failed.
  public func writeResponse(
    _ response: ConversationResponse, for reply: ReplyContext, losses: inout Losses
  ) -> [UInt8] {
    if let failure = response.failure { return writeFailure(failure, requestID: "req_" + reply.exchangeID).body }
    losses.add(response.extensions, writing: Self.dialect)
    for further in response.candidates.dropFirst() {
      losses.add(
        .candidate, at: 0, candidate: further.index, "Anthropic Messages has one answer; the first was kept")
    }
    let candidate = response.candidates.first ?? Candidate()
    losses.add(candidate.extensions, writing: Self.dialect)
    losses.add(candidate.stop, writing: Self.dialect)
    let own = response.extensions.own(Self.dialect)
    var blocks = AnthropicAnswerBlocks(reply: reply, stop: candidate.stop)
    let id = response.id.flatMap { $0.isEmpty ? nil : $0 } ?? "msg_" + reply.exchangeID
    var writer = JSONWriter()
    writer.object(restoring: own) { writer in
      writer.member("id", id)
      writer.member("type", static: "message")
      writer.member("role", static: "assistant")
      writer.member("model", reply.model)
      writer.array("content") { writer in
        for (index, part) in candidate.parts.enumerated() { blocks.write(part, at: index, to: &writer) }
      }
      let stop = candidate.stop
      if let stop { writer.member("stop_reason", Self.word(for: stop, callsTools: Self.callsTools(candidate.parts))) }
      if stop == nil, own == nil { writer.nullMember("stop_reason") }
      if let sequence = stop?.sequence {
        writer.member("stop_sequence", sequence)
      } else if own == nil {
        writer.nullMember("stop_sequence")
      }
      if own == nil, stop?.reason == .refusal, let message = stop?.message { Self.writeRefusal(message, to: &writer) }
      if let original = response.usage?.original?.part, original.dialect == Self.dialect, own != nil {
        writer.member("usage", original.json)
      } else if own == nil || response.usage != nil {
        writer.key("usage")
        var usage = response.usage
        if blocks.searches > 0 {
          usage = usage ?? Usage()
          if usage?.webSearches == nil { usage?.webSearches = blocks.searches }
        }
        Self.write(usage, tier: response.serviceTier, to: &writer)
      }
    }
    losses.append(blocks.losses)
    return writer.finish()
  }

  static func callsTools(_ parts: [Part]) -> Bool {
    parts.contains { if case .toolCall = $0.content { true } else { false } }
  }

  static func writeRefusal(_ message: String, to writer: inout JSONWriter) {
    writer.object("stop_details") { writer in
      writer.member("type", static: "refusal")
      writer.nullMember("category")
      writer.member("explanation", message)
    }
  }

  /// What the client wants to see of the model's thinking.
  static func visibility(_ request: ConversationRequest) -> ThinkingVisibility {
    guard request.reasoning?.isWanted == true else { return .hidden }
    return request.reasoning?.display == "omitted" ? .omitted : .shown
  }
}

/// What a client sees of thinking.
enum ThinkingVisibility {
  /// It did not ask for thinking: only state travels.
  case hidden
  /// It asked for thinking without its text.
  case omitted
  case shown
}

/// Writes the blocks of one whole answer.
struct AnthropicAnswerBlocks {
  private let reply: ReplyContext
  private let visibility: ThinkingVisibility
  private let stop: Stop?
  /// Hidden thinking that no vendor signed.
  private var unsigned = ""
  private var hosted: AnthropicHostedBlocks
  /// Searches told that another vendor ran.
  var searches: Int { hosted.searches }
  private(set) var losses = Losses()

  init(reply: ReplyContext, stop: Stop?) {
    self.reply = reply
    self.stop = stop
    hosted = AnthropicHostedBlocks(exchangeID: reply.exchangeID)
    visibility = AnthropicMessages.visibility(reply.request)
  }

  mutating func write(_ part: Part, at index: Int, to writer: inout JSONWriter) {
    let own = part.extensions.own(AnthropicMessages.dialect)
    losses.add(part, writing: AnthropicMessages.dialect)
    switch part.content {
    case .reasoning(let reasoning):
      if own != nil { return AnthropicMessages.write(part, own, to: &writer) }
      write(reasoning, part.state, to: &writer)
    case .text(let text):
      if own == nil {
        if text.logprobs != nil { losses.add(.logprobs, of: part, at: index, "Anthropic Messages has no equivalent") }
        if !text.text.isEmpty || !text.annotations.isEmpty { write(text, at: index, to: &writer) }
      } else {
        AnthropicMessages.write(part, own, to: &writer)
      }
      if let state = part.state {
        AnthropicMessages.writeRedacted(SealedThinking.slot(behind: state, reply.seals), to: &writer)
      }
    case .refusal: AnthropicMessages.write(part, nil, to: &writer)
    case .toolCall(let call):
      if !unsigned.isEmpty { AnthropicMessages.writeRedacted(ReasoningSeal.note(unsigned, reply.seals), to: &writer) }
      unsigned = ""
      if let state = part.state {
        AnthropicMessages.writeRedacted(SealedThinking.slot(state, reply.seals), to: &writer)
      }
      write(call, own, at: index, to: &writer)
    case .opaque(let opaque):
      if opaque.dialect == AnthropicMessages.dialect { return writer.value(opaque.json) }
      if let call = opaque.hosted, let blocks = hosted.blocks(of: call) {
        for block in blocks { writer.value(block) }
        return
      }
      losses.add(.part, of: part, at: index, "Anthropic Messages has no `\(opaque.type)`")
    case .image, .audio, .video, .file, .toolResult:
      losses.add(.part, of: part, at: index, "an Anthropic answer cannot hold it")
    }
  }

  private mutating func write(_ reasoning: Reasoning, _ state: ReasoningState?, to writer: inout JSONWriter) {
    let text = reasoning.text
    guard visibility != .hidden, !text.isEmpty else {
      if let state {
        AnthropicMessages.writeRedacted(SealedThinking.slot(state, reply.seals), to: &writer)
      } else {
        unsigned += text
      }
      return
    }
    let isShown = visibility == .shown
    writer.object { writer in
      writer.member("type", static: "thinking")
      writer.member("thinking", isShown ? text : "")
      let slot = state.map { SealedThinking.slot($0, reply.seals) }
      writer.member("signature", slot ?? ReasoningSeal.note(isShown ? "" : text, reply.seals))
    }
  }

  private mutating func write(_ text: Text, at index: Int, to writer: inout JSONWriter) {
    let citations = text.annotations.filter(AnthropicMessages.canWrite)
    if citations.count < text.annotations.count {
      losses.add(.annotations, at: index, "Anthropic Messages cites web pages and its own documents only")
    }
    writer.object { writer in
      writer.member("type", static: "text")
      writer.member("text", text.text)
      guard !citations.isEmpty else { return }
      writer.array("citations") { writer in
        for citation in citations { AnthropicMessages.write(citation, to: &writer) }
      }
    }
  }

  private mutating func write(_ call: ToolCall, _ own: Extensions?, at index: Int, to writer: inout JSONWriter) {
    let input = input(of: call, own?.source, at: index)
    writer.object(restoring: own) { writer in
      writer.member("type", static: "tool_use")
      writer.member("id", AnthropicMessages.callID(call.id, reply, index))
      writer.member("name", call.name)
      writer.member("input", input)
    }
  }

  private mutating func input(of call: ToolCall, _ source: JSON?, at index: Int) -> JSON {
    if let original = source?["input"], (original.string ?? original.text) == call.input { return original }
    if call.kind == .custom { return JSON { $0.object { $0.member("input", call.input) } } }
    if let object = call.object { return object }
    if stop?.reason == .maxTokens || stop?.reason == .contextWindow {
      losses.add(.input, at: index, "was cut off; sent as an empty object")
      return .emptyObject
    }
    // The raw text fails the tool's own validation and stays visible to the model.
    losses.add(.input, at: index, "is no JSON object; sent as text inside one")
    return JSON { $0.object { $0.member("input", call.input) } }
  }
}

extension AnthropicMessages {
  static func writeRedacted(_ data: String, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("type", static: "redacted_thinking")
      writer.member("data", data)
    }
  }

  static func callID(_ id: String?, _ reply: ReplyContext, _ index: Int) -> String {
    if let id, !id.isEmpty { return id }
    return "toolu_\(reply.exchangeID)_\(index)"
  }
}
