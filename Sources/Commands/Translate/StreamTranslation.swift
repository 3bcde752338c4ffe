import Conversation
import Dialects
import Wire

/// An upstream's stream as the gateway would pass it to a client, piece by piece, or folded into one answer.
struct StreamTranslation {
  private enum State {
    /// Until an event tells the protocol.
    case opening
    /// No stream of events: the whole is awaited.
    case whole
    case relayed(RelayedPieces)
    case converted(ConvertedPieces)
    case over
  }

  private let answer: AnswerTranslation
  private let isFolded: Bool
  private var state = State.opening
  /// What came before an event told the protocol.
  private var held: [UInt8] = []
  private var opening = StreamOpening()
  private var end = Translation.Output(bytes: [])

  init(_ answer: AnswerTranslation, isFolded: Bool) {
    self.answer = answer
    self.isFolded = isFolded
  }

  /// Whether nothing that follows counts.
  var isOver: Bool { if case .over = state { true } else { false } }

  /// Reads the next piece; gives what the client is sent by now.
  mutating func feed(_ bytes: [UInt8]) throws(Translation.Failure) -> [UInt8] {
    switch state {
    case .over: return []
    case .whole:
      held += bytes
      return []
    case .opening:
      held += bytes
      let detected = opening.dialect(bytes)
      guard let isStream = EventStreamParser.isStream(held) else { return [] }
      guard isStream else {
        state = .whole
        return []
      }
      guard let detected else {
        if opening.isTooLong { throw foreign(nil) }
        return []
      }
      try begin(detected)
      let start = held
      held = []
      return try feed(start)
    case .relayed(var pieces):
      // Put back behind the step, so that what waits is not copied.
      state = .over
      return take(pieces.feed(bytes), then: .relayed(pieces))
    case .converted(var pieces):
      state = .over
      return take(pieces.feed(bytes), then: .converted(pieces))
    }
  }

  private mutating func take(_ step: StreamStep, then next: State) -> [UInt8] {
    switch step {
    case .goesOn(let bytes):
      state = next
      return bytes
    case .refused(let failure):
      end = answer.refused(failure, status: nil, opening.exchangeID)
      return []
    }
  }

  /// The stream is over; gives what is left to send, and what was lost.
  mutating func finish() throws(Translation.Failure) -> Translation.Output {
    switch state {
    case .over: return end
    case .whole: return try answer.response(held, status: 200, asStream: !isFolded)
    case .opening:
      guard let detected = opening.dialect(nil) else { throw foreign(nil) }
      try begin(detected)
      let start = try feed(held)
      var output = try finish()
      output.bytes = start + output.bytes
      return output
    case .relayed(var pieces): return pieces.finish()
    case .converted(var pieces): return pieces.finish()
    }
  }

  private mutating func begin(_ detected: DialectID) throws(Translation.Failure) {
    let isOpenAI: Set<DialectID> = [.openAIChat, .openAIResponses]
    let upstream = answer.way.upstream.id
    // The gateway knows what its upstream speaks; a user may be mistaken, and an error answer would not tell.
    if detected != upstream, !isOpenAI.isSuperset(of: [detected, upstream]) { throw foreign(detected) }
    let id = opening.exchangeID
    state =
      answer.isRelayed && !isFolded
      ? .relayed(RelayedPieces(answer, id)) : .converted(ConvertedPieces(answer, isFolded: isFolded, id))
  }

  private func foreign(_ detected: DialectID?) -> Translation.Failure {
    if let detected { return Translation.Failure(message: "it is a stream of \(detected.displayName)") }
    return Translation.Failure(message: "it holds no event of \(answer.way.upstream.id.displayName)")
  }
}

/// What a piece of a stream comes to.
private enum StreamStep {
  case goesOn([UInt8])
  /// The client gets an error instead of a stream.
  case refused(UpstreamFailure)
}

/// The events up to the first that tells the protocol.
private struct StreamOpening {
  private var parser = EventStreamParser()
  private var found: DialectID?
  private var isBroken = false
  private var seen: [UInt8] = []
  private var count = 0
  private static let limit = 64

  /// Whether so many events told nothing that the rest need not be awaited.
  var isTooLong: Bool { isBroken || count >= Self.limit }

  /// Ids that the upstream left out derive from this; different answers must not share them, and the end of a stream
  /// cannot be awaited.
  var exchangeID: String { AnswerTranslation.exchangeID(of: seen) }

