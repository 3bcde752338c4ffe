import NIOCore
import NIOHTTP1

/// Answers one request on its connection.
///
/// Used on the connection's event loop only.
protocol ClientResponder: AnyObject {
  /// Whether the client takes more right now; `Exchange.clientWritabilityChanged` tells when that changes.
  var isWritable: Bool { get }
  func send(head: HTTPResponseHead)
  /// Written and flushed at once.
  func send(body: ByteBuffer)
  func sendEnd()
  /// Cuts the connection: the answer cannot be ended honestly.
  func abort()
}
