import Conversation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix

/// An upstream that answers from the prompt: for trying routes and agents without a key and without a network.
///
/// Speaks every protocol, or the one it is told to, over real HTTP. What it understands is in `EchoScript`.
public final class EchoServer: Sendable {
  private let group: any EventLoopGroup
  private let dialect: DialectID?
  private let channel = NIOLockedValueBox<(any Channel)?>(nil)

  /// Makes a server that is not yet listening.
  ///
  /// `dialect` is the only protocol to answer in; nil answers in each at its own path.
  public init(group: any EventLoopGroup, dialect: DialectID?) {
    self.group = group
    self.dialect = dialect
  }

  /// Starts listening and returns the port; port 0 takes any.
  public func listen(host: String, port: Int) async throws -> Int {
    let dialect = dialect
    let bound = try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
          try channel.pipeline.syncOperations.addHandler(EchoHandler(dialect: dialect))
        }
      }
      .bind(host: host, port: port).get()
    channel.withLockedValue { $0 = bound }
    return bound.localAddress?.port ?? port
  }

  /// Stops listening; a second call does nothing.
  public func close() async {
    let bound = channel.withLockedValue { channel in
      defer { channel = nil }
      return channel
    }
    try? await bound?.close().get()
  }
}
