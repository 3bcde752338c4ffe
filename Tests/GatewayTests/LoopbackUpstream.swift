import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// An upstream on a real socket: reads a request as far as it is told to, and answers as fast as it is read.
final class LoopbackUpstream: Sendable {
  enum Manners: Sendable {
    /// Reads the request, then sends that head and as many pieces.
    case answers(head: String, piece: String, count: Int)
    /// Reads the first bytes of a request and no more.
    case stopsReading
  }

  let port: Int
  /// Bytes that the system took of the answers.
  let sent = Count()
  /// Requests whose first bytes came.
  let begun = Count()
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let channel: any Channel

  /// `manners` gets the first bytes of each request.
  init(_ manners: @escaping @Sendable (String) -> Manners) async throws {
    let (sent, begun) = (sent, begun)
    channel = try await ServerBootstrap(group: group)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Handler(manners, sent: sent, begun: begun))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = channel.localAddress?.port ?? 0
  }

  func stop() async {
    try? await channel.close().get()
    try? await group.shutdownGracefully()
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let manners: (String) -> Manners
    private let sent: Count
    private let begun: Count
    private var hasBegun = false
    private var piece = ByteBuffer()
    private var left = 0

    init(_ manners: @escaping (String) -> Manners, sent: Count, begun: Count) {
      self.manners = manners
      self.sent = sent
      self.begun = begun
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      guard !hasBegun else { return }
      hasBegun = true
      switch manners(String(buffer: unwrapInboundIn(data))) {
      case .stopsReading: _ = context.channel.setOption(.autoRead, value: false)
      case .answers(let head, let piece, let count):
        self.piece = ByteBuffer(string: piece)
        left = count
        write(ByteBuffer(string: head), context)
        pump(context)
      }
      begun.add()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { pump(context) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func pump(_ context: ChannelHandlerContext) {
      while left > 0, context.channel.isWritable {
        left -= 1
        let isLast = left == 0
        write(piece, context) { if isLast { context.close(promise: nil) } }
      }
    }

    private func write(_ buffer: ByteBuffer, _ context: ChannelHandlerContext, _ done: @escaping () -> Void = {}) {
      let count = buffer.readableBytes
      context.writeAndFlush(wrapOutboundOut(buffer)).assumeIsolated().whenSuccess {
        self.sent.add(count)
        done()
      }
    }
  }
}
