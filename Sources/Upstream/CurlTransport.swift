import NIOCore

/// The libcurl transport: one multi handle, connection cache and watch over its sockets for each event loop, made at the
/// first call on it.
public final class CurlTransport: HTTPTransport {
  private let drivers: [ObjectIdentifier: CurlDriver]

  /// Serves the event loops of one group.
  ///
  /// Cheap: libcurl is opened by the first call. Without `usesKernelWatch` a thread waits for its sockets, as it does on
  /// systems whose kernel cannot.
  public init(
    group: any EventLoopGroup, environment: NetworkEnvironment = .process, usesKernelWatch: Bool = true
  ) {
    var drivers: [ObjectIdentifier: CurlDriver] = [:]
    for loop in group.makeIterator() {
      drivers[ObjectIdentifier(loop)] = CurlDriver(
        loop: loop, environment: environment, usesKernelWatch: usesKernelWatch)
    }
    self.drivers = drivers
  }

  /// Opens libcurl ahead of the first call, which would otherwise wait some milliseconds for it.
  ///
  /// Throws `UpstreamError.unavailable` when it is missing or too old.
  public static func preload() throws {
    _ = try LibCurl.shared.get()
  }

  /// Starts a call on a loop of the group; another loop is a programming error.
  public func start(
    _ request: UpstreamRequest, on eventLoop: any EventLoop, receiver: any UpstreamReceiver
  ) -> any UpstreamCall {
    eventLoop.preconditionInEventLoop()
    guard let driver = drivers[ObjectIdentifier(eventLoop)] else {
      preconditionFailure("the event loop belongs to another group than the transport")
    }
    return driver.start(request, receiver: receiver)
  }

  /// Frees the handles of every loop, and the connections of one that had more than 64 calls at once.
  public func rest(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
    let done = drivers.values.map { driver in driver.loop.submit { driver.rest() } }
    return EventLoopFuture.andAllSucceed(done, on: eventLoop)
  }

  /// Ends every call with `cancelled` and waits for what watched their sockets.
  public func shutdown() async {
    for driver in drivers.values { await driver.shutdown() }
  }
}
