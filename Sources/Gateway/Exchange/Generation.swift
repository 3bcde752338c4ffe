import Conversation
import Dialects
import NIOCore
import NIOHTTP1
import Providers
import Routing
import Upstream
import Wire

/// Answers a request by calling upstreams: the candidates of its route in turn, until one answers or none is left.
final class Generation: ExchangeWork {
  let exchange: Exchange
  let operation: ClientOperation
  let group: String
  private(set) var inbound: InboundRequest?
  private var conversation: ConversationRequest?
  private var plan: RoutePlan?
  private var position = 0
  private var attempt: Attempt?
  /// What is left out since the candidate refused the reasoning state it was given.
  private var dropped = DroppedReasoning.none
  /// What the candidate is sent none of since it refused it.
  private(set) var without: Set<Refusal> = []
  /// Whether the candidate's model is asked for a summary since the candidate cannot compact.
  private var asksForSummary = false
  /// The session that keeps to one account, where there are several to choose from.
  var session: UInt64?
  /// The response that the client goes on from, where it is kept here.
  private var previousResponse: String?

  init(_ exchange: Exchange, _ operation: ClientOperation, group: String) {
    self.exchange = exchange
    self.operation = operation
    self.group = group
  }

  var clientDialect: any Dialect { exchange.dialect }

  /// Whether the client wants a stream.
  var isStream: Bool { operation.kind == .generate && (inbound?.isStream ?? false) }

  func start() {
    if let failure = ContentCoding.refusal(of: exchange.request) {
      return exchange.fail(failure, as: "unsupported_encoding")
    }
    useStore()
    do throws(DialectError) {
      try read()
    } catch {
      return exchange.fail(error.failure, as: "invalid_request")
    }
    exchange.record.modelAsked = model
    exchange.record.isStream = isStream
    do throws(RoutingError) {
      var plan = try RoutePlanner.plan(
        model: model, group: group, snapshot: exchange.snapshot, client: operation.dialect)
      if operation.kind == .generate, (model ?? "").allSatisfy(\.isWhitespace), keepsModel(plan) {
        return exchange.fail(
          UpstreamFailure(.invalidRequest, status: 400, message: "you must provide a model", param: "model"),
          as: "no_model")
      }
      order(&plan)
      self.plan = plan
      exchange.record.route = plan.rule.pattern
    } catch {
      return exchange.fail(Self.failure(error), as: "no_route")
    }
    tryCandidate()
  }

  /// Puts the conversation that is kept here into the request, and sees that its answer is kept.
  private func useStore() {
    let settings = exchange.snapshot.settings
    guard settings.storesResponses, operation.kind == .generate, operation.dialect == .openAIResponses else { return }
    let store = exchange.gateway.responses
    let bounds = settings.storeBounds
    let now = exchange.record.startedAt
    guard
      let stored = StoredConversation(exchange.request.body, store, group: group, bounds: bounds, now: now)
    else { return }
    if let body = stored.body { exchange.replaceBody(body) }
    previousResponse = stored.previous
    guard stored.keepsAnswer else { return }
    let isStream = exchange.request.body.withUnsafeReadableBytes {
      (try? InboundRequest($0, dialect: operation.dialect, line: RequestLine()))?.isStream ?? false
    }
    exchange.keeper = AnswerKeeper(isStream: isStream, limit: bounds.bytes) { [group, weak self] response in
      // What the upstream keeps itself is its to go on from.
      guard let id = response["id"]?.string, let facts = self?.attempt?.facts,
        !(facts.isSameProtocol && facts.candidate.quirks.storesResponses)
      else { return }
      let entry = ResponseStore.Entry(
        group: group, previous: stored.previous, input: stored.input, response: response)
      store.keep(entry, id: id, bounds: bounds, now: now)
    }
  }

  /// Whether the route leaves it to the client to name the model.
  private func keepsModel(_ plan: RoutePlan) -> Bool {
    guard let pattern = plan.rule.pattern,
      let route = exchange.snapshot.groups[group]?.routes.first(where: { $0.pattern == pattern })
    else { return true }
    return route.targets.contains { $0.model.isEmpty }
  }

  private var model: String? { inbound?.model ?? operation.model }

