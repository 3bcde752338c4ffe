import CCurl
import NIOCore
import NIOPosix

/// The kernel's own watch over a queue of sockets: it rings a descriptor that the event loop reads like any other.
///
/// A thread between the two would cost two switches and two more system calls for every answer that comes alone, which
/// most pieces of a stream do.
///
/// Unchecked because everything is touched on the event loop only, and by `stop` once nothing is armed any more.
final class KernelWatch: ReadinessWatch, @unchecked Sendable {
  private let queue: Int32
  private let context: UInt
  private let descriptor: Int32
  private let bell: EventLoopFuture<any Channel>

  /// Nil where the kernel has no such thing, or a sandbox forbids it.
  init?(queue: Int32, loop: any EventLoop, ring: @escaping @Sendable () -> Void) {
    var context: UInt = 0
    var descriptor: Int32 = -1
    guard aor_bell_open(queue, &context, &descriptor) == 0 else { return nil }
    self.queue = queue
    self.context = context
    self.descriptor = descriptor
    bell = NIOPipeBootstrap(group: loop)
      .channelOption(.maxMessagesPerRead, value: 1)
      .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: MemoryLayout<UInt64>.size))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(BellHandler(ring)) }
      }
      .takingOwnershipOfDescriptor(input: descriptor)
  }

  /// Calls back on the loop if that cannot read the bell.
  func whenRefused(_ body: @escaping () -> Void) {
    bell.assumeIsolated().whenFailure { _ in body() }
  }

  func arm() -> Bool { aor_bell_arm(context, queue, descriptor) == 0 }

  func stop() async {
    aor_bell_close(context)
    try? await bell.get().close().get()
  }
}

/// Rings once for whatever was read: how often the kernel rang says nothing.
private final class BellHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let ring: () -> Void

  init(_ ring: @escaping () -> Void) { self.ring = ring }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

  func channelReadComplete(context: ChannelHandlerContext) { ring() }
}
