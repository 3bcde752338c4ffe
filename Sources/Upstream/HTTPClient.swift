import NIOCore
import NIOPosix

/// Whole answers for commands and probes, over a transport and an event loop of its own.
public final class HTTPClient: Sendable {
  private let group: MultiThreadedEventLoopGroup
  private let transport: CurlTransport

  /// Starts one thread; libcurl is opened by the first request.
  public init(environment: NetworkEnvironment = .process) {
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    transport = CurlTransport(group: group, environment: environment)
  }

  /// Makes a request and collects its answer.
  ///
  /// Throws `UpstreamError`; an answer with more than `limit` bytes is a protocol violation. Cancelling the task drops
  /// the connection.
  public func send(
    _ request: UpstreamRequest, limit: Int
  ) async throws -> (head: UpstreamResponseHead, body: ByteBuffer) {
    let loop = group.any()
    let collector = Collector(loop: loop, limit: limit)
    return try await withTaskCancellationHandler {
      loop.execute { collector.start(request, on: self.transport) }
      return try await collector.answer.futureResult.get()
    } onCancel: {
      loop.execute { collector.finish(.failure(.cancelled)) }
    }
  }

  /// Ends requests under way and frees the threads.
  ///
  /// Nothing may be sent afterwards.
  public func shutdown() async {
    await transport.shutdown()
    try? await group.shutdownGracefully()
  }
}

/// Gathers one answer.
///
/// Unchecked because all of it happens on one event loop.
private final class Collector: UpstreamReceiver, @unchecked Sendable {
  let answer: EventLoopPromise<(head: UpstreamResponseHead, body: ByteBuffer)>
  private let loop: any EventLoop
  private let limit: Int
  private var call: (any UpstreamCall)?
  private var head: UpstreamResponseHead?
  private var body = ByteBuffer()
  private var isFinished = false

  init(loop: any EventLoop, limit: Int) {
    self.loop = loop
    self.limit = limit
    answer = loop.makePromise()
  }

  func start(_ request: UpstreamRequest, on transport: CurlTransport) {
    guard !isFinished else { return }
    call = transport.start(request, on: loop, receiver: self)
  }

  func finish(_ result: Result<(head: UpstreamResponseHead, body: ByteBuffer), UpstreamError>) {
    guard !isFinished else { return }
    isFinished = true
    call?.cancel()
    call = nil
    answer.completeWith(result.mapError { $0 })
  }

  func upstreamHead(_ head: UpstreamResponseHead) {
    self.head = head
  }

  func upstreamBody(_ buffer: ByteBuffer, isLast: Bool) {
    guard buffer.readableBytes <= limit - body.readableBytes else {
      return finish(.failure(.protocolViolation("the answer is longer than \(limit) bytes")))
    }
    body.writeImmutableBuffer(buffer)
  }

  func upstreamEnd(_ error: UpstreamError?) {
    if let error { return finish(.failure(error)) }
    guard let head else { return finish(.failure(.protocolViolation("the answer has no head"))) }
    finish(.success((head, body)))
  }
}
