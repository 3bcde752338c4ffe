import Conversation
import Wire

extension OpenAIChat {
  /// Reads a stream of chunks.
  ///
  /// The end is held back until the usage chunk, `[DONE]` or the end of the stream, because
  /// usage comes behind the finish reason.
  struct StreamReader: EventReader {
    private let origin: SealOrigin?
    private var hasStarted = false
    private var isOver = false
    private var usage: Usage?
    /// Perplexity repeats its sources in every chunk; the last ones count.
    private var sources: JSON?
    private var candidates: [StreamCandidate] = []
    private var rest = ChunkRest()
    private var recurring = RecurringDelta()
    /// The tier told at the beginning, and the one told last.
    private var tiers: (first: String?, last: String?)
    /// The most choices one stream may have.
    private static let candidateLimit = 128

    init(origin: SealOrigin?) { self.origin = origin }

    mutating func read(_ event: ServerSentEvent, into events: inout [ConversationEvent]) {
      guard !isOver else { return }
      if let told = recurring.tell(event, into: &events) { return take(told, into: &events) }
      guard let first = event.data.first(where: { $0 != 0x20 && $0 != 0x0A }) else { return }
      if first == UInt8(ascii: "["), event.isDone { return conclude(isCertain: true, into: &events) }
      guard let chunk = try? JSON(parsing: event.data), chunk.isObject else {
        return fail(UpstreamFailure(.badGateway, message: "the upstream sent an event that is not JSON"), &events)
      }
      let told = events.count
      read(chunk, name: event.name, into: &events)
      // Of more choices than one, chunks that are alike need not do the same.
      guard candidates.count == 1, !candidates[0].hasFinished, let words = OpenAIChat.words(of: chunk) else { return }
      recurring.remember(event, words: words, varying: OpenAIChat.unread(chunk), told: told, in: events)
    }

    mutating func readAlike(_ bytes: UnsafeRawBufferPointer, into events: inout [ConversationEvent]) -> Int {
      var position = 0
      while !isOver, let next = recurring.tell(bytes, from: position, into: &events) {
        if let told = events.lastDelta { take(told, into: &events) }
        position = next.end
      }
      return position
    }

    /// Takes in what an event told that was not parsed.
    private mutating func take(_ told: PartDelta.Delta, into events: inout [ConversationEvent]) {
      // A stream whose deltas recur has one choice only.
      guard case .input(let piece) = told, !candidates.isEmpty else { return }
      let count = events.count
      candidates[0].take(input: piece, into: &events)
      // What waited for the call's end is told now, and another part is open.
      if events.count > count { recurring.forget() }
    }

    mutating func end(into events: inout [ConversationEvent]) {
      conclude(isCertain: false, into: &events)
    }

    private mutating func fail(_ failure: UpstreamFailure, _ events: inout [ConversationEvent]) {
      events.append(.failed(failure))
      isOver = true
    }

    private mutating func read(_ chunk: JSON, name: String?, into events: inout [ConversationEvent]) {
      var choices: JSON?
      var error: JSON?
      for member in chunk.members {
        if member.isNamed("choices") {
          choices = member.value
        } else if member.isNamed("usage") {
          let value = member.value
          if value.isObject { usage = OpenAIChat.readUsage(value) }
        } else if member.isNamed("error") {
          error = member.value
        } else if member.isNamed("search_results") || member.isNamed("citations") {
          sources = chunk
        } else if member.isNamed("x_groq"), usage == nil, let value = member.value["usage"], value.isObject {
          usage = OpenAIChat.readUsage(value)
        }
      }
      if let error, !error.isNull { return fail(OpenAIChat.failure(error, status: nil, whole: chunk), &events) }
      if name == "error" || chunk["object"]?.isString("error") == true {
        return fail(OpenAIChat.failure(chunk, status: nil, whole: chunk), &events)
      }
      var isEmpty = true
      if let choices {
        for choice in choices.elements {
          isEmpty = false
          if !hasStarted {
            start(chunk, &events)
            read(rest: chunk, &events)
          }
          // Moonshot counts inside the choice.
          if usage == nil, let value = choice["usage"], value.isObject { usage = OpenAIChat.readUsage(value) }
          read(choice, &events)
          if isOver { return }
        }
      }
      let hasFinished = !candidates.isEmpty && candidates.allSatisfy { $0.hasFinished }
      if isEmpty || hasFinished { read(rest: chunk, &events) }
      // The usage chunk is the last one with anything in it.
      if isEmpty, usage != nil, hasFinished { conclude(isCertain: true, into: &events) }
    }

