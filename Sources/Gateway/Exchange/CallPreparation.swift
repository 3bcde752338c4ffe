import Conversation
import Dialects
import NIOConcurrencyHelpers
import NIOCore
import Providers
import Routing
import Upstream
import Wire

/// One attempt's request, and what its answer will need of how it was made.
///
/// Apart, because the request is let go of as soon as it is under way: an answer may take minutes.
struct PreparedCall {
  var request: UpstreamRequest
  var facts: CallFacts
}

/// How a call was made, for the way back of its answer.
struct CallFacts {
  var candidate: RouteCandidate
  /// Nil for operations that are not translated; its body is in the request.
  var crossing: Crossing?
  /// What of the request could not be said.
  var losses: Losses
  var origin: SealOrigin
  var isSameProtocol: Bool

  /// The way of the answer back to a client.
  func answer(to client: DialectID) -> AnswerCrossing {
    AnswerCrossing(from: candidate.endpoint.dialect, to: client, crossing: crossing, origin: origin)
  }
}

/// Why a call cannot be made, before anything was sent.
struct PreparationError: Error {
  var failure: UpstreamFailure
  var kind: String
}

/// Makes the upstream request of one candidate.
struct CallPreparation {
  let exchange: Exchange
  let operation: ClientOperation
  let group: String
  let candidate: RouteCandidate
  let dropped: DroppedReasoning
  var inbound: InboundRequest?
  /// The request as read; kept for the next candidate.
  var conversation: ConversationRequest?

  private var endpoint: Endpoint { candidate.endpoint }
  private var isSameProtocol: Bool { operation.dialect == endpoint.dialect }
  private var isStream: Bool { operation.kind == .generate && (inbound?.isStream ?? false) }

  private var origin: SealOrigin { candidate.origin }

  /// The agent's session in a word that says nothing of it; each group has its own.
  private var session: String? {
    exchange.record.session.map { "aor-" + Fingerprint.text("\(group)\n\($0)") }
  }

  mutating func prepare() throws(PreparationError) -> PreparedCall {
    do throws(DialectError) {
      switch operation.kind {
      case .generate: return try generate()
      case .countTokens: return try countTokens()
      case .compact: return try compact()
      default: return try passOn()
      }
    } catch {
      throw Self.explained(error)
    }
  }

  private static func explained(_ error: DialectError) -> PreparationError {
    var failure = error.failure
    switch error.code {
    case "not_supported":
      // Claude Code estimates tokens itself when counting is not found; a wrong count would be worse.
      failure = UpstreamFailure(.notFound, status: 404, message: error.description)
    case "self_loop":
      failure = UpstreamFailure(.badGateway, status: 502, message: error.description)
    default: return PreparationError(failure: failure, kind: "invalid_request")
    }
    return PreparationError(failure: failure, kind: error.code ?? "invalid_request")
  }

  // MARK: - Generation

  private mutating func generate() throws(DialectError) -> PreparedCall {
    let origin = origin
    var target = RequestTarget(model: candidate.model, quirks: candidate.quirks, origin: origin)
    target.repairsReasoning = dropped != .none
    target.session = session
    try checkStoredResponse()
    let crossing = try cross(target)
    return try call(
      .generate(model: candidate.model, stream: isStream), body: body(of: crossing), crossing: crossing, origin: origin)
  }

  private func checkStoredResponse() throws(DialectError) {
    guard let inbound else { return }
    let refusal = exchange.request.body.withUnsafeReadableBytes { bytes in
      Crossing.storedResponseRefusal(
        inbound, bytes, to: endpoint.dialect, quirks: candidate.quirks, provider: candidate.provider.name)
    }
    if let refusal { throw refusal }
  }

