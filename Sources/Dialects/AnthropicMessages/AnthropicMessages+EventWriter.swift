import Conversation
import Wire

/// Writes Anthropic's event stream.
///
/// Blocks go out one at a time with rising indices. `message_start` waits for the event behind `started`, which is the
/// usage where the upstream tells it at once. A keep-alive is a `ping`, also before `message_start`: the SDKs skip it
/// wherever it stands.
struct AnthropicEventWriter: EventWriter {
  /// The part that is being told.
  enum Current {
    case none
    /// A text whose block opens with its first words.
    case text(isOpen: Bool)
    case thinking(Thinking)
    case toolCall
    /// A call whose input is free text, which must become one object.
    case freeCall
  }

  struct Thinking {
    var isOpen = false
    var isOwn = false
    var segment: Int?
    var hasText = false
    var state: ReasoningState?
  }

  let reply: ReplyContext
  private let visibility: ThinkingVisibility
  private(set) var losses = Losses()
  private var pendingStart: ResponseStart?
  private var startTemplate: JSON?
  private var deltaTemplate: JSON?
  private var hasEnded = false
  var nextIndex = 0
  var current = Current.none
  /// How the open block is told to grow; nil before it does.
  var growth: RecurringFrame?
  /// What grows with the part stands by itself, so that it grows in place: thinking that is not shown, and the input of a
  /// free call.
  var grown = ""
  /// A state that came too late to stand before its part.
  private var lateState: ReasoningState?
  /// Hidden thinking that no vendor signed.
  private var unsigned = ""
  private var usage: Usage?
  private var serviceTier: String?
  private var stop: Stop?
  private var callsTools = false
  private var hosted: AnthropicHostedBlocks

  init(reply: ReplyContext) {
    self.reply = reply
    hosted = AnthropicHostedBlocks(exchangeID: reply.exchangeID)
    visibility = AnthropicMessages.visibility(reply.request)
  }

  mutating func write(_ event: ConversationEvent, into output: inout [UInt8]) {
    guard !hasEnded else { return }
    switch event {
    case .started(let start):
      serviceTier = start.serviceTier
      pendingStart = start
      return
    case .usage(let counts):
      if usage == nil { usage = counts } else { usage?.merge(counts) }
    case .opaque(let opaque) where pendingStart != nil && opaque.name == "message_start":
      if opaque.dialect == AnthropicMessages.dialect { startTemplate = opaque.json["message"] }
      return
    default: break
    }
    flushStart(into: &output)
    switch event {
    case .started, .usage: break
    case .partStarted(let start): if isFirst(start.candidate) { begin(start, into: &output) }
    case .partDelta(let delta): if isFirst(delta.candidate) { add(delta.delta, into: &output) }
    case .partFinished(let end): if isFirst(end.candidate) { finishPart(into: &output) }
    case .candidateFinished(let index, let stop):
      guard isFirst(index) else { return }
      self.stop = stop
      losses.add(stop, writing: AnthropicMessages.dialect)
    case .keepAlive: keepAlive(into: &output)
    case .opaque(let opaque): write(opaque, into: &output)
    case .finished: finish(into: &output)
    case .failed(let failure): fail(failure, into: &output)
    }
  }

  mutating func keepAlive(into output: inout [UInt8]) {
    EventStreamWriter.append(name: "ping", to: &output) { $0.object { $0.member("type", static: "ping") } }
  }

  private mutating func isFirst(_ candidate: Int) -> Bool {
    if candidate == 0 { return true }
    losses.add(.candidate, at: 0, candidate: candidate, "Anthropic Messages has one answer; the first was kept")
    return false
  }

  // MARK: - Frame

  private mutating func flushStart(into output: inout [UInt8]) {
    guard let start = pendingStart else { return }
    pendingStart = nil
    let id = start.id.flatMap { $0.isEmpty ? nil : $0 } ?? "msg_" + reply.exchangeID
    EventStreamWriter.append(name: "message_start", to: &output) { writer in
      writer.object { writer in
        writer.member("type", static: "message_start")
        writer.object("message") { writer in
          writer.member("id", id)
          writer.member("type", static: "message")
          writer.member("role", static: "assistant")
          writer.member("model", reply.model)
          writer.array("content") { _ in }
          writer.nullMember("stop_reason")
          writer.nullMember("stop_sequence")
          writer.key("usage")
          writeUsage(to: &writer)
          let written: Set<String> = [
            "id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage",
          ]
          for member in startTemplate?.members ?? JSON.null.members where !written.contains(member.key) {
            writer.key(named: member.key)
            writer.value(member.value)
          }
        }
      }
    }
  }

