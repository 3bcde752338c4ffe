import Conversation
import Wire

extension Gemini {
  /// Makes a reader of one stream's chunks.
  public func makeEventReader(origin: SealOrigin?) -> any EventReader { GeminiEventReader(origin: origin) }
}

/// Reads a Gemini stream: chunks that are partial answers.
///
/// The protocol has no terminal event and some servers name a finish reason on every chunk, so reasons and usage are
/// held until the stream ends. Text flows on at once.
struct GeminiEventReader: EventReader {
  private let origin: SealOrigin?
  private var tracks: [GeminiReadCandidate] = []
  private var isStarted = false
  private var isEnded = false
  private var usage: JSON?
  private var recurring = RecurringDelta()
  /// The chunk that was read last, where nothing but its words was: its usage is asked for only at the end.
  private var unparsed: [UInt8] = []
  private var blocked: Candidate?

  init(origin: SealOrigin?) { self.origin = origin }

  mutating func read(_ event: ServerSentEvent, into events: inout [ConversationEvent]) {
    guard !isEnded else { return }
    if let told = recurring.tell(event, into: &events) {
      // Counts may differ from chunk to chunk.
      unparsed.removeAll(keepingCapacity: true)
      unparsed.append(contentsOf: event.data)
      return take(told)
    }
    readUsage()
    guard !event.isDone else { return }
    guard let json = try? JSON(parsing: event.data) else {
      if event.data.allSatisfy({ $0 == 0x20 || $0 == 0x0A || $0 == 0x09 }) { return }
      return fail(UpstreamFailure(.badGateway, message: "the upstream sent a chunk that is not JSON"), &events)
    }
    if json.isArray {
      for chunk in json.elements where !isEnded { read(chunk, into: &events) }
    } else {
      let told = events.count
      read(json, into: &events)
      if let words = words(of: json) {
        recurring.remember(
          event, words: words,
          varying: [json[member: .usageMetadata], json[member: .createTime], json[member: .responseID]], told: told,
          in: events)
      }
    }
  }

