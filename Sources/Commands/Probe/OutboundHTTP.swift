import Foundation
import NIOCore
import Upstream

/// Makes single requests for commands, through the gateway's own transport, so that what works here works there.
struct OutboundHTTP: Sendable {
  /// A whole answer.
  struct Answer: Sendable {
    var status: Int
    var body: [UInt8]
    /// Milliseconds from the start of the call to the end of the answer.
    var duration: Int64
  }

  /// More than any list of models needs.
  static let bodyLimit = 8 * 1024 * 1024

  private let client = HTTPClient()

  /// Makes a request and waits for the whole answer, at most `deadline` seconds.
  ///
  /// - Throws: `UpstreamError`.
  func send(_ request: UpstreamRequest, deadline: UInt64 = 60) async throws -> Answer {
    let client = client
    let start = ContinuousClock.now
    return try await withThrowingTaskGroup(of: Answer.self) { group in
      group.addTask {
        let (head, body) = try await client.send(request, limit: Self.bodyLimit)
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Answer(
          status: head.status, body: Array(body.readableBytesView),
          duration: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
      }
      // The transport bounds the wait for each piece; an answer that drips for ever is bounded here.
      group.addTask {
        try await Task.sleep(nanoseconds: deadline * 1_000_000_000)
        throw UpstreamError.firstByteTimeout("no whole answer within \(deadline) s")
      }
      defer { group.cancelAll() }
      guard let answer = try await group.next() else { throw UpstreamError.cancelled }
      return answer
    }
  }
}
