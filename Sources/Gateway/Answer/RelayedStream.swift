import Conversation
import Dialects
import NIOCore
import NIOHTTP1
import Providers
import Routing
import Upstream
import Wire

/// A stream in the client's own protocol, relayed byte for byte.
///
/// Nothing goes out before the first event that says something, so that an error there can still become a status or
/// another attempt. Only whole events go out, so that an error event of ours can follow whatever was sent.
final class RelayedStream: StreamedAnswer {
  private let generation: Generation
  private unowned let attempt: Attempt
  private let head: UpstreamResponseHead
  private var tap: StreamTap
  private var filter: UsageChunkFilter?
  /// What waits: for the first event, or for the rest of an event.
  private var held = ByteBuffer()
  private var isCommitted = false

  init(_ generation: Generation, _ attempt: Attempt, _ head: UpstreamResponseHead) {
    self.generation = generation
    self.attempt = attempt
    self.head = head
    tap = StreamTap(DialectCatalog.dialect(attempt.facts.candidate.endpoint.dialect))
    filter = attempt.facts.crossing?.hidesUsage == true ? UsageChunkFilter() : nil
  }

  private var exchange: Exchange { generation.exchange }

  func feed(_ buffer: ByteBuffer, isLast: Bool) {
    buffer.withUnsafeReadableBytes { tap.hear($0) }
    if !isCommitted {
      if tap.failedAtOnce, let failure = tap.failure {
        return attempt.fail(failure, .status(failure.status ?? 502), "upstream_failed", head)
      }
      hold(buffer)
      guard tap.hasSubstance else {
        if held.readableBytes > Attempt.waitingLimit { attempt.failTooLarge(head) }
        return
      }
      commit()
      return send(whole: held, isLast)
    }
    guard held.readableBytes > 0 else { return send(whole: buffer, isLast) }
    hold(buffer)
    send(whole: held, isLast)
  }

  private func hold(_ buffer: ByteBuffer) {
    held.join(buffer)
  }

  private func commit() {
    isCommitted = true
    generation.releaseRequest()
    var headers = HTTPHeaders()
    OutboundHeaders.response(head, isSameProtocol: true, into: &headers)
    headers.add(name: "content-type", value: head.header("content-type") ?? "text/event-stream")
    exchange.sendHead(status: HTTPResponseStatus(statusCode: head.status), headers: headers)
  }

  /// Sends the whole events at the beginning of `buffer` and holds what is behind them.
  private func send(whole buffer: ByteBuffer, _ isLast: Bool) {
    var buffer = buffer
    let end = buffer.withUnsafeReadableBytes { EventBoundary.last(in: $0) }
    guard let ready = buffer.readSlice(length: end) else { return }
    held = buffer.readableBytes > 0 ? buffer : ByteBuffer()
    emit(ready, flushes: !isLast)
  }

  private func emit(_ buffer: ByteBuffer, isEnd: Bool = false, flushes: Bool) {
    guard filter != nil else { return exchange.sendBody(buffer, flushes: flushes) }
    var output: [UInt8] = []
    buffer.withUnsafeReadableBytes { filter?.filter($0, into: &output) }
    if isEnd { filter?.finish(into: &output) }
    exchange.sendBody(ByteBuffer(bytes: output), flushes: flushes)
  }

  func finish(_ error: UpstreamError?) {
    tap.finish()
    AnswerFacts.note(tap.usage, tap.stop, in: &exchange.record)
    noteBlobs()
    let cut = error.map(Attempt.failure)
    switch tap.ending(cut: cut?.0, isCommitted: isCommitted) {
    case .refused(let failure):
      generation.attemptFailed(failure, cut?.1 ?? .broken, kind: cut?.2 ?? "upstream_closed", head: head)
    case .broken(let failure): failInStream(failure)
    case .whole: endWhole()
    }
  }

  private func endWhole() {
    if !isCommitted { commit() }
    emit(held, isEnd: true, flushes: false)
    if let failure = tap.failure {
      exchange.record.errorKind = "upstream_failed"
      exchange.record.errorMessage = failure.message
    }
    generation.note(head.status, tap.failure?.message)
    exchange.end()
  }

  /// Ends the client's stream in its protocol's error event.
  private func failInStream(_ failure: UpstreamFailure) {
    var failure = failure
    failure.message = exchange.masked(failure.message)
    generation.note(head.status, failure.message)
    exchange.record.errorKind = "upstream_closed"
    exchange.record.errorMessage = failure.message
    var writer = exchange.dialect.makeEventWriter(for: generation.replyContext())
    var output: [UInt8] = []
    writer.write(.failed(failure), into: &output)
    exchange.sendBody(ByteBuffer(bytes: output), flushes: false)
    exchange.end()
  }

  private func noteBlobs() {
    for blob in tap.stateBlobs {
      exchange.gateway.blobs.note(
        blob, dialect: attempt.facts.candidate.endpoint.dialect, origin: attempt.facts.origin)
    }
  }

  func cancel() -> Bool {
    let isWhole = isCommitted && tap.isComplete
    tap.finish()
    AnswerFacts.note(tap.usage, tap.stop, in: &exchange.record)
    noteBlobs()
    return isWhole
  }
}
