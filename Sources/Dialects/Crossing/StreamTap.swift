import Conversation
import Wire

/// Listens to a relayed stream without touching it: usage, stop reasons, errors, and whether it ended properly.
///
/// Only events whose bytes show one of the protocol's marker words are parsed.
public struct StreamTap: Sendable {
  private let markers: [StaticString]
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
      markers = [
        "\"usage\":{", "\"usage\": {", "\"finish_reason\":\"", "\"finish_reason\": \"", "[DONE]", "\"error\"",
      ]
      preamble = []
    case .openAIResponses:
      markers = [
        "response.completed", "response.incomplete", "response.failed", "\"error\"", "response.created",
        "encrypted_content",
      ]
      preamble = ["\"response.created\"", "\"response.in_progress\"", "\"response.queued\""]
    case .anthropic:
      markers = [
        "message_start", "message_delta", "message_stop", "\"error\"", "content_block_start", "content_block_stop",
        "signature_delta",
      ]
      preamble = ["\"message_start\"", "\"ping\""]
    case .gemini:
      markers = ["usageMetadata", "finishReason", "\"error\"", "usage_metadata", "finish_reason", "thoughtSignature"]
      preamble = []
    }
  }

  /// Hears the next piece.
  public mutating func hear(_ bytes: UnsafeRawBufferPointer) {
    guard !isDeaf else { return }
    var heard: [ServerSentEvent] = []
    do throws(EventStreamError) {
      try parser.feed(bytes) { item in
        if case .event(let event) = item { heard.append(event) }
      }
    } catch {
      // Listening on would only gather more of it.
      isDeaf = true
      parser = EventStreamParser()
    }
    for event in heard { take(event) }
  }

  /// The stream is over.
  public mutating func finish() {
    var heard: [ServerSentEvent] = []
    parser.finish { item in
      if case .event(let event) = item { heard.append(event) }
    }
    for event in heard { take(event) }
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
    let (isMarked, isPreamble) = event.data.withUnsafeBytes { bytes in
      (
        markers.contains { ByteSearch.contains($0, in: bytes) },
        preamble.contains { ByteSearch.contains($0, in: bytes) }
      )
    }
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
