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

  /// Starts to listen; the signals' usual effect is off from here on.
  public init() {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    self.stream = stream
    self.continuation = continuation
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield() }
      source.resume()
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
