import NIOCore
import NIOHTTP1

/// Answers one request on its connection.
///
/// Used on the connection's event loop only.
protocol ClientResponder: AnyObject {
  /// Whether the client takes more right now; `Exchange.clientWritabilityChanged` tells when that changes.
  var isWritable: Bool { get }
  func send(head: HTTPResponseHead)
  /// Written, and flushed at once unless more follows in the same breath.
  func send(body: ByteBuffer, flushes: Bool)
  func sendEnd()
  /// Nobody holds the request's body any more, though the answer goes on.
  func bodyReleased()
  /// Cuts the connection: the answer cannot be ended honestly.
  func abort()
}
