import Wire

/// Turns a stream into the answer it tells, one event at a time.
public struct ResponseFold: Sendable {
  private var response = ConversationResponse()
  private var isComplete = false

  /// Makes a fold that has read nothing.
  public init() {}

  /// Whether the stream has said `finished` or `failed`.
  public var isFinished: Bool { isComplete }

  /// The answer so far.
  ///
  /// `failure` is set where the stream failed.
  public var result: ConversationResponse { response }

  /// Adds the next event of the stream.
  ///
  /// What follows `finished` or `failed` is ignored, and so is a delta whose candidate has no part.
  public mutating func add(_ event: ConversationEvent) {
    guard !isComplete else { return }
    switch event {
    case .started(let start):
      response.id = start.id ?? response.id
      response.model = start.model ?? response.model
      response.createdAt = start.createdAt ?? response.createdAt
      response.serviceTier = start.serviceTier ?? response.serviceTier
    case .partStarted(let start):
      let position = candidate(start.candidate)
      response.candidates[position].parts.append(start.part)
    case .partDelta(let delta):
      let position = candidate(delta.candidate)
      guard !response.candidates[position].parts.isEmpty else { return }
      let last = response.candidates[position].parts.count - 1
      Self.apply(delta.delta, to: &response.candidates[position].parts[last])
    case .partFinished, .keepAlive, .opaque: break
    case .candidateFinished(let index, let stop):
      response.candidates[candidate(index)].stop = stop
    case .usage(let usage):
      if response.usage == nil { response.usage = usage } else { response.usage?.merge(usage) }
    case .finished: isComplete = true
    case .failed(let failure):
      response.failure = failure
      isComplete = true
    }
  }

  private mutating func candidate(_ index: Int) -> Int {
    let place = response.candidates.place(of: index)
    if !place.isTaken { response.candidates.insert(Candidate(index: index), at: place.position) }
    return place.position
  }

  private static func apply(_ delta: PartDelta.Delta, to part: inout Part) {
    switch (delta, part.content) {
    case (.text(let piece), .text(var text)):
      // Taken out of the part while it grows, so that it grows in place.
      part.content = .refusal("")
      text.text += piece
      part.content = .text(text)
    case (.text(let piece), .refusal(let text)):
      part.content = .refusal(text + piece)
    case (.reasoning(let piece, let kind, let segment), .reasoning(var reasoning)):
      part.content = .refusal("")
      while reasoning.segments.count <= segment, reasoning.segments.count < 4096 {
        reasoning.segments.append(Reasoning.Segment(kind, ""))
      }
      if segment >= 0, segment < reasoning.segments.count {
        reasoning.segments[segment].text += piece
      }
      part.content = .reasoning(reasoning)
    case (.input(let piece), .toolCall(var call)):
      part.content = .refusal("")
      call.input += piece
      part.content = .toolCall(call)
    case (.annotation(let annotation), .text(var text)):
      text.annotations.append(annotation)
      part.content = .text(text)
    case (.logprobs(let logprobs), .text(var text)):
      text.logprobs = text.logprobs.map { joined($0, logprobs) } ?? logprobs
      part.content = .text(text)
    case (.state(let state), _):
      part.state = state
    default: break
    }
  }

  private static func joined(_ first: JSON, _ second: JSON) -> JSON {
    JSON { writer in
      writer.array { writer in
        for element in first.elements { writer.value(element) }
        for element in second.elements { writer.value(element) }
      }
    }
  }
}

extension ConversationResponse {
  /// The answer as a stream that folds back into it.
  public func events() -> [ConversationEvent] {
    var events: [ConversationEvent] = [
      .started(ResponseStart(id: id, model: model, createdAt: createdAt, serviceTier: serviceTier))
    ]
    for candidate in candidates {
      for (index, part) in candidate.parts.enumerated() {
        Self.append(part, candidate: candidate.index, index: index, to: &events)
      }
      if let stop = candidate.stop { events.append(.candidateFinished(index: candidate.index, stop)) }
    }
    if let usage { events.append(.usage(usage)) }
    events.append(failure.map { .failed($0) } ?? .finished)
    return events
  }

  private static func append(_ part: Part, candidate: Int, index: Int, to events: inout [ConversationEvent]) {
    func delta(_ delta: PartDelta.Delta) {
      events.append(.partDelta(PartDelta(candidate: candidate, index: index, delta)))
    }
    var shell = part
    shell.state = nil
    var deltas: [PartDelta.Delta] = []
    switch part.content {
    case .text(let text):
      shell.content = .text(Text(""))
      if !text.text.isEmpty { deltas.append(.text(text.text)) }
      if let logprobs = text.logprobs { deltas.append(.logprobs(logprobs)) }
      deltas += text.annotations.map { .annotation($0) }
    case .refusal(let text):
      shell.content = .refusal("")
      if !text.isEmpty { deltas.append(.text(text)) }
    case .reasoning(var reasoning):
      for (segment, piece) in reasoning.segments.enumerated() {
        deltas.append(.reasoning(piece.text, kind: piece.kind, segment: segment))
      }
      reasoning.segments = []
      shell.content = .reasoning(reasoning)
    case .toolCall(var call):
      if !call.input.isEmpty { deltas.append(.input(call.input)) }
      call.input = ""
      shell.content = .toolCall(call)
    default: break
    }
    if let state = part.state { deltas.append(.state(state)) }
    events.append(.partStarted(PartStart(candidate: candidate, index: index, part: shell)))
    for piece in deltas { delta(piece) }
    events.append(.partFinished(PartEnd(candidate: candidate, index: index)))
  }
}
