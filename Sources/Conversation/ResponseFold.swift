import Wire

/// Turns a stream into the answer it tells, one event at a time.
public struct ResponseFold: Sendable {
  private var response = ConversationResponse()
  private var isComplete = false
  /// Log probabilities of the last text of each candidate, by its number: they come with every word, and an array
  /// that was put together anew each time would be copied over and over.
  private var logprobs: [Int: JSONList] = [:]

  /// Makes a fold that has read nothing.
  public init() {}

  /// Whether the stream has said `finished` or `failed`.
  public var isFinished: Bool { isComplete }

  /// What the stream told that is in no answer.
  public private(set) var losses = Losses()

  /// The answer so far.
  ///
  /// `failure` is set where the stream failed.
  public var result: ConversationResponse {
    var response = response
    for (candidate, list) in logprobs { Self.settle(list, at: candidate, in: &response) }
    return response
  }

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
      settle(start.candidate)
      response.candidates[position].parts.append(start.part)
    case .partDelta(let delta):
      let position = candidate(delta.candidate)
      guard !response.candidates[position].parts.isEmpty else { return }
      let last = response.candidates[position].parts.count - 1
      switch delta.delta {
      case .state(let state): response.candidates[position].parts[last].state = state
      case .logprobs(let pieces): logprobs[delta.candidate, default: JSONList()].append(elementsOf: pieces)
      default: response.candidates[position].parts[last].content.grow(delta.delta)
      }
    case .partFinished(let end): settle(end.candidate)
    case .keepAlive: break
    case .opaque(let event): losses.add(event, "a whole answer has no place for it")
    case .candidateFinished(let index, let stop):
      response.candidates[candidate(index)].stop = stop
    case .usage(let usage):
      response.serviceTier = usage.serviceTier ?? response.serviceTier
      if response.usage == nil { response.usage = usage } else { response.usage?.merge(usage) }
      // Told of the answer now.
      response.usage?.serviceTier = nil
    case .finished: isComplete = true
    case .failed(let failure):
      response.failure = failure
      isComplete = true
    }
  }

  private mutating func settle(_ candidate: Int) {
    guard let list = logprobs.removeValue(forKey: candidate) else { return }
    Self.settle(list, at: candidate, in: &response)
  }

  /// Gives log probabilities to the text that the candidate of that number ends with.
  private static func settle(_ list: JSONList, at candidate: Int, in response: inout ConversationResponse) {
    let place = response.candidates.place(of: candidate)
    guard place.isTaken, let last = response.candidates[place.position].parts.indices.last,
      case .text(var text) = response.candidates[place.position].parts[last].content
    else { return }
    var all = JSONList(text.logprobs)
    if let pieces = list.json { all.append(elementsOf: pieces) }
    text.logprobs = all.json
    response.candidates[place.position].parts[last].content = .text(text)
  }

  private mutating func candidate(_ index: Int) -> Int {
    let place = response.candidates.place(of: index)
    if !place.isTaken { response.candidates.insert(Candidate(index: index), at: place.position) }
    return place.position
  }
}

extension Part.Content {
  /// Grows in place: the payload is taken out first, so that nobody else holds it.
  fileprivate mutating func grow(_ delta: PartDelta.Delta) {
    switch self {
    case .text(var text):
      self = .refusal("")
      switch delta {
      case .text(let piece): text.text += piece
      case .annotation(let annotation): text.annotations.append(annotation)
      default: break
      }
      self = .text(text)
    case .refusal(var words):
      self = .refusal("")
      if case .text(let piece) = delta { words += piece }
      self = .refusal(words)
    case .reasoning(var reasoning):
      guard case .reasoning(let piece, let kind, let segment) = delta else { return }
      self = .refusal("")
      reasoning.add(piece, kind, segment)
      self = .reasoning(reasoning)
    case .toolCall(var call):
      self = .refusal("")
      if case .input(let piece) = delta { call.input += piece }
      self = .toolCall(call)
    default: break
    }
  }
}

extension Reasoning {
  /// Adds to a segment; a number beyond the last begins new ones, at most 4096 in all.
  fileprivate mutating func add(_ piece: String, _ kind: Segment.Kind, _ segment: Int) {
    while segments.count <= segment, segments.count < 4096 { segments.append(Segment(kind, "")) }
    if segment >= 0, segment < segments.count { segments[segment].text += piece }
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
