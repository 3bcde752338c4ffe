import Conversation
import Wire

extension OpenAIChat {
  /// One choice of a stream: puts its deltas into parts that follow one another.
  ///
  /// A part that is still open and whole may be closed by the next one. A tool call whose arguments are not whole yet
  /// is not: what comes in between waits in `queue`, bounded, until the call is whole or the choice ends.
  struct StreamCandidate: Sendable {
    let index: Int
    private let origin: SealOrigin?
    private(set) var failure: UpstreamFailure?
    private var word: String?
    private var sequence: String?
    private var nextPart = 0
    private var open: Lane?
    private var queue: [Queued] = []
    private var queuedBytes = 0
    private var calls = StreamCalls()
    private var details = ReasoningDetails()
    /// Whether reasoning came as plain text, which `reasoning_details` then only repeat.
    private var tellsReasoning = false
    private var hasAnnotations = false
    private var hasRefusal = false
    private var hasText = false

    /// What a delta belongs to.
    enum Lane: Hashable, Sendable {
      case reasoning, text, refusal
      case call(Int)
    }

    private struct Queued {
      var lane: Lane
      var text: String
      var annotations: [Annotation] = []
      var logprobs = JSONList()
    }

    /// The most bytes that may wait, what holds them included.
    private static let queueLimit = 16 * 1024 * 1024
    /// Roughly what one more thing that waits takes besides its text.
    private static let entrySize = 128

    init(index: Int, origin: SealOrigin?) {
      self.index = index
      self.origin = origin
    }

    /// Whether a finish reason was read.
    var hasFinished: Bool { word != nil }

    var stop: Stop {
      OpenAIChat.stop(word, hasCalls: calls.hasNamed, isRefusal: hasRefusal && !hasText, sequence: sequence)
    }

    mutating func read(_ choice: JSON, into events: inout [ConversationEvent]) {
      var logprobs: JSONMember?
      var rest: [JSONMember] = []
      for member in choice.members {
        if member.isNamed("delta") {
          read(delta: member.value, into: &events)
        } else if member.isNamed("logprobs") {
          logprobs = member
        } else if member.isNamed("finish_reason") {
          if let reason = member.value.string, !reason.isEmpty { word = reason }
        } else if member.isNamed("stop_reason"), member.value.isString || member.value.isNull {
          sequence = member.value.string
        } else if member.isNamed("error"), member.value.isObject {
          failure = OpenAIChat.failure(member.value, status: nil, whole: choice)
        } else if !["index", "token_ids", "usage"].contains(where: member.isNamed),
          OpenAIChat.saysSomething(member.value)
        {
          rest.append(member)
        }
      }
      if let logprobs, !weigh(logprobs.value, into: &events) { rest.append(logprobs) }
      if !rest.isEmpty { events.append(.opaque(OpenAIChat.event("choice", rest, index: index))) }
      if failure == nil { failure = OpenAIChat.brokenOff(word) }
      guard failure == nil else { return }
      if word != nil { drain(isLast: true, into: &events) }
    }

    /// Ends every part.
    mutating func finish(into events: inout [ConversationEvent]) {
      drain(isLast: true, into: &events)
      close(into: &events)
      if calls.hasNamelessOnly {
        failure = UpstreamFailure(.badGateway, message: "the model called a tool without naming it")
      }
    }

    /// Gives sources of the whole answer to the text it ends with, where that cites nothing itself.
    mutating func cite(_ sources: [Annotation], into events: inout [ConversationEvent]) {
      guard open == .text, queue.isEmpty, !hasAnnotations else { return }
      for source in sources { emit(.annotation(source), into: &events) }
    }

    /// Gives log probabilities to the text they are of; false where they are of something else.
    private mutating func weigh(_ logprobs: JSON, into events: inout [ConversationEvent]) -> Bool {
      if let refusal = logprobs["refusal"], OpenAIChat.saysSomething(refusal) { return false }
      guard let content = logprobs["content"], content.isArray, !content.elements.isEmpty else { return true }
      if let position = queue.lastIndex(where: { $0.lane == .text }) {
        count(content.byteCount)
        queue[position].logprobs.append(elementsOf: content)
      } else if open == .text {
        emit(.logprobs(content), into: &events)
      } else {
        return false
      }
      return true
    }

    // MARK: - Deltas

