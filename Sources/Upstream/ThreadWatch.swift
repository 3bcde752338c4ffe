import CCurl
import NIOCore
import NIOPosix

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A thread that waits for a queue of sockets through a second queue, for one report at a time.
///
/// Unchecked because the descriptors never change once `init` has returned, and the kernel's queues may be used from any
/// thread.
final class ThreadWatch: ReadinessWatch, @unchecked Sendable {
  private let queue: Int32
  private let watch: Int32
  private var wake: [Int32] = [-1, -1]
  private let thread = NIOThreadPool(numberOfThreads: 1)

  /// Starts the thread; nil with `errno` when the kernel gives no descriptors.
  init?(queue: Int32, loop: any EventLoop, ring: @escaping @Sendable () -> Void) {
    self.queue = queue
    watch = aor_readiness_open()
    guard watch >= 0, aor_pipe(&wake) == 0, aor_readiness_arm(watch, wake[0], UInt8(AOR_READABLE), 0) == 0 else {
      return nil
    }
    thread.start()
    thread.submit { [watch, wakeReader = wake[0]] _ in
      // On a busy core this thread then runs when the event loop rests, and more is ready by then.
      aor_yield_to_others()
      var report = [aor_ready](repeating: aor_ready(), count: 2)
      while true {
        let count = Int(aor_readiness_take(watch, &report, 2, 1))
        guard count >= 0, !report.prefix(count).contains(where: { $0.socket == wakeReader }) else { return }
        if count > 0 { loop.execute(ring) }
      }
    }
  }

  deinit {
    for descriptor in wake + [watch] where descriptor >= 0 { close(descriptor) }
  }

  func arm() -> Bool { aor_readiness_arm(watch, queue, UInt8(AOR_READABLE), 1) == 0 }

  func stop() async {
    var byte: UInt8 = 0
    _ = write(wake[1], &byte, 1)
    try? await thread.shutdownGracefully()
  }
}
