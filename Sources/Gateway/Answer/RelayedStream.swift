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
  /// Bytes that may wait for the first event that says something.
  private static let limit = 32 * 1024 * 1024

  init(_ generation: Generation, _ attempt: Attempt, _ head: UpstreamResponseHead) {
    self.generation = generation
    self.attempt = attempt
    self.head = head
    tap = StreamTap(DialectCatalog.dialect(attempt.prepared.candidate.endpoint.dialect))
    filter = attempt.prepared.crossing?.hidesUsage == true ? UsageChunkFilter() : nil
  }

  private var exchange: Exchange { generation.exchange }

  func feed(_ buffer: ByteBuffer) {
    buffer.withUnsafeReadableBytes { tap.hear($0) }
    if !isCommitted {
      if tap.failedAtOnce, let failure = tap.failure {
        return attempt.fail(failure, .status(failure.status ?? 502), "upstream_failed", head)
      }
      hold(buffer)
      guard tap.hasSubstance else {
        if held.readableBytes > Self.limit { attempt.failTooLarge(head) }
        return
      }
      commit()
      return send(whole: held)
    }
    guard held.readableBytes > 0 else { return send(whole: buffer) }
    hold(buffer)
    send(whole: held)
  }

  private func hold(_ buffer: ByteBuffer) {
    held.writeImmutableBuffer(buffer)
  }

  private func commit() {
    isCommitted = true
    generation.releaseConversation()
    var headers = HTTPHeaders()
    OutboundHeaders.response(head, isSameProtocol: true, into: &headers)
    headers.add(name: "content-type", value: head.header("content-type") ?? "text/event-stream")
    exchange.sendHead(status: HTTPResponseStatus(statusCode: head.status), headers: headers)
  }

  /// Sends the whole events at the beginning of `buffer` and holds what is behind them.
  private func send(whole buffer: ByteBuffer) {
    var buffer = buffer
    let end = buffer.withUnsafeReadableBytes { EventBoundary.last(in: $0) }
    guard let ready = buffer.readSlice(length: end) else { return }
    held = buffer.readableBytes > 0 ? buffer : ByteBuffer()
    emit(ready)
  }

  private func emit(_ buffer: ByteBuffer, isLast: Bool = false) {
    guard filter != nil else { return exchange.sendBody(buffer) }
    var output: [UInt8] = []
    buffer.withUnsafeReadableBytes { filter?.filter($0, into: &output) }
    if isLast { filter?.finish(into: &output) }
    exchange.sendBody(ByteBuffer(bytes: output))
  }

  func finish(_ error: UpstreamError?) {
    tap.finish()
    AnswerFacts.note(tap.usage, tap.stop, in: &exchange.record)
    noteBlobs()
    if !isCommitted {
      if let error {
        let (failure, cause, kind) = Attempt.failure(error)
        return generation.attemptFailed(failure, cause, kind: kind, head: head)
      }
      if !tap.isComplete {
        let failure =
          tap.failure
          ?? UpstreamFailure(
            .badGateway, status: 502, message: "the upstream's stream ended before it said anything")
        return generation.attemptFailed(failure, .broken, kind: "upstream_closed", head: head)
      }
      commit()
    }
    if tap.isComplete || tap.endsInError {
      emit(held, isLast: true)
      if let failure = tap.failure {
        exchange.record.errorKind = "upstream_failed"
        exchange.record.errorMessage = failure.message
      }
      generation.note(head.status, tap.failure?.message)
      return exchange.end()
    }
    failInStream(
      error.map { Attempt.failure($0).0 } ?? tap.failure
        ?? UpstreamFailure(.badGateway, status: 502, message: "the upstream's stream ended early"))
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
    exchange.sendBody(ByteBuffer(bytes: output))
    exchange.end()
  }

  private func noteBlobs() {
    for blob in tap.stateBlobs {
      exchange.gateway.blobs.note(
        blob, dialect: attempt.prepared.candidate.endpoint.dialect, origin: attempt.prepared.origin)
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

/// Where events end in a stream's bytes.
enum EventBoundary {
  /// Bytes beyond which an event without end is passed on all the same.
  private static let limit = 1024 * 1024

  /// How many bytes at the beginning are whole events.
  static func last(in bytes: UnsafeRawBufferPointer) -> Int {
    var position = bytes.count
    while position >= 2 {
      let last = bytes[position - 1]
      if last == 0x0A {
        if bytes[position - 2] == 0x0A { return position }
        if position >= 3, bytes[position - 2] == 0x0D, bytes[position - 3] == 0x0A { return position }
      } else if last == 0x0D, bytes[position - 2] == 0x0D {
        return position
      }
      position -= 1
    }
    return bytes.count > limit ? bytes.count : 0
  }
}
