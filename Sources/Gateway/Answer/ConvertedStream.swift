import Conversation
import Dialects
import NIOCore
import NIOHTTP1
import Providers
import Routing
import Upstream
import Wire

/// A stream read into conversation events and written in the client's protocol, streamed or folded into one answer.
///
/// Nothing goes out before the first event that says something, so that an error there can still become a status or
/// another attempt; and of an answer that the client wants whole, nothing before its end.
final class ConvertedStream: StreamedAnswer {
  private let generation: Generation
  private unowned let attempt: Attempt
  private let head: UpstreamResponseHead
  private let answer: AnswerCrossing
  private var stream: AnswerEvents
  private let context: ReplyContext
  private var writer: (any EventWriter)?
  /// Folds the answer for a client that wants it whole, and for the reasoning memory.
  private var fold: ResponseFold?
  private var output: [UInt8] = []
  private var isCommitted = false
  private var isOver = false
  /// Bytes of the upstream's so far.
  private var received = 0
  /// Whether something went out since the last keep-alive was due.
  private var hasSpoken = false
  private var keepAlive: Scheduled<Void>?
  /// What goes into the record once this answer is the client's: another candidate's may take its place.
  private var usage: Usage?
  private var stop: Stop?
  private var watch: ThoughtWatch

  init(_ generation: Generation, _ attempt: Attempt, _ head: UpstreamResponseHead) {
    self.generation = generation
    self.attempt = attempt
    self.head = head
    answer = attempt.facts.answer(to: generation.exchange.dialect.id)
    stream = answer.makeEvents(exchangeID: generation.exchange.id)
    context = generation.replyContext()
    watch = ThoughtWatch(context.request, client: generation.operation.dialect)
    if !generation.isStream || remembers { fold = ResponseFold() }
    if generation.isStream { writer = exchange.dialect.makeEventWriter(for: context) }
  }

  private var exchange: Exchange { generation.exchange }

  /// Whether the client leaves its reasoning state to us.
  private var remembers: Bool {
    context.request.needsReasoningMemory(dialect: generation.operation.dialect)
  }

  func feed(_ buffer: ByteBuffer, isLast: Bool) {
    guard !isOver else { return }
    received += buffer.readableBytes
    if received > Attempt.answerLimit {
      guard generation.isStream else {
        isOver = true
        return attempt.failTooLarge(head)
      }
      // Only the memory of the reasoning is lost.
      fold = nil
    }
    take(buffer.withUnsafeReadableBytes { stream.feed($0) }, isLast: isLast)
  }

  func finish(_ error: UpstreamError?) {
    guard !isOver else { return }
    take(stream.finish(cut: error.map { Attempt.failure($0).0 }))
  }

  func cancel() -> Bool {
    isOver = true
    keepAlive?.cancel()
    AnswerFacts.note(usage, stop, in: &exchange.record)
    return false
  }

  // MARK: - Events

  private func take(_ events: [ConversationEvent], isLast: Bool = false) {
    var position = 0
    while position < events.count, !isOver {
      let words = plainWords(in: events[position...])
      if words.isEmpty {
        take(events[position])
        position += 1
      } else {
        write(words)
        position = words.endIndex
      }
    }
    if !isCommitted, !isOver, output.count > Attempt.waitingLimit {
      isOver = true
      return attempt.failTooLarge(head)
    }
    send(flushes: !isLast)
  }

  /// The events at the beginning that are only to be written: words of a stream that is the client's already.
  private func plainWords(in events: ArraySlice<ConversationEvent>) -> ArraySlice<ConversationEvent> {
    guard isCommitted, generation.isStream else { return events.prefix(0) }
    let remembers = fold != nil
    return events.prefix { event in
      guard case .partDelta(let delta) = event else { return false }
      return delta.delta.isPlain(remembers: remembers)
    }
  }

  /// Writes the words of many events: most events are nothing else.
  private func write(_ words: ArraySlice<ConversationEvent>) {
    // Taken out meanwhile: what belongs to an object is checked at each access.
    var output: [UInt8] = []
    swap(&output, &self.output)
    // About what they become, so that long answers are not moved again and again.
    output.reserveCapacity(output.count + words.count * 320)
    writer?.write(words, into: &output)
    swap(&output, &self.output)
  }

