import Conversation
import Wire

/// Reads a Responses stream, OpenAI's or a vendor's.
///
/// Items may interleave: the first unfinished one speaks, what later ones say waits (bounded). Items that come only in
/// `output_item.done` or only in the final `output` are read from there; what their deltas left out is added.
struct OpenAIResponsesEventReader: EventReader {
  let origin: SealOrigin?
  private var items: [ResponsesItemReader] = []
  /// The newest item of each `output_index`, and of each id.
  private var newest: [Int: Int] = [:]
  private var newestByID: [String: Int] = [:]
  /// The first item that is not finished.
  private var current = 0
  private var nextIndex = 0
  private var hasStarted = false
  /// The tier told at the beginning, where it is the one asked for: `auto` mostly.
  private var startTier: String?
  private var hasEnded = false
  private var hasCall = false
  private var hasRefusal = false
  private var hasText = false
  /// Whether the part that is told is a refusal.
  private var isRefusal = false
  private var waiting = 0
  private var recurring = RecurringDelta()
  private static let waitingLimit = 16 * 1024 * 1024
  /// The most items that are begun and not told to their end.
  private static let openLimit = 4096

  init(origin: SealOrigin?) { self.origin = origin }

  mutating func read(_ event: ServerSentEvent, into events: inout [ConversationEvent]) {
    guard !hasEnded else { return }
    if let told = recurring.tell(event, into: &events) {
      if items.indices.contains(current) { items[current].count(told) }
      return
    }
    guard !event.isDone else { return }
    guard let json = try? JSON(parsing: event.data), json.isObject else {
      if event.data.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0A }) { return }
      return fail(UpstreamFailure(.badGateway, message: "the provider sent an event that is not JSON"), &events)
    }
    guard let type = json["type"] else { return readUntyped(json, event, into: &events) }
    guard let growth = Self.growth(type) else {
      return read(json, type: type.string ?? "", name: event.name, into: &events)
    }
    let told = events.count
    delta(json, growth, into: &events)
    recurring.remember(event, words: json["delta"], varying: Self.unread(json), told: told, in: events)
  }

  mutating func readAlike(_ bytes: UnsafeRawBufferPointer, into events: inout [ConversationEvent]) -> Int {
    var position = 0
    while !hasEnded, let next = recurring.tell(bytes, from: position, into: &events) {
      if items.indices.contains(current), let told = events.lastDelta { items[current].count(told) }
      position = next.end
    }
    return position
  }

  /// The members of such an event that say nothing.
  static func unread(_ json: JSON) -> [JSON?] { [json["sequence_number"], json["obfuscation"], json["item_id"]] }

  /// Whether all that an event says is its `delta`, words of an item.
  static func isGrowth(_ json: JSON) -> Bool { json["type"].flatMap(growth) != nil }

  /// What makes an item grow by the event's `delta`.
  private static func growth(_ type: JSON) -> ResponsesItemReader.Growth? {
    if type.isString("response.output_text.delta") { return .words }
    if type.isString("response.function_call_arguments.delta") || type.isString("response.custom_tool_call_input.delta")
    {
      return .input
    }
    if type.isString("response.reasoning_summary_text.delta") { return .summary }
    if type.isString("response.reasoning_text.delta") { return .reasoning }
    return nil
  }

  private mutating func read(
    _ json: JSON, type: String, name: String?, into events: inout [ConversationEvent]
  ) {
    switch type {
    case "response.created", "response.in_progress", "response.queued": start(json["response"], &events)
    case "response.output_item.added": add(json, into: &events)
    case "response.output_item.done": finishItem(json, into: &events)
    case "response.content_part.added":
      change(json, into: &events) { $0.beginContent(&$1, json["part"], contentIndex: json["content_index"]?.int) }
    case "response.content_part.done":
      change(json, into: &events) { $0.endContent(&$1, json["part"], contentIndex: json["content_index"]?.int) }
    case "response.output_text.done": delta(json, .wordsDone, into: &events)
    case "response.output_text.annotation.added": delta(json, .annotation, into: &events)
    case "response.refusal.delta": delta(json, .refusal, into: &events)
    case "response.refusal.done": delta(json, .refusalDone, into: &events)
    case "response.function_call_arguments.done", "response.custom_tool_call_input.done":
      delta(json, .inputDone, into: &events)
    case "response.reasoning_summary.delta": delta(json, .summary, into: &events)
    case "response.reasoning_summary_text.done": delta(json, .summaryDone, into: &events)
    case "response.reasoning.delta": delta(json, .reasoning, into: &events)
    case "response.reasoning_text.done": delta(json, .reasoningDone, into: &events)
    case "response.reasoning_summary_part.added", "response.reasoning_summary_part.done": break
    case "response.completed", "response.done", "response.incomplete", "response.failed", "response.cancelled":
      end(json["response"], type: type, json, into: &events)
    case "error": readError(json, into: &events)
    case "ping", "keepalive", "response.keepalive", "keep-alive":
      if hasStarted { events.append(.keepAlive) }
    default:
      // Progress of hosted tools: their items come whole.
      guard json["output_index"] == nil else { return }
      start(nil, &events)
      events.append(.opaque(OpaqueEvent(OpenAIResponses.dialect, name: name, json)))
    }
  }

  private mutating func readUntyped(
    _ json: JSON, _ event: ServerSentEvent, into events: inout [ConversationEvent]
  ) {
    if json["error"].map({ !$0.isNull }) == true || event.name == "error" { return readError(json, into: &events) }
    if json["object"]?.isString("response") == true { return end(json, type: "response.done", json, into: &events) }
    if let name = event.name { read(json, type: name, name: name, into: &events) }
  }

  mutating func end(into events: inout [ConversationEvent]) {
    fail(UpstreamFailure(.badGateway, message: "the provider's stream ended early"), &events)
  }

  // MARK: - Beginning and end

  private mutating func start(_ response: JSON?, _ events: inout [ConversationEvent]) {
    guard !hasStarted else { return }
    hasStarted = true
    startTier = response?["service_tier"]?.string
    events.append(
      .started(
        ResponseStart(
          id: response?["id"]?.string, model: response?["model"]?.string, createdAt: response?["created_at"]?.int,
          serviceTier: startTier)))
  }

  private mutating func fail(_ failure: UpstreamFailure, _ events: inout [ConversationEvent]) {
    guard !hasEnded else { return }
    hasEnded = true
    items = []
    newest = [:]
    newestByID = [:]
    events.append(.failed(failure))
  }

  private mutating func readError(_ json: JSON, into events: inout [ConversationEvent]) {
    let error = json["error"].flatMap { $0.isObject ? $0 : nil } ?? json
    var failure = OpenAIResponses.failure(error, original: json)
    if error["message"] == nil, let text = json["error"]?.string { failure.message = text }
    fail(failure, &events)
  }

  private mutating func end(
    _ response: JSON?, type: String, _ event: JSON, into events: inout [ConversationEvent]
  ) {
    start(response, &events)
    let status = response?["status"]?.string
    if type == "response.failed" || status == "failed" {
      let error = response?["error"].flatMap { $0.isObject ? $0 : nil } ?? event["error"]
      guard let error, error.isObject else {
        return fail(UpstreamFailure(.server, message: "the response failed and says no more"), &events)
      }
      return fail(OpenAIResponses.failure(error, original: event), &events)
    }
    if type == "response.cancelled" || status == "cancelled" {
      return fail(UpstreamFailure(.cancelled, message: "the response was cancelled"), &events)
    }
    if let output = response?["output"], output.isArray {
      for (position, item) in output.elements.enumerated() where item.isObject {
        settle(item, at: position, into: &events)
      }
    }
    for position in items.indices where !items[position].isFinished {
      mutate(position, into: &events) { $0.finish(&$1, with: nil) }
    }
    if hasEnded { return }
    if let counts = response?["usage"], counts.isObject {
      var usage = OpenAIResponses.readUsage(counts)
      if let tier = response?["service_tier"]?.string, tier != startTier { usage.serviceTier = tier }
      events.append(.usage(usage))
    }
    let reason = response?["incomplete_details"]?["reason"]?.string
    let word = type == "response.incomplete" || status == "incomplete" ? "incomplete" : "completed"
    let stop = OpenAIResponses.stop(
      status: word, reason: reason, hasCall: hasCall, isRefusal: hasRefusal && !hasText)
    events.append(.candidateFinished(index: 0, stop ?? Stop(.endTurn)))
    hasEnded = true
    events.append(.finished)
  }

  /// Takes an item of the final answer: finishes it, or reads it whole if it was never told.
  private mutating func settle(_ item: JSON, at position: Int, into events: inout [ConversationEvent]) {
    let known =
      item["id"]?.string.flatMap { newestByID[$0] }
      ?? newest[position].flatMap { items[$0].type == item["type"]?.string ? $0 : nil }
    guard let known else {
      guard let new = begin(item, at: position, into: &events) else { return }
      return mutate(new, into: &events) { $0.finish(&$1, with: item) }
    }
    if !items[known].isFinished { mutate(known, into: &events) { $0.finish(&$1, with: item) } }
  }

  // MARK: - Items

  private mutating func add(_ json: JSON, into events: inout [ConversationEvent]) {
    start(nil, &events)
    guard let item = json["item"], item.isObject else { return }
    let index = json["output_index"]?.int ?? items.count
    if let known = position(index, nil), !items[known].isFinished, items[known].id == item["id"]?.string { return }
    guard let new = begin(item, at: index, into: &events) else { return }
    mutate(new, into: &events) { $0.begin(&$1) }
  }

  /// Takes up an item and tells its place; nil if there are too many, which ends the stream.
  private mutating func begin(_ item: JSON, at index: Int, into events: inout [ConversationEvent]) -> Int? {
    guard !hasEnded else { return nil }
    guard items.count - current < Self.openLimit else {
      fail(UpstreamFailure(.badGateway, message: "the provider's items interleave too far"), &events)
      return nil
    }
    let place = items.count
    items.append(ResponsesItemReader(item, outputIndex: index, origin: origin))
    newest[index] = place
    if let id = items[place].id { newestByID[id] = place }
    return place
  }

  private mutating func finishItem(_ json: JSON, into events: inout [ConversationEvent]) {
    start(nil, &events)
    guard let item = json["item"], item.isObject else { return }
    let id = item["id"]?.string
    let index = json["output_index"]?.int
    if let known = position(index, id) {
      if !items[known].isFinished { return mutate(known, into: &events) { $0.finish(&$1, with: item) } }
      if items[known].id == id { return }
    }
    guard let new = begin(item, at: index ?? items.count, into: &events) else { return }
    mutate(new, into: &events) { $0.finish(&$1, with: item) }
  }

  /// The newest item of that number; of that id where no number is given.
  private func position(_ index: Int?, _ id: String?) -> Int? {
    if let index { return newest[index] }
    if let id { return newestByID[id] }
    return items.indices.last
  }

  private mutating func delta(
    _ json: JSON, _ kind: ResponsesItemReader.Growth, into events: inout [ConversationEvent]
  ) {
    change(json, into: &events) { $0.grow(&$1, kind, json) }
  }

  private mutating func change(
    _ json: JSON, into events: inout [ConversationEvent],
    _ body: (inout ResponsesItemReader, inout [ResponsesItemReader.Step]) -> Void
  ) {
    start(nil, &events)
    var known = position(json["output_index"]?.int, nil)
    if known == nil {
      // Vendors leave `output_item.added` out.
      guard let item = ResponsesItemReader.shell(for: json) else { return }
      known = begin(item, at: json["output_index"]?.int ?? items.count, into: &events)
    }
    guard let known, !items[known].isFinished else { return }
    mutate(known, into: &events, body)
  }

  /// Changes an item and lets it speak if it is its turn.
  private mutating func mutate(
    _ position: Int, into events: inout [ConversationEvent],
    _ body: (inout ResponsesItemReader, inout [ResponsesItemReader.Step]) -> Void
  ) {
    var steps: [ResponsesItemReader.Step] = []
    body(&items[position], &steps)
    if position > current {
      for step in steps { waiting += step.weight }
      items[position].waiting += steps
      if waiting > Self.waitingLimit {
        return fail(UpstreamFailure(.badGateway, message: "the provider's items interleave too far"), &events)
      }
      return
    }
    speak(steps, into: &events)
    while current < items.count, items[current].isFinished {
      current += 1
      guard current < items.count else { break }
      let late = items[current].waiting
      items[current].waiting = []
      for step in late { waiting -= step.weight }
      speak(late, into: &events)
    }
  }

  private mutating func speak(_ steps: [ResponsesItemReader.Step], into events: inout [ConversationEvent]) {
    for step in steps {
      switch step {
      case .part(let part):
        switch part.content {
        case .toolCall: hasCall = true
        case .refusal: hasRefusal = true
        default: break
        }
        isRefusal = OpenAIResponses.isRefusal(part)
        events.append(.partStarted(PartStart(index: nextIndex, part: part)))
      case .delta(let delta):
        if case .text(let text) = delta, !text.isEmpty, !isRefusal { hasText = true }
        events.append(.partDelta(PartDelta(index: nextIndex, delta)))
      case .end:
        events.append(.partFinished(PartEnd(index: nextIndex)))
        nextIndex += 1
      }
    }
  }
}