  private func writeUsage(to writer: inout JSONWriter) {
    if let original = usage?.original?.part, original.dialect == AnthropicMessages.dialect {
      return writer.value(original.json)
    }
    var usage = usage
    if hosted.searches > 0 {
      usage = usage ?? Usage()
      if usage?.webSearches == nil { usage?.webSearches = hosted.searches }
    }
    AnthropicMessages.write(usage, tier: serviceTier, to: &writer)
  }

  private mutating func finish(into output: inout [UInt8]) {
    finishPart(into: &output)
    if stop?.reason == .malformedToolCall {
      let text = stop?.message ?? "the model's tool call could not be parsed"
      return fail(UpstreamFailure(.badGateway, message: text), into: &output)
    }
    hasEnded = true
    let stop = stop ?? Stop(.endTurn)
    EventStreamWriter.append(name: "message_delta", to: &output) { writer in
      writer.object { writer in
        writer.member("type", static: "message_delta")
        writer.object("delta") { writer in
          writer.member("stop_reason", AnthropicMessages.word(for: stop, callsTools: callsTools))
          writer.key("stop_sequence")
          if let sequence = stop.sequence { writer.string(sequence) } else { writer.null() }
          writeRest(of: deltaTemplate?["delta"], ["stop_reason", "stop_sequence"], to: &writer)
          if stop.reason == .refusal, let message = stop.message, deltaTemplate?["delta"]?["stop_details"] == nil {
            AnthropicMessages.writeRefusal(message, to: &writer)
          }
        }
        writer.key("usage")
        writeUsage(to: &writer)
        writeRest(of: deltaTemplate, ["type", "delta", "usage"], to: &writer)
      }
    }
    EventStreamWriter.append(name: "message_stop", to: &output) { writer in
      writer.object { $0.member("type", static: "message_stop") }
    }
  }

  private func writeRest(of template: JSON?, _ written: [String], to writer: inout JSONWriter) {
    for member in template?.members ?? JSON.null.members where !written.contains(member.key) {
      writer.key(named: member.key)
      writer.value(member.value)
    }
  }

  private mutating func fail(_ failure: UpstreamFailure, into output: inout [UInt8]) {
    hasEnded = true
    EventStreamWriter.append(name: "error", to: &output) { writer in
      AnthropicMessages.write(failure, requestID: "req_" + reply.exchangeID, to: &writer)
    }
  }

  private static let frames: Set<String> = [
    "message_start", "message_delta", "message_stop", "content_block_start", "content_block_delta",
    "content_block_stop", "ping", "error",
  ]

  private var hasOpenBlock: Bool {
    switch current {
    case .none, .freeCall: false
    case .text(let isOpen): isOpen
    case .thinking(let thinking): thinking.isOpen
    case .toolCall: true
    }
  }

  private mutating func write(_ event: OpaqueEvent, into output: inout [UInt8]) {
    guard event.dialect == AnthropicMessages.dialect else {
      losses.add(event, "Anthropic Messages has no equivalent")
      return
    }
    let type = event.json["type"]?.string
    if event.name == "message_delta", type == event.name {
      deltaTemplate = event.json
      return
    }
    if type == "content_block_delta", hasOpenBlock, let delta = event.json["delta"], delta.isObject {
      return frame("content_block_delta", index: nextIndex, into: &output) { $0.member("delta", delta) }
    }
    // A frame of the protocol's own name in the wrong place would break the client's reading.
    guard !Self.frames.contains(event.name ?? ""), !Self.frames.contains(type ?? "") else {
      losses.add(event, "it is not where the protocol puts it")
      return
    }
    EventStreamWriter.append(ServerSentEvent(name: event.name, data: event.json.text), to: &output)
  }

  // MARK: - Parts

