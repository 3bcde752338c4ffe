import Conversation
import Wire

/// Listens to a relayed stream without touching it: usage, stop reasons, errors, and whether it ended properly.
///
/// Only events whose bytes show one of the protocol's marker words are parsed; once an answer has begun, the others are
/// not even cut apart.
public struct StreamTap: Sendable {
  /// Nil where every event of JSON is read: Google counts in each of them.
  private var search: MarkerSearch?
  /// Events that only announce an answer.
  private let preamble: [StaticString]
  private var parser = EventStreamParser()
  private var reader: any EventReader
  private var events: [ConversationEvent] = []
  private var lastWasError = false
  private var isEnding = false
  /// Whether an event was larger than the parser takes.
  private var isDeaf = false
  /// The counts heard so far.
  public private(set) var usage: Usage?
  /// Why the first candidate ended.
  public private(set) var stop: Stop?
  /// The first error heard before a proper end.
  public private(set) var failure: UpstreamFailure?
  /// Whether the protocol's own end was seen.
  public private(set) var isComplete = false
  /// Whether an event has said more than that an answer begins.
  public private(set) var hasSubstance = false
  /// Whether the stream failed before it said anything of an answer.
  public private(set) var failedAtOnce = false
  /// Opaque reasoning state that passed, as sent; bounded, for a stream need not end.
  public private(set) var stateBlobs: [String] = []
  private var blobBytes = 0
  private static let blobLimit = 16 * 1024 * 1024

  /// Whether the stream closed with its protocol's error event.
  public var endsInError: Bool { failure != nil && lastWasError }

  /// Starts at the beginning of a stream.
  public init(_ dialect: any Dialect) {
    reader = dialect.makeEventReader(origin: nil)
    switch dialect.id {
    case .openAIChat:
      search = MarkerSearch([
        "\"usage\":{", "\"usage\": {", "\"finish_reason\":\"", "\"finish_reason\": \"", "[DONE]", "\"error\"",
      ]) { (OpenAIChat.words(of: $0), OpenAIChat.unread($0)) }
      preamble = []
    case .openAIResponses:
      search = MarkerSearch([
        "response.completed", "response.incomplete", "response.failed", "\"error\"", "response.created",
        "encrypted_content",
      ]) { OpenAIResponsesEventReader.isGrowth($0) ? ($0["delta"], OpenAIResponsesEventReader.unread($0)) : (nil, []) }
      preamble = ["\"response.created\"", "\"response.in_progress\"", "\"response.queued\""]
    case .anthropic:
      // The first two are beginnings: of what starts a message or a block, or ends one.
      search = MarkerSearch(["message_", "content_block_st", "\"error\"", "signature_delta"]) {
        (AnthropicEventReader.words(of: $0), [])
      }
      preamble = ["\"message_start\"", "\"ping\""]
    case .gemini:
      search = nil
      preamble = []
    }
  }

  /// Hears the next piece.
  public mutating func hear(_ bytes: UnsafeRawBufferPointer) {
    guard !isDeaf else { return }
    // Taken out while it reads, so that what it reads can be taken in meanwhile.
    var parser = EventStreamParser()
    swap(&parser, &self.parser)
    do throws(EventStreamError) {
      try listen(bytes, &parser)
      swap(&parser, &self.parser)
    } catch {
      // Listening on would only gather more of it.
      isDeaf = true
    }
  }

  private mutating func listen(
    _ bytes: UnsafeRawBufferPointer, _ parser: inout EventStreamParser
  ) throws(EventStreamError) {
    var rest = bytes
    // Event by event until the answer has begun, and to the end of the one that began in the piece before.
    while !rest.isEmpty, search == nil || !hasSubstance || parser.isInsideEvent {
      if search == nil { hearAlike(in: &rest, &parser) }
      try hearEvent(in: &rest, &parser)
    }
    let events = UnsafeRawBufferPointer(rebasing: rest[..<EventBoundary.end(in: rest)])
    var position = 0
    while let marker = search?.firstMarker(in: events, from: position) {
      let start = EventBoundary.end(in: UnsafeRawBufferPointer(rebasing: events[position..<marker]))
      var marked = UnsafeRawBufferPointer(rebasing: events[(position + start)...])
      // Comments may stand before the event.
      repeat { try hearEvent(in: &marked, &parser) } while !marked.isEmpty && events.count - marked.count <= marker
      position = events.count - marked.count
    }
    var tail = UnsafeRawBufferPointer(rebasing: rest[events.count...])
    while !tail.isEmpty { try hearEvent(in: &tail, &parser) }
  }

