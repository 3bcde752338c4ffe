import NIOCore
import NIOHTTP1
import Routing

/// Keeps the beginnings of an exchange's bodies, for `logging.captureBody`.
struct CaptureBuffer {
  /// Bytes kept of each body.
  private static let limit = 256 * 1024

  private var responseHeaders = HTTPHeaders()
  private var sent = ByteBuffer()
  private var upstreamSent = ByteBuffer()
  private var upstreamReceived = ByteBuffer()

  mutating func responseHead(_ headers: HTTPHeaders) { responseHeaders = headers }
  mutating func response(_ buffer: ByteBuffer) { Self.keep(buffer, in: &sent) }
  /// Of several upstreams the last counts.
  mutating func upstreamRequest(_ buffer: ByteBuffer) {
    upstreamSent.clear()
    upstreamReceived.clear()
    Self.keep(buffer, in: &upstreamSent)
  }
  mutating func upstreamResponse(_ buffer: ByteBuffer) { Self.keep(buffer, in: &upstreamReceived) }

  private static func keep(_ buffer: ByteBuffer, in kept: inout ByteBuffer) {
    let space = limit - kept.readableBytes
    guard space > 0, var slice = buffer.getSlice(at: buffer.readerIndex, length: min(space, buffer.readableBytes))
    else { return }
    kept.writeBuffer(&slice)
  }

  /// The capture as it is stored, credentials masked.
  func finished(_ request: ClientRequest, _ masking: Masking) -> ExchangeRecord.Capture {
    var capture = ExchangeRecord.Capture()
    capture.requestHeaders = request.headers.map { [$0.name, masking.header($0.name, $0.value)] }
    capture.responseHeaders = responseHeaders.map { [$0.name, masking.header($0.name, $0.value)] }
    var received = ByteBuffer()
    Self.keep(request.body, in: &received)
    capture.requestBody = Self.text(received, masking)
    capture.upstreamRequestBody = Self.text(upstreamSent, masking)
    capture.responseBody = Self.text(sent, masking)
    capture.upstreamResponseBody = Self.text(upstreamReceived, masking)
    return capture
  }

  private static func text(_ buffer: ByteBuffer, _ masking: Masking) -> String? {
    buffer.readableBytes == 0 ? nil : masking.text(String(buffer: buffer))
  }
}
