import Conversation
import Synchronization

/// The plans made of one snapshot.
///
/// A plan depends on nothing else than the snapshot and the question, and an agent asks for the same few models all day,
/// while matching a name against every pattern costs more than all other work on a small request.
final class PlanMemory: Sendable {
  /// What `RoutePlanner.plan` is asked.
  struct Question: Hashable, Sendable {
    var model: String?
    var group: String?
    var client: DialectID
  }

  /// Clients may name as many models as they like, each with up to 512 bytes.
  private static let limit = 256

  private let plans = Mutex<[Question: RoutePlan]>([:])

  subscript(question: Question) -> RoutePlan? { plans.withLock { $0[question] } }

  func keep(_ plan: RoutePlan, for question: Question) {
    plans.withLock { plans in
      if plans.count >= Self.limit { plans.removeAll(keepingCapacity: true) }
      plans[question] = plan
    }
  }
}