  /// Hears the events that are like the one before, and takes them out of `bytes`.
  private mutating func hearAlike(in bytes: inout UnsafeRawBufferPointer, _ parser: inout EventStreamParser) {
    guard hasSubstance, let skipped = parser.skipToEvent(in: bytes) else { return }
    bytes = UnsafeRawBufferPointer(rebasing: bytes[skipped...])
    let length = reader.readAlike(bytes, into: &events)
    bytes = UnsafeRawBufferPointer(rebasing: bytes[length...])
    settle()
  }

  /// Hears one event, or what there is of it, and takes it out of `bytes`.
  private mutating func hearEvent(
    in bytes: inout UnsafeRawBufferPointer, _ parser: inout EventStreamParser
  ) throws(EventStreamError) {
    let length = try parser.feedLine(bytes) { item in if case .event(let event) = item { take(event) } }
    bytes = UnsafeRawBufferPointer(rebasing: bytes[length...])
  }

  /// The stream is over.
  public mutating func finish() {
    var heard: ServerSentEvent?
    parser.finish { item in if case .event(let event) = item { heard = event } }
    // What was cut in the middle is no event: its reader would take it for an error of the upstream's own.
    if let heard, heard.isDone || (try? JSON(parsing: heard.data)) != nil { take(heard) }
    guard failure == nil else { return }
    isEnding = true
    reader.end(into: &events)
    settle()
  }

  /// What the client is due once `finish` was called and the stream is over.
  ///
  /// `cut` says why it did not end by itself; `isCommitted` whether something of it went to the client.
  public func ending(cut: UpstreamFailure?, isCommitted: Bool) -> Ending {
    guard isCommitted else {
      if let cut { return .refused(cut) }
      if isComplete { return .whole }
      return .refused(
        failure
          ?? UpstreamFailure(.badGateway, status: 502, message: "the upstream's stream ended before it said anything"))
    }
    if isComplete || endsInError { return .whole }
    return .broken(cut ?? failure ?? Self.endedEarly)
  }

  private static let endedEarly = UpstreamFailure(
    .badGateway, status: 502, message: "the upstream's stream ended early")

  /// How a relayed stream ends.
  public enum Ending: Sendable {
    /// With its own last bytes.
    case whole
    /// Nothing went out, and the client gets an error instead.
    case refused(UpstreamFailure)
    /// In the protocol's error event, behind the last whole event.
    case broken(UpstreamFailure)
  }

  private mutating func take(_ event: ServerSentEvent) {
    let isPreamble =
      !hasSubstance && !preamble.isEmpty
      && event.data.withUnsafeBytes { bytes in preamble.contains { ByteSearch.contains($0, in: bytes) } }
    // What cannot be read passes as it came: the reader would hear nothing more behind it.
    let isMarked = search?.isMarked(event) ?? ((try? JSON(parsing: event.data)) != nil)
    if isMarked {
      reader.read(event, into: &events)
      settle()
      // Vendors end Chat streams without a finish reason; `[DONE]` says that nothing is missing.
      if event.isDone, failure == nil { isComplete = true }
    }
    if failure != nil, !hasSubstance { failedAtOnce = true }
    if !isPreamble { hasSubstance = true }
  }

  private mutating func settle() {
    for event in events {
      lastWasError = false
      switch event {
      case .usage(let newer):
        if usage == nil { usage = newer } else { usage?.merge(newer) }
      case .candidateFinished(_, let stop): self.stop = self.stop ?? stop
      case .partStarted(let start):
        if let state = start.part.state { keep(state.blob) }
      case .partDelta(let delta):
        if case .state(let state) = delta.delta { keep(state.blob) }
      case .failed(let failure):
        if !isComplete {
          // The reader heard marked events only: what it says of the end may be wrong.
          self.failure = self.failure ?? (isEnding && hasSubstance ? Self.endedEarly : failure)
          lastWasError = !isEnding
        }
      case .finished: isComplete = true
      default: break
      }
    }
    events.removeAll(keepingCapacity: true)
  }

  private mutating func keep(_ blob: String) {
    // What an entry takes besides its text.
    blobBytes += blob.utf8.count + 64
    if blobBytes <= Self.blobLimit { stateBlobs.append(blob) }
  }
}