  mutating func readAlike(_ bytes: UnsafeRawBufferPointer, into events: inout [ConversationEvent]) -> Int {
    var position = 0
    var last = 0..<0
    while !isEnded, let next = recurring.tell(bytes, from: position, into: &events) {
      if let told = events.lastDelta { take(told) }
      position = next.end
      last = next.data
    }
    if !last.isEmpty {
      unparsed.removeAll(keepingCapacity: true)
      unparsed.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[last]))
    }
    return position
  }

  /// Takes in what a chunk told that was not parsed.
  private mutating func take(_ told: PartDelta.Delta) {
    // A stream whose chunks recur has one candidate only.
    if case .text(let text) = told, !tracks.isEmpty { tracks[0].text.append(text) }
  }

  /// The text of a chunk with one part of the only candidate.
  private func words(of chunk: JSON) -> JSON? {
    guard tracks.count == 1, let candidates = chunk["candidates"], candidates.hasOneElement,
      let parts = candidates.elements.first?["content"]?["parts"]
    else { return nil }
    if parts.isObject { return parts["text"] }
    return parts.hasOneElement ? parts.elements.first?["text"] : nil
  }

  /// Takes over the usage of a chunk that was not parsed.
  private mutating func readUsage() {
    guard !unparsed.isEmpty else { return }
    if let chunk = try? JSON(parsing: unparsed), let counts = chunk[member: .usageMetadata] { usage = counts }
    unparsed.removeAll(keepingCapacity: true)
  }

  private mutating func fail(_ failure: UpstreamFailure, _ events: inout [ConversationEvent]) {
    isEnded = true
    events.append(.failed(failure))
  }

  private mutating func read(_ chunk: JSON, into events: inout [ConversationEvent]) {
    guard chunk.isObject else { return }
    if let error = chunk["error"], error.isObject || error.isString {
      var failure = Gemini.readError(error, status: nil)
      failure.original = OpaquePart(.gemini, chunk)
      return fail(failure, &events)
    }
    var (usage, candidates, feedback): (JSON?, JSON?, JSON?)
    var (id, model, time): (String?, String?, String?)
    var rest: [JSONMember] = []
    // One pass over the members: chunks come by the hundred.
    for member in chunk.members {
      let value = member.value
      if value.isNull { continue }
      if member.isNamed("candidates") {
        candidates = value
      } else if member.isNamed(.usageMetadata) {
        usage = value
      } else if member.isNamed(.modelVersion) {
        if !isStarted { model = value.string }
      } else if member.isNamed(.responseID) {
        if !isStarted { id = value.string }
      } else if member.isNamed(.createTime) {
        if !isStarted { time = value.string }
      } else {
        if member.isNamed(.promptFeedback) { feedback = value }
        rest.append(member)
      }
    }
    if !isStarted {
      isStarted = true
      events.append(
        .started(
          ResponseStart(
            id: id, model: model, createdAt: time.flatMap(Gemini.seconds),
            serviceTier: usage.flatMap(Gemini.serviceTier))))
      // The input count is known from the first chunk on, and some clients are told it first.
      if let usage, usage[member: .promptTokenCount] != nil { events.append(.usage(Gemini.readUsage(usage))) }
    }
    if let usage { self.usage = usage }
    if let candidates {
      for (position, candidate) in candidates.elements.enumerated() where !isEnded {
        read(candidate, position: position, into: &events)
      }
    }
    if let feedback, let refusal = Gemini.blockedPrompt(feedback) { blocked = refusal }
    forward(rest, index: nil, name: "response", into: &events)
  }

  /// Hands on what nobody understood, for a Gemini client.
  private func forward(
    _ rest: [JSONMember], index: Int?, name: String, into events: inout [ConversationEvent]
  ) {
    guard !rest.isEmpty else { return }
    let json = JSON { writer in
      writer.object { writer in
        for member in rest {
          writer.key(named: member.key)
          writer.value(member.value)
        }
        if let index { writer.member("index", index) }
      }
    }
    events.append(.opaque(OpaqueEvent(.gemini, name: name, json)))
  }

  private mutating func read(_ json: JSON, position: Int, into events: inout [ConversationEvent]) {
    var (content, reason, message): (JSON?, JSON?, JSON?)
    var sources = GeminiReadCandidate.Sources()
    var index = position
    var rest: [JSONMember] = []
    for member in json.members {
      let value = member.value
      if value.isNull { continue }
      if member.isNamed("content") {
        content = value
      } else if member.isNamed("index") {
        index = max(0, value.int ?? position)
      } else if member.isNamed(.finishReason) {
        if !Gemini.isUnspecified(value) { reason = value }
      } else if member.isNamed(.finishMessage) {
        message = value
      } else {
        if member.isNamed(.groundingMetadata) { sources.grounding = value }
        if member.isNamed(.citationMetadata) { sources.citations = value }
        if member.isNamed(.logprobsResult) { sources.logprobs = value }
        rest.append(member)
      }
    }
    let slot = tracks.firstIndex { $0.index == index } ?? tracks.count
    if slot == tracks.count {
      guard tracks.count < 128 else { return }
      tracks.append(GeminiReadCandidate(index: index))
    }
    // Moved out while it grows, so that its text grows in place.
    var track = GeminiReadCandidate(index: index)
    swap(&track, &tracks[slot])
    defer { swap(&track, &tracks[slot]) }
    track.sources = sources
    if let content {
      let parts = content["parts"] ?? .null
      if parts.isObject {
        read(part: parts, of: &track, into: &events)
      } else {
        for part in parts.elements where !isEnded { read(part: part, of: &track, into: &events) }
      }
    }
    guard !isEnded else { return }
    if let reason { track.stop = (reason, message?.string ?? track.stop?.message) }
    if let search = sources.grounding.flatMap(Gemini.search) { track.search = search }
    cite(of: &track, into: &events)
    forward(rest, index: index, name: "candidate", into: &events)
  }

  private mutating func read(
    part json: JSON, of track: inout GeminiReadCandidate, into events: inout [ConversationEvent]
  ) {
    var (text, signature): (String?, String?)
    var call: JSON?
    var isThought = false
    var hasMore = false
    for member in json.members {
      if member.isNamed("text") {
        text = member.value.string
      } else if member.isNamed("thought") {
        isThought = member.value.bool == true
      } else if member.isNamed(.thoughtSignature) {
        signature = member.value.string
      } else if member.isNamed(.functionCall) {
        call = member.value
      } else if !member.value.isNull {
        hasMore = true
      }
    }
    if let text {
      return read(text: text, isThought: isThought, signature, rest: hasMore ? json : nil, of: &track, into: &events)
    }
    if let call, call.isObject {
      return read(call: call, of: json, signature, track: &track, into: &events)
    }
    close(&track, into: &events)
    var parts: [Part] = []
    let path = "candidates[\(track.index)].content.parts[\(track.nextPart)]"
    do throws(DialectError) {
      try Gemini.readPart(json, path: path, from: .upstream(origin), into: &parts)
    } catch {
      parts = [Part(.opaque(OpaquePart(.gemini, json, path: path)))]
    }
    for var part in parts {
      track.queries.formUnion(Gemini.queries(of: part))
      let state = part.state
      part.state = nil
      open(part, &track, into: &events)
      if let state { delta(.state(state), track, into: &events) }
      close(&track, into: &events)
    }
  }

  // MARK: - Text

  private func read(
    text: String, isThought: Bool, _ signature: String?, rest: JSON?, of track: inout GeminiReadCandidate,
    into events: inout [ConversationEvent]
  ) {
    if text.isEmpty, signature == nil, rest == nil { return }
    let kind = isThought ? GeminiReadCandidate.Open.reasoning : .text
    // A lone signature belongs to what it follows; otherwise another kind of text begins another part, and so does one
    // that brings members nobody knows.
    if track.open != kind || rest != nil || (signature != nil && track.hasState)
      || (track.hasState && !text.isEmpty && isThought)
    {
      close(&track, into: &events)
      var part = Part(isThought ? .reasoning(Reasoning()) : .text(Text("")))
      if let rest {
        var reader = ObjectReader(rest)
        _ = reader.take("text")
        _ = reader.take("thought")
        _ = reader.take(.thoughtSignature)
        part.extensions = Extensions(
          .gemini, path: "candidates[\(track.index)].content.parts[\(track.nextPart)]", reader)
      }
      open(part, &track, into: &events)
      track.open = kind
      track.canCite = !isThought
      track.text = TextOffsets()
    }
    if !text.isEmpty {
      delta(isThought ? .reasoning(text, kind: .summary, segment: 0) : .text(text), track, into: &events)
      if !isThought { track.text.append(text) }
    }
    if let signature {
      track.hasState = true
      delta(.state(state(signature)), track, into: &events)
    }
  }

  private func state(_ signature: String) -> ReasoningState {
    ReasoningState(dialect: .gemini, kind: .thoughtSignature, blob: signature, origin: origin)
  }

  // MARK: - Calls

  private mutating func read(
    call: JSON, of part: JSON, _ signature: String?, track: inout GeminiReadCandidate,
    into events: inout [ConversationEvent]
  ) {
    let continues = call[member: .willContinue]?.bool == true
    let pieces = call[member: .partialArgs]
    if let name = call["name"]?.string {
      close(&track, into: &events)
      var reader = ObjectReader(part)
      _ = reader.take(.functionCall)
      _ = reader.take(.thoughtSignature)
      // Others must know the state before they tell the call.
      let start = Part(
        .toolCall(ToolCall(id: call["id"]?.string, name: name, input: "")), state: signature.map(state),
        extensions: Extensions(.gemini, path: "candidates[\(track.index)].content.parts[\(track.nextPart)]", reader))
      open(start, &track, into: &events)
      track.open = .call
      track.hasCalls = true
      track.arguments = PartialArguments()
      if let args = call["args"], args.isObject { track.arguments.whole = args }
    } else if track.open != .call {
      return
    }
    for piece in pieces?.elements ?? JSON.null.elements { track.arguments.add(piece) }
    if track.arguments.isTooLarge {
      return fail(UpstreamFailure(.badGateway, message: "the upstream's tool call is too large"), &events)
    }
    if !continues { close(&track, into: &events) }
  }

  // MARK: - Parts

  private func open(_ part: Part, _ track: inout GeminiReadCandidate, into events: inout [ConversationEvent]) {
    events.append(.partStarted(PartStart(candidate: track.index, index: track.nextPart, part: part)))
    track.nextPart += 1
    track.hasState = false
    track.canCite = false
    // Parts that come whole are closed by whoever opened them.
    track.open = .text
  }

  private func delta(_ delta: PartDelta.Delta, _ track: GeminiReadCandidate, into events: inout [ConversationEvent]) {
    events.append(.partDelta(PartDelta(candidate: track.index, index: track.nextPart - 1, delta)))
  }

  private func close(_ track: inout GeminiReadCandidate, into events: inout [ConversationEvent]) {
    guard track.open != .none else { return }
    cite(of: &track, into: &events)
    if track.open == .call { delta(.input(track.arguments.text), track, into: &events) }
    events.append(.partFinished(PartEnd(candidate: track.index, index: track.nextPart - 1)))
    track.open = .none
  }

  /// Gives the open text what its chunk cites; called before a text ends, for a call may follow it in the same chunk.
  private func cite(of track: inout GeminiReadCandidate, into events: inout [ConversationEvent]) {
    guard track.canCite, !track.sources.isEmpty else { return }
    let sources = track.sources
    track.sources = GeminiReadCandidate.Sources()
    let found = (sources.grounding.map(Gemini.grounding) ?? []) + (sources.citations.map(Gemini.citations) ?? [])
    for (var annotation, segment) in found {
      let span = Gemini.span(of: segment, in: &track.text)
      annotation.start = span?.start
      annotation.end = span?.end
      guard case .url(let address) = annotation.source,
        track.cited.insert("\(annotation.start ?? -1) \(annotation.end ?? -1) \(address)").inserted
      else { continue }
      delta(.annotation(annotation), track, into: &events)
    }
    if let logprobs = sources.logprobs.flatMap(Gemini.logprobs) {
      delta(.logprobs(logprobs), track, into: &events)
    }
  }

  // MARK: - The end

  mutating func end(into events: inout [ConversationEvent]) {
    guard !isEnded else { return }
    if tracks.isEmpty, let blocked, let part = blocked.parts.first, let stop = blocked.stop {
      events.append(.partStarted(PartStart(index: 0, part: part)))
      events.append(.partFinished(PartEnd(index: 0)))
      events.append(.candidateFinished(index: 0, stop))
      return finish(into: &events)
    }
    guard !tracks.isEmpty, tracks.allSatisfy({ $0.stop != nil }) else {
      return fail(
        UpstreamFailure(.badGateway, message: "the upstream's stream ended early, without a finish reason"), &events)
    }
    for slot in tracks.indices {
      close(&tracks[slot], into: &events)
      if let search = tracks[slot].search, !Gemini.isTold(search, by: tracks[slot].queries) {
        open(search, &tracks[slot], into: &events)
        close(&tracks[slot], into: &events)
      }
      guard let stop = tracks[slot].stop else { continue }
      events.append(
        .candidateFinished(
          index: tracks[slot].index,
          Gemini.readStop(stop.reason, message: stop.message, hasCalls: tracks[slot].hasCalls)))
    }
    finish(into: &events)
  }

  private mutating func finish(into events: inout [ConversationEvent]) {
    readUsage()
    if let usage { events.append(.usage(Gemini.readUsage(usage))) }
    isEnded = true
    events.append(.finished)
  }
}
