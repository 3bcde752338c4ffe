import NIOCore
import NIOPosix
import Upstream

/// A transport with an event loop, for one test.
final class Fixture: Sendable {
  let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  let transport: CurlTransport
  var loop: any EventLoop { group.any() }

  init(_ environment: NetworkEnvironment = NetworkEnvironment(), usesKernelWatch: Bool = true) {
    transport = CurlTransport(group: group, environment: environment, usesKernelWatch: usesKernelWatch)
  }

  /// Runs a test with a transport that is shut down afterwards.
  static func run(
    _ environment: NetworkEnvironment = NetworkEnvironment(), usesKernelWatch: Bool = true,
    _ body: (Fixture) async throws -> Void
  ) async throws {
    let fixture = Fixture(environment, usesKernelWatch: usesKernelWatch)
    do {
      try await body(fixture)
    } catch {
      await fixture.end()
      throw error
    }
    await fixture.end()
  }

  func end() async {
    await transport.shutdown()
    try? await group.shutdownGracefully()
  }

  /// Starts a call.
  func start(
    _ request: UpstreamRequest, onHead: (@Sendable (Exchange) -> Void)? = nil,
    onBody: (@Sendable (Exchange) -> Void)? = nil
  ) -> Exchange {
    let exchange = Exchange(loop: loop, onHead: onHead, onBody: onBody)
    loop.execute { exchange.call = self.transport.start(request, on: exchange.loop, receiver: exchange) }
    return exchange
  }

  /// Makes a call and returns what was heard when it has ended.
  func make(_ request: UpstreamRequest) async throws -> Outcome {
    try await start(request).outcome.futureResult.get()
  }
}

/// What a receiver heard.
struct Outcome: Sendable {
  var head: UpstreamResponseHead?
  var body = ByteBuffer()
  var pieces = 0
  /// Whether a piece was said to be the last.
  var hadLast = false
  var error: UpstreamError?
  /// Order of the callbacks, repeated `body` joined.
  var order: [String] = []

  var text: String { String(buffer: body) }
}

/// A receiver that notes everything.
///
/// Unchecked because it lives on its event loop.
final class Exchange: UpstreamReceiver, @unchecked Sendable {
  let loop: any EventLoop
  let outcome: EventLoopPromise<Outcome>
  let headArrived: EventLoopPromise<UpstreamResponseHead>
  var call: (any UpstreamCall)?
  private(set) var heard = Outcome()
  private let onHead: (@Sendable (Exchange) -> Void)?
  private let onBody: (@Sendable (Exchange) -> Void)?

  init(loop: any EventLoop, onHead: (@Sendable (Exchange) -> Void)?, onBody: (@Sendable (Exchange) -> Void)?) {
    self.loop = loop
    self.onHead = onHead
    self.onBody = onBody
    outcome = loop.makePromise()
    headArrived = loop.makePromise()
  }

  deinit {
    // A call that was cancelled hears nothing, and a promise must not be left without an end.
    headArrived.fail(CancellationError())
    outcome.fail(CancellationError())
  }

  /// Runs something on the loop.
  func perform<T: Sendable>(_ body: @escaping @Sendable (Exchange) -> T) async throws -> T {
    try await loop.submit { body(self) }.get()
  }

  private func note(_ name: String) {
    if heard.order.last != name { heard.order.append(name) }
  }

  func upstreamHead(_ head: UpstreamResponseHead) {
    note("head")
    heard.head = head
    headArrived.succeed(head)
    onHead?(self)
  }

  func upstreamBody(_ buffer: ByteBuffer, isLast: Bool) {
    note("body")
    heard.body.writeImmutableBuffer(buffer)
    heard.pieces += 1
    if isLast { heard.hadLast = true }
    onBody?(self)
  }

  func upstreamEnd(_ error: UpstreamError?) {
    note("end")
    heard.error = error
    if let error { headArrived.fail(error) }
    outcome.succeed(heard)
  }
}

extension UpstreamError {
  /// The kind without its message.
  var kind: String {
    switch self {
    case .unavailable: "unavailable"
    case .badURL: "badURL"
    case .resolve: "resolve"
    case .connect: "connect"
    case .tls: "tls"
    case .proxy: "proxy"
    case .connectTimeout: "connectTimeout"
    case .firstByteTimeout: "firstByteTimeout"
    case .idleTimeout: "idleTimeout"
    case .closed: "closed"
    case .protocolViolation: "protocolViolation"
    case .cancelled: "cancelled"
    }
  }

  /// The message.
  var text: String {
    switch self {
    case .unavailable(let text), .badURL(let text), .resolve(let text), .connect(let text), .tls(let text),
      .proxy(let text), .connectTimeout(let text), .firstByteTimeout(let text), .idleTimeout(let text),
      .closed(let text), .protocolViolation(let text):
      text
    case .cancelled: ""
    }
  }
}
