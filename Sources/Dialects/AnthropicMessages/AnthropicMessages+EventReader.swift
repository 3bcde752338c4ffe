import Conversation
import Wire

/// Reads Anthropic's event stream.
///
/// Format: https://platform.claude.com/docs/en/build-with-claude/streaming
///
/// The protocol sends one block at a time. Should a vendor interleave blocks all the same, the later ones wait, bounded,
/// until the open one ends.
struct AnthropicEventReader: EventReader {
  /// A block that is being read.
  private enum Block {
    case known(OpenBlock)
    /// Put together in `opaque`.
    case opaque
  }

  private struct OpenBlock {
    enum Kind { case text, thinking, redacted, toolCall }
    var kind: Kind
    /// A tool's input that came with its start, for vendors that send no deltas.
    var wholeInput: JSON?
  }

  /// The most bytes of one block that only Anthropic knows.
  private static let opaqueLimit = 16 * 1024 * 1024

  private let origin: SealOrigin?
  private var hasStarted = false
  private var hasEnded = false
  private var hasStopped = false
  private var callsTools = false
  private var open: (index: Int, block: Block)?
  private var opaque = OpaqueBlock(.null)
  private var finished: Set<Int> = []
  private var partIndex = 0
  private var waiting = WaitingBlocks()
  private var usage = AnthropicUsage()
  private var recurring = RecurringDelta()

  init(origin: SealOrigin?) {
    self.origin = origin
  }

  mutating func read(_ event: ServerSentEvent, into events: inout [ConversationEvent]) {
    guard !hasEnded, recurring.tell(event, into: &events) == nil else { return }
    guard let json = try? JSON(parsing: event.data), json.isObject else {
      return readUnparsable(event, into: &events)
    }
    guard let type = json["type"], type.isString else {
      if json["error"] != nil || event.name == "error" { return fail(json, into: &events) }
      return readUnknown(json, name: event.name, into: &events)
    }
    if type.isString("content_block_delta") {
      let told = events.count
      readDelta(json, into: &events)
      recurring.remember(event, words: words(of: json), told: told, in: events)
    } else if type.isString("content_block_start") {
      readStart(json, into: &events)
    } else if type.isString("content_block_stop") {
      readStop(json, into: &events)
    } else if type.isString("ping") {
      if hasStarted { events.append(.keepAlive) }
    } else if type.isString("message_start") {
      readMessageStart(json, into: &events)
    } else if type.isString("message_delta") {
      readMessageDelta(json, into: &events)
    } else if type.isString("message_stop") {
      finish(into: &events)
    } else if type.isString("error") {
      fail(json, into: &events)
    } else {
      readUnknown(json, name: event.name ?? type.string, into: &events)
    }
  }

  mutating func readAlike(_ bytes: UnsafeRawBufferPointer, into events: inout [ConversationEvent]) -> Int {
    var position = 0
    while !hasEnded, let next = recurring.tell(bytes, from: position, into: &events) { position = next.end }
    return position
  }

  mutating func end(into events: inout [ConversationEvent]) {
    guard !hasEnded else { return }
    // The stop reason is the model's last word; only the closing event is missing.
    if hasStopped { return finish(into: &events) }
    hasEnded = true
    events.append(.failed(UpstreamFailure(.badGateway, message: "the upstream's stream ended early")))
  }

  // MARK: - The message

  private mutating func begin(_ start: ResponseStart, into events: inout [ConversationEvent]) {
    hasStarted = true
    events.append(.started(start))
  }

  private mutating func readMessageStart(_ json: JSON, into events: inout [ConversationEvent]) {
    guard !hasStarted else { return }
    let message = json["message"] ?? .null
    let counts = message["usage"]
    begin(
      ResponseStart(
        id: message["id"]?.string, model: message["model"]?.string, serviceTier: counts?["service_tier"]?.string),
      into: &events)
    let known: Set<String> = [
      "id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage", "stop_details",
    ]
    if message.members.contains(where: { !known.contains($0.key) && !$0.value.isNull }) {
      events.append(.opaque(OpaqueEvent(AnthropicMessages.dialect, name: "message_start", json)))
    }
    if let counts, counts.isObject { read(counts, into: &events) }
  }

  private mutating func read(_ counts: JSON, into events: inout [ConversationEvent]) {
    usage.read(counts)
    events.append(.usage(usage.usage(original: counts)))
  }

