import NIOCore
import NIOHTTP1
import Routing

/// Collects requests of one connection, one at a time, and lets an `Exchange` answer each.
///
/// A client may send its next requests before it has its answer (RFC 9112 §9.3.2). What it has sent of them waits, and no
/// more is read meanwhile. NIO's own handler for that stops reading for every request, which costs each two system calls.
final class ConnectionHandler: ChannelDuplexHandler, ClientResponder {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    case idle
    case collecting(HTTPRequestHead, ByteBuffer?)
    case answering(Exchange)
    /// What still comes is thrown away; the connection closes once the answer is written.
    case closing
  }

  /// How long a refused body may go on before the connection is cut.
  private static let linger = TimeAmount.seconds(2)

  private let gateway: GatewayCore
  private var context: ChannelHandlerContext?
  private var state = State.idle
  /// Whether the client knows no chunks.
  private var isHTTP10 = false
  private var keepsAlive = true
  private var bodyLimit = 0
  /// Whether the request's last byte has not come yet: closing then would reset the connection under our answer.
  private var isBodyPending = false
  private var isDraining = false
  /// Ends of answers that the socket has not taken yet.
  private var unwritten = 0
  /// The next request, while `isStarting`.
  private var arrived: ClientRequest?
  private var isStarting = false
  /// Parts of requests whose turn has not come.
  private var waiting = CircularBuffer<HTTPServerRequestPart>()
  /// Why nothing can follow what waits.
  private var brokenOff: HTTPParserError?
  /// Whether reading was put off while something waits.
  private var isReadDue = false
  /// Whether the connection is one too many: its first request is refused.
  private var isSpare = false
  private var heldBody = HeldBody()
  private var deadlines = ConnectionDeadlines(now: .now())
  private var sweep: ConnectionSweep?
  /// Whether the current read brought a part of a request.
  private var hasParts = false
  /// Whether bytes that make no head yet came while the request before was answered.
  private var isHeadUnderWay = false

  init(gateway: GatewayCore) {
    self.gateway = gateway
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func channelActive(context: ChannelHandlerContext) {
    let place = gateway.connections.add(self, on: context.eventLoop, limit: gateway.connectionLimit)
    isSpare = place == .spare
    if place == .none {
      context.close(promise: nil)
    } else {
      sweep = gateway.sweeps.sweep(on: context.eventLoop, snapshots: gateway.snapshots)
      sweep?.add(self, now: .now(), patience: isSpare ? Self.linger : nil)
    }
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    gateway.connections.remove(self)
    sweep?.remove(self)
    sweep = nil
    heldBody.release(to: gateway.bodyMemory)
    let state = state
    self.state = .closing
    if case .answering(let exchange) = state { exchange.clientLeft() }
    arrived = nil
    waiting.removeAll()
    self.context = nil
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    hasParts = true
    isHeadUnderWay = false
    let part = unwrapInboundIn(data)
    if waiting.isEmpty, isTurn(of: part) { take(part, context) } else { waiting.append(part) }
  }

  func read(context: ChannelHandlerContext) {
    if waiting.isEmpty { context.read() } else { isReadDue = true }
  }

  /// Whether a part belongs to the request that is being read, or begins one that may be.
  private func isTurn(of part: HTTPServerRequestPart) -> Bool {
    guard case .head = part, case .answering = state else { return arrived == nil }
    return false
  }

  private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
    switch part {
    case .head(let head): begin(head, context)
    case .body(let buffer): collect(buffer, context)
    case .end: end(context)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    switch state {
    case .collecting: wait(for: .body)
    case .idle where !hasParts: wait(for: .head)
    case .answering where !hasParts: isHeadUnderWay = true
    case .idle, .answering, .closing: break
    }
    hasParts = false
    context.fireChannelReadComplete()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    deadlines.wrote()
    if case .answering(let exchange) = state { exchange.clientWritabilityChanged() }
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? HTTPParserError else { return context.close(promise: nil) }
    // Whoever has asked properly gets the answer first.
    if case .answering = state, !isBodyPending {
      brokenOff = error
      return
    }
    refuse(error, context)
  }

  private func refuse(_ error: HTTPParserError, _ context: ChannelHandlerContext) {
    switch state {
    case .idle: refuse(HTTPRequestHead(version: .http1_1, method: .GET, uri: ""), context) { $0.refuse(error) }
    case .collecting(let head, _): refuse(head, context) { $0.refuse(error) }
    case .answering: context.close(promise: nil)
    case .closing: break
    }
  }

  // MARK: - The end

  /// Closes the connection as soon as it has nothing under way.
  func drain() {
    isDraining = true
    closeIfDone()
  }

  /// Cuts the connection because the gateway stops.
  func cut() {
    let state = state
    self.state = .closing
    if case .answering(let exchange) = state { exchange.gatewayStopped() }
    context?.close(promise: nil)
  }

  // MARK: - Time

  private func wait(for phase: ConnectionDeadlines.Phase) {
    if deadlines.wait(for: phase, now: .now()) { sweep?.watch(phase, now: .now()) }
  }

  /// What the sweep asks.
  func look(now: NIODeadline, limits: ConnectionLimits) -> ConnectionDeadlines.Verdict {
    var limits = limits
    if isSpare { limits.header = min(limits.header, Self.linger) }
    guard unwritten > 0 || !isWritable else { return deadlines.look(now: now, backlog: nil, limits: limits) }
    let backlog = try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)
    return deadlines.look(now: now, backlog: backlog ?? 0, limits: limits)
  }

  /// Ends the connection because its client lets us wait.
  func expire(_ end: ConnectionEnd) {
    gateway.connections.count(end)
    guard let context else { return }
    let state = state
    if end != .sendTimeout, case .collecting(let head, _) = state {
      return refuse(head, context) { $0.refuseSlowBody() }
    }
    self.state = .closing
    if case .answering(let exchange) = state { exchange.clientStalled() }
    context.close(promise: nil)
  }

  private func closeIfDone() {
    guard unwritten == 0, let context else { return }
    switch state {
    case .idle where isDraining: context.close(promise: nil)
    case .closing where isBodyPending:
      // The client may read our answer before it sees that we listen no more.
      context.close(mode: .output, promise: nil)
      let channel = context.channel
      context.eventLoop.scheduleTask(in: Self.linger) { channel.close(promise: nil) }
    case .closing: context.close(promise: nil)
    case .idle, .collecting, .answering: break
    }
  }

  // MARK: - Requests

  private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    guard case .idle = state else { return }
    isHTTP10 = head.version.major < 1 || head.version == .http1_0
    // Without chunks, the end of an answer of unknown length is that of the connection.
    keepsAlive = head.isKeepAlive && !isHTTP10
    // What follows is not parsed as HTTP any more, even though we refuse.
    if head.method == .CONNECT || head.headers.contains(name: "upgrade") { keepsAlive = false }
    isBodyPending = true
    if isSpare { return refuse(head, context) { $0.refuseConnection() } }
    if head.uri.utf8.count > HeaderLimits.target { return refuse(head, context) { $0.refuseTarget() } }
    bodyLimit = gateway.settings.maxBodySize
    if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > bodyLimit {
      return refuse(head, context) { [bodyLimit] in $0.refuseBody(limit: bodyLimit) }
    }
    if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
      context.writeAndFlush(
        wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }
    state = .collecting(head, nil)
  }

  private func collect(_ piece: ByteBuffer, _ context: ChannelHandlerContext) {
    guard case .collecting(let head, var body) = state else { return }
    // Two owners would mean a copy of the whole body for each piece.
    state = .idle
    body.setOrWriteImmutableBuffer(piece)
    state = .collecting(head, body)
    let count = body?.readableBytes ?? 0
    deadlines.bodyBytes &+= piece.readableBytes
    if count > bodyLimit {
      refuse(head, context) { [bodyLimit] in $0.refuseBody(limit: bodyLimit) }
    } else if !heldBody.grow(to: count, in: gateway.bodyMemory, limit: gateway.settings.maxBodyMemory) {
      refuse(head, context) { $0.refuseBodyMemory() }
    }
  }

  private func end(_ context: ChannelHandlerContext) {
    isBodyPending = false
    switch state {
    case .collecting(let head, let body):
      arrived = ClientRequest(
        method: head.method, target: head.uri, headers: head.headers, body: body ?? ByteBuffer())
      startNext(context)
    case .closing: closeIfDone()
    case .idle, .answering: break
    }
  }

  /// Starts the request that arrived, and those that turn up while it is answered: in a loop, since thousands sent at
  /// once would otherwise be answered one inside the other.
  private func startNext(_ context: ChannelHandlerContext) {
    guard !isStarting else { return }
    isStarting = true
    repeat {
      if let request = arrived {
        arrived = nil
        start(request, context) { $0.start() }
      }
      while let part = waiting.first, isTurn(of: part) { take(waiting.removeFirst(), context) }
    } while arrived != nil
    isStarting = false
    if case .answering = state { return }
    if let error = brokenOff {
      brokenOff = nil
      refuse(error, context)
    }
    if isReadDue {
      isReadDue = false
      context.read()
    }
  }

  private func start(_ request: ClientRequest, _ context: ChannelHandlerContext, _ run: (Exchange) -> Void) {
    let exchange = Exchange(request, gateway: gateway, responder: self, eventLoop: context.eventLoop)
    state = .answering(exchange)
    deadlines.pass(to: .answering)
    run(exchange)
  }

  /// Answers a request that is not, or cannot be, read to its end.
  private func refuse(_ head: HTTPRequestHead, _ context: ChannelHandlerContext, _ run: (Exchange) -> Void) {
    keepsAlive = false
    isBodyPending = true
    let request = ClientRequest(method: head.method, target: head.uri, headers: head.headers, body: ByteBuffer())
    start(request, context, run)
  }

  // MARK: - ClientResponder

  var isWritable: Bool { context?.channel.isWritable ?? false }

  func send(head: HTTPResponseHead) {
    guard let context else { return }
    var head = head
    if isHTTP10 { head.version = .http1_0 }
    if !keepsAlive || isDraining {
      keepsAlive = false
      head.headers.replaceOrAdd(name: "connection", value: "close")
    }
    context.write(wrapOutboundOut(.head(head)), promise: nil)
  }

  func send(body: ByteBuffer, flushes: Bool) {
    guard let context, body.readableBytes > 0 else { return }
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    if flushes { context.flush() }
  }

  func sendEnd() {
    guard let context else { return }
    state = keepsAlive && !isDraining ? .idle : .closing
    deadlines.pass(to: .idle)
    if isHeadUnderWay { wait(for: .head) }
    heldBody.release(to: gateway.bodyMemory)
    unwritten += 1
    context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
      self.unwritten -= 1
      self.closeIfDone()
    }
    startNext(context)
  }

  func bodyReleased() { heldBody.release(to: gateway.bodyMemory) }

  func abort() {
    state = .closing
    context?.close(promise: nil)
  }
}
