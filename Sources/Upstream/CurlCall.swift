import NIOCore

/// A call's handle for its starter.
///
/// Unchecked because it is used on its driver's event loop only, as `UpstreamCall` asks.
final class CurlCall: UpstreamCall, @unchecked Sendable {
  private let driver: CurlDriver
  /// Nil before the start, after the end and after `cancel()`.
  var transfer: CurlTransfer?
  private var isCancelled = false

  init(driver: CurlDriver) {
    self.driver = driver
  }

  func pause() {
    if let transfer { driver.pause(transfer) }
  }

  func resume() {
    if let transfer { driver.resume(transfer) }
  }

  func cancel() {
    isCancelled = true
    if let transfer { driver.cancel(transfer) }
  }

  /// Ends a call that could not start, after its starter has got this handle.
  func fail(_ receiver: any UpstreamReceiver, _ error: UpstreamError) {
    let receiver = NIOLoopBound(receiver, eventLoop: driver.loop)
    driver.loop.execute {
      guard !self.isCancelled else { return }
      receiver.value.upstreamEnd(error)
    }
  }
}