  private mutating func cross(_ target: RequestTarget) throws(DialectError) -> Crossing {
    let origin = origin
    var target = target
    if try resumesUnthought() { target.repairsReasoning = true }
    if let inbound, !target.repairsReasoning, try !holdsForeignState(origin) {
      let direct = exchange.request.body.withUnsafeReadableBytes { bytes -> Crossing? in
        Crossing.direct(ifPossible: inbound, bytes, to: endpoint.dialect, for: target)
      }
      if let direct { return direct }
    }
    var request = try read()
    request = request.without(dropped, for: endpoint.dialect, origin)
    // Kept here, so nothing is lost where the upstream cannot.
    if exchange.keeper != nil, !isSameProtocol { request.store = nil }
    return try Crossing.translated(
      request, from: operation.dialect, to: DialectCatalog.dialect(endpoint.dialect), for: target)
  }

  /// Looks into the body only when blobs of several makers are about.
  private mutating func holdsForeignState(_ origin: SealOrigin) throws(DialectError) -> Bool {
    guard isSameProtocol, exchange.gateway.blobs.hasForeign(endpoint.dialect, to: origin) else { return false }
    return try read().hasForeignState(dialect: endpoint.dialect, origin: origin)
  }

  /// Whether the last tool turn was made without the thinking that Anthropic demands of it, by somebody else or because
  /// we had to switch it off.
  private mutating func resumesUnthought() throws(DialectError) -> Bool {
    guard isSameProtocol, operation.dialect == .anthropic, exchange.gateway.blobs.hasUnthought else { return false }
    let last = try read().messages.last { $0.role == .assistant }
    return last?.toolCalls.contains { exchange.gateway.blobs.isUnthought($0.id ?? "") } ?? false
  }

  private mutating func read() throws(DialectError) -> ConversationRequest {
    if let conversation { return conversation }
    var request = try Self.read(
      exchange.request.body, operation, exchange.dialect, seals: exchange.gateway.identity.seals)
    exchange.gateway.blobs.resolve(&request)
    if request.needsReasoningMemory(dialect: operation.dialect) {
      exchange.gateway.reasoning.restore(
        &request, scope: exchange.reasoningScope(group), now: exchange.record.startedAt)
    }
    conversation = request
    return request
  }

  static func read(
    _ body: ByteBuffer, _ operation: ClientOperation, _ dialect: any Dialect, seals: SealMark = .none
  ) throws(DialectError) -> ConversationRequest {
    try dialect.readRequest(
      Array(body.readableBytesView),
      line: RequestLine(model: operation.model, isStream: operation.isStream, seals: seals))
  }

  private func body(of crossing: Crossing) -> ByteBuffer {
    switch crossing.body {
    case .written(let bytes): return ByteBuffer(bytes: bytes)
    case .spliced(let splice): return spliced(splice)
    }
  }

  /// The client's body with these edits.
  private func spliced(_ splice: Splice) -> ByteBuffer {
    guard !splice.isEmpty else { return exchange.request.body }
    var output = ByteBuffer()
    output.reserveCapacity(exchange.request.body.readableBytes + 256)
    exchange.request.body.withUnsafeReadableBytes { bytes in
      splice.apply(to: bytes) { output.writeBytes($0) }
    }
    return output
  }

  // MARK: - Other operations

  private mutating func countTokens() throws(DialectError) -> PreparedCall {
    let target = RequestTarget(model: candidate.model, quirks: candidate.quirks, origin: origin)
    guard endpoint.dialect != .openAIChat else {
      throw DialectError("\(endpoint.dialect.displayName) counts no tokens", code: "not_supported")
    }
    let direct = exchange.request.body.withUnsafeReadableBytes { bytes -> Crossing? in
      guard let inbound else { return nil }
      return Crossing.direct(ifPossible: inbound, bytes, to: endpoint.dialect, for: target)
    }
    if let direct {
      return try call(.countTokens(model: candidate.model), body: body(of: direct), crossing: direct, origin: origin)
    }
    var request = try read()
    request.isStream = false
    let crossing = try Crossing.translated(
      request, from: operation.dialect, to: DialectCatalog.dialect(endpoint.dialect), for: target)
    guard case .written(let bytes) = crossing.body else { throw DialectError("the request cannot be counted") }
    return try call(
      .countTokens(model: candidate.model), body: TokenCount.request(bytes, endpoint.dialect, model: candidate.model),
      crossing: crossing, origin: origin)
  }

