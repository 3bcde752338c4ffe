import Conversation
import Wire

/// Tells an answer as a Responses stream.
///
/// Consecutive text of one item becomes content of one message item. The last item stays open until it is known whether
/// the answer was cut short, since its own status says so, too.
struct OpenAIResponsesEventWriter: EventWriter {
  let reply: ReplyContext
  /// Builds items without telling events: whole answers are made the same way.
  let isSilent: Bool
  var items = ResponsesItemWriter(.answer(exchangeID: ""))
  private var sequence = 0
  private var object: ResponsesObject
  /// The finished items, by their place; empty where one is still open.
  private var finished: [[UInt8]] = []
  var count = 0
  var open: ResponsesOpenItem?
  /// Calls that another vendor runs and whose outcome is not told yet.
  var hosted: [ResponsesHostedItem] = []
  /// What the current part's deltas add up to; of reasoning, the current segment's.
  ///
  /// Kept apart from `open` so that it grows in place.
  var text = ""
  /// The delta frame of the growing part, up to its number.
  private var growth: RecurringFrame?
  /// Hidden thoughts that no vendor signed.
  var unsigned = ""
  private var usage: Usage?
  private var stop: Stop?
  private var hasStarted = false
  private var hasEnded = false
  private var hasRefusal = false

  init(reply: ReplyContext, isSilent: Bool = false) {
    self.reply = reply
    self.isSilent = isSilent
    items = ResponsesItemWriter(.answer(exchangeID: reply.exchangeID))
    object = ResponsesObject(
      id: OpenAIResponses.responseID(nil, reply), createdAt: reply.createdAt, serviceTier: nil, reply: reply)
  }

  var losses: Losses { items.losses }

  mutating func keepAlive(into output: inout [UInt8]) {
    EventStreamWriter.appendComment("keepalive", to: &output)
  }

  mutating func write(_ event: ConversationEvent, into output: inout [UInt8]) {
    guard !hasEnded else { return }
    switch event {
    case .started(let start):
      object.id = OpenAIResponses.responseID(start.id, reply)
      object.createdAt = start.createdAt ?? reply.createdAt
      object.serviceTier = start.serviceTier
      begin(into: &output)
    case .partStarted(let start):
      guard start.candidate == 0 else {
        return items.losses.add(.candidate, at: 0, candidate: start.candidate, "OpenAI Responses gives one answer only")
      }
      startPart(start.part, into: &output)
    case .partDelta(let delta):
      if delta.candidate == 0 { grow(delta.delta, into: &output) }
    case .partFinished(let end):
      if end.candidate == 0 { finishPart(into: &output) }
    case .candidateFinished(let index, let stop):
      guard index == 0 else { return }
      self.stop = stop
      items.losses.add(stop, writing: OpenAIResponses.dialect)
      close(isWhole: ending(nil).isWhole, into: &output)
      endHosted(into: &output)
    case .usage(let usage):
      if self.usage == nil { self.usage = usage } else { self.usage?.merge(usage) }
      object.serviceTier = usage.serviceTier ?? object.serviceTier
    case .keepAlive: keepAlive(into: &output)
    case .opaque(let event): relay(event, into: &output)
    case .finished:
      close(isWhole: true, into: &output)
      endHosted(into: &output)
      end(ending(nil), into: &output)
    case .failed(let failure):
      begin(into: &output)
      end(ending(failure), into: &output)
    }
  }

  /// The `output` array of a whole answer.
  mutating func items(of parts: [Part], isWhole: Bool) -> [UInt8] {
    var nowhere: [UInt8] = []
    for part in parts {
      startPart(part, into: &nowhere)
      finishPart(into: &nowhere)
    }
    close(isWhole: isWhole, into: &nowhere)
    endHosted(into: &nowhere)
    return allItems
  }

  private var allItems: [UInt8] {
    var items = [UInt8(ascii: "[")]
    for item in finished where !item.isEmpty {
      if items.count > 1 { items.append(UInt8(ascii: ",")) }
      items.append(contentsOf: item)
    }
    items.append(UInt8(ascii: "]"))
    return items
  }

  private func ending(_ failure: UpstreamFailure?) -> ResponsesEnding {
    ResponsesEnding(stop: stop, failure: failure, hasRefusal: hasRefusal)
  }

  // MARK: - Frames

  mutating func emit(
    _ name: StaticString, into output: inout [UInt8], _ body: (inout JSONWriter) -> Void
  ) {
    guard !isSilent else { return }
    let number = sequence
    sequence &+= 1
    EventStreamWriter.append(name: name, to: &output) { writer in
      writer.object { writer in
        writer.member("type", static: name)
        body(&writer)
        writer.member("sequence_number", number)
      }
    }
  }

  /// Prepares the delta frames of a part that begins to grow: there are many, and all alike but for their text.
  mutating func prepareDeltas(
    _ name: StaticString, itemID: String, place: (StaticString, Int)?, hasLogprobs: Bool = false
  ) {
    guard !isSilent else { return }
    let index = count
    var bytes: [UInt8] = []
    var words = 0
    EventStreamWriter.append(name: name, to: &bytes) { writer in
      writer.object { writer in
        writer.member("type", static: name)
        writer.member("item_id", itemID)
        writer.member("output_index", index)
        if let place { writer.member(place.0, place.1) }
        writer.key("delta")
        words = writer.emptyString()
        if hasLogprobs { writer.array("logprobs") { _ in } }
        writer.member("sequence_number", 0)
      }
    }
    bytes.removeLast("0\(Self.deltaEnd)".utf8.count)
    growth = RecurringFrame(bytes, at: words)
  }