  private mutating func readMessageDelta(_ json: JSON, into events: inout [ConversationEvent]) {
    startIfNeeded(into: &events)
    let delta = json["delta"] ?? .null
    if delta["stop_reason"]?.isString == true {
      closeAll(into: &events)
      guard !hasEnded else { return }
    }
    if let counts = json["usage"], counts.isObject { read(counts, into: &events) }
    let hasMore =
      json.members.contains { !["type", "delta", "usage"].contains($0.key) && !$0.value.isNull }
      || delta.members.contains { Self.saysMore($0) }
    if hasMore { events.append(.opaque(OpaqueEvent(AnthropicMessages.dialect, name: "message_delta", json))) }
    guard !hasStopped, let reason = delta["stop_reason"]?.string else { return }
    var stop = AnthropicMessages.readStop(
      reason, sequence: delta["stop_sequence"]?.string, details: delta["stop_details"])
    if stop.reason == .endTurn, callsTools { stop.reason = .toolUse }
    hasStopped = true
    events.append(.candidateFinished(index: 0, stop))
  }

  /// Whether a member of the last delta says more than why the answer ended.
  private static func saysMore(_ member: JSONMember) -> Bool {
    if member.value.isNull || member.isNamed("stop_reason") || member.isNamed("stop_sequence") { return false }
    guard member.isNamed("stop_details") else { return true }
    return member.value.members.contains { !$0.value.isNull && !$0.isNamed("type") && !$0.isNamed("explanation") }
  }

  private mutating func finish(into events: inout [ConversationEvent]) {
    startIfNeeded(into: &events)
    closeAll(into: &events)
    guard !hasEnded else { return }
    hasEnded = true
    if !hasStopped { events.append(.candidateFinished(index: 0, Stop(callsTools ? .toolUse : .endTurn))) }
    events.append(.finished)
  }

  private mutating func startIfNeeded(into events: inout [ConversationEvent]) {
    if !hasStarted { begin(ResponseStart(), into: &events) }
  }

  // MARK: - Errors and strangers

  private mutating func fail(_ json: JSON, into events: inout [ConversationEvent]) {
    hasEnded = true
    events.append(.failed(AnthropicMessages.failure(in: json, status: nil)))
  }

  private mutating func fail(_ message: String, into events: inout [ConversationEvent]) {
    hasEnded = true
    events.append(.failed(UpstreamFailure(.badGateway, message: message)))
  }

  private mutating func readUnparsable(_ event: ServerSentEvent, into events: inout [ConversationEvent]) {
    if event.isDone { return hasStopped ? finish(into: &events) : () }
    if event.name == "ping" || event.data.isEmpty { return }
    let text = AnthropicErrorText.plain(event.data)
    if event.name == "error" { return fail(text.isEmpty ? "the upstream failed" : text, into: &events) }
    fail("the upstream's stream holds an event that is no JSON", into: &events)
  }

  private func readUnknown(_ json: JSON, name: String?, into events: inout [ConversationEvent]) {
    guard hasStarted else { return }
    events.append(.opaque(OpaqueEvent(AnthropicMessages.dialect, name: name, json)))
  }

  // MARK: - Blocks

  private mutating func readStart(_ json: JSON, into events: inout [ConversationEvent]) {
    startIfNeeded(into: &events)
    let index = json["index"]?.int ?? partIndex
    guard !hasStopped, !finished.contains(index) else { return }
    if let open {
      if open.index != index { wait(index, json, into: &events) }
      return
    }
    // A start that does not say what begins leaves that to the first delta.
    guard let block = json["content_block"], block.isObject else { return }
    start(index, block, into: &events)
  }

  private mutating func start(_ index: Int, _ value: JSON, into events: inout [ConversationEvent]) {
    var part = AnthropicMessages.readBlock(value, path: "content[\(index)]", from: .upstream(origin))
    var deltas: [PartDelta.Delta] = []
    var block = OpenBlock(kind: .text)
    switch part.content {
    case .text: break
    case .reasoning(let reasoning) where part.state?.kind == .redacted:
      block.kind = .redacted
      part.content = .reasoning(reasoning)
    case .reasoning(var reasoning):
      block.kind = .thinking
      if !reasoning.text.isEmpty { deltas.append(.reasoning(reasoning.text, kind: .text, segment: 0)) }
      if let state = part.state { deltas.append(.state(state)) }
      reasoning.segments = []
      part.state = nil
      part.content = .reasoning(reasoning)
    case .toolCall(var call):
      callsTools = true
      block.kind = .toolCall
      if let input = value["input"], !input.isObject || !input.members.isEmpty { block.wholeInput = input }
      call.input = ""
      part.content = .toolCall(call)
    default:
      open = (index, .opaque)
      opaque = OpaqueBlock(value)
      return
    }
    open = (index, .known(block))
    events.append(.partStarted(PartStart(index: partIndex, part: part)))
    for delta in deltas { events.append(.partDelta(PartDelta(index: partIndex, delta))) }
  }

