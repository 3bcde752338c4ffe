import Conversation
import Wire

/// The event of a stream that was read last, where it told a few more words of a part: most of those behind it are like
/// it but for their words, and are told without being parsed.
///
/// Whoever reads on must read like events alike: nothing but the words may count that was not read before. Every event
/// that is not like it is forgotten for, so that whatever it changes is seen.
struct RecurringDelta: Sendable {
  private var event = RecurringEvent()
  private var delta = PartDelta(index: 0, .text(""))

  /// Tells what `next` adds, where it is like the event before; else forgets that one and gives nil.
  mutating func tell(_ next: ServerSentEvent, into events: inout [ConversationEvent]) -> PartDelta.Delta? {
    guard let words = event.words(of: next), let told = delta.delta.replacingWords(with: words) else {
      event.forget()
      return nil
    }
    events.append(.partDelta(PartDelta(candidate: delta.candidate, index: delta.index, told)))
    return told
  }

  /// The same for the event that begins at `start` in a stream's bytes, outside of any event; one that is not like the
  /// event before is left to be parsed.
  mutating func tell(
    _ bytes: UnsafeRawBufferPointer, from start: Int, into events: inout [ConversationEvent]
  ) -> RecurringEvent.Match? {
    guard let match = event.match(in: bytes, from: start) else { return nil }
    guard let told = delta.delta.replacingWords(with: RecurringEvent.words(of: match, in: bytes)) else { return nil }
    events.append(.partDelta(PartDelta(candidate: delta.candidate, index: delta.index, told)))
    return match
  }

  /// Forgets the event: one like it says something else now.
  mutating func forget() { event.forget() }

  /// Remembers an event, where all that it told is `words`, as one delta.
  ///
  /// `told` is how many events there were before it was read, `varying` what else may be another next time: values that
  /// nobody reads.
  mutating func remember(
    _ event: ServerSentEvent, words: JSON?, varying: [JSON?] = [], told: Int, in events: [ConversationEvent]
  ) {
    guard let words, events.count == told + 1, case .partDelta(let delta)? = events.last, let text = delta.delta.words,
      words.isString(text)
    else { return }
    self.delta = delta
    self.event.remember(event, words: words, varying: varying)
  }
}

extension PartDelta.Delta {
  /// What the delta adds, where that is text.
  fileprivate var words: String? {
    switch self {
    case .text(let text), .input(let text), .reasoning(let text, _, _): text
    case .annotation, .logprobs, .state: nil
    }
  }

  fileprivate func replacingWords(with words: String) -> PartDelta.Delta? {
    switch self {
    case .text: .text(words)
    case .input: .input(words)
    case .reasoning(_, let kind, let segment): .reasoning(words, kind: kind, segment: segment)
    case .annotation, .logprobs, .state: nil
    }
  }
}

extension JSON {
  /// Whether this is a string of the same characters, in the same encoding.
  fileprivate func isString(_ text: String) -> Bool { string?.utf8.elementsEqual(text.utf8) == true }
}

extension [ConversationEvent] {
  /// What the last event adds to a part.
  var lastDelta: PartDelta.Delta? { if case .partDelta(let delta)? = last { delta.delta } else { nil } }
}