  private mutating func begin(_ start: PartStart, into output: inout [UInt8]) {
    let part = start.part
    let own = part.extensions.own(AnthropicMessages.dialect)
    losses.add(part, writing: AnthropicMessages.dialect)
    switch part.content {
    case .text(let text):
      current = .text(isOpen: false)
      lateState = part.state
      if own != nil { openText(own?.source, into: &output) }
      add(.text(text.text), into: &output)
      for annotation in text.annotations { add(.annotation(annotation), into: &output) }
    case .refusal(let text):
      current = .text(isOpen: false)
      add(.text(text), into: &output)
    case .reasoning(let reasoning):
      var thinking = Thinking()
      thinking.isOwn = own != nil
      thinking.state = part.state
      if own != nil, part.state?.kind != .redacted {
        openThinking(into: &output)
        thinking.isOpen = true
      }
      current = .thinking(thinking)
      for (segment, piece) in reasoning.segments.enumerated() {
        add(.reasoning(piece.text, kind: piece.kind, segment: segment), into: &output)
      }
    case .toolCall(let call):
      callsTools = true
      if !unsigned.isEmpty { writeRedacted(ReasoningSeal.note(unsigned, reply.seals), into: &output) }
      unsigned = ""
      if let state = part.state { writeRedacted(SealedThinking.slot(state, reply.seals), into: &output) }
      openCall(call, own, into: &output)
      current = call.kind == .custom ? .freeCall : .toolCall
      if !call.input.isEmpty { add(.input(call.input), into: &output) }
    case .opaque(let opaque):
      guard opaque.dialect == AnthropicMessages.dialect else {
        if let call = opaque.hosted, let blocks = hosted.blocks(of: call) {
          for block in blocks { writeOpaque(block, into: &output) }
          return
        }
        losses.add(.part, of: part, at: start.index, "Anthropic Messages has no `\(opaque.type)`")
        return
      }
      writeOpaque(opaque.json, into: &output)
    case .image, .audio, .video, .file, .toolResult:
      losses.add(.part, of: part, at: start.index, "an Anthropic answer cannot hold it")
    }
  }

  private mutating func add(_ delta: PartDelta.Delta, into output: inout [UInt8]) {
    switch (delta, current) {
    case (.text(let text), .text(let isOpen)):
      guard !text.isEmpty else { return }
      if !isOpen { openText(nil, into: &output) }
      grow("text_delta", "text", by: text, into: &output)
    case (.annotation(let annotation), .text(let isOpen)):
      guard AnthropicMessages.canWrite(annotation) else {
        losses.add(.annotations, at: nextIndex, "Anthropic Messages cites web pages and its own documents only")
        return
      }
      if !isOpen { openText(nil, into: &output) }
      frame("content_block_delta", index: nextIndex, into: &output) { writer in
        writer.object("delta") { writer in
          writer.member("type", static: "citations_delta")
          writer.key("citation")
          AnthropicMessages.write(annotation, to: &writer)
        }
      }
    case (.logprobs, _): losses.add(.logprobs, at: nextIndex, "Anthropic Messages has no equivalent")
    case (.reasoning(let text, _, let segment), .thinking(var thinking)):
      current = .none
      add(text, segment, to: &thinking, into: &output)
      current = .thinking(thinking)
    case (.state(let state), .thinking(var thinking)):
      thinking.state = state
      current = .thinking(thinking)
    case (.state(let state), _): lateState = state
    case (.input(let piece), .toolCall):
      if !piece.isEmpty { grow("input_json_delta", "partial_json", by: piece, into: &output) }
    case (.input(let piece), .freeCall): grown += piece
    default: break
    }
  }

  private mutating func add(
    _ text: String, _ segment: Int, to thinking: inout Thinking, into output: inout [UInt8]
  ) {
    guard !text.isEmpty else { return }
    var piece = text
    if let last = thinking.segment, last != segment { piece = "\n\n" + text }
    thinking.segment = segment
    thinking.hasText = true
    guard visibility == .shown || thinking.isOwn else {
      grown += piece
      return
    }
    if !thinking.isOpen {
      openThinking(into: &output)
      thinking.isOpen = true
    }
    grow("thinking_delta", "thinking", by: piece, into: &output)
  }

  private mutating func finishPart(into output: inout [UInt8]) {
    switch current {
    case .none: break
    case .text(let isOpen): if isOpen { closeBlock(into: &output) }
    case .toolCall: closeBlock(into: &output)
    case .freeCall:
      let whole = JSON { $0.object { $0.member("input", grown) } }
      writeDelta("input_json_delta", "partial_json", whole.text, into: &output)
      closeBlock(into: &output)
    case .thinking(let thinking): finish(thinking, into: &output)
    }
    current = .none
    grown = ""
    if let state = lateState { writeRedacted(SealedThinking.slot(behind: state, reply.seals), into: &output) }
    lateState = nil
  }

  private mutating func finish(_ thinking: Thinking, into output: inout [UInt8]) {
    let isVisible = visibility != .hidden && thinking.hasText
    guard thinking.isOpen || isVisible else {
      if let state = thinking.state {
        writeRedacted(SealedThinking.slot(state, reply.seals), into: &output)
      } else {
        unsigned += grown
      }
      return
    }
    if !thinking.isOpen { openThinking(into: &output) }
    if let state = thinking.state {
      writeDelta("signature_delta", "signature", SealedThinking.slot(state, reply.seals), into: &output)
    } else if !thinking.isOwn {
      writeDelta("signature_delta", "signature", ReasoningSeal.note(grown, reply.seals), into: &output)
    }
    closeBlock(into: &output)
  }
}
