import Conversation
import Dialects
import NIOCore
import NIOHTTP1
import Providers
import Routing
import Upstream
import Wire

/// One try at one upstream: receives its answer and hands it to what fits, whole or as a stream.
final class Attempt: UpstreamReceiver {
  private enum Phase {
    case waiting
    /// An error answer, collected to be read.
    case failing(UpstreamResponseHead, ByteBuffer)
    /// A whole answer, collected before anything goes out.
    case collecting(UpstreamResponseHead, ByteBuffer)
    /// The type does not say whether this is a stream; the first bytes will.
    case sniffing(UpstreamResponseHead, ByteBuffer)
    case streaming(any StreamedAnswer)
    /// Bytes nobody looks into.
    case passing
    case done
  }

  /// Bytes of an error answer that are read; the rest says nothing more.
  private static let errorLimit = 1024 * 1024
  /// Bytes of a whole answer.
  static let answerLimit = 256 * 1024 * 1024
  /// Bytes of a stream that may wait for its first event that says something.
  static let waitingLimit = 32 * 1024 * 1024

  let facts: CallFacts
  let startedAt: Int64
  private unowned let generation: Generation
  private var call: (any UpstreamCall)?
  private var phase = Phase.waiting
  private var isPaused = false

  init(_ generation: Generation, _ facts: CallFacts) {
    self.generation = generation
    self.facts = facts
    startedAt = generation.exchange.elapsed
  }

  private var exchange: Exchange { generation.exchange }
  private var upstreamDialect: any Dialect { DialectCatalog.dialect(facts.candidate.endpoint.dialect) }

  func start(_ request: UpstreamRequest) {
    if let body = request.body { exchange.capture(upstreamRequest: body) }
    call = exchange.gateway.transport.start(request, on: exchange.eventLoop, receiver: self)
  }

  /// Returns whether the client had got its whole answer before.
  func cancel() -> Bool {
    defer { stop() }
    if case .streaming(let answer) = phase { return answer.cancel() }
    return false
  }

  func clientWritabilityChanged(isWritable: Bool) {
    if isWritable, isPaused {
      isPaused = false
      call?.resume()
    } else if !isWritable {
      pauseIfNeeded()
    }
  }

  /// A client that does not read must not fill our memory.
  private func pauseIfNeeded() {
    // Without a call the exchange may be over and gone.
    guard !isPaused, call != nil, !exchange.isClientWritable, exchange.hasSentHead else { return }
    isPaused = true
    call?.pause()
  }

  // MARK: - UpstreamReceiver

  func upstreamHead(_ head: UpstreamResponseHead) {
    guard case .waiting = phase else { return }
    let empty = ByteBuffer()
    guard (200..<300).contains(head.status) else {
      phase = .failing(head, empty)
      return
    }
    if facts.crossing == nil, case .relay = generation.operation.kind {
      return pass(head)
    }
    let type = MediaType(head.header("content-type") ?? "")
    if type.isEventStream {
      phase = .streaming(stream(head))
    } else if generation.isStream, type.isEmpty || type.isPlainText {
      phase = .sniffing(head, empty)
    } else {
      phase = .collecting(head, empty)
    }
  }

  func upstreamBody(_ buffer: ByteBuffer, isLast: Bool) {
    exchange.capture(upstreamResponse: buffer)
    switch phase {
    case .waiting, .done: break
    case .failing(let head, var body):
      phase = .waiting
      Self.append(buffer, to: &body, limit: Self.errorLimit)
      phase = .failing(head, body)
    case .collecting(let head, var body):
      phase = .waiting
      body.join(buffer)
      guard body.readableBytes <= Self.answerLimit else { return failTooLarge(head) }
      phase = .collecting(head, body)
    case .sniffing(let head, var body):
      phase = .waiting
      body.join(buffer)
      sniff(head, body, isLast)
    case .streaming(let answer):
      answer.feed(buffer, isLast: isLast)
      pauseIfNeeded()
    case .passing:
      exchange.sendBody(buffer, flushes: !isLast)
      pauseIfNeeded()
    }
  }

  func upstreamEnd(_ error: UpstreamError?) {
    let phase = phase
    self.phase = .done
    call = nil
    switch phase {
    case .done: break
    case .waiting:
      let error = error ?? .closed("the upstream closed the connection without an answer")
      let (failure, cause, kind) = Self.failure(error)
      fail(failure, cause, kind, nil)
    case .failing(let head, let body): refused(head, body)
    case .collecting(let head, let body), .sniffing(let head, let body):
      if let error {
        let (failure, cause, kind) = Self.failure(error)
        return fail(failure, cause, kind, head)
      }
      WholeAnswer(generation, self, head).answer(body)
    case .streaming(let answer): answer.finish(error)
    case .passing:
      if let error {
        generation.note(nil, "\(error)")
        return exchange.cut(UpstreamFailure(.badGateway, message: "\(error)"), as: "upstream_closed")
      }
      generation.note(exchange.record.status, nil)
      exchange.end()
    }
  }

