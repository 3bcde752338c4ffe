import Conversation
import Wire

/// Gives Anthropic upstreams a JSON mode: "any JSON object" has no word there, so the model is made to call a tool
/// whose input is the object, and the call is told to the client as text.
///
/// Only where nothing stands in the way: with tools of the client's or with thinking, which forbids a forced choice,
/// the wish becomes an instruction and a declared loss (the Anthropic writer's business).
public struct JSONObjectEmulation: Sendable {
  static let toolName = "json_object"

  /// Whether the request was changed, so that its answer must be changed back.
  public let isActive: Bool

  init(_ request: inout ConversationRequest, for upstream: DialectID) {
    guard upstream == .anthropic, case .jsonObject? = request.outputFormat, request.tools.isEmpty,
      request.reasoning?.isWanted != true, !request.messages.contains(where: { !$0.toolCalls.isEmpty })
    else {
      isActive = false
      return
    }
    isActive = true
    request.outputFormat = nil
    request.tools = [
      Tool(
        name: Self.toolName, description: "Give the answer as a JSON object.",
        kind: .function(schema: JSON { $0.object { $0.member("type", static: "object") } }, strict: nil))
    ]
    request.toolChoice = .tool(name: Self.toolName, kind: .function)
  }

  /// The answer with the object as its text.
  public func raise(_ response: ConversationResponse) -> ConversationResponse {
    guard isActive else { return response }
    var response = response
    for candidate in response.candidates.indices {
      for part in response.candidates[candidate].parts.indices {
        guard case .toolCall(let call) = response.candidates[candidate].parts[part].content,
          call.name == Self.toolName
        else { continue }
        response.candidates[candidate].parts[part] = .text(call.input.isEmpty ? "{}" : call.input)
        if let stop = response.candidates[candidate].stop { response.candidates[candidate].stop = Self.raise(stop) }
      }
    }
    return response
  }

  fileprivate static func raise(_ stop: Stop) -> Stop {
    stop.reason == .toolUse ? Stop(.endTurn) : stop
  }
}

/// The streaming side of `JSONObjectEmulation.raise`: one per stream.
public struct JSONObjectRaising: Sendable {
  private var isInside = false
  private var hasText = false

  /// Starts at the beginning of a stream.
  public init() {}

  /// What the client should see of an event.
  public mutating func raise(_ event: ConversationEvent) -> [ConversationEvent] {
    switch event {
    case .partStarted(var start):
      guard case .toolCall(let call) = start.part.content, call.name == JSONObjectEmulation.toolName else { break }
      isInside = true
      hasText = !call.input.isEmpty
      start.part = .text(call.input)
      return [.partStarted(start)]
    case .partDelta(let delta):
      guard isInside, case .input(let piece) = delta.delta else { break }
      hasText = hasText || !piece.isEmpty
      return [.partDelta(PartDelta(candidate: delta.candidate, index: delta.index, .text(piece)))]
    case .partFinished(let end):
      guard isInside else { break }
      isInside = false
      guard !hasText else { break }
      return [.partDelta(PartDelta(candidate: end.candidate, index: end.index, .text("{}"))), event]
    case .candidateFinished(let index, let stop):
      return [.candidateFinished(index: index, JSONObjectEmulation.raise(stop))]
    default: break
    }
    return [event]
  }
}
