import Foundation

/// What a running gateway says about itself in answer to `status`.
struct GatewayStatus: Codable, Sendable, Hashable {
  var pid: Int32
  var address: String
  var generation: Int64
  /// Milliseconds since 1970.
  var startedAt: Int64
  var exchanges: Int
  /// Records that could not be written.
  var dropped: Int
  var version: String

  /// The status of every gateway that answers in time.
  static func all(in directories: Directories) -> [GatewayStatus] {
    let gateways = GatewaySocket.live(in: directories)
    let deadline = Date(timeIntervalSinceNow: 1)
    for gateway in gateways { gateway.send("status") }
    return gateways.compactMap { gateway in
      guard let line = gateway.answer(before: deadline) else { return nil }
      return try? JSONDecoder().decode(GatewayStatus.self, from: Data(line.utf8))
    }
  }
}
