import Foundation
import Store

/// Tells running gateways that the configuration changed, and asks them to write their records, so that what follows in a
/// script already sees both.
enum GatewayNudge {
  /// How long a command waits for gateways, in seconds.
  ///
  /// They answer within milliseconds. Only one that is stopped or starved of its processor costs so much, and that one
  /// should be told apart from one on a busy machine.
  static let patience = 2.0

  /// Tells every live gateway and waits until each says that `generation` is active; gives those that did not.
  static func tell(_ generation: Int64, in directories: Directories) -> [Int32] {
    let gateways = GatewaySocket.live(in: directories)
    let deadline = Date(timeIntervalSinceNow: patience)
    for gateway in gateways { gateway.send("reload \(generation)") }
    return gateways.filter { gateway in
      guard let answer = gateway.answer(before: deadline) else { return true }
      let words = answer.split(separator: " ")
      guard words.first == "active", let active = words.dropFirst().first.flatMap({ Int64($0) }) else { return true }
      return active < generation
    }.map(\.process)
  }
}

extension GatewayNudge {
  /// Waits until the exchanges that ended before this call are in the log.
  static func awaitRecords(in directories: Directories) {
    let gateways = GatewaySocket.live(in: directories)
    let deadline = Date(timeIntervalSinceNow: patience)
    for gateway in gateways { gateway.send("record") }
    for gateway in gateways { _ = gateway.answer(before: deadline) }
  }
}

extension CommandContext {
  /// The log, with what ended a moment ago in it.
  func exchanges() throws -> ExchangeLog {
    GatewayNudge.awaitRecords(in: try directories())
    return try store().exchanges()
  }

  /// To be called when a change of the configuration is committed.
  func configurationChanged() throws {
    let late = GatewayNudge.tell(try store().generation(), in: try directories())
    for process in late {
      note("the gateway with process id \(process) has not confirmed the change yet; see `aor status`")
    }
  }
}
