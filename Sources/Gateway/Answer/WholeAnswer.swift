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
  private var upstream: any Dialect { DialectCatalog.dialect(attempt.prepared.candidate.endpoint.dialect) }

  func answer(_ body: ByteBuffer) {
    switch generation.operation.kind {
    case .countTokens: count(body)
    case .generate: generate(body)
    default: relay(body)
    }
  }

  private func count(_ body: ByteBuffer) {
    if attempt.prepared.isSameProtocol { return relay(body) }
    let bytes = Array(body.readableBytesView)
    guard
      let answer = TokenCount.answer(bytes, from: upstream.id, to: generation.operation.dialect)
    else { return unreadable("the upstream's answer holds no token count") }
    send(answer)
  }

  private func generate(_ body: ByteBuffer) {
    let response: ConversationResponse
    do throws(AnswerError) {
      response = try read(body)
    } catch {
      return unreadable(error.message)
    }
    if let failure = response.failure, response.candidates.allSatisfy({ $0.parts.isEmpty }) {
      return attempt.fail(failure, .status(failure.status ?? 502), "upstream_failed", head)
    }
    AnswerFacts.note(response.usage, response.candidates.first?.stop, in: &exchange.record)
    if isSame { noteBlobs(response) }
    if attempt.prepared.crossing?.relaysAnswer == true, !generation.isStream { return relay(body) }
    convert(response)
  }

  private struct AnswerError: Error {
    var message: String
  }

  private func read(_ body: ByteBuffer) throws(AnswerError) -> ConversationResponse {
    let json: JSON
    do throws(JSONError) {
      json = try JSON(parsing: Array(body.readableBytesView))
    } catch {
      let text = upstream.readFailure(status: 502, body: Array(body.readableBytesView.prefix(4096))).message
      throw AnswerError(message: "the upstream's answer is not JSON: \(text)")
    }
    do throws(DialectError) {
      if json.isArray, upstream.id == .gemini { return folded(Gemini().readStreamArray(json)) }
      if let error = json["error"], error.isObject || error.isString, json["output"] == nil {
        var response = ConversationResponse()
        var failure = upstream.readFailure(status: 502, body: Array(body.readableBytesView))
        failure.status = failure.status ?? 502
        response.failure = failure
        return response
      }
      return try upstream.readResponse(json, origin: attempt.prepared.origin)
    } catch {
      throw AnswerError(message: "the upstream's answer cannot be read as \(upstream.id.displayName): \(error)")
    }
  }

  /// Gemini answers a stream without `alt=sse` as one array of its chunks.
  private func folded(_ chunks: [ServerSentEvent]) -> ConversationResponse {
    var reader = upstream.makeEventReader(origin: attempt.prepared.origin)
    var events: [ConversationEvent] = []
    for chunk in chunks { reader.read(chunk, into: &events) }
    reader.end(into: &events)
    var fold = ResponseFold()
    for event in events { fold.add(event) }
    return fold.result
  }

  private func convert(_ upstreamResponse: ConversationResponse) {
    if upstreamResponse.candidates.first?.stop?.reason == .malformedToolCall {
      // No protocol's clean end may hide that the call is missing: the agent would think the turn is over.
      return attempt.fail(
        UpstreamFailure(.badGateway, status: 502, message: "the model's tool call could not be parsed by its vendor"),
        .broken, "malformed_tool_call", head)
    }
    let context = generation.replyContext()
    var response = attempt.prepared.crossing?.raising.raise(upstreamResponse) ?? upstreamResponse
    CallIDs.name(&response, exchangeID: context.exchangeID)
    if context.request.needsReasoningMemory(dialect: generation.operation.dialect) {
      for candidate in response.candidates {
        exchange.gateway.reasoning.remember(
          candidate.parts, scope: exchange.reasoningScope(generation.group), now: exchange.record.startedAt)
      }
    }
    guard generation.isStream else {
      var losses = Losses()
      let bytes = exchange.dialect.writeResponse(response, for: context, losses: &losses)
      AnswerFacts.note(losses, in: &exchange.record)
      return send(ByteBuffer(bytes: bytes))
    }
    var writer = exchange.dialect.makeEventWriter(for: context)
    var output: [UInt8] = []
    for event in response.events() { writer.write(event, into: &output) }
    AnswerFacts.note(writer.losses, in: &exchange.record)
    generation.note(head.status, nil)
    exchange.sendHead(status: .ok, headers: StreamHeaders.make(context.framing, head, isSameProtocol: isSame))
    exchange.sendBody(ByteBuffer(bytes: output))
    exchange.end()
  }

  private var isSame: Bool { attempt.prepared.isSameProtocol }

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
      exchange.gateway.blobs.note(state.blob, dialect: upstream.id, origin: attempt.prepared.origin)
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
