import Dispatch
import NIOCore
import Upstream

/// Gives the memory of past exchanges back to the system once nobody asks for more.
///
/// The allocator keeps what was freed, for the next exchange; after a busy hour that is most of what the process holds.
enum IdleMemory {
  /// Long enough that a pause between two questions of a person's agent does not cost the next one page faults.
  private static let delay = TimeAmount.seconds(10)

  /// Called after each exchange, on its event loop.
  static func exchangeEnded(
    _ exchanges: ExchangeCounter, needsLook: Bool, _ transport: any HTTPTransport, on eventLoop: any EventLoop
  ) {
    guard needsLook else { return }
    eventLoop.scheduleTask(in: delay) {
      switch exchanges.look() {
      case .busy: break
      case .recent: exchangeEnded(exchanges, needsLook: true, transport, on: eventLoop)
      case .idle:
        transport.rest(on: eventLoop).whenComplete { _ in
          // Some 20 ms after 100 MB of load: not on a loop, where a request may just come.
          DispatchQueue.global(qos: .utility).async { FreedMemory.giveBack() }
        }
      }
    }
  }
}