  private func read() throws(DialectError) {
    let line = RequestLine(
      model: operation.model, isStream: operation.isStream, seals: exchange.gateway.identity.seals)
    if case .relay = operation.kind, !isJSON { return }
    let result = exchange.request.body.withUnsafeReadableBytes { bytes -> Result<InboundRequest, DialectError> in
      do throws(DialectError) {
        return .success(try InboundRequest(bytes, dialect: operation.dialect, line: line))
      } catch {
        return .failure(error)
      }
    }
    inbound = try result.get()
  }

  /// Audio and image uploads are multipart.
  private var isJSON: Bool {
    exchange.request.header("content-type")?.lowercased().contains("json") ?? true
  }

  private static func failure(_ error: RoutingError) -> UpstreamFailure {
    UpstreamFailure(
      error.status == 503 ? .overloaded : error.status == 400 ? .invalidRequest : .notFound, status: error.status,
      message: error.description, code: error.status == 404 ? "model_not_found" : nil,
      param: error.status == 404 ? "model" : nil)
  }

  /// Whom the last attempt asked.
  var candidate: RouteCandidate? { attempt?.facts.candidate }

  /// The request as read; nil where it cannot be.
  var request: ConversationRequest? {
    conversation
      ?? (try? CallPreparation.read(
        exchange.request.body, operation, clientDialect, seals: exchange.gateway.identity.seals))
  }

  /// Whether the client lets the upstream keep the answer, as Responses does unless told otherwise.
  var storesAnswer: Bool {
    // Of a body that was let go of, nothing can be found any more.
    guard let inbound, exchange.request.body.readableBytes > 0 else { return true }
    return exchange.request.body.withUnsafeReadableBytes { bytes in
      inbound.scan.member("store", in: bytes).map { !bytes[$0.value].elementsEqual("false".utf8) } ?? true
    }
  }

  // MARK: - Candidates

  private func tryCandidate() {
    guard let plan, plan.candidates.indices.contains(position) else { return }
    var candidate = plan.candidates[position]
    if asksForSummary { candidate.quirks.compaction = false }
    for refusal in without.union(exchange.gateway.refusals.known(of: candidate)) {
      refusal.apply(to: &candidate.quirks)
    }
    exchange.record.provider = candidate.provider.name
    exchange.record.account = candidate.credential?.account
    exchange.record.modelSent = candidate.model
    exchange.record.upstreamDialect = candidate.endpoint.dialect
    exchange.conceal(candidate.credential?.token)
    do throws(PreparationError) {
      let prepared = try prepare(candidate)
      let facts = prepared.facts
      exchange.record.exchangePath =
        facts.crossing.map { Self.path($0.path) } ?? (facts.losses.isEmpty ? .verbatim : .patched)
      exchange.record.losses = facts.losses.list
        .map { ExchangeRecord.RecordedLoss(path: $0.path, reason: $0.reason) }
      if exchange.snapshot.settings.strict, let loss = facts.losses.list.first {
        return exchange.fail(
          UpstreamFailure(
            .invalidRequest, status: 400, message: "strict: \(loss.path) would be lost: \(loss.reason)",
            param: loss.path), as: "strict")
      }
      if exchange.snapshot.settings.unsupportedTools == .refuse, let tool = facts.losses.tools.first {
        return exchange.fail(
          UpstreamFailure(
            .invalidRequest, status: 400,
            message: "provider `\(candidate.provider.name)` has no tool like `\(tool)` (`tools.unsupported` is refuse)",
            param: "tools"), as: "unsupported_tool")
      }
      let attempt = Attempt(self, facts)
      self.attempt = attempt
      attempt.start(prepared.request)
    } catch {
      exchange.fail(error.failure, as: error.kind)
    }
  }

  private static func path(_ path: Crossing.Path) -> ExchangePath {
    switch path {
    case .verbatim: .verbatim
    case .patched: .patched
    case .translated: .translated
    }
  }