  /// Relayed to a provider that compacts; the model of any other is asked for a summary.
  private mutating func compact() throws(DialectError) -> PreparedCall {
    let target = RequestTarget(model: candidate.model, quirks: candidate.quirks, origin: origin)
    let isRelayed = endpoint.dialect == .openAIResponses && candidate.quirks.compaction
    if isRelayed, inbound?.hasSeal != true { return try passOn() }
    var request = try read()
    if !isRelayed { Compaction.request(in: &request) }
    request.isStream = false
    let crossing = try Crossing.translated(
      request, from: operation.dialect, to: DialectCatalog.dialect(endpoint.dialect), for: target)
    return try call(
      isRelayed ? .compact : .generate(model: candidate.model, stream: false), body: body(of: crossing),
      crossing: crossing, origin: origin)
  }

  private func passOn() throws(DialectError) -> PreparedCall {
    guard endpoint.dialect == .openAIChat || endpoint.dialect == .openAIResponses else {
      throw DialectError("\(endpoint.dialect.displayName) has no such operation", code: "not_supported")
    }
    var body = exchange.request.body
    var losses = Losses()
    if let inbound {
      let target = RequestTarget(model: candidate.model, quirks: candidate.quirks, origin: origin)
      let splice = body.withUnsafeReadableBytes {
        Crossing.passedOn(inbound, $0, for: target, losses: &losses)
      }
      body = spliced(splice)
    }
    let asked: EndpointOperation =
      switch operation.kind {
      case .compact: .compact
      case .relay(let asked): asked
      default: .models
      }
    var call = try call(asked, body: body, crossing: nil, origin: origin)
    call.facts.losses = losses
    return call
  }

  // MARK: - The call

  private func call(
    _ asked: EndpointOperation, body: ByteBuffer, crossing: Crossing?, origin: SealOrigin
  ) throws(DialectError) -> PreparedCall {
    let same = isSameProtocol || crossing == nil
    let url = try url(for: asked, sameProtocol: same)
    let settings = exchange.snapshot.settings
    let timeouts = candidate.provider.timeouts
    let request = UpstreamRequest(
      method: "POST", url: url,
      headers: OutboundHeaders.request(
        exchange.request, endpoint: endpoint, token: candidate.credential?.token, isSameProtocol: same,
        isStream: isStream, quirks: candidate.quirks, session: session, identity: exchange.gateway.identity),
      body: body, proxy: candidate.networkProxy ?? settings.networkProxy, http2: candidate.provider.http2,
      connectTimeout: timeouts.connect ?? settings.connectTimeout,
      firstByteTimeout: timeouts.firstByte
        ?? (isStream ? settings.firstByteTimeoutStreaming : settings.firstByteTimeout),
      idleTimeout: timeouts.idle ?? settings.idleTimeout)
    var crossing = crossing
    crossing?.releaseBody()
    return PreparedCall(
      request: request,
      facts: CallFacts(
        candidate: candidate, crossing: crossing, losses: crossing?.losses ?? Losses(), origin: origin,
        isSameProtocol: same))
  }

  private func url(for asked: EndpointOperation, sameProtocol: Bool) throws(DialectError) -> String {
    let query = sameProtocol ? exchange.request.query.map(String.init) : nil
    if let query { return try makeURL(for: asked, clientQuery: query) }
    return try exchange.gateway.addresses.url(of: endpoint, for: asked) { () throws(DialectError) in
      try makeURL(for: asked, clientQuery: nil)
    }
  }

  private func makeURL(for asked: EndpointOperation, clientQuery: String?) throws(DialectError) -> String {
    let parsed: EndpointURL
    let url: String
    do throws(EndpointURLError) {
      parsed = try exchange.snapshot.base(of: endpoint)
      url = try parsed.url(for: asked, dialect: endpoint.dialect, clientQuery: clientQuery)
    } catch {
      throw DialectError("provider `\(candidate.provider.name)`: \(error)", code: "not_supported")
    }
    if exchange.gateway.isReached(by: parsed) {
      throw DialectError(
        "provider `\(candidate.provider.name)` points at this gateway itself: change its base URL", code: "self_loop")
    }
    return url
  }
}
