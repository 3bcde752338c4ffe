import Conversation
import Wire

/// One candidate of a stream as far as a Gemini upstream has told it.
struct GeminiReadCandidate {
  enum Open { case none, text, reasoning, call }

  /// What a chunk says of the text of its candidate.
  struct Sources {
    var grounding: JSON?
    var citations: JSON?
    var logprobs: JSON?
    var isEmpty: Bool { grounding == nil && citations == nil && logprobs == nil }
  }

  var index: Int
  var open = Open.none
  var nextPart = 0
  var hasState = false
  var hasCalls = false
  var stop: (reason: JSON, message: String?)?
  /// The text of the last text part, for the byte offsets of citations.
  var text = TextOffsets()
  var cited: Set<String> = []
  /// What the chunk that is being read cites; said of the text that is open last in it.
  var sources = Sources()
  /// Whether the open part is text of the model, which can cite.
  var canCite = false
  /// The search that the latest grounding tells of.
  var search: Part?
  /// What parts said was searched for.
  var queries: Set<String> = []
  /// A call whose arguments come in pieces.
  var arguments = PartialArguments()
}
