import Conversation
import Dialects
import NIOCore
import NIOHTTP1
import Providers
import Routing
import Upstream

/// One request from arrival to record.
///
/// Lives on its connection's event loop.
final class Exchange {
  /// Without prefix, `[0-9a-z]+`.
  let id: String
  private(set) var request: ClientRequest
  let gateway: GatewayCore
  let eventLoop: any EventLoop
  let snapshot: Snapshot
  var record: ExchangeRecord
  /// The protocol to answer in; a guess until the operation is known.
  private(set) var dialect: any Dialect = DialectCatalog.dialect(.openAIChat)
  private let responder: any ClientResponder
  private let startedAt = NIODeadline.now()
  private(set) var hasSentHead = false
  private(set) var isDone = false
  /// What must be stopped when the client leaves.
  private var work: (any ExchangeWork)?
  /// Listens to a response that is to be kept.
  var keeper: AnswerKeeper?
  /// Secrets of ours that this exchange uses.
  private var concealed: [String] = []
  /// Made where something is to be masked, which is rare.
  private var masking: Masking {
    let given = [
      snapshot.settings.serverKey, ClientCredential.gatewayKey(in: request),
      ClientCredential.forProvider(in: request)?.value,
    ]
    return Masking(secrets: concealed + given.compactMap { $0 })
  }
  private var capture: CaptureBuffer?
  /// How many exchanges were under way when this one began, itself included.
  let rank: Int

  init(_ request: ClientRequest, gateway: GatewayCore, responder: any ClientResponder, eventLoop: any EventLoop) {
    self.request = request
    self.gateway = gateway
    self.responder = responder
    self.eventLoop = eventLoop
    id = gateway.exchanges.makeID()
    snapshot = gateway.snapshots.current
    record = ExchangeRecord(
      id: "req_" + id, startedAt: gateway.clock.milliseconds(), method: request.method.rawValue,
      path: String(request.path.prefix(2048)))
    record.requestBytes = request.body.readableBytes
    record.userAgent = request.header("user-agent").map { String($0.prefix(200)) }
    record.session = ClientSession.id(of: request)
    if snapshot.settings.captureBody { capture = CaptureBuffer() }
    rank = gateway.exchanges.begin()
  }

  /// Whose reasoning this exchange may see.
  func reasoningScope(_ group: String) -> ReasoningMemory.Scope {
    ReasoningMemory.Scope(group: group, session: record.session)
  }

  /// The time of this exchange, seconds since 1970.
  var createdAt: Int { Int(record.startedAt / 1000) }

  func start() {
    if request.header("upgrade")?.lowercased() == "websocket" { return refuseWebSocket() }
    switch ClientOperation.recognise(request) {
    case .failure(let unknown):
      dialect = DialectCatalog.dialect(unknown.dialect)
      record.group = unknown.group
      if let denial = access.denial(for: request) { return fail(denial.failure, as: denial.kind) }
      var failure = UpstreamFailure(
        .notFound, status: 404, message: "unknown path: \(record.method) \(Masking.target(request.target.prefix(300)))")
      var headers = HTTPHeaders()
      if let allowed = unknown.allowed {
        failure = UpstreamFailure(.notFound, status: 405, message: "use \(allowed.rawValue) on \(record.path)")
        headers.add(name: "allow", value: allowed.rawValue)
      }
      fail(failure, as: unknown.allowed == nil ? "unknown_path" : "wrong_method", headers: headers)
    case .success(let operation):
      dialect = DialectCatalog.dialect(operation.dialect)
      record.clientDialect = operation.dialect
      // Health is for supervisors, which carry no key.
      if operation.kind == .health { return Health.answer(self) }
      if operation.kind == .probe, request.method == .OPTIONS { return answerPreflight() }
      if let denial = access.denial(for: request) { return fail(denial.failure, as: denial.kind) }
      run(operation)
    }
  }

  private var access: AccessPolicy {
    AccessPolicy(
      settings: snapshot.settings, ownAddresses: gateway.localAddresses)
  }

