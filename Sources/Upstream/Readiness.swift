import CCurl
import NIOPosix

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Wakes an event loop when sockets it does not own become ready.
///
/// The sockets are in a queue the loop empties itself. A thread watches that queue through a second one, for one report
/// at a time: whatever becomes ready between two drains costs one wake-up in all. Each arming of a socket is good for
/// one report too, and one that was closed meanwhile is told by its generation.
///
/// Unchecked because the descriptors never change once `init` has returned and the kernel's queues may be used from any
/// thread; `reports` and `isWatched` belong to the event loop.
final class Readiness: @unchecked Sendable {
  private let sockets: Int32
  private let watch: Int32
  private var wake: [Int32] = [-1, -1]
  private var reports = [aor_ready](repeating: aor_ready(), count: 128)
  private var isWatched = false
  private let thread = NIOThreadPool(numberOfThreads: 1)

  init() throws(UpstreamError) {
    sockets = aor_readiness_open()
    watch = aor_readiness_open()
    guard sockets >= 0, watch >= 0, aor_pipe(&wake) == 0,
      aor_readiness_arm(watch, wake[0], UInt8(AOR_READABLE), 0) == 0
    else { throw .unavailable("upstreams cannot be waited for: \(String(cString: strerror(errno)))") }
  }

  deinit {
    for descriptor in wake + [sockets, watch] where descriptor >= 0 { close(descriptor) }
  }

  /// Starts the thread.
  ///
  /// `post` is called on it once after each `watchAgain()`, when there is something to take.
  func start(post: @escaping @Sendable () -> Void) {
    thread.start()
    thread.submit { [watch, wakeReader = wake[0]] _ in
      // On a busy core this thread then runs when the event loop rests, and more is ready by then.
      aor_yield_to_others()
      var report = [aor_ready](repeating: aor_ready(), count: 2)
      while true {
        let count = Int(aor_readiness_take(watch, &report, 2, 1))
        guard count >= 0, !report.prefix(count).contains(where: { $0.socket == wakeReader }) else { return }
        if count > 0 { post() }
      }
    }
  }

  /// Ends the thread.
  func stop() async {
    var byte: UInt8 = 0
    _ = write(wake[1], &byte, 1)
    try? await thread.shutdownGracefully()
  }

  /// Asks for one report of a socket.
  ///
  /// False when the kernel refuses it.
  func arm(_ socket: Int32, _ events: UInt8, generation: UInt32) -> Bool {
    aor_readiness_arm(sockets, socket, events, generation) == 0
  }

  /// Takes what became ready, after a post.
  func take() -> ArraySlice<aor_ready> {
    isWatched = false
    let count = aor_readiness_take(sockets, &reports, Int32(reports.count), 0)
    return reports.prefix(Int(max(count, 0)))
  }

  /// Lets the thread post once more, now if something is ready already.
  func watchAgain() {
    guard !isWatched else { return }
    isWatched = aor_readiness_arm(watch, sockets, UInt8(AOR_READABLE), 1) == 0
  }
}
