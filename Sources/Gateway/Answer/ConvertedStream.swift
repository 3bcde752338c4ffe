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
/// another attempt.
final class ConvertedStream: StreamedAnswer {
  private let generation: Generation
  private unowned let attempt: Attempt
  private let head: UpstreamResponseHead
  private var parser = EventStreamParser()
  private var reader: any EventReader
  private var raising: AnswerRaising?
  private let context: ReplyContext
  private var writer: (any EventWriter)?
  /// Folds the answer for a client that wants it whole, and for the reasoning memory.
  private var fold: ResponseFold?
  private var events: [ConversationEvent] = []
  private var output: [UInt8] = []
  private var isCommitted = false
  private var isOver = false
  /// Bytes of the upstream's so far.
  private var received = 0
  /// Whether something went out since the last keep-alive was due.
  private var hasSpoken = false
  private var keepAlive: Scheduled<Void>?

  init(_ generation: Generation, _ attempt: Attempt, _ head: UpstreamResponseHead) {
    self.generation = generation
    self.attempt = attempt
    self.head = head
    reader = DialectCatalog.dialect(attempt.prepared.candidate.endpoint.dialect)
      .makeEventReader(origin: attempt.prepared.origin)
    if let raising = attempt.prepared.crossing?.raising, !raising.isIdentity { self.raising = raising }
    context = generation.replyContext()
    if !generation.isStream || remembers { fold = ResponseFold() }
    if generation.isStream { writer = exchange.dialect.makeEventWriter(for: context) }
  }

  private var exchange: Exchange { generation.exchange }

  /// Whether the client leaves its reasoning state to us.
  private var remembers: Bool {
    context.request.needsReasoningMemory(dialect: generation.operation.dialect)
  }

  func feed(_ buffer: ByteBuffer) {
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
    var read: [ConversationEvent] = []
    let isTooLarge = buffer.withUnsafeReadableBytes { bytes -> Bool in
      do throws(EventStreamError) {
        try parser.feed(bytes) { item in
          if case .event(let event) = item { reader.read(event, into: &read) }
        }
        return false
      } catch {
        return true
      }
    }
    if isTooLarge {
      read.append(.failed(UpstreamFailure(.badGateway, status: 502, message: "an event of the upstream is too large")))
    }
    take(read)
  }

  func finish(_ error: UpstreamError?) {
    guard !isOver else { return }
    var read: [ConversationEvent] = []
    parser.finish { item in
      if case .event(let event) = item { reader.read(event, into: &read) }
    }
    if let error, !read.contains(where: \.isTerminal) {
      var ending: [ConversationEvent] = []
      reader.end(into: &ending)
      // An end the reader is sure of stands, however the connection went.
      read.append(contentsOf: ending.contains { $0.isFinished } ? ending : [.failed(Attempt.failure(error).0)])
    } else {
      reader.end(into: &read)
    }
    take(read)
    if !isOver {
      take([.failed(UpstreamFailure(.badGateway, status: 502, message: "the upstream's stream ended early"))])
    }
  }

  func cancel() -> Bool {
    isOver = true
    keepAlive?.cancel()
    return false
  }

  // MARK: - Events

  private func take(_ read: [ConversationEvent]) {
    events.removeAll(keepingCapacity: true)
    if raising == nil {
      events = read
    } else {
      for event in read { raising?.raise(event, into: &events) }
    }
    for var event in events where !isOver {
      CallIDs.name(&event, exchangeID: exchange.id)
      take(event)
    }
    flush()
  }

  private func take(_ event: ConversationEvent) {
    var event = event
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
      failure.original = nil
      event = .failed(failure)
      exchange.record.errorKind = "upstream_failed"
      exchange.record.errorMessage = failure.message
    case .usage(let usage): AnswerFacts.note(usage, nil, in: &exchange.record)
    case .candidateFinished(_, let stop): AnswerFacts.note(nil, stop, in: &exchange.record)
    case .partStarted(let start): noteBlob(start.part.state)
    case .partDelta(let delta): if case .state(let state) = delta.delta { noteBlob(state) }
    default: break
    }
    fold?.add(event)
    writer?.write(event, into: &output)
    if event.hasSubstance { commit() }
    if event.isTerminal { end(event) }
  }

  /// In one protocol the client gets the blob bare, so that we must remember whose it is.
  private func noteBlob(_ state: ReasoningState?) {
    guard let state, attempt.prepared.isSameProtocol else { return }
    exchange.gateway.blobs.note(state.blob, dialect: state.dialect, origin: attempt.prepared.origin)
  }

  private func commit() {
    guard !isCommitted else { return }
    isCommitted = true
    generation.releaseConversation()
    guard generation.isStream else { return }
    exchange.sendHead(
      status: .ok,
      headers: StreamHeaders.make(context.framing, head, isSameProtocol: attempt.prepared.isSameProtocol))
    scheduleKeepAlive()
  }

  private func flush() {
    guard isCommitted, generation.isStream, !output.isEmpty else { return }
    hasSpoken = true
    exchange.sendBody(ByteBuffer(bytes: output))
    output.removeAll(keepingCapacity: true)
  }

  private func end(_ event: ConversationEvent) {
    isOver = true
    keepAlive?.cancel()
    if let fold, remembers {
      for candidate in fold.result.candidates {
        exchange.gateway.reasoning.remember(
          candidate.parts, scope: exchange.reasoningScope(generation.group), now: exchange.record.startedAt)
      }
    }
    if let writer { AnswerFacts.note(writer.losses, in: &exchange.record) }
    generation.note(head.status, exchange.record.errorMessage)
    guard generation.isStream else { return answerWhole() }
    flush()
    exchange.end()
    attempt.stop()
  }

  /// The client wanted one answer though the upstream streams.
  private func answerWhole() {
    guard let fold else { return }
    let response = fold.result
    attempt.stop()
    if let failure = response.failure {
      return exchange.fail(failure, as: "upstream_failed")
    }
    var losses = Losses()
    let bytes = exchange.dialect.writeResponse(response, for: context, losses: &losses)
    AnswerFacts.note(losses, in: &exchange.record)
    var headers = HTTPHeaders()
    OutboundHeaders.response(head, isSameProtocol: attempt.prepared.isSameProtocol, into: &headers)
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
      flush()
    }
    scheduleKeepAlive()
  }
}

extension ConversationEvent {
  var isTerminal: Bool {
    switch self {
    case .finished, .failed: true
    default: false
    }
  }

  var isFinished: Bool { if case .finished = self { true } else { false } }

  /// Whether the event says something of the answer itself, so that the client should hear.
  var hasSubstance: Bool {
    switch self {
    case .partStarted, .partDelta, .partFinished, .candidateFinished, .finished, .failed: true
    case .started, .usage, .keepAlive, .opaque: false
    }
  }
}