  private func run(_ operation: ClientOperation) {
    let group = operation.group ?? gateway.defaultGroup ?? snapshot.defaultGroup
    if operation.kind == .metrics { return Metrics.answer(self) }
    guard snapshot.groups[group] != nil else {
      record.group = operation.group
      let error = RoutingError.unknownGroup(group, known: snapshot.groups.keys.sorted())
      return fail(UpstreamFailure(.notFound, status: 404, message: error.description), as: "unknown_group")
    }
    record.group = group
    switch operation.kind {
    case .health, .metrics: break
    case .probe: send(status: .ok, headers: HTTPHeaders(), body: nil)
    case .models, .model: begin(ModelsWork(self, operation, group: group))
    case .stored(let id, let action): StoredResponseWork(exchange: self, id: id, action: action, group: group).answer()
    case .generate, .countTokens, .compact, .relay:
      begin(Generation(self, operation, group: group))
    }
  }

  /// Goes on with another body than the client sent.
  func replaceBody(_ body: ByteBuffer) { request.body = body }

  /// Lets go of the request's body, unless it is to be kept.
  func releaseBody() {
    guard capture == nil else { return }
    request.body = ByteBuffer()
    responder.bodyReleased()
  }

  private func begin(_ work: some ExchangeWork) {
    guard rank <= snapshot.settings.maxActiveRequests else { return refuseWork() }
    self.work = work
    work.start()
  }

  /// Codex tries a websocket first and falls back at once on 426.
  private func refuseWebSocket() {
    dialect = DialectCatalog.dialect(.openAIResponses)
    fail(
      UpstreamFailure(.invalidRequest, status: 426, message: "websockets are not supported: use HTTP"),
      as: "websocket", headers: ["upgrade": "HTTP/1.1"])
  }

  /// The body was larger than allowed; it was not read.
  func refuseBody(limit: Int) {
    guessDialect()
    fail(
      UpstreamFailure(
        .requestTooLarge, status: 413, message: "the request body is larger than \(limit) bytes (`server.maxBodySize`)"),
      as: "body_too_large")
  }

  /// What came is not HTTP.
  func refuse(_ error: HTTPParserError) {
    if !request.target.isEmpty { guessDialect() }
    let isTooLarge = error == .headerOverflow
    fail(
      UpstreamFailure(
        .invalidRequest, status: isTooLarge ? 431 : 400,
        message: isTooLarge ? "the request's headers are too large" : "the request is not valid HTTP"),
      as: "invalid_http")
  }

  /// Takes the protocol from the path, for an answer before anything else is known.
  func guessDialect() {
    guard case .success(let operation) = ClientOperation.recognise(request) else { return }
    dialect = DialectCatalog.dialect(operation.dialect)
    record.clientDialect = operation.dialect
    record.group = operation.group
  }

  private func answerPreflight() {
    guard let origin = request.header("origin"), access.isAllowed(origin: origin) else {
      return fail(
        UpstreamFailure(.permission, status: 403, message: "origin not allowed: see `server.allowedOrigins`"),
        as: "forbidden")
    }
    var headers = HTTPHeaders()
    headers.add(name: "access-control-allow-methods", value: "GET, POST, HEAD, OPTIONS")
    headers.add(
      name: "access-control-allow-headers", value: request.header("access-control-request-headers") ?? "*")
    headers.add(name: "access-control-max-age", value: "600")
    send(status: .noContent, headers: headers, body: nil)
  }

  // MARK: - The client

  var isClientWritable: Bool { responder.isWritable }

  func clientWritabilityChanged() { work?.clientWritabilityChanged(isWritable: responder.isWritable) }

  /// The client closed its connection.
  func clientLeft() {
    interrupt(status: 499, as: "client_gone", "the client closed its connection")
  }

  /// The gateway was told to stop at once.
  func gatewayStopped() {
    interrupt(status: 503, as: "gateway_stopped", "the gateway was stopped")
  }

  /// Ends an exchange whose connection is gone.
  ///
  /// A client that had its whole answer has lost nothing.
  func interrupt(status: Int, as kind: String, _ message: String) {
    guard !isDone else { return }
    let isWhole = work?.cancel("cancelled: \(message)") ?? false
    if !hasSentHead { record.status = status }
    finish(errorKind: isWhole ? record.errorKind : kind, message: isWhole ? record.errorMessage : message)
  }