  private func take(_ event: ConversationEvent) {
    var event = event
    var isRemembered = true
    switch event {
    case .failed(var failure):
      if !isCommitted {
        isOver = true
        keepAlive?.cancel()
        return attempt.fail(
          failure, failure.kind == .badGateway ? .broken : .status(failure.status ?? 502), "upstream_failed", head)
      }
      // An upstream may quote the credential it refuses.
      failure.message = exchange.masked(failure.message)
      event = .failed(failure)
      exchange.record.errorKind = "upstream_failed"
      exchange.record.errorMessage = failure.message
    case .usage(let counts): if usage == nil { usage = counts } else { usage?.merge(counts) }
    case .candidateFinished(_, let first): stop = stop ?? first
    case .partStarted(let start):
      noteBlob(start.part.state)
      if let call = watch.unthought(start.part) { exchange.gateway.blobs.noteUnthought(call) }
    case .partDelta(let delta):
      isRemembered = !generation.isStream || !delta.delta.isPlain(remembers: true)
      if case .state(let state) = delta.delta { noteBlob(state) }
    // Nobody is kept waiting by what is not sent.
    case .keepAlive where !isCommitted: return
    default: break
    }
    if isRemembered { fold?.add(event) }
    writer?.write(event, into: &output)
    if event.hasSubstance { commit() }
    if event.isTerminal { end(event) }
  }

  /// In one protocol the client gets the blob bare, so that we must remember whose it is.
  private func noteBlob(_ state: ReasoningState?) {
    guard let state, attempt.facts.isSameProtocol else { return }
    exchange.gateway.blobs.note(state.blob, dialect: state.dialect, origin: attempt.facts.origin)
  }

  private func commit() {
    guard generation.isStream, !isCommitted else { return }
    isCommitted = true
    generation.releaseRequest()
    exchange.sendHead(
      status: .ok,
      headers: StreamHeaders.make(context.framing, head, isSameProtocol: attempt.facts.isSameProtocol))
    scheduleKeepAlive()
  }

  private func send(flushes: Bool) {
    guard isCommitted, !output.isEmpty else { return }
    hasSpoken = true
    exchange.sendBody(ByteBuffer(bytes: output), flushes: flushes)
    output.removeAll(keepingCapacity: true)
  }

  private func end(_ event: ConversationEvent) {
    isOver = true
    keepAlive?.cancel()
    if !isCommitted, let refusal = fold.flatMap({ AnswerCrossing.missingCall(in: $0.result) }) {
      return attempt.fail(refusal.failure, .broken, "malformed_tool_call", head)
    }
    AnswerFacts.note(usage, stop, in: &exchange.record)
    if let fold, remembers {
      for candidate in fold.result.candidates {
        exchange.gateway.reasoning.remember(
          candidate.parts, scope: exchange.reasoningScope(generation.group), now: exchange.record.startedAt)
      }
    }
    if let writer { AnswerFacts.note(answer.named(writer.losses), in: &exchange.record) }
    generation.note(head.status, exchange.record.errorMessage)
    guard generation.isStream else { return answerWhole() }
    send(flushes: false)
    exchange.end()
    attempt.stop()
  }

  /// The client wanted one answer though the upstream streams.
  private func answerWhole() {
    guard let fold else { return }
    attempt.stop()
    var losses = fold.losses
    let bytes = generation.write(fold.result, for: context, losses: &losses)
    AnswerFacts.note(answer.named(losses), in: &exchange.record)
    var headers = HTTPHeaders()
    OutboundHeaders.response(head, isSameProtocol: attempt.facts.isSameProtocol, into: &headers)
    headers.add(name: "content-type", value: "application/json")
    exchange.send(status: .ok, headers: headers, body: ByteBuffer(bytes: bytes))
  }

  // MARK: - Keep-alive

  private func scheduleKeepAlive() {
    let interval = exchange.snapshot.settings.keepAliveInterval
    guard interval > 0 else { return }
    hasSpoken = false
    let this = NIOLoopBound(self, eventLoop: exchange.eventLoop)
    keepAlive = exchange.eventLoop.scheduleTask(in: .milliseconds(Int64(min(interval, 86_400) * 1000))) {
      this.value.sendKeepAlive()
    }
  }

  private func sendKeepAlive() {
    guard !isOver, isCommitted else { return }
    // A client that reads nothing is not waiting.
    if !hasSpoken, exchange.isClientWritable {
      writer?.keepAlive(into: &output)
      send(flushes: true)
    }
    scheduleKeepAlive()
  }
}

extension PartDelta.Delta {
  /// Whether it is of use to nobody but the client of a stream: the reasoning memory keeps no words but thoughts.
  fileprivate func isPlain(remembers: Bool) -> Bool {
    switch self {
    case .text, .input, .annotation, .logprobs: true
    case .reasoning: !remembers
    case .state: false
    }
  }
}
