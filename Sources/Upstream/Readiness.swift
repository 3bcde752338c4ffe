import CCurl
import NIOCore

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Wakes an event loop when sockets it does not own become ready.
///
/// The sockets are in a queue that the loop empties itself, and a watch over that queue rings once for whatever becomes
/// ready between two emptyings. Each arming of a socket is good for one report, and one that was closed meanwhile is told
/// by its generation.
///
/// The watch is the kernel's own where it can be (`KernelWatch`), else a thread (`ThreadWatch`).
///
/// Lives on the event loop, but for `stop`.
final class Readiness {
  private let sockets: Int32
  private var watch: any ReadinessWatch
  private var reports = [aor_ready](repeating: aor_ready(), count: 128)
  private var isWatched = false

  /// `ring` is called on the loop when there is something to take.
  init(loop: any EventLoop, usesKernelWatch: Bool, ring: @escaping @Sendable () -> Void) throws(UpstreamError) {
    sockets = aor_readiness_open()
    guard sockets >= 0 else { throw Self.unavailable }
    if usesKernelWatch, let kernel = KernelWatch(queue: sockets, loop: loop, ring: ring) {
      watch = kernel
      kernel.whenRefused { [weak self] in self?.useThread(loop, ring) }
    } else if let thread = ThreadWatch(queue: sockets, loop: loop, ring: ring) {
      watch = thread
    } else {
      close(sockets)
      throw Self.unavailable
    }
  }

  deinit { close(sockets) }

  /// The event loop would not take the kernel's bell.
  private func useThread(_ loop: any EventLoop, _ ring: @escaping @Sendable () -> Void) {
    guard let thread = ThreadWatch(queue: sockets, loop: loop, ring: ring) else { return }
    watch = thread
    isWatched = false
    watchAgain()
  }

  private static var unavailable: UpstreamError {
    .unavailable("upstreams cannot be waited for: \(String(cString: strerror(errno)))")
  }

  /// Asks for one report of a socket.
  ///
  /// False when the kernel refuses it.
  func arm(_ socket: Int32, _ events: UInt8, generation: UInt32) -> Bool {
    aor_readiness_arm(sockets, socket, events, generation) == 0
  }

  /// Takes what became ready, after a ring.
  func take() -> ArraySlice<aor_ready> {
    isWatched = false
    let count = aor_readiness_take(sockets, &reports, Int32(reports.count), 0)
    return reports.prefix(Int(max(count, 0)))
  }

  /// Lets the watch ring once more, now if something is ready already.
  func watchAgain() {
    guard !isWatched else { return }
    isWatched = watch.arm()
  }

  /// What is to be stopped in the end.
  var ending: any ReadinessWatch { watch }
}

/// Watches one queue of sockets and rings on an event loop.
protocol ReadinessWatch: Sendable {
  /// Asks for one ring; false when the kernel refuses.
  func arm() -> Bool
  /// Ends the watch; nothing rings afterwards.
  func stop() async
}
