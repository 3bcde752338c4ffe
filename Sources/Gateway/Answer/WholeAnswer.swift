import Conversation
import Dialects
import NIOCore
import NIOHTTP1
import Providers
import Routing
import Upstream
import Wire

/// An upstream's answer that came whole: relayed, translated, or told as a stream.
struct WholeAnswer {
  private let generation: Generation
  private let attempt: Attempt
  private let head: UpstreamResponseHead

  init(_ generation: Generation, _ attempt: Attempt, _ head: UpstreamResponseHead) {
    self.generation = generation
    self.attempt = attempt
    self.head = head
  }

  private var exchange: Exchange { generation.exchange }
  private var upstream: any Dialect { DialectCatalog.dialect(attempt.facts.candidate.endpoint.dialect) }

  func answer(_ body: ByteBuffer) {
    switch generation.operation.kind {
    case .countTokens: count(body)
    case .generate: generate(body)
    case .compact where attempt.facts.crossing?.raising.compacts == true: generate(body)
    default: relay(body)
    }
  }

  private func count(_ body: ByteBuffer) {
    if attempt.facts.isSameProtocol { return relay(body) }
    let bytes = Array(body.readableBytesView)
    guard
      let answer = TokenCount.answer(bytes, from: upstream.id, to: generation.operation.dialect)
    else { return unreadable("the upstream's answer holds no token count") }
    send(answer)
  }

  private func generate(_ body: ByteBuffer) {
    let answer = attempt.facts.answer(to: generation.operation.dialect)
    let bytes = Array(body.readableBytesView)
    let isRelayed = attempt.facts.crossing?.relaysAnswer == true && !generation.isStream
    if isRelayed, let plain = answer.plainAnswer(bytes) {
      AnswerFacts.note(plain.usage, plain.stop, in: &exchange.record)
      return relay(body)
    }
    do throws(AnswerCrossing.Refusal) {
      let response = try answer.read(bytes)
      AnswerFacts.note(response.usage, response.candidates.first?.stop, in: &exchange.record)
      if isSame { noteBlobs(response) }
      if isRelayed { return relay(body) }
      try convert(response, answer)
    } catch {
      refuse(error)
    }
  }

  private func refuse(_ refusal: AnswerCrossing.Refusal) {
    let (cause, kind): (AttemptFailure, String) =
      switch refusal.cause {
      case .unreadable: (.broken, "upstream_unreadable")
      case .failed: (.status(refusal.failure.status ?? 502), "upstream_failed")
      case .malformedToolCall: (.broken, "malformed_tool_call")
      }
    attempt.fail(refusal.failure, cause, kind, head)
  }

  private func convert(
    _ upstreamResponse: ConversationResponse, _ answer: AnswerCrossing
  ) throws(AnswerCrossing.Refusal) {
    let response = try answer.raised(upstreamResponse, exchangeID: exchange.id)
    let context = generation.replyContext()
    var watch = ThoughtWatch(context.request, client: generation.operation.dialect)
    for part in response.candidates.first?.parts ?? [] {
      if let call = watch.unthought(part) { exchange.gateway.blobs.noteUnthought(call) }
    }
    if context.request.needsReasoningMemory(dialect: generation.operation.dialect) {
      for candidate in response.candidates {
        exchange.gateway.reasoning.remember(
          candidate.parts, scope: exchange.reasoningScope(generation.group), now: exchange.record.startedAt)
      }
    }
    var losses = Losses()
    let bytes =
      generation.isStream
      ? answer.write(response, asStream: true, for: context, losses: &losses)
      : generation.write(response, for: context, losses: &losses)
    AnswerFacts.note(answer.named(losses), in: &exchange.record)
    guard generation.isStream else { return send(ByteBuffer(bytes: bytes)) }
    generation.note(head.status, nil)
    exchange.sendHead(status: .ok, headers: StreamHeaders.make(context.framing, head, isSameProtocol: isSame))
    exchange.sendBody(ByteBuffer(bytes: bytes), flushes: false)
    exchange.end()
  }

  private var isSame: Bool { attempt.facts.isSameProtocol }

  private func relay(_ body: ByteBuffer) {
    var headers = HTTPHeaders()
    OutboundHeaders.response(head, isSameProtocol: true, into: &headers)
    headers.add(name: "content-type", value: head.header("content-type") ?? "application/json")
    generation.note(head.status, nil)
    exchange.send(status: HTTPResponseStatus(statusCode: head.status), headers: headers, body: body)
  }

  private func send(_ body: ByteBuffer) {
    var headers = HTTPHeaders()
    OutboundHeaders.response(head, isSameProtocol: isSame, into: &headers)
    headers.add(name: "content-type", value: "application/json")
    generation.note(head.status, nil)
    exchange.send(status: .ok, headers: headers, body: body)
  }

  private func unreadable(_ message: String) {
    attempt.fail(
      UpstreamFailure(.badGateway, status: 502, message: message), .broken, "upstream_unreadable", head)
  }

  private func noteBlobs(_ response: ConversationResponse) {
    for part in response.candidates.flatMap(\.parts) {
      guard let state = part.state else { continue }
      exchange.gateway.blobs.note(state.blob, dialect: upstream.id, origin: attempt.facts.origin)
    }
  }
}

/// What an answer adds to the record.
enum AnswerFacts {
  static func note(_ usage: Usage?, _ stop: Stop?, in record: inout ExchangeRecord) {
    if let usage {
      record.inputTokens = usage.input ?? record.inputTokens
      record.outputTokens = usage.output ?? record.outputTokens
      record.cacheReadTokens = usage.cacheRead ?? record.cacheReadTokens
      record.cacheWriteTokens = usage.cacheWrite ?? record.cacheWriteTokens
      record.reasoningTokens = usage.reasoning ?? record.reasoningTokens
    }
    if let stop { record.stopReason = stop.original ?? "\(stop.reason)" }
  }

  static func note(_ losses: Losses, in record: inout ExchangeRecord) {
    for loss in losses.list {
      let recorded = ExchangeRecord.RecordedLoss(path: loss.path, reason: loss.reason)
      if !record.losses.contains(recorded) { record.losses.append(recorded) }
    }
  }
}

/// The head of a streamed answer.
enum StreamHeaders {
  static func make(
    _ framing: ReplyContext.Framing, _ upstream: UpstreamResponseHead, isSameProtocol: Bool
  ) -> HTTPHeaders {
    var headers = HTTPHeaders()
    OutboundHeaders.response(upstream, isSameProtocol: isSameProtocol, into: &headers)
    headers.add(
      name: "content-type",
      value: framing == .jsonArray ? "application/json" : "text/event-stream; charset=utf-8")
    headers.replaceOrAdd(name: "cache-control", value: "no-cache")
    headers.replaceOrAdd(name: "x-accel-buffering", value: "no")
    return headers
  }
}
