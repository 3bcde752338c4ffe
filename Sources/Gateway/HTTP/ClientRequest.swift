import NIOCore
import NIOHTTP1

/// A client's whole request: head and body.
struct ClientRequest {
  var method: HTTPMethod
  /// Path and query as sent.
  var target: String
  var headers: HTTPHeaders
  /// Decoded.
  var body: ByteBuffer

  /// The path, percent escapes as sent.
  var path: Substring { mark.map { target[..<$0] } ?? target[...] }

  /// The query without its question mark, nil where there is none.
  var query: Substring? { mark.map { target[target.utf8.index(after: $0)...] } }

  private var mark: String.Index? { target.utf8.firstIndex(of: UInt8(ascii: "?")) }

  func header(_ name: String) -> String? { headers.first(name: name) }
}

/// Headers that mean one connection and never travel (RFC 9110 §7.6.1).
enum HopByHop {
  static let names: Set<String> = [
    "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    "proxy-authenticate", "proxy-authorization",
  ]

  /// The names that `Connection` lists besides.
  static func listed(in headers: HTTPHeaders) -> Set<String> {
    Set(headers[canonicalForm: "connection"].map { $0.lowercased() })
  }
}