  /// Reads the next piece, or nil at the end; gives the protocol once it shows.
  mutating func dialect(_ bytes: [UInt8]?) -> DialectID? {
    var events: [ServerSentEvent] = []
    func keep(_ item: EventStreamItem) { if case .event(let event) = item { events.append(event) } }
    if let bytes {
      do { try bytes.withUnsafeBytes { try parser.feed($0, keep) } } catch { isBroken = true }
    } else {
      parser.finish(keep)
    }
    for event in events where found == nil && count < Self.limit {
      count += 1
      seen += event.data
      found = event.isDone ? .openAIChat : BodyDetection.stream(ofEvent: event.data)
    }
    return found
  }
}

/// A stream of the client's own protocol, byte for byte.
private struct RelayedPieces {
  private let answer: AnswerTranslation
  private let id: String
  private var tap: StreamTap
  private var filter: UsageChunkFilter?
  /// What waits: for the first event that says something, or for the rest of an event.
  private var held: [UInt8] = []
  private var isCommitted = false

  init(_ answer: AnswerTranslation, _ id: String) {
    self.answer = answer
    self.id = id
    tap = StreamTap(answer.way.upstream)
    filter = answer.hidesUsage ? UsageChunkFilter() : nil
  }

  mutating func feed(_ bytes: [UInt8]) -> StreamStep {
    bytes.withUnsafeBytes { tap.hear($0) }
    held += bytes
    if !isCommitted {
      if tap.failedAtOnce, let failure = tap.failure { return .refused(failure) }
      guard tap.hasSubstance else { return .goesOn([]) }
      isCommitted = true
    }
    let whole = held.withUnsafeBytes { EventBoundary.last(in: $0) }
    let ready = Array(held.prefix(whole))
    held.removeFirst(whole)
    return .goesOn(filtered(ready))
  }

  mutating func finish() -> Translation.Output {
    tap.finish()
    var output = Translation.Output(bytes: [])
    switch tap.ending(cut: nil, isCommitted: isCommitted) {
    case .refused(let failure): return answer.refused(failure, status: nil, id)
    case .whole:
      output.bytes = filtered(held)
      filter?.finish(into: &output.bytes)
    case .broken(let failure):
      output.bytes = answer.way.write(
        [.failed(failure)], for: answer.context(model: nil, exchangeID: id, isStream: true), losses: &output.losses)
    }
    return output
  }

  private mutating func filtered(_ bytes: [UInt8]) -> [UInt8] {
    guard filter != nil else { return bytes }
    var output: [UInt8] = []
    bytes.withUnsafeBytes { filter?.filter($0, into: &output) }
    return output
  }
}

/// A stream written anew in the client's protocol, or folded into one answer.
private struct ConvertedPieces {
  private let answer: AnswerTranslation
  private let isFolded: Bool
  private let id: String
  private var events: AnswerEvents
  /// What came before the first event that says something.
  private var held: [ConversationEvent] = []
  private var fold = ResponseFold()
  private var writer: (any EventWriter)?

  init(_ answer: AnswerTranslation, isFolded: Bool, _ id: String) {
    self.answer = answer
    self.isFolded = isFolded
    self.id = id
    events = answer.way.makeEvents(exchangeID: id)
  }

  mutating func feed(_ bytes: [UInt8]) -> StreamStep {
    take(bytes.withUnsafeBytes { events.feed($0) })
  }

  private mutating func take(_ read: [ConversationEvent]) -> StreamStep {
    if isFolded {
      for event in read { fold.add(event) }
      return .goesOn([])
    }
    var output: [UInt8] = []
    if writer == nil {
      held += read
      guard let first = held.first(where: \.hasSubstance) else { return .goesOn([]) }
      if case .failed(let failure) = first { return .refused(failure) }
      var model: String?
      for case .started(let start) in held { model = model ?? start.model }
      writer = answer.way.client.makeEventWriter(
        for: answer.context(model: model, exchangeID: id, isStream: true))
      for event in held { writer?.write(event, into: &output) }
      held = []
    } else {
      for event in read { writer?.write(event, into: &output) }
    }
    return .goesOn(output)
  }

  mutating func finish() -> Translation.Output {
    var output = Translation.Output(bytes: [])
    switch take(events.finish()) {
    case .goesOn(let bytes): output.bytes = bytes
    case .refused(let failure): return answer.refused(failure, status: nil, id)
    }
    if let writer {
      output.losses.append(answer.way.named(writer.losses))
      return output
    }
    if let failure = fold.result.failure { return answer.refused(failure, status: nil, id) }
    let context = answer.context(model: fold.result.model, exchangeID: id, isStream: false)
    output.losses.append(answer.way.named(fold.losses))
    output.bytes = answer.way.write(fold.result, asStream: false, for: context, losses: &output.losses)
    return output
  }
}
