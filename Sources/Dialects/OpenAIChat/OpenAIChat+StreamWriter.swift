import Conversation
import Wire

extension OpenAIChat {
  /// Writes a stream of chunks: one id for all, the role first, usage last where the client asked for it.
  struct StreamWriter: EventWriter {
    private let reply: ReplyContext
    private(set) var losses = Losses()
    private let includesUsage: Bool
    /// What every chunk begins with, up to the choices.
    private var head: [UInt8] = []
    private var start = ResponseStart()
    private var usage: Usage?
    private var candidates: [Answer] = []
    private var isOver = false
    /// How the part that grew last is told to grow.
    var growing: Growing?

    /// What has been said of one choice.
    private struct Answer {
      let index: Int
      var nextCall = 0
      var part: OpenPart = .other
      var hasText = false
      var hasRefusal = false
      var hasThoughts = false
      /// Whether the next text must stand apart from the last.
      var needsBreak = false
      var textLength = 0
      var partOffset = 0
      /// Function calls that came without input.
      var bareCalls: [Int] = []
    }

    /// The part being written.
    private enum OpenPart {
      case text, refusal
      case reasoning(segment: Int)
      case call(Int, ToolCall.Kind, hasInput: Bool)
      case other
    }

    init(for reply: ReplyContext) {
      self.reply = reply
      includesUsage = reply.request.includesStreamUsage == true
    }

    mutating func keepAlive(into output: inout [UInt8]) {
      EventStreamWriter.appendComment("keep-alive", to: &output)
    }

    mutating func write(_ event: ConversationEvent, into output: inout [UInt8]) {
      guard !isOver else { return }
      switch event {
      case .started(let start): begin(start, into: &output)
      case .partStarted(let start): write(start, into: &output)
      case .partDelta(let delta): write(delta, into: &output)
      case .partFinished(let end): write(end, into: &output)
      case .candidateFinished(let index, let stop): write(stop, of: index, into: &output)
      case .usage(let counts):
        if usage == nil { usage = counts } else { usage?.merge(counts) }
        if let tier = counts.serviceTier, tier != start.serviceTier, !head.isEmpty {
          start.serviceTier = tier
          writeHead()
        }
      case .keepAlive: keepAlive(into: &output)
      case .opaque(let event): write(event, into: &output)
      case .finished: finish(into: &output)
      case .failed(let failure): fail(failure, into: &output)
      }
    }

    // MARK: - Beginning and end

    private mutating func begin(_ start: ResponseStart, into output: inout [UInt8]) {
      guard head.isEmpty else { return }
      self.start = start
      writeHead()
      _ = position(of: 0, into: &output)
    }

