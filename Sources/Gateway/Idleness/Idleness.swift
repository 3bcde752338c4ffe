/// Tells when a gateway has had nothing to do for a while, by looking again after that time only where there was work.
///
/// An idle gateway is looked at no more, and a busy one not for every exchange: there is at most one look due.
package struct Idleness: Sendable {
  /// What a look finds.
  package enum Verdict: Sendable {
    /// Exchanges are under way; the end of the last one asks for the next look.
    case busy
    /// Some have begun since; look again after the same time.
    case recent
    /// None has; the next exchange's end asks for the next look.
    case idle
  }

  private var isLookDue = false
  private var begun: UInt64 = 0

  /// Nothing has happened yet.
  package init() {}

  /// Notes that an exchange has ended, with so many under way and so many begun ever; true when a look is to be planned.
  package mutating func ended(active: Int, begun: UInt64) -> Bool {
    guard active == 0, !isLookDue else { return false }
    isLookDue = true
    self.begun = begun
    return true
  }

  /// The look that was planned.
  package mutating func look(active: Int, begun: UInt64) -> Verdict {
    if active == 0, begun != self.begun {
      self.begun = begun
      return .recent
    }
    isLookDue = false
    return active == 0 ? .idle : .busy
  }
}
