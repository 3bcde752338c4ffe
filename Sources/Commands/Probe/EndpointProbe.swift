import Conversation
import Foundation
import NIOCore
import Providers
import Upstream

/// Asks a base URL which protocols it speaks.
struct EndpointProbe {
  let base: String
  let token: String?
  let auth: Authentication?
  let proxy: String?

  /// What was found.
  struct Finding: Sendable {
    var endpoints: [Endpoint]
    var models: [String]
  }

  /// Probes, and says what was found.
  ///
  /// - Throws: `UserFacingError` when nothing was recognised, or the credential was refused.
  func run(in context: CommandContext) async throws -> Finding {
    let plan = try ProbePlan(base: base, token: token)
    let http = context.http
    let host = (try? EndpointURL(base).origin) ?? base
    let results = try await context.progress("asking \(host) what it speaks") { try await attempt(plan, http) }
    var outcome = ProbePlan.outcome(of: results.compactMap { result in result.verdict.map { (result.attempt, $0) } })
    try refuse(outcome, results, host: host)
    if let auth {
      for index in outcome.endpoints.indices { outcome.endpoints[index].authentication = auth }
    }
    context.note("\(host) speaks \(outcome.endpoints.map(\.dialect.displayName).joined(separator: ", "))")
    return Finding(endpoints: outcome.endpoints, models: await models(outcome.endpoints, http))
  }

  private struct Result: Sendable {
    var attempt: ProbePlan.Attempt
    var verdict: ProbePlan.Verdict?
    var answer: String
  }

  private func attempt(_ plan: ProbePlan, _ http: OutboundHTTP) async throws -> [Result] {
    var results: [Result] = []
    for attempt in plan.attempts {
      let isKnown = results.contains {
        $0.verdict == .recognised && $0.attempt.endpoint.dialect == attempt.endpoint.dialect
      }
      if isKnown { continue }
      let request = UpstreamRequest(
        method: attempt.method, url: attempt.url, headers: attempt.headers, body: ByteBuffer(string: attempt.body),
        proxy: proxy, connectTimeout: 10, firstByteTimeout: 20, idleTimeout: 20)
      do {
        let answer = try await http.send(request, deadline: 30)
        let verdict = ProbePlan.verdict(on: attempt, status: answer.status, body: Array(answer.body.prefix(64 * 1024)))
        results.append(Result(attempt: attempt, verdict: verdict, answer: "answered \(answer.status)"))
      } catch let error as UpstreamError {
        switch error {
        // A host that cannot be reached at all answers no other question either.
        case .unavailable, .badURL, .resolve, .connect, .connectTimeout, .tls, .proxy: throw error
        default: results.append(Result(attempt: attempt, verdict: nil, answer: UpstreamComplaint.words(error)))
        }
      }
    }
    return results
  }

  private func refuse(_ outcome: ProbePlan.Outcome, _ results: [Result], host: String) throws {
    if outcome.endpoints.isEmpty {
      throw UserFacingError(
        "no protocol was recognised at \(base)",
        causes: results.map { "\($0.attempt.endpoint.dialect.rawValue): \($0.attempt.url) \($0.answer)" },
        hints: [.text("check the URL, or say what it speaks with `--protocol`")])
    }
    if outcome.credentialRefused, auth != .client {
      throw UserFacingError(
        token == nil ? "\(host) wants a token" : "\(host) refused the token",
        hints: [
          .text(
            token == nil ? "give it with `--token-stdin`" : "check it, or add the provider unasked with `--protocol`")
        ],
        status: .needsCredential)
    }
  }

  private func models(_ endpoints: [Endpoint], _ http: OutboundHTTP) async -> [String] {
    for endpoint in endpoints {
      if let names = try? await ModelQuery(endpoint: endpoint, token: token, proxy: proxy).run(http) { return names }
    }
    return []
  }
}