    private mutating func read(delta: JSON, into events: inout [ConversationEvent]) {
      // Thinking comes first, also where a chunk names it last. Vendors that fill in both members say the same twice.
      if let text = Self.thoughts(delta) {
        tellsReasoning = true
        append(text, to: .reasoning, into: &events)
      }
      if let list = delta["reasoning_details"] { reasoning(details: list, into: &events) }
      for member in delta.members {
        if member.isNamed("content") {
          content(member.value, into: &events)
        } else if member.isNamed("refusal") {
          if let text = member.value.string { append(text, to: .refusal, into: &events) }
        } else if member.isNamed("tool_calls") {
          for call in member.value.elements { read(call: call, into: &events) }
        } else if member.isNamed("function_call") {
          if member.value.isObject { read(legacy: member.value, into: &events) }
        } else if member.isNamed("annotations") {
          for annotation in member.value.elements { annotate(OpenAIChat.readAnnotation(annotation), into: &events) }
        } else if !Self.isUnderstood(member), OpenAIChat.saysSomething(member.value) {
          // Members of vendors, audio among them.
          events.append(.opaque(OpenAIChat.event("delta", [member], index: index)))
        }
      }
    }

    /// Whether a member was read already, or says nothing as padding and token ids do.
    private static func isUnderstood(_ member: JSONMember) -> Bool {
      member.isNamed("role") || member.isNamed("reasoning_content") || member.isNamed("reasoning")
        || member.isNamed("reasoning_details") || member.isNamed("padding") || member.isNamed("token_ids")
    }

