import NIOCore
import NIOPosix

/// A gateway's private socket, through which commands ask it to reload or tell its state.
///
/// Lines of text, one answer line each: `reload N` → `active M` (the generation now active), `status` → what `status`
/// returns, `record` → `recorded` (once what has ended can be read from the log). The socket is created 0600 by its folder's being 0700 and its own mode.
public final class ControlSocket: Sendable {
  /// What commands may ask of a gateway.
  public struct Handlers: Sendable {
    /// Makes generation `N` or a later one active and returns the active one.
    public var reload: @Sendable (Int64) async -> Int64
    /// One line of JSON.
    public var status: @Sendable () async -> String
    /// Returns when the exchanges that have ended are in the log, or will not be for a while.
    public var record: @Sendable () async -> Void

    /// Makes handlers; they run for every connection, several at once.
    public init(
      reload: @escaping @Sendable (Int64) async -> Int64, status: @escaping @Sendable () async -> String,
      record: @escaping @Sendable () async -> Void
    ) {
      self.reload = reload
      self.status = status
      self.record = record
    }
  }

  private let channel: any Channel

  private init(_ channel: any Channel) { self.channel = channel }

  /// Listens at `path`, which must not exist.
  public static func listen(
    at path: String, group: any EventLoopGroup, handlers: Handlers
  ) async throws -> ControlSocket {
    let bootstrap = ServerBootstrap(group: group).childChannelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(ControlHandler(handlers))
      }
    }
    let channel = try await bootstrap.bind(unixDomainSocketPath: path).get()
    return ControlSocket(channel)
  }

  /// Stops listening.
  public func close() async {
    try? await channel.close().get()
  }
}

/// Answers the lines of one control connection, one after another.
private final class ControlHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private static let lineLimit = 4096

  private let handlers: ControlSocket.Handlers
  private var pending = ByteBuffer()
  /// The answer before the next, which has to wait for it.
  private var last: Task<Void, Never>?

  init(_ handlers: ControlSocket.Handlers) { self.handlers = handlers }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var buffer = unwrapInboundIn(data)
    pending.writeBuffer(&buffer)
    while let end = pending.readableBytesView.firstIndex(of: 0x0A) {
      let line = pending.readString(length: end - pending.readerIndex) ?? ""
      pending.moveReaderIndex(forwardBy: 1)
      answer(line, context)
    }
    if pending.readableBytes > Self.lineLimit { context.close(promise: nil) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func answer(_ line: String, _ context: ChannelHandlerContext) {
    let handlers = handlers
    let channel = context.channel
    let words = line.split(separator: " ")
    let before = last
    last = Task {
      await before?.value
      let answer: String
      switch words.first {
      case "reload": answer = "active \(await handlers.reload(words.dropFirst().first.flatMap { Int64($0) } ?? 0))"
      case "status": answer = await handlers.status()
      case "record":
        await handlers.record()
        answer = "recorded"
      default: answer = "error unknown request"
      }
      try? await channel.writeAndFlush(ByteBuffer(string: answer + "\n"))
    }
  }
}
