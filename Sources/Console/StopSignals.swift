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
  /// Left once by each source.
  private let unregistered = DispatchGroup()

  /// Starts to listen; until it does, which `waitUntilHeard` tells, the signals have their usual effect.
  public init() {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    self.stream = stream
    self.continuation = continuation
    let unregistered = unregistered
    sources = [SIGINT, SIGTERM].map { number in
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      unregistered.enter()
      source.setRegistrationHandler {
        #if canImport(Darwin)
          // Elsewhere the source has put its own handler into place.
          signal(number, SIG_IGN)
        #endif
        unregistered.leave()
      }
      source.setEventHandler { continuation.yield() }
      source.resume()
      return source
    }
  }

  /// Returns when both signals are heard, which takes a moment.
  public func waitUntilHeard() { unregistered.wait() }

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
