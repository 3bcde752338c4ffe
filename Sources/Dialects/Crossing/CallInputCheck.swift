import Conversation

/// Keeps an answer from ending cleanly with a call that its client cannot make.
///
/// Anthropic and Gemini clients get inputs as JSON objects. Models of the other two write them as text, and some write
/// `{}{}` or break off; such an answer ends as one whose call could not be read. An answer that was cut short
/// (`max_tokens`) says so itself.
struct CallInputCheck: Sendable {
  /// The longest input looked into, in bytes: beyond it a stream's calls pass as they are.
  private static let limit = 8 * 1024 * 1024

  /// Whether there is anything to check.
  let isActive: Bool
  /// What came of the open call of each candidate.
  private var inputs: [Int: [UInt8]] = [:]
  /// Candidates with a call that is no use.
  private var broken: Set<Int> = []

  init(from client: DialectID, to upstream: DialectID) {
    isActive = client != upstream && (client == .anthropic || client == .gemini)
  }

  /// A whole answer with the reason it really ended for.
  func check(_ response: ConversationResponse) -> ConversationResponse {
    guard isActive else { return response }
    var response = response
    for index in response.candidates.indices {
      let isBroken = response.candidates[index].parts.contains { part in
        if case .toolCall(let call) = part.content { call.object == nil } else { false }
      }
      guard isBroken, let stop = response.candidates[index].stop else { continue }
      response.candidates[index].stop = Self.checked(stop)
    }
    return response
  }

  /// An event of a stream, the stop with the reason the candidate really ended for.
  mutating func check(_ event: ConversationEvent) -> ConversationEvent {
    guard isActive else { return event }
    switch event {
    case .partStarted(let start):
      if case .toolCall(let call) = start.part.content { inputs[start.candidate] = Array(call.input.utf8) }
    case .partDelta(let delta):
      guard case .input(let piece) = delta.delta, let count = inputs[delta.candidate]?.count, count <= Self.limit else {
        break
      }
      inputs[delta.candidate]?.append(contentsOf: piece.utf8)
    case .partFinished(let end):
      guard let input = inputs.removeValue(forKey: end.candidate), input.count <= Self.limit else { break }
      let call = ToolCall(id: nil, name: "", input: String(decoding: input, as: UTF8.self))
      if call.object == nil { broken.insert(end.candidate) }
    case .candidateFinished(let index, let stop):
      if broken.contains(index) { return .candidateFinished(index: index, Self.checked(stop)) }
    default: break
    }
    return event
  }

  private static func checked(_ stop: Stop) -> Stop {
    switch stop.reason {
    case .toolUse, .endTurn, .stopSequence, .other: Stop(.malformedToolCall)
    default: stop
    }
  }
}
