import Conversation
import Wire

/// Brings a limit that the model cannot reach down to its most.
///
/// A client of another protocol asks for what its own models answer; the vendor would refuse the number. In the vendor's
/// own protocol the refusal is the honest answer, and the client's bytes stay.
enum OutputLimit {
  static func apply(_ sampling: inout Sampling, _ quirks: Quirks, losses: inout Losses) {
    guard quirks.maxOutputTokens > 0, let asked = sampling.maxOutputTokens?.int, asked > quirks.maxOutputTokens else {
      return
    }
    sampling.maxOutputTokens = JSONNumber(quirks.maxOutputTokens)
    losses.add(.maxOutputTokens, "the model answers with \(quirks.maxOutputTokens) tokens at most")
  }
}
