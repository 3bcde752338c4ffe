import Conversation
import Foundation
import Providers
import Upstream

/// Asks an endpoint which models it has.
struct ModelQuery: Sendable {
  let endpoint: Endpoint
  let token: String?
  let proxy: String?

  /// The names, as the endpoint lists them.
  ///
  /// - Throws: `UpstreamError`, or `UserFacingError` with the endpoint's own words.
  func run(_ http: OutboundHTTP) async throws -> [String] {
    let request = UpstreamRequest(
      method: "GET", url: try endpoint.url(for: .models),
      headers: [("accept", "application/json")] + endpoint.headers(token: token), proxy: proxy, connectTimeout: 10,
      firstByteTimeout: 30, idleTimeout: 30)
    let answer = try await http.send(request, deadline: 60)
    guard (200..<300).contains(answer.status), let names = Self.names(in: answer.body) else {
      throw UserFacingError(
        "the list of models cannot be had from \(request.url)",
        causes: [UpstreamComplaint.words(status: answer.status, body: answer.body, secrets: [token ?? ""])],
        status: [401, 403].contains(answer.status) ? .needsCredential : .failed)
    }
    return names
  }

  /// The names in a list of any of the protocols: `data[].id` or `models[].name`.
  static func names(in body: [UInt8]) -> [String]? {
    let value = try? JSONSerialization.jsonObject(with: Data(body))
    let root = value as? [String: Any]
    guard let list = (root?["data"] ?? root?["models"] ?? value) as? [Any] else { return nil }
    let names = list.compactMap { entry -> String? in
      let members = entry as? [String: Any]
      guard let name = (members?["id"] ?? members?["name"] ?? entry) as? String, !name.isEmpty else { return nil }
      return name.hasPrefix("models/") ? String(name.dropFirst(7)) : name
    }
    return names.isEmpty && !list.isEmpty ? nil : names
  }
}
