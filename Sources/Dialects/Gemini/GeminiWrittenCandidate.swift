import Conversation

/// One candidate of a stream as far as a Gemini client has been told it.
struct GeminiWrittenCandidate {
  var index: Int
  var part: Part?
  var partIndex = 0
  var segment = 0
  var input = ""
  /// States that wait for the next text or call.
  var waiting: [String] = []
  var state: ReasoningState?
  /// The thoughts of the current part.
  var thoughts = ""
  /// Thoughts that no vendor signed.
  var unsigned = ""
  /// Whether a call went out with a signature: of a step only the first needs one.
  var hasSignedCall = false
  /// The words of the current part, and how many bytes the client was told before them.
  var text = TextOffsets()
  var told = 0
  /// What the current part cites.
  var annotations: [Annotation] = []
  /// What the parts before it cite, in bytes of all that was told: a client puts the chunks together.
  var cited: [GeminiCitation] = []
  /// Calls that another vendor ran.
  var hosted = GeminiHostedCalls()
  var stop: Stop?

  /// Ends a text: what it cites is told with the last chunk.
  mutating func finishText(losses: inout Losses) {
    // Google's own stand in the chunks that its upstream sent.
    for annotation in annotations where annotation.original?.dialect != .gemini {
      guard var citation = GeminiCitation(annotation, in: &text) else {
        losses.add(.annotations, at: partIndex, candidate: index, GeminiCitation.unsayable)
        continue
      }
      citation.bytes = citation.bytes.map { ($0.lowerBound + told)..<($0.upperBound + told) }
      cited.append(citation)
    }
    annotations = []
    told += text.count
    text = TextOffsets()
  }
}