  /// Ends the call early: its answer has said all it will.
  func stop() {
    phase = .done
    call?.cancel()
    call = nil
  }

  // MARK: - Kinds of answers

  private func sniff(_ head: UpstreamResponseHead, _ body: ByteBuffer, _ isLast: Bool) {
    guard let isStream = EventStreamParser.isStream(body.readableBytesView) else {
      guard body.readableBytes <= Self.errorLimit else { return failTooLarge(head) }
      phase = .sniffing(head, body)
      return
    }
    guard isStream else {
      phase = .collecting(head, body)
      return
    }
    let answer = stream(head)
    phase = .streaming(answer)
    answer.feed(body, isLast: isLast)
  }

  private func stream(_ head: UpstreamResponseHead) -> any StreamedAnswer {
    if generation.isStream, facts.crossing?.relaysAnswer == true {
      return RelayedStream(generation, self, head)
    }
    return ConvertedStream(generation, self, head)
  }

  /// Relays an answer of an operation that is none of our protocols' conversations.
  private func pass(_ head: UpstreamResponseHead) {
    var headers = HTTPHeaders()
    OutboundHeaders.response(head, isSameProtocol: true, into: &headers)
    if let type = head.header("content-type") { headers.add(name: "content-type", value: type) }
    phase = .passing
    exchange.sendHead(status: HTTPResponseStatus(statusCode: head.status), headers: headers)
  }

  private func refused(_ head: UpstreamResponseHead, _ body: ByteBuffer) {
    if (300..<400).contains(head.status) {
      return fail(
        UpstreamFailure(
          .badGateway, status: 502,
          message: "the upstream redirects elsewhere (HTTP \(head.status)): check its base URL"),
        .status(502), "upstream_redirect", head)
    }
    var failure = upstreamDialect.readFailure(status: head.status, body: Array(body.readableBytesView))
    failure.status = failure.status ?? head.status
    failure.retryAfter = RetryAfter.seconds(in: head) ?? failure.retryAfter
    fail(failure, .status(head.status), "upstream_status", head)
  }

  func fail(_ failure: UpstreamFailure, _ cause: AttemptFailure, _ kind: String, _ head: UpstreamResponseHead?) {
    stop()
    generation.attemptFailed(failure, cause, kind: kind, head: head)
  }

  func failTooLarge(_ head: UpstreamResponseHead) {
    fail(
      UpstreamFailure(.badGateway, status: 502, message: "the upstream's answer is too large"), .broken,
      "upstream_answer_too_large", head)
  }

  private static func append(_ buffer: ByteBuffer, to body: inout ByteBuffer, limit: Int) {
    let space = limit - body.readableBytes
    guard space > 0, var slice = buffer.getSlice(at: buffer.readerIndex, length: min(space, buffer.readableBytes))
    else { return }
    body.writeBuffer(&slice)
  }

  /// An error of the connection as a failure, for the retry rule and for the record.
  static func failure(_ error: UpstreamError) -> (UpstreamFailure, AttemptFailure, String) {
    switch error {
    case .unavailable(let text):
      (UpstreamFailure(.server, status: 500, message: text), .final, "libcurl_unavailable")
    case .badURL(let text): (UpstreamFailure(.server, status: 500, message: text), .final, "bad_url")
    case .resolve(let text), .connect(let text), .tls(let text), .proxy(let text):
      (UpstreamFailure(.badGateway, status: 502, message: text), .unreachable, "upstream_unreachable")
    case .connectTimeout(let text):
      (UpstreamFailure(.timeout, status: 504, message: text), .unreachable, "upstream_connect_timeout")
    case .firstByteTimeout(let text), .idleTimeout(let text):
      (UpstreamFailure(.timeout, status: 504, message: text), .timeout, "upstream_timeout")
    case .closed(let text), .protocolViolation(let text):
      (UpstreamFailure(.badGateway, status: 502, message: text), .broken, "upstream_closed")
    case .cancelled: (UpstreamFailure(.cancelled, status: 499, message: "cancelled"), .final, "cancelled")
    }
  }
}

extension ByteBuffer {
  /// Puts `piece` behind what is there; nothing is copied where nothing is.
  mutating func join(_ piece: ByteBuffer) {
    if readableBytes == 0 { self = piece } else { writeImmutableBuffer(piece) }
  }
}

/// An upstream's stream on its way to the client.
protocol StreamedAnswer: AnyObject {
  /// Behind the last piece `finish` follows at once, so that what it brings may leave together with the end.
  func feed(_ buffer: ByteBuffer, isLast: Bool)
  func finish(_ error: UpstreamError?)
  /// Returns whether the client had got its whole answer before.
  func cancel() -> Bool
}

/// When an upstream wants to be asked again.
enum RetryAfter {
  /// Seconds from `retry-after-ms` or `retry-after`; dates are left to the client, who gets the header as it came.
  static func seconds(in head: UpstreamResponseHead) -> Double? {
    if let text = head.header("retry-after-ms"), let value = Double(text), value >= 0 { return value / 1000 }
    if let text = head.header("retry-after"), let value = Double(text), value >= 0 { return value }
    return nil
  }
}