    private mutating func writeHead() {
      var writer = JSONWriter()
      writer.object { writer in
        writer.member("id", OpenAIChat.identifier(start.id, for: reply))
        writer.member("object", static: "chat.completion.chunk")
        writer.member("created", start.createdAt ?? reply.createdAt)
        writer.member("model", reply.model)
        if let tier = OpenAIServiceTier.word(for: start.serviceTier) { writer.member("service_tier", tier) }
      }
      var bytes = Array("data: ".utf8)
      bytes += writer.finish().dropLast()
      bytes += Array(#","choices":["#.utf8)
      head = bytes
      growing = nil
    }

    private mutating func finish(into output: inout [UInt8]) {
      isOver = true
      if includesUsage, let usage {
        output.append(contentsOf: head)
        output.append(contentsOf: #"],"usage":"#.utf8)
        var writer = JSONWriter()
        OpenAIChat.write(usage, into: &writer)
        output.append(contentsOf: writer.finish())
        output.append(contentsOf: "}\n\n".utf8)
      }
      output.append(contentsOf: "data: [DONE]\n\n".utf8)
    }

    private mutating func fail(_ failure: UpstreamFailure, into output: inout [UInt8]) {
      isOver = true
      EventStreamWriter.append(name: nil, to: &output) { writer in
        if let original = failure.original, original.dialect == .openAIChat, let error = original.json["error"],
          error.isObject
        {
          writer.object { $0.member("error", error) }
        } else {
          OpenAIChat.write(failure, into: &writer)
        }
      }
    }

    // MARK: - Chunks

    /// Where a choice's state is; its role chunk goes out when it is new.
    private mutating func position(of index: Int, into output: inout [UInt8]) -> Int {
      if let known = candidates.firstIndex(where: { $0.index == index }) { return known }
      candidates.append(Answer(index: index))
      chunk(index, into: &output) { writer in
        writer.member("role", static: "assistant")
        writer.member("content", static: "")
      }
      return candidates.count - 1
    }

    func chunk(
      _ index: Int, finish: String? = nil, logprobs: JSON? = nil, rest: JSON? = nil, into output: inout [UInt8],
      _ delta: (inout JSONWriter) -> Void
    ) {
      output.append(contentsOf: head)
      JSONWriter.append(to: &output) { writer in
        writer.object { writer in
          writer.member("index", index)
          writer.object("delta", delta)
          if let logprobs {
            writer.object("logprobs") { writer in
              writer.member("content", logprobs)
              writer.nullMember("refusal")
            }
          } else if rest?["logprobs"] == nil {
            writer.nullMember("logprobs")
          }
          if let rest { Self.write(rest, into: &writer) }
          if let finish { writer.member("finish_reason", finish) } else { writer.nullMember("finish_reason") }
        }
      }
      output.append(UInt8(ascii: "]"))
      // OpenAI says null on all chunks but the last where usage was asked for.
      if includesUsage { output.append(contentsOf: #","usage":null"#.utf8) }
      output.append(contentsOf: "}\n\n".utf8)
    }

    private func call(
      _ index: Int, _ position: Int, into output: inout [UInt8], _ body: (inout JSONWriter) -> Void
    ) {
      chunk(index, into: &output) { Self.call(position, into: &$0, body) }
    }

    static func call(_ position: Int, into writer: inout JSONWriter, _ body: (inout JSONWriter) -> Void) {
      writer.array("tool_calls") { writer in
        writer.object { writer in
          writer.member("index", position)
          body(&writer)
        }
      }
    }

    // MARK: - Parts

    private mutating func write(_ start: PartStart, into output: inout [UInt8]) {
      let position = position(of: start.candidate, into: &output)
      losses.add(start.part, writing: .openAIChat)
      switch start.part.content {
      case .text(let text):
        candidates[position].part = .text
        candidates[position].partOffset = candidates[position].textLength
        if !text.text.isEmpty { write(text: text.text, at: position, into: &output) }
        for annotation in text.annotations { write(annotation, at: position, into: &output) }
      case .refusal(let text):
        candidates[position].part = .refusal
        candidates[position].hasRefusal = true
        if !text.isEmpty { grow(.refusal, of: start.candidate, by: text, into: &output) }
      case .reasoning(let reasoning):
        candidates[position].part = .reasoning(segment: -1)
        candidates[position].needsBreak = candidates[position].hasText
        for (segment, piece) in reasoning.segments.enumerated() {
          write(thought: piece.text, segment: segment, at: position, into: &output)
        }
      case .toolCall(let tool): begin(tool, part: start.index, at: position, into: &output)
      case .opaque(let opaque): lose("`\(opaque.type)` has no equivalent", start, position)
      case .image, .audio, .video, .file, .toolResult:
        lose("\(DialectID.openAIChat.displayName) answers with text only", start, position)
      }
    }

    private mutating func lose(_ reason: String, _ start: PartStart, _ position: Int) {
      candidates[position].part = .other
      candidates[position].needsBreak = candidates[position].hasText
      losses.add(.part, of: start.part, at: start.index, reason)
    }

    private mutating func begin(_ tool: ToolCall, part: Int, at position: Int, into output: inout [UInt8]) {
      let order = candidates[position].nextCall
      candidates[position].nextCall += 1
      candidates[position].needsBreak = candidates[position].hasText
      candidates[position].part = .call(order, tool.kind, hasInput: !tool.input.isEmpty)
      let id = tool.id ?? "call_\(reply.exchangeID)_\(part)"
      call(candidates[position].index, order, into: &output) { writer in
        writer.member("id", id)
        switch tool.kind {
        case .function:
          writer.member("type", static: "function")
          writer.object("function") { writer in
            writer.member("name", tool.name)
            writer.member("arguments", tool.input)
          }
        case .custom:
          writer.member("type", static: "custom")
          writer.object("custom") { writer in
            writer.member("name", tool.name)
            writer.member("input", tool.input)
          }
        }
      }
    }

    private mutating func write(_ delta: PartDelta, into output: inout [UInt8]) {
      let position = position(of: delta.candidate, into: &output)
      switch delta.delta {
      case .text(let text):
        if case .refusal = candidates[position].part {
          grow(.refusal, of: delta.candidate, by: text, into: &output)
        } else {
          write(text: text, at: position, into: &output)
        }
      case .reasoning(let text, _, let segment):
        write(thought: text, segment: segment, at: position, into: &output)
      case .input(let text):
        guard case .call(let order, let kind, _) = candidates[position].part, !text.isEmpty else { return }
        candidates[position].part = .call(order, kind, hasInput: true)
        grow(.input(order, kind), of: delta.candidate, by: text, into: &output)
      case .annotation(let annotation): write(annotation, at: position, into: &output)
      case .logprobs(let logprobs):
        chunk(delta.candidate, logprobs: logprobs, into: &output) { $0.member("content", static: "") }
      case .state(let state): write(state, of: delta.candidate, at: position, into: &output)
      }
    }

    /// Chat has no slot for foreign state: the gateway remembers it by the call's id.
    private func write(_ state: ReasoningState, of index: Int, at position: Int, into output: inout [UInt8]) {
      guard state.dialect == .openAIChat, let json = try? JSON(parsing: state.blob) else { return }
      switch (state.kind, candidates[position].part) {
      case (.encrypted, .reasoning): chunk(index, into: &output) { $0.member("reasoning_details", json) }
      case (.thoughtSignature, .call(let order, _, _)):
        call(index, order, into: &output) { $0.member("extra_content", json) }
      default: break
      }
    }

    private mutating func write(_ end: PartEnd, into output: inout [UInt8]) {
      let position = position(of: end.candidate, into: &output)
      if case .call(let order, .function, hasInput: false) = candidates[position].part {
        candidates[position].bareCalls.append(order)
      }
      candidates[position].part = .other
    }

    private mutating func write(text: String, at position: Int, into output: inout [UInt8]) {
      guard !text.isEmpty else { return }
      let index = candidates[position].index
      if candidates[position].needsBreak {
        candidates[position].needsBreak = false
        candidates[position].textLength += 2
        candidates[position].partOffset += 2
        chunk(index, into: &output) { $0.member("content", static: "\\n\\n") }
      }
      candidates[position].hasText = true
      candidates[position].textLength += text.scalarCount
      grow(.content, of: index, by: text, into: &output)
    }

    private mutating func write(thought: String, segment: Int, at position: Int, into output: inout [UInt8]) {
      guard case .reasoning(let last) = candidates[position].part, !thought.isEmpty else { return }
      candidates[position].part = .reasoning(segment: segment)
      let index = candidates[position].index
      if candidates[position].hasThoughts, last != segment {
        chunk(index, into: &output) { $0.member("reasoning_content", static: "\\n\\n") }
      }
      candidates[position].hasThoughts = true
      grow(.reasoning, of: index, by: thought, into: &output)
    }

    private mutating func write(_ annotation: Annotation, at position: Int, into output: inout [UInt8]) {
      var array = JSONWriter()
      var isWritten = false
      let offset = candidates[position].partOffset
      losses.add(annotation, at: 0, writing: .openAIChat)
      array.array { isWritten = OpenAIChat.write(annotation, offset: offset, into: &$0) }
      guard isWritten else {
        return losses.add(.annotations, at: 0, "\(DialectID.openAIChat.displayName) cites addresses only")
      }
      let bytes = array.finish()
      chunk(candidates[position].index, into: &output) { writer in
        writer.key("annotations")
        writer.rawValue(bytes)
      }
    }

    // MARK: - The rest

    private mutating func write(_ stop: Stop, of index: Int, into output: inout [UInt8]) {
      if stop.reason == .malformedToolCall {
        // A clean stop would end the agent's loop in silence.
        return fail(
          UpstreamFailure(.badGateway, message: stop.message ?? "the model made a tool call that cannot be read"),
          into: &output)
      }
      losses.add(stop, writing: .openAIChat)
      let position = position(of: index, into: &output)
      // Agents read arguments as JSON, also of a tool without any. A call that was cut off stays what it is.
      if stop.reason != .maxTokens, stop.reason != .contextWindow {
        for order in candidates[position].bareCalls {
          grow(.input(order, .function), of: index, by: "{}", into: &output)
        }
      }
      let reason = OpenAIChat.finishReason(
        stop, hasCalls: candidates[position].nextCall > 0, hasRefusal: candidates[position].hasRefusal)
      chunk(index, finish: reason, into: &output) { _ in }
    }

    private mutating func write(_ event: OpaqueEvent, into output: inout [UInt8]) {
      guard event.dialect == .openAIChat else { return losses.add(event, "has no equivalent") }
      guard !head.isEmpty else { return }
      let index = event.json["index"]?.int ?? 0
      switch event.name {
      case "delta":
        _ = position(of: index, into: &output)
        chunk(index, into: &output) { Self.write(event.json, into: &$0) }
      case "choice":
        _ = position(of: index, into: &output)
        chunk(index, rest: event.json, into: &output) { _ in }
      default:
        var writer = JSONWriter()
        writer.object { Self.write(event.json, into: &$0) }
        output += head
        output.append(contentsOf: "],".utf8)
        output += writer.finish().dropFirst()
        output.append(contentsOf: "\n\n".utf8)
      }
    }

    private static func write(_ members: JSON, into writer: inout JSONWriter) {
      for member in members.members where !member.isNamed("index") {
        writer.key(named: member.key)
        writer.value(member.value)
      }
    }
  }
}
