import Conversation
import Wire

/// Turns the bytes of an upstream's stream into what the client is to be told, in the grammar of `ConversationEvent`.
///
/// Ends in `finished` or `failed`, whatever the upstream does, and gives nothing after that.
public struct AnswerEvents: Sendable {
  private var parser = EventStreamParser()
  private var reader: any EventReader
  private var raising: AnswerRaising?
  private let exchangeID: String
  private var hasSubstance = false
  private var isOver = false

  init(_ reader: any EventReader, raising: AnswerRaising?, exchangeID: String) {
    self.reader = reader
    self.raising = raising
    self.exchangeID = exchangeID
  }

  /// Reads the next piece.
  public mutating func feed(_ bytes: UnsafeRawBufferPointer) -> [ConversationEvent] {
    var read: [ConversationEvent] = []
    do throws(EventStreamError) {
      var rest = bytes
      while !rest.isEmpty {
        if let skipped = parser.skipToEvent(in: rest) {
          rest = UnsafeRawBufferPointer(rebasing: rest[skipped...])
          rest = UnsafeRawBufferPointer(rebasing: rest[reader.readAlike(rest, into: &read)...])
        }
        let length = try parser.feedLine(rest) { item in
          if case .event(let event) = item { reader.read(event, into: &read) }
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[length...])
      }
    } catch {
      read.append(.failed(UpstreamFailure(.badGateway, status: 502, message: "an event of the upstream is too large")))
    }
    return told(read)
  }

  /// The stream is over; `cut` says why, where it did not end by itself.
  public mutating func finish(cut: UpstreamFailure? = nil) -> [ConversationEvent] {
    var read: [ConversationEvent] = []
    parser.finish { item in
      if case .event(let event) = item { reader.read(event, into: &read) }
    }
    if let cut, !read.contains(where: \.isTerminal) {
      var ending: [ConversationEvent] = []
      reader.end(into: &ending)
      // An end the reader is sure of stands, however the connection went.
      read.append(contentsOf: ending.contains(where: \.isFinished) ? ending : [.failed(cut)])
    } else {
      reader.end(into: &read)
    }
    read.append(.failed(UpstreamFailure(.badGateway, status: 502, message: "the upstream's stream ended early")))
    return told(read)
  }

  private mutating func told(_ read: consuming [ConversationEvent]) -> [ConversationEvent] {
    guard !isOver else { return [] }
    var events = read
    // Before they are raised: a call may become an item that repeats its id.
    for position in events.indices { CallIDs.name(&events[position], exchangeID: exchangeID) }
    raising?.raise(&events)
    for position in events.indices {
      switch events[position] {
      case .partDelta, .partStarted, .partFinished, .candidateFinished: hasSubstance = true
      case .started, .usage, .keepAlive, .opaque: break
      case .finished: return ended(events, at: position)
      case .failed(var failure):
        if hasSubstance {
          // Only an error that becomes the whole answer may go out as the upstream wrote it.
          failure.original = nil
          events[position] = .failed(failure)
        }
        return ended(events, at: position)
      }
    }
    return events
  }

  private mutating func ended(_ events: consuming [ConversationEvent], at position: Int) -> [ConversationEvent] {
    hasSubstance = true
    isOver = true
    var events = events
    events.removeSubrange((position + 1)...)
    return events
  }
}

extension ConversationEvent {
  /// Whether nothing may follow.
  public var isTerminal: Bool {
    switch self {
    case .finished, .failed: true
    default: false
    }
  }

  /// Whether it is the end of a whole answer.
  public var isFinished: Bool { if case .finished = self { true } else { false } }

  /// Whether the event says something of the answer itself, so that the client should hear.
  public var hasSubstance: Bool {
    switch self {
    case .partStarted, .partDelta, .partFinished, .candidateFinished, .finished, .failed: true
    case .started, .usage, .keepAlive, .opaque: false
    }
  }
}
