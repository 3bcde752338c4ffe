import NIOConcurrencyHelpers
import NIOCore
import Upstream

/// A transport that counts what its calls bring, and how often they are paused.
final class WatchedTransport: HTTPTransport {
  let pauses = Count()
  let resumes = Count()
  let cancellations = Count()
  /// Bytes of answers.
  let received = Count()
  private let transport = NIOLockedValueBox<(any HTTPTransport)?>(nil)

  /// Watches that one.
  func over(_ transport: any HTTPTransport) -> WatchedTransport {
    self.transport.withLockedValue { $0 = transport }
    return self
  }

  func start(
    _ request: UpstreamRequest, on eventLoop: any EventLoop, receiver: any UpstreamReceiver
  ) -> any UpstreamCall {
    guard let transport = transport.withLockedValue({ $0 }) else { preconditionFailure("over what?") }
    return Call(transport.start(request, on: eventLoop, receiver: Receiver(receiver, received)), self)
  }

  func rest(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
    transport.withLockedValue { $0 }?.rest(on: eventLoop) ?? eventLoop.makeSucceededVoidFuture()
  }

  func shutdown() async { await transport.withLockedValue { $0 }?.shutdown() }

  private final class Receiver: UpstreamReceiver {
    private let receiver: any UpstreamReceiver
    private let received: Count

    init(_ receiver: any UpstreamReceiver, _ received: Count) {
      self.receiver = receiver
      self.received = received
    }

    func upstreamHead(_ head: UpstreamResponseHead) { receiver.upstreamHead(head) }

    func upstreamBody(_ buffer: ByteBuffer, isLast: Bool) {
      received.add(buffer.readableBytes)
      receiver.upstreamBody(buffer, isLast: isLast)
    }

    func upstreamEnd(_ error: UpstreamError?) { receiver.upstreamEnd(error) }
  }

  private final class Call: UpstreamCall {
    private let call: any UpstreamCall
    private let counts: WatchedTransport

    init(_ call: any UpstreamCall, _ counts: WatchedTransport) {
      self.call = call
      self.counts = counts
    }

    func pause() {
      counts.pauses.add()
      call.pause()
    }

    func resume() {
      counts.resumes.add()
      call.resume()
    }

    func cancel() {
      counts.cancellations.add()
      call.cancel()
    }
  }
}
