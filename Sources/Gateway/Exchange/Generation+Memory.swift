import Conversation
import Dialects
import Providers
import Routing
import Upstream

/// What a generation leaves to the next ones, and takes from those before.
extension Generation {
  /// Puts the candidates into the order to try them in now, and writes down which are passed over.
  func order(_ plan: inout RoutePlan) {
    let gateway = exchange.gateway
    let now = exchange.record.startedAt
    let generation = exchange.snapshot.generation
    if plan.hasChoiceOfAccount {
      session = ClientSession.mark(of: exchange.request, id: exchange.record.session, inbound, group: group)
    }
    let resting = gateway.rests.remaining(now: now)
    guard !resting.isEmpty || session != nil else { return }
    let passedOver = plan.order(
      resting: { resting[$0.quotaHolder] != nil },
      preferred: { [session] candidate in
        session.map { gateway.sessions.isHome(candidate.quotaHolder, of: $0, generation: generation, now: now) }
          ?? false
      })
    for candidate in passedOver {
      let left = resting[candidate.quotaHolder] ?? 0
      exchange.record.attempts.append(
        ExchangeRecord.Attempt(
          provider: candidate.provider.name, account: candidate.credential?.account, model: candidate.model,
          dialect: candidate.endpoint.dialect, status: nil,
          error: "passed over: its quota is spent for another \(Self.duration(left))", duration: 0, passedOver: true))
    }
  }

  /// Lets the candidate that failed rest where its quota is spent.
  ///
  /// - Returns: What the record says of it, behind the upstream's own words.
  func rest(after failure: UpstreamFailure, _ head: UpstreamResponseHead?) -> String {
    let now = exchange.gateway.clock.milliseconds()
    guard let candidate, let duration = SpentQuota.rest(after: failure, head: head, now: now), duration > 0 else {
      return ""
    }
    exchange.gateway.rests.begin(candidate.quotaHolder, for: duration, now: now)
    return " (asked last for \(Self.duration(duration)))"
  }

  /// Notes that the candidate gave an answer.
  func answered(_ candidate: RouteCandidate) {
    let gateway = exchange.gateway
    gateway.rests.end(candidate.quotaHolder)
    gateway.refusals.note(without.filter(isLasting), of: candidate)
    guard let session else { return }
    gateway.sessions.note(
      candidate.quotaHolder, session: session, generation: exchange.snapshot.generation,
      now: gateway.clock.milliseconds())
  }

  /// What the candidate refused and can be asked without once more.
  func refusal(in failure: UpstreamFailure) -> Refusal? {
    guard operation.kind == .generate, let candidate,
      let refusal = Refusal.named(by: failure, from: candidate.endpoint.dialect),
      !refusal.isSettled(in: candidate.quirks), holds(refusal)
    else { return nil }
    return refusal
  }

  /// Whether the request has anything of the kind, so that it would be another without.
  private func holds(_ refusal: Refusal) -> Bool {
    switch refusal {
    case .images: request?.holdsImages ?? false
    case .itemIDs: operation.dialect == .openAIResponses
    }
  }

  /// Whether the next request is to go without it, too.
  ///
  /// Ids mean something where a client lets responses be stored, and one that sends nothing else has itself to blame.
  private func isLasting(_ refusal: Refusal) -> Bool {
    refusal != .itemIDs
      || !storesAnswer && !exchange.record.losses.contains { $0.reason == Crossing.statelessReasoning }
  }

  private static func duration(_ milliseconds: Int64) -> String {
    let seconds = (milliseconds + 999) / 1000
    return seconds < 120 ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
  }
}
