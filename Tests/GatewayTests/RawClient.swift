import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A client that sends bytes as they are and reads as much as it is told to.
final class RawClient: Sendable {
  private let channel: any Channel
  private let inbox: NIOLoopBound<Inbox>
  private let hasEnded = NIOLockedValueBox(false)

  /// Connects, and sends at once: a busy machine may run the test's next line seconds later.
  init(port: Int, group: MultiThreadedEventLoopGroup, sending text: String? = nil) async throws {
    let eventLoop = group.any()
    let hasEnded = hasEnded
    let inbox = try await eventLoop.submit { NIOLoopBound(Inbox(hasEnded), eventLoop: eventLoop) }.get()
    channel = try await ClientBootstrap(group: eventLoop)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelOption(.socketOption(.so_rcvbuf), value: 64 * 1024)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(inbox.value) }
      }
      .connect(host: "127.0.0.1", port: port)
      .map { channel in
        if let text { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }
        return channel
      }.get()
    self.inbox = inbox
  }

  func send(_ text: String) async throws {
    try await channel.writeAndFlush(ByteBuffer(string: text))
  }

  /// Everything received so far that was not returned yet, once it holds `mark`; all of it where the server closes.
  func read(until mark: String) async throws -> String { try await read(mark) }

  /// What comes until the server closes.
  func readToEnd() async throws -> String { try await read(nil) }

  private func read(_ mark: String?) async throws -> String {
    let promise = channel.eventLoop.makePromise(of: String.self)
    let inbox = inbox
    channel.eventLoop.execute { inbox.value.wait(mark, promise) }
    return try await promise.futureResult.get()
  }

  func setReading(_ isReading: Bool) async throws {
    try await channel.setOption(.autoRead, value: isReading).get()
  }

  /// Whether the server has closed its side.
  var isClosed: Bool { hasEnded.withLockedValue { $0 } }

  func close() async { try? await channel.close().get() }

  private final class Inbox: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var text = ""
    private let hasEnded: NIOLockedValueBox<Bool>
    private var isClosed = false
    private var waiting: (mark: String?, promise: EventLoopPromise<String>)?

    init(_ hasEnded: NIOLockedValueBox<Bool>) { self.hasEnded = hasEnded }

    func wait(_ mark: String?, _ promise: EventLoopPromise<String>) {
      waiting = (mark, promise)
      settle()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      text += String(buffer: unwrapInboundIn(data))
      settle()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if event as? ChannelEvent == .inputClosed { end() }
    }

    func channelInactive(context: ChannelHandlerContext) { end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func end() {
      isClosed = true
      hasEnded.withLockedValue { $0 = true }
      settle()
    }

    private func settle() {
      guard let waiting, isClosed || (waiting.mark.map { text.contains($0) } ?? false) else { return }
      self.waiting = nil
      waiting.promise.succeed(text)
      text = ""
    }
  }
}