  /// Answers with an error in the client's protocol.
  ///
  /// Only before the head. `isUpstreams` tells whether an upstream said so, whose status is turned into the client's
  /// protocol's own; ours stand as they are.
  func fail(
    _ failure: UpstreamFailure, as kind: String, headers: HTTPHeaders = HTTPHeaders(), isUpstreams: Bool = false
  ) {
    guard !isDone, !hasSentHead else { return }
    var failure = failure
    failure.message = masking.text(failure.message)
    var reply = dialect.writeFailure(failure, requestID: record.id)
    if !isUpstreams, let status = failure.status { reply.status = status }
    // Whatever number an upstream put into its body, ours must be one of an error.
    if !(400...599).contains(reply.status) { reply.status = 502 }
    // An upstream may quote the credential it refuses.
    reply.body = masking.bytes(reply.body)
    var headers = headers
    headers.replaceOrAdd(name: "content-type", value: "application/json")
    if let seconds = failure.retryAfter, seconds >= 0, !headers.contains(name: "retry-after") {
      headers.add(name: "retry-after", value: String(Int(min(seconds.rounded(.up), 86_400 * 30))))
    }
    record.errorKind = kind
    record.errorMessage = String(failure.message.prefix(1000))
    send(
      status: HTTPResponseStatus(statusCode: reply.status), headers: headers, body: ByteBuffer(bytes: reply.body))
  }

  /// Answers whole.
  func send(status: HTTPResponseStatus, headers: HTTPHeaders, body: ByteBuffer?) {
    guard !isDone, !hasSentHead else { return }
    var headers = headers
    if status != .noContent { headers.replaceOrAdd(name: "content-length", value: String(body?.readableBytes ?? 0)) }
    sendHead(status: status, headers: headers)
    // Its end follows at once and takes it along.
    if let body, request.method != .HEAD { sendBody(body, flushes: false) }
    end()
  }

  func sendHead(status: HTTPResponseStatus, headers: HTTPHeaders) {
    guard !isDone, !hasSentHead else { return }
    hasSentHead = true
    var headers = headers
    headers.replaceOrAdd(name: "x-request-id", value: record.id)
    if let origin = request.header("origin"), access.isAllowed(origin: origin) {
      headers.replaceOrAdd(name: "access-control-allow-origin", value: origin)
      headers.replaceOrAdd(name: "access-control-expose-headers", value: "*")
      headers.add(name: "vary", value: "origin")
    }
    record.status = Int(status.code)
    capture?.responseHead(headers)
    responder.send(head: HTTPResponseHead(version: .http1_1, status: status, headers: headers))
  }

  func sendBody(_ buffer: ByteBuffer, flushes: Bool = true) {
    guard !isDone, buffer.readableBytes > 0 else { return }
    if record.firstByteAfter == nil { record.firstByteAfter = elapsed }
    record.responseBytes += buffer.readableBytes
    capture?.response(buffer)
    keeper?.hear(buffer)
    responder.send(body: buffer, flushes: flushes)
  }

  /// The answer is whole.
  func end() {
    guard !isDone else { return }
    guard hasSentHead else {
      return fail(UpstreamFailure(.badGateway, status: 502, message: "the upstream said nothing"), as: "empty_answer")
    }
    if record.errorKind == nil { keeper?.end() }
    finish(errorKind: record.errorKind, message: record.errorMessage)
    responder.sendEnd()
  }

  /// The answer cannot be completed and its protocol has no way to say so.
  func cut(_ failure: UpstreamFailure, as kind: String) {
    guard !isDone else { return }
    finish(errorKind: kind, message: failure.message)
    responder.abort()
  }

  // MARK: - The record

  /// Milliseconds since arrival.
  var elapsed: Int64 { (NIODeadline.now() - startedAt).nanoseconds / 1_000_000 }

  /// Names a secret that must not be seen in what is kept or answered.
  func conceal(_ secret: String?) {
    guard let secret else { return }
    concealed.append(secret)
  }

  func masked(_ text: String) -> String { masking.text(text) }

  func capture(upstreamRequest body: ByteBuffer) { capture?.upstreamRequest(body) }
  func capture(upstreamResponse body: ByteBuffer) { capture?.upstreamResponse(body) }

  private func finish(errorKind: String?, message: String?) {
    guard !isDone else { return }
    isDone = true
    work = nil
    record.duration = elapsed
    record.errorKind = errorKind
    record.errorMessage = message.map { String(masking.text($0).prefix(1000)) }
    if let capture { record.capture = capture.finished(request, masking) }
    let needsLook = gateway.exchanges.end(record)
    gateway.recorder.record(record)
    IdleMemory.exchangeEnded(gateway.exchanges, needsLook: needsLook, gateway.transport, on: eventLoop)
  }
}

/// What an exchange is busy with.
protocol ExchangeWork: AnyObject {
  func start()
  /// Stops, for that reason. Returns whether the client had got its whole answer before.
  func cancel(_ reason: String) -> Bool
  func clientWritabilityChanged(isWritable: Bool)
}
