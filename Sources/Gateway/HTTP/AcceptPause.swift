import NIOCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Stops accepting for a moment where the system has no descriptors or memory left for another connection.
///
/// Without it the listener would ask again at once, and for ever: what waits in its queue keeps it readable. NIO's own
/// `AcceptBackoffHandler` holds back reads that are asked for, but after a failed accept one is still under way, so the
/// listener stays armed; turning off `autoRead` disarms it.
final class AcceptPause: ChannelInboundHandler {
  typealias InboundIn = Channel
  typealias InboundOut = Channel

  private static let duration = TimeAmount.milliseconds(200)

  private var isPaused = false

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? IOError else { return context.fireErrorCaught(error) }
    switch error.errnoCode {
    case EMFILE, ENFILE, ENOBUFS, ENOMEM: pause(context)
    default: break
    }
  }

  private func pause(_ context: ChannelHandlerContext) {
    guard !isPaused, let options = context.channel.syncOptions else { return }
    isPaused = true
    try? options.setOption(.autoRead, value: false)
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.duration) {
      self.isPaused = false
      try? options.setOption(.autoRead, value: true)
    }
  }
}
