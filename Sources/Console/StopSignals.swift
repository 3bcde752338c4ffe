import Dispatch

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// SIGINT and SIGTERM as something to wait for.
///
/// Unchecked because of the dispatch sources: they are made in `init`, only ever cancelled afterwards, and cancelling is
/// safe from any thread.
public final class StopSignals: @unchecked Sendable {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation
  private let sources: [any DispatchSourceSignal]

  /// Starts to listen; the signals' usual effect is off from here on, and none is lost: until it listens they have it.
  public init() {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    self.stream = stream
    self.continuation = continuation
    sources = [SIGINT, SIGTERM].map { number in
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      let listens = DispatchSemaphore(value: 0)
      source.setRegistrationHandler { listens.signal() }
      source.setEventHandler { continuation.yield() }
      source.resume()
      listens.wait()
      #if canImport(Darwin)
        // Elsewhere the source has put its own handler into place.
        signal(number, SIG_IGN)
      #endif
      return source
    }
  }

  /// Returns at the next signal, or when there will be none.
  public func next() async {
    for await _ in stream { return }
  }

  /// Wakes whoever waits; no signal is heard any more.
  public func finish() {
    for source in sources { source.cancel() }
    continuation.finish()
  }
}
