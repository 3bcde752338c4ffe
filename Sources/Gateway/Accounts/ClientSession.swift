import Conversation
import Dialects
import NIOCore
import Wire

/// The agent's own name of its session, where it sends one.
enum ClientSession {
  private static let headers = ["x-claude-code-session-id", "session-id", "session_id", "x-session-id"]

  static func id(of request: ClientRequest) -> String? {
    for name in headers {
      if let value = request.header(name), !value.isEmpty { return String(value.prefix(200)) }
    }
    return nil
  }

  /// A mark of the session, to keep it to one account: from its header, else from what the body has of the kind
  /// (`prompt_cache_key`, `metadata.user_id`); nil where neither is said.
  static func mark(of request: ClientRequest, id: String?, _ inbound: InboundRequest?, group: String) -> UInt64? {
    (id ?? inbound.flatMap { inBody(of: request, $0) }).map { Fingerprint.value("\(group)\n\($0)".utf8) }
  }

  private static func inBody(of request: ClientRequest, _ inbound: InboundRequest) -> String? {
    request.body.withUnsafeReadableBytes { bytes in
      func text(_ member: TopLevelScan.Member?) -> String? {
        member.flatMap { TopLevelScan.string($0.value, in: bytes) }.flatMap { $0.isEmpty ? nil : $0 }
      }
      if let key = text(inbound.scan.member("prompt_cache_key", in: bytes)) { return key }
      guard let metadata = inbound.scan.member("metadata", in: bytes),
        let members = TopLevelScan.members(of: metadata.value, in: bytes)
      else { return nil }
      return text(TopLevelScan.member("user_id", of: members, in: bytes))
    }
  }
}
