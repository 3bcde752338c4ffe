import Conversation
import Wire

/// What the echo answers to a prompt.
///
/// The last thing the user said comes back, unless its first line says otherwise: `call TOOL {json}` calls a declared
/// tool, `think TEXT` thinks first, `error STATUS` fails. After a tool's result, the result comes back.
struct EchoScript {
  /// The one model the echo lists.
  static let model = "echo"

  private(set) var failure: UpstreamFailure?
  private var parts: [Part] = []
  private var stop = Stop(.endTurn)
  private let request: ConversationRequest

  init(_ request: ConversationRequest) {
    self.request = request
    if let result = lastToolResult {
      parts = [.text("The tool answered: \(result)")]
      return
    }
    let prompt = lastUserText
    let line = prompt.prefix { $0 != "\n" }
    let words = line.split(separator: " ", maxSplits: 2).map(String.init)
    switch (words.first, words.count) {
    case ("call", 2...) where request.tools.contains(where: { $0.name == words[1] }):
      let input = words.count > 2 ? words[2] : "{}"
      parts = [Part(.toolCall(ToolCall(id: "call_echo_\(request.messages.count)", name: words[1], input: input)))]
      stop = Stop(.toolUse)
    case ("think", 2...):
      let thought = line.dropFirst("think ".count)
      parts = [Part(.reasoning(Reasoning([.init(.text, String(thought))]))), .text(prompt)]
    case ("error", 2):
      let status = Int(words[1]).flatMap { (400..<600).contains($0) ? $0 : nil } ?? 500
      failure = UpstreamFailure(
        UpstreamFailure.kind(forStatus: status), status: status, message: "the echo was asked to fail with \(status)")
    default: parts = [.text(prompt.isEmpty ? "(nothing was said)" : prompt)]
    }
  }

  var response: ConversationResponse {
    var response = ConversationResponse(model: request.model, candidates: [Candidate(parts: parts, stop: stop)])
    response.usage = Usage(input: Self.wordCount(request.messages.flatMap(\.parts)), output: Self.wordCount(parts))
    return response
  }

  /// Text deltas cut into words, so that a stream looks like one.
  static func inWords(_ event: ConversationEvent) -> [ConversationEvent] {
    guard case .partDelta(let delta) = event, case .text(let text) = delta.delta else { return [event] }
    var pieces: [String] = []
    for character in text {
      if pieces.isEmpty || (pieces.last?.last == " " && character != " ") { pieces.append("") }
      pieces[pieces.count - 1].append(character)
    }
    return pieces.map { .partDelta(PartDelta(candidate: delta.candidate, index: delta.index, .text($0))) }
  }

  private var lastUserText: String {
    let message = request.messages.last { $0.role == .user && !Self.text($0.parts).isEmpty }
    return message.map { Self.text($0.parts) } ?? ""
  }

  private var lastToolResult: String? {
    guard let last = request.messages.last(where: { $0.role != .system && $0.role != .developer }) else { return nil }
    for part in last.parts {
      if case .toolResult(let result) = part.content { return result.text }
    }
    return nil
  }

  private static func text(_ parts: [Part]) -> String {
    parts.compactMap { if case .text(let text) = $0.content { text.text } else { nil } }.joined(separator: "\n")
  }

  private static func wordCount(_ parts: [Part]) -> Int {
    max(1, text(parts).split { $0 == " " || $0 == "\n" }.count)
  }
}
