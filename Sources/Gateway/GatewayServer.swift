import Conversation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import Routing
import Upstream

/// The proxy: listens, answers, and stops without cutting anybody off.
public final class GatewayServer: Sendable {
  private let core: GatewayCore
  private let group: MultiThreadedEventLoopGroup
  private let channel = NIOLockedValueBox<(any Channel)?>(nil)

  /// Makes a gateway that is not yet listening.
  ///
  /// `transport` must be made for `group`. `defaultGroup` is the group served at the root, where it is not the
  /// configuration's. `connectionCeiling` bounds `server.maxConnections` by what the process has descriptors for.
  public init(
    group: MultiThreadedEventLoopGroup, snapshots: any SnapshotSource, recorder: any ExchangeRecorder,
    transport: any HTTPTransport, clock: GatewayClock, identity: GatewayIdentity, defaultGroup: String? = nil,
    connectionCeiling: Int = .max
  ) {
    self.group = group
    core = GatewayCore(
      snapshots: snapshots, recorder: recorder, transport: transport, clock: clock, identity: identity,
      defaultGroup: defaultGroup, connectionCeiling: connectionCeiling)
  }

  /// Starts listening and returns the port; port 0 takes any.
  ///
  /// - Throws: `IOError` (address in use, permission) from the system.
  public func listen(host: String, port: Int) async throws -> Int {
    let core = core
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 512)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptPause())
        }
      }
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      // A beginning that most requests fit into: a larger one is held by every idle connection, a smaller one is read
      // twice and copied. Large bodies, which come in many reads, should come in few: they are put together.
      .childChannelOption(
        .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 4096, maximum: 256 * 1024)
      )
      .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 * 1024, high: 256 * 1024))
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false, withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: HeaderLimits.parser)
          try channel.pipeline.syncOperations.addHandler(ConnectionHandler(gateway: core))
        }
      }
    let bound = try await bootstrap.bind(host: host, port: port).get()
    channel.withLockedValue { $0 = bound }
    let listener = Listener(host: host, bound: bound.localAddress, port: port)
    core.listener.withLockedValue { $0 = listener }
    return listener.port
  }

  /// Stops accepting, closes idle connections and the others once their answer is written.
  ///
  /// Returns when all are closed.
  public func drain() async {
    let listening = channel.withLockedValue { channel in
      defer { channel = nil }
      return channel
    }
    try? await listening?.close().get()
    core.connections.drain()
    try? await core.connections.whenEmpty(on: group.next()).get()
  }

  /// Cuts every answer under way.
  public func abort() {
    core.connections.abort()
  }

  /// Ends the connections of clients whose time would be over in `time`: tests need not wait.
  func pass(_ time: TimeAmount) async { await core.sweeps.look(at: .now() + time) }

  /// Exchanges since the start.
  public var exchangeCount: UInt64 { core.exchanges.total }
  /// Exchanges under way.
  public var activeCount: Int { core.exchanges.active }
  /// Generation of the configuration that new requests get.
  public var generation: Int64 { core.snapshots.current.generation }
}