    private static func thoughts(_ delta: JSON) -> String? {
      if let text = delta["reasoning_content"]?.string, !text.isEmpty { return text }
      return delta["reasoning"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The words of a delta that has them in one place only; nil for deltas whose like may say something else, as pieces
    /// of what is put together do, and names of calls.
    static func words(of delta: JSON) -> JSON? {
      var found: JSON?
      for member in delta.members where OpenAIChat.saysSomething(member.value) {
        if member.isNamed("role") || member.isNamed("reasoning"), member.value.isString { continue }
        guard found == nil else { return nil }
        if member.isNamed("content") || member.isNamed("reasoning_content") || member.isNamed("refusal") {
          found = member.value
        } else if member.isNamed("tool_calls"), member.value.hasOneElement, let call = member.value.elements.first {
          found = StreamCalls.input(of: call)
          if found == nil { return nil }
        } else {
          return nil
        }
      }
      return found ?? delta["reasoning"]
    }

    /// Takes a piece of the open call's input that is told already.
    mutating func take(input: String, into events: inout [ConversationEvent]) {
      guard case .call(let position)? = open else { return }
      calls.apply(StreamCalls.Update(input: input), at: position)
      calls.clearPending(position)
      drain(isLast: false, into: &events)
    }

    private mutating func content(_ value: JSON, into events: inout [ConversationEvent]) {
      if let text = value.string { return append(text, to: .text, into: &events) }
      for element in value.elements {
        if let text = OpenAIChat.thinkingText(element) {
          append(text, to: .reasoning, into: &events)
        } else if let text = element.string ?? element["text"]?.string {
          append(text, to: .text, into: &events)
        } else {
          keep(element, into: &events)
        }
      }
    }

    /// Passes on an element of a content list that is neither text nor thought.
    private func keep(_ element: JSON, into events: inout [ConversationEvent]) {
      let content = JSON { $0.array { $0.value(element) } }
      let json = JSON { writer in
        writer.object { writer in
          writer.member("index", index)
          writer.member("content", content)
        }
      }
      events.append(.opaque(OpaqueEvent(.openAIChat, name: "delta", json)))
    }

    private mutating func reasoning(details list: JSON, into events: inout [ConversationEvent]) {
      for detail in list.elements {
        details.add(detail)
        if let piece = OpenAIChat.segment(detail), !tellsReasoning {
          append(piece.text, to: .reasoning, into: &events)
        } else if OpenAIChat.hasState(detail) {
          // Without text: the state still needs a part to travel with.
          if open != .reasoning, queue.last?.lane != .reasoning { begin(.reasoning, into: &events) }
        }
      }
    }

    private mutating func annotate(_ annotation: Annotation, into events: inout [ConversationEvent]) {
      hasAnnotations = true
      if open == .text {
        emit(.annotation(annotation), into: &events)
      } else if let position = queue.lastIndex(where: { $0.lane == .text }) {
        count(Self.entrySize + (annotation.original?.json.byteCount ?? 0))
        queue[position].annotations.append(annotation)
      } else {
        begin(.text, into: &events)
        if open == .text { emit(.annotation(annotation), into: &events) }
      }
    }

    private mutating func read(call json: JSON, into events: inout [ConversationEvent]) {
      let update = StreamCalls.Update(json)
      advance(calls.identify(update), update, into: &events)
    }

    private mutating func read(legacy json: JSON, into events: inout [ConversationEvent]) {
      let update = StreamCalls.Update(legacy: json)
      guard update.hasAnything else { return }
      advance(calls.identify(update), update, into: &events)
    }

    private mutating func advance(
      _ position: Int, _ update: StreamCalls.Update, into events: inout [ConversationEvent]
    ) {
      calls.apply(update, at: position)
      guard calls.isNamed(position) else {
        // Arguments before the name wait in the call itself.
        return count(update.input.utf8.count)
      }
      if let extra = update.extra {
        calls.keep(
          ReasoningState(dialect: .openAIChat, kind: .thoughtSignature, blob: extra.text, origin: origin),
          at: position)
      }
      let lane = Lane.call(position)
      if open == lane {
        if !update.input.isEmpty { emit(.input(update.input), into: &events) }
        calls.clearPending(position)
      } else if !calls.hasBegun(position) {
        begin(lane, into: &events)
      } else {
        count(update.input.utf8.count)
      }
      drain(isLast: false, into: &events)
    }

    // MARK: - Parts

    private mutating func append(_ text: String, to lane: Lane, into events: inout [ConversationEvent]) {
      guard !text.isEmpty else { return }
      if open == lane { return emit(text, lane, into: &events) }
      if mustWait {
        count(text.utf8.count)
        if let last = queue.indices.last, queue[last].lane == lane {
          queue[last].text += text
        } else {
          enqueue(Queued(lane: lane, text: text))
        }
        return
      }
      close(into: &events)
      start(lane, into: &events)
      emit(text, lane, into: &events)
    }

    /// Opens a part, or queues it behind a call that is not whole.
    private mutating func begin(_ lane: Lane, into events: inout [ConversationEvent]) {
      if case .call(let position) = lane { calls.begin(position) }
      if mustWait {
        enqueue(Queued(lane: lane, text: ""))
      } else {
        close(into: &events)
        start(lane, into: &events)
      }
    }

    private mutating func enqueue(_ entry: Queued) {
      count(Self.entrySize)
      queue.append(entry)
    }

    private var mustWait: Bool {
      if !queue.isEmpty { return true }
      guard case .call(let position) = open else { return false }
      return !calls.isWhole(position)
    }

    private mutating func count(_ bytes: Int) {
      queuedBytes += bytes
      if queuedBytes > Self.queueLimit {
        failure = UpstreamFailure(.badGateway, message: "the upstream interleaves more than can be kept back")
      }
    }

    /// Lets waiting parts through, as far as the open one is whole; all of them at the end.
    private mutating func drain(isLast: Bool, into events: inout [ConversationEvent]) {
      guard !queue.isEmpty else { return }
      var told = 0
      for next in queue {
        if !isLast, case .call(let position) = open, !calls.isWhole(position) { break }
        told += 1
        close(into: &events)
        start(next.lane, into: &events)
        if !next.text.isEmpty { emit(next.text, next.lane, into: &events) }
        if let logprobs = next.logprobs.json { emit(.logprobs(logprobs), into: &events) }
        for annotation in next.annotations { emit(.annotation(annotation), into: &events) }
      }
      queue.removeFirst(told)
    }

    private mutating func start(_ lane: Lane, into events: inout [ConversationEvent]) {
      open = lane
      if lane == .refusal { hasRefusal = true }
      if lane == .text { hasText = true }
      let part: Part
      switch lane {
      case .text: part = Part(.text(Text("")))
      case .refusal: part = Part(.refusal(""))
      case .reasoning: part = Part(.reasoning(Reasoning()))
      case .call(let position): part = Part(.toolCall(calls.call(position)))
      }
      events.append(.partStarted(PartStart(candidate: index, index: nextPart, part: part)))
      if case .call(let position) = lane {
        let pending = calls.clearPending(position)
        if !pending.isEmpty { emit(.input(pending), into: &events) }
      }
    }

    private mutating func close(into events: inout [ConversationEvent]) {
      guard let lane = open else { return }
      if lane == .reasoning, let blob = details.finish() {
        emit(
          .state(ReasoningState(dialect: .openAIChat, kind: .encrypted, blob: blob, origin: origin)), into: &events)
      }
      if case .call(let position) = lane, let state = calls.state(position) { emit(.state(state), into: &events) }
      events.append(.partFinished(PartEnd(candidate: index, index: nextPart)))
      nextPart += 1
      open = nil
    }

    private func emit(_ text: String, _ lane: Lane, into events: inout [ConversationEvent]) {
      emit(lane == .reasoning ? .reasoning(text, kind: .text, segment: 0) : .text(text), into: &events)
    }

    private func emit(_ delta: PartDelta.Delta, into events: inout [ConversationEvent]) {
      events.append(.partDelta(PartDelta(candidate: index, index: nextPart, delta)))
    }
  }
}