  private mutating func readDelta(_ json: JSON, into events: inout [ConversationEvent]) {
    startIfNeeded(into: &events)
    guard let delta = json["delta"] else { return }
    let index = json["index"]?.int ?? open?.index ?? partIndex
    guard let current = open else {
      guard !hasStopped, !finished.contains(index), let shell = Self.shell(for: delta) else { return }
      start(index, shell, into: &events)
      return readDelta(json, into: &events)
    }
    guard current.index == index else {
      if !finished.contains(index) { wait(index, json, into: &events) }
      return
    }
    switch current.block {
    case .known(var block):
      guard let event = read(delta, &block) else {
        return readUnknown(json, name: "content_block_delta", into: &events)
      }
      if block.kind == .toolCall { open = (index, .known(block)) }
      if let event { events.append(.partDelta(PartDelta(index: partIndex, event))) }
    case .opaque:
      opaque.add(delta)
      if opaque.size > Self.opaqueLimit {
        fail("the upstream's stream holds a block that is too large", into: &events)
      }
    }
  }

  /// What a delta of the open block adds, where that is words.
  private func words(of json: JSON) -> JSON? {
    guard case .known(let block)? = open?.block, let delta = json["delta"] else { return nil }
    return switch block.kind {
    case .text: delta["text"]
    case .thinking: delta["thinking"]
    case .toolCall: delta["partial_json"]
    case .redacted: nil
    }
  }

  /// What an event adds to the open block, whichever that is; nil where that is no words.
  static func words(of json: JSON) -> JSON? {
    guard json["type"]?.isString("content_block_delta") == true, let delta = json["delta"] else { return nil }
    return delta["text"] ?? delta["thinking"] ?? delta["partial_json"]
  }

  /// What a delta adds: nil where the block's kind does not know it, an inner nil where it adds nothing.
  private func read(_ delta: JSON, _ block: inout OpenBlock) -> PartDelta.Delta?? {
    switch block.kind {
    case .text:
      if let text = delta["text"]?.string { return .some(text.isEmpty ? nil : .text(text)) }
      if let citation = delta["citation"] { return .some(.annotation(AnthropicMessages.readCitation(citation))) }
    case .thinking:
      if let text = delta["thinking"]?.string {
        return .some(text.isEmpty ? nil : .reasoning(text, kind: .text, segment: 0))
      }
      if let signature = delta["signature"]?.string {
        guard !signature.isEmpty else { return .some(nil) }
        return .some(
          .state(
            ReasoningState(dialect: AnthropicMessages.dialect, kind: .signature, blob: signature, origin: origin)))
      }
    case .toolCall:
      if let piece = delta["partial_json"]?.string {
        guard !piece.isEmpty else { return .some(nil) }
        block.wholeInput = nil
        return .some(.input(piece))
      }
    case .redacted: break
    }
    return nil
  }

  /// The block that must have begun before such a delta.
  private static func shell(for delta: JSON) -> JSON? {
    if delta["text"]?.isString == true {
      return JSON { writer in
        writer.object { writer in
          writer.member("type", static: "text")
          writer.member("text", static: "")
        }
      }
    }
    if delta["thinking"]?.isString == true {
      return JSON { writer in
        writer.object { writer in
          writer.member("type", static: "thinking")
          writer.member("thinking", static: "")
        }
      }
    }
    return nil
  }

  private mutating func readStop(_ json: JSON, into events: inout [ConversationEvent]) {
    guard let current = open else { return }
    let index = json["index"]?.int ?? current.index
    guard current.index == index else {
      if waiting.holds(index) { wait(index, json, into: &events) }
      return
    }
    close(into: &events)
    replay(into: &events)
  }

  private mutating func close(into events: inout [ConversationEvent]) {
    guard let current = open else { return }
    open = nil
    finished.insert(current.index)
    switch current.block {
    case .known(let block):
      if let input = block.wholeInput {
        events.append(.partDelta(PartDelta(index: partIndex, .input(input.string ?? input.text))))
      }
    case .opaque:
      let part = AnthropicMessages.opaque(opaque.whole, path: "content[\(current.index)]", from: .upstream(origin))
      opaque = OpaqueBlock(.null)
      events.append(.partStarted(PartStart(index: partIndex, part: part)))
    }
    events.append(.partFinished(PartEnd(index: partIndex)))
    partIndex += 1
  }

  private mutating func closeAll(into events: inout [ConversationEvent]) {
    while open != nil, !hasEnded {
      close(into: &events)
      replay(into: &events)
    }
  }

  // MARK: - Interleaved blocks

  private mutating func wait(_ index: Int, _ json: JSON, into events: inout [ConversationEvent]) {
    if !waiting.add(json, of: index) { fail("the upstream's stream interleaves too much", into: &events) }
  }

  /// Reads what waited, until a block stays open.
  private mutating func replay(into events: inout [ConversationEvent]) {
    while open == nil, let due = waiting.takeFirst() {
      for event in due {
        let type = event["type"]
        if type?.isString("content_block_start") == true {
          readStart(event, into: &events)
        } else if type?.isString("content_block_delta") == true {
          readDelta(event, into: &events)
        } else {
          close(into: &events)
        }
      }
    }
  }
}