  /// An attempt came to nothing before a byte went to the client.
  func attemptFailed(_ failure: UpstreamFailure, _ cause: AttemptFailure, kind: String, head: UpstreamResponseHead?) {
    guard !exchange.isDone, let plan else { return }
    note(failure.status ?? head?.status, failure.message + rest(after: failure, head))
    if let refusal = refusal(in: failure) {
      without.insert(refusal)
      return tryCandidate()
    }
    if let more = dropped.next, InvalidReasoning.isNamed(by: failure) {
      // The state was made by somebody the maps do not know; without it the turn goes on.
      dropped = more
      return tryCandidate()
    }
    if !asksForSummary, refusesCompaction(failure, head) {
      // It speaks Responses, but not this part of it.
      asksForSummary = true
      return tryCandidate()
    }
    if let next = RetryRule.next(after: cause, at: position, in: plan.candidates) {
      position = next
      dropped = .none
      without = []
      asksForSummary = false
      return tryCandidate()
    }
    var headers = HTTPHeaders()
    if let head {
      OutboundHeaders.response(
        head, isSameProtocol: attempt?.facts.isSameProtocol ?? false, into: &headers)
    }
    exchange.fail(failure, as: kind, headers: headers, isUpstreams: true)
  }

  /// Whether a failure says that the upstream cannot compact.
  private func refusesCompaction(_ failure: UpstreamFailure, _ head: UpstreamResponseHead?) -> Bool {
    guard let candidate = attempt?.facts.candidate, candidate.endpoint.dialect == .openAIResponses,
      candidate.quirks.compaction
    else { return false }
    switch (operation.kind, head?.status) {
    case (.compact, 404), (.compact, 405), (.compact, 501): return true
    case (.generate, 400), (.generate, 422): return failure.message.contains("compaction")
    default: return false
    }
  }

  /// Writes the attempt that just ended into the record.
  func note(_ status: Int?, _ error: String?) {
    guard let attempt else { return }
    let candidate = attempt.facts.candidate
    if error == nil { answered(candidate) }
    exchange.record.attempts.append(
      ExchangeRecord.Attempt(
        provider: candidate.provider.name, account: candidate.credential?.account, model: candidate.model,
        dialect: candidate.endpoint.dialect, status: status,
        error: error.map { exchange.masked(String($0.prefix(500))) },
        duration: exchange.elapsed - attempt.startedAt))
  }

  func cancel(_ reason: String) -> Bool {
    let isWhole = attempt?.cancel() ?? false
    note(isWhole ? exchange.record.status : nil, isWhole ? nil : reason)
    return isWhole
  }

  func clientWritabilityChanged(isWritable: Bool) { attempt?.clientWritabilityChanged(isWritable: isWritable) }

  // MARK: - Bodies

  private func prepare(_ candidate: RouteCandidate) throws(PreparationError) -> PreparedCall {
    var preparation = CallPreparation(
      exchange: exchange, operation: operation, group: group, candidate: candidate, dropped: dropped)
    preparation.inbound = inbound
    preparation.conversation = conversation
    let prepared = try preparation.prepare()
    conversation = preparation.conversation
    return prepared
  }

  /// What the answer's writer needs; reads the request if nothing else has yet.
  ///
  /// A body that only its own protocol's upstream understands does without what its request would have told.
  func replyContext() -> ReplyContext {
    let request = request ?? ConversationRequest(model: model ?? "", isStream: isStream)
    conversation = request
    var summary = request.summary()
    summary.previousResponseID = previousResponse ?? summary.previousResponseID
    let isArray = operation.dialect == .gemini && isStream && !(exchange.request.query ?? "").contains("alt=sse")
    return ReplyContext(
      request: summary, model: model ?? "", exchangeID: exchange.id, createdAt: exchange.createdAt,
      framing: isArray ? .jsonArray : .serverSentEvents, seals: exchange.gateway.identity.seals)
  }

  /// A whole answer in the client's protocol.
  func write(_ response: ConversationResponse, for context: ReplyContext, losses: inout Losses) -> [UInt8] {
    guard operation.kind == .compact else {
      return clientDialect.writeResponse(response, for: context, losses: &losses)
    }
    let request = (try? JSON(parsing: Array(exchange.request.body.readableBytesView))) ?? .null
    return OpenAIResponses.writeCompacted(response, of: request, for: context)
  }

  /// The answer has begun: nobody else will be asked.
  ///
  /// A thousand streams of agents would otherwise hold a thousand requests. Where the client's own protocol repeats the
  /// request in what it says of a failure, its bytes stay.
  func releaseRequest() {
    conversation = nil
    if operation.dialect != .openAIResponses { exchange.releaseBody() }
  }
}
