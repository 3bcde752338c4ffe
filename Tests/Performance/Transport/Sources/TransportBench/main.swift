import NIOCore
import NIOPosix
import Upstream

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

// `TransportBench UPSTREAM-PORT json|stream BODY-SIZE`: a bare relay over the transport. It takes requests of a fixed
// size from raw connections, sends each on as a POST and writes back the body of the answer. Prints its port.

final class Relay: ChannelInboundHandler, UpstreamReceiver {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let transport: CurlTransport
  private let request: UpstreamRequest
  private let size: Int
  private var body = ByteBuffer()
  private var channel: (any Channel)?
  private var call: (any UpstreamCall)?

  init(_ transport: CurlTransport, _ request: UpstreamRequest, size: Int) {
    self.transport = transport
    self.request = request
    self.size = size
  }

  func channelActive(context: ChannelHandlerContext) { channel = context.channel }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var piece = unwrapInboundIn(data)
    body.writeBuffer(&piece)
    guard body.readableBytes >= size else { return }
    var next = request
    next.body = body
    body = ByteBuffer()
    call = transport.start(next, on: context.eventLoop, receiver: self)
  }

  func channelInactive(context: ChannelHandlerContext) {
    call?.cancel()
    channel = nil
  }

  func upstreamHead(_ head: UpstreamResponseHead) {}
  func upstreamBody(_ buffer: ByteBuffer) { channel?.writeAndFlush(buffer, promise: nil) }
  func upstreamEnd(_ error: UpstreamError?) { if let error { fatalError("\(error)") } }
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let port = Int(arguments[1]), let size = Int(arguments[3]) else {
  fatalError("usage: TransportBench UPSTREAM-PORT json|stream BODY-SIZE")
}
let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
let transport = CurlTransport(group: group)
let request = UpstreamRequest(
  method: "POST", url: "http://127.0.0.1:\(port)/\(arguments[2])",
  headers: [
    ("content-type", "application/json"), ("authorization", "Bearer 0123456789012345678901234567890123456789"),
    ("user-agent", "bench/1.0"), ("accept", "application/json"),
  ])
let channel = try await ServerBootstrap(group: group)
  .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
  .childChannelInitializer { [transport, request, size] child in
    child.eventLoop.makeCompletedFuture {
      try child.pipeline.syncOperations.addHandler(Relay(transport, request, size: size))
    }
  }
  .bind(host: "127.0.0.1", port: 0).get()
print(channel.localAddress?.port ?? 0)
fflush(nil)
try await channel.closeFuture.get()