    /// What vendors add of the whole answer they repeat or say at its ends.
    private mutating func read(rest chunk: JSON, _ events: inout [ConversationEvent]) {
      rest.read(chunk, hasStarted: hasStarted, into: &events)
      if let tier = chunk["service_tier"]?.string, !tier.isEmpty { tiers.last = tier }
    }

    private mutating func start(_ chunk: JSON, _ events: inout [ConversationEvent]) {
      hasStarted = true
      let id = chunk["id"]?.string
      tiers.first = chunk["service_tier"]?.string.flatMap { $0.isEmpty ? nil : $0 }
      events.append(
        .started(
          ResponseStart(
            id: id?.isEmpty == true ? nil : id, model: chunk["model"]?.string, createdAt: chunk["created"]?.int,
            serviceTier: tiers.first)))
    }

    private mutating func read(_ choice: JSON, _ events: inout [ConversationEvent]) {
      let index = choice["index"]?.int ?? 0
      let position: Int
      if let known = candidates.firstIndex(where: { $0.index == index }) {
        position = known
      } else {
        guard candidates.count < Self.candidateLimit else {
          return fail(UpstreamFailure(.badGateway, message: "the upstream sent too many choices"), &events)
        }
        position = candidates.count
        candidates.append(StreamCandidate(index: index, origin: origin))
      }
      candidates[position].read(choice, into: &events)
      if let failure = candidates[position].failure { fail(failure, &events) }
    }

    /// Ends the stream.
    ///
    /// Where the upstream did not say itself that it is whole, finish reasons must.
    private mutating func conclude(isCertain: Bool, into events: inout [ConversationEvent]) {
      guard !isOver else { return }
      guard !candidates.isEmpty else {
        return fail(UpstreamFailure(.badGateway, message: "the stream ended before it said anything"), &events)
      }
      guard isCertain || candidates.allSatisfy({ $0.hasFinished }) else {
        return fail(UpstreamFailure(.badGateway, message: "the stream ended early"), &events)
      }
      isOver = true
      var stops: [(Int, Stop)] = []
      if let sources, !candidates.isEmpty {
        var reader = ObjectReader(sources)
        candidates[0].cite(OpenAIChat.takeSources(&reader), into: &events)
      }
      for position in candidates.indices {
        candidates[position].finish(into: &events)
        if let failure = candidates[position].failure {
          events.append(.failed(failure))
          return
        }
        stops.append((candidates[position].index, candidates[position].stop))
      }
      if tiers.last != tiers.first { usage?.serviceTier = tiers.last }
      if let usage { events.append(.usage(usage)) }
      for (index, stop) in stops { events.append(.candidateFinished(index: index, stop)) }
      events.append(.finished)
    }
  }

  // MARK: - Chunks that are alike

  /// What the only choice of a chunk adds; nil where that is no words, or more than words.
  static func words(of chunk: JSON) -> JSON? {
    guard let choices = chunk["choices"], choices.hasOneElement, let delta = choices.elements.first?["delta"] else {
      return nil
    }
    return StreamCandidate.words(of: delta)
  }

  /// The members of a chunk that are read at the ends of a stream only: ids, times and padding are other each time.
  static func unread(_ chunk: JSON) -> [JSON?] {
    chunk.members.compactMap { member in same.contains(where: member.isNamed) ? nil : member.value }
  }

  /// Members that are read in every chunk, and some that no vendor changes meanwhile.
  private static let same: [StaticString] = [
    "choices", "usage", "error", "object", "search_results", "citations", "x_groq", "model", "service_tier",
    "system_fingerprint",
  ]
}