  /// What follows a delta's number.
  private static let deltaEnd: StaticString = "}\n\n"

  /// Tells a piece of the growing part.
  mutating func emitDelta(_ piece: String, into output: inout [UInt8]) {
    guard !isSilent, let growth else { return }
    growth.append(piece, number: sequence, Self.deltaEnd, to: &output)
    sequence &+= 1
  }

  private mutating func emitResponse(
    _ name: StaticString, _ ending: ResponsesEnding, items: [UInt8], usage: Usage?, into output: inout [UInt8]
  ) {
    let object = object
    emit(name, into: &output) { writer in
      writer.key("response")
      object.write(ending, items: items, usage: usage, into: &writer)
    }
  }

  private mutating func begin(into output: inout [UInt8]) {
    guard !hasStarted else { return }
    hasStarted = true
    emitResponse("response.created", .inProgress, items: Array("[]".utf8), usage: nil, into: &output)
    emitResponse("response.in_progress", .inProgress, items: Array("[]".utf8), usage: nil, into: &output)
  }

  private mutating func end(_ ending: ResponsesEnding, into output: inout [UInt8]) {
    hasEnded = true
    switch ending.status {
    case .incomplete: emitResponse("response.incomplete", ending, items: allItems, usage: usage, into: &output)
    case .failed: emitResponse("response.failed", ending, items: allItems, usage: usage, into: &output)
    case .completed, .inProgress:
      emitResponse("response.completed", ending, items: allItems, usage: usage, into: &output)
    }
  }

  /// Gives an event of this protocol back under our own count.
  private mutating func relay(_ event: OpaqueEvent, into output: inout [UInt8]) {
    guard event.dialect == OpenAIResponses.dialect else {
      return items.losses.add(event, "\(OpenAIResponses.dialect.displayName) has no equivalent")
    }
    guard event.json.isObject, !isSilent else { return }
    let number = sequence
    sequence &+= 1
    let json = JSON { writer in
      writer.object { writer in
        for member in event.json.members where !member.isNamed("sequence_number") {
          writer.key(named: member.key)
          writer.value(member.value)
        }
        writer.member("sequence_number", number)
      }
    }
    EventStreamWriter.append(
      ServerSentEvent(name: event.name, data: json.withBytes { Array($0) }), to: &output)
  }

  // MARK: - Items

  /// Tells an item that is whole: `output_item.added` if it was not, and `output_item.done`.
  mutating func tell(_ item: [UInt8], isAdded: Bool, into output: inout [UInt8]) {
    if !isAdded { tellAdded(item, into: &output) }
    finished.append([])
    count += 1
    tellReserved(item, at: count - 1, into: &output)
  }

  /// Tells the beginning of an item that ends while others may have begun.
  mutating func reserveItem(_ item: [UInt8], into output: inout [UInt8]) {
    tellAdded(item, into: &output)
    finished.append([])
    count += 1
  }

  /// Tells an item that is whole and has its place.
  mutating func tellReserved(_ item: [UInt8], at index: Int, into output: inout [UInt8]) {
    emit("response.output_item.done", into: &output) { writer in
      writer.member("output_index", index)
      writer.key("item")
      writer.rawValue(item)
    }
    if finished.indices.contains(index) { finished[index] = item }
  }

  mutating func tellAdded(_ item: [UInt8], into output: inout [UInt8]) {
    let index = count
    emit("response.output_item.added", into: &output) { writer in
      writer.member("output_index", index)
      writer.key("item")
      writer.rawValue(item)
    }
  }

  /// Tells a reasoning item that only carries the state of its neighbour, to a client that asked for state: others
  /// take every item for a part of the answer and would not send it back.
  mutating func tellState(_ state: ReasoningState, isAfter: Bool, into output: inout [UInt8]) {
    tellSlot(ReasoningSeal.write(state, into: OpenAIResponses.dialect, reply.seals), isAfter: isAfter, into: &output)
  }

  /// Tells hidden thoughts before a call: some vendors refuse a tool turn without its thinking.
  mutating func tellUnsigned(into output: inout [UInt8]) {
    if !unsigned.isEmpty { tellSlot(ReasoningSeal.note(unsigned, reply.seals), isAfter: false, into: &output) }
    unsigned = ""
  }

  private mutating func tellSlot(_ slot: String, isAfter: Bool, into output: inout [UInt8]) {
    guard reply.request.includesEncryptedReasoning else { return }
    let prefix = isAfter ? ResponsesItemWriter.afterPrefix : "rs_"
    let reasoning = Reasoning(id: "\(prefix)\(reply.exchangeID)_\(count)")
    var writer = JSONWriter()
    items.writeReasoning(
      reasoning, Part(.reasoning(reasoning)), state: slot, index: count, into: &writer)
    tell(writer.finish(), isAdded: false, into: &output)
  }

  mutating func noteRefusal() { hasRefusal = true }
}

/// The item being told.
struct ResponsesOpenItem {
  enum Kind { case message, reasoning, call }

  var kind: Kind
  var id: String
  /// The parts told so far, the current one last and without what grows.
  var parts: [Part]
  /// Whether the current part still grows.
  var isGrowing = true
  var isRefusal = false
  /// Whether `output_item.added` was told.
  var isTold = true
  var annotations: [Annotation] = []
  var logprobs = JSONList()
  /// Log probabilities that have not gone out yet.
  var pendingLogprobs = JSONList()
  var segments: [Reasoning.Segment] = []
  /// How many of them are full text.
  var textSegments = 0
  /// The neutral number of the current segment; nil when none is open.
  var segment: Int?
  var state: ReasoningState?
}
