import Conversation
import Wire

/// The way back: what an upstream answered, as the client is told.
public struct AnswerCrossing: Sendable {
  /// Why an answer cannot be passed on.
  public struct Refusal: Error, Sendable {
    /// What is wrong with it.
    public enum Cause: Sendable, Hashable {
      /// Not an answer of the upstream's protocol.
      case unreadable
      /// The answer says itself that it failed.
      case failed
      /// The model's tool call cannot be read, by its vendor or as the object its client takes.
      case malformedToolCall
    }

    /// What is wrong with it.
    public var cause: Cause
    /// What the client is told instead.
    public var failure: UpstreamFailure
  }

  /// Who answered.
  public let upstream: any Dialect
  /// Who asked.
  public let client: any Dialect
  /// Whose the answer's reasoning state is.
  public let origin: SealOrigin?
  private let raising: AnswerRaising?

  /// Makes the way back of `crossing`; without one, nothing of the request needs undoing.
  public init(from upstream: DialectID, to client: DialectID, crossing: Crossing? = nil, origin: SealOrigin? = nil) {
    self.upstream = DialectCatalog.dialect(upstream)
    self.client = DialectCatalog.dialect(client)
    self.origin = origin
    if let raising = crossing?.raising, !raising.isIdentity { self.raising = raising } else { self.raising = nil }
  }

  // MARK: - Whole answers

  /// Reads a whole answer, a Gemini array of chunks included.
  ///
  /// - Throws: `Refusal` for what is no answer, and for one that says nothing but that it failed.
  public func read(_ body: [UInt8]) throws(Refusal) -> ConversationResponse {
    let response = try parse(body)
    if let failure = response.failure, response.candidates.allSatisfy({ $0.parts.isEmpty }) {
      throw Refusal(cause: .failed, failure: failure)
    }
    return response
  }

  private func parse(_ body: [UInt8]) throws(Refusal) -> ConversationResponse {
    let json: JSON
    do throws(JSONError) {
      json = try JSON(parsing: body)
    } catch {
      let text = upstream.readFailure(status: 502, body: Array(body.prefix(4096))).message
      throw Self.unreadable("the upstream's answer is not JSON: \(text)")
    }
    do throws(DialectError) {
      if json.isArray, upstream.id == .gemini { return folded(Gemini().readStreamArray(json)) }
      if let error = json["error"], error.isObject || error.isString, json["output"] == nil {
        var response = ConversationResponse()
        var failure = upstream.readFailure(status: 502, body: body)
        failure.status = failure.status ?? 502
        response.failure = failure
        return response
      }
      return try upstream.readResponse(json, origin: origin)
    } catch {
      throw Self.unreadable("the upstream's answer cannot be read as \(upstream.id.displayName): \(error)")
    }
  }

  private static func unreadable(_ message: String) -> Refusal {
    Refusal(cause: .unreadable, failure: UpstreamFailure(.badGateway, status: 502, message: message))
  }

  /// Gemini answers a stream without `alt=sse` as one array of its chunks.
  private func folded(_ chunks: [ServerSentEvent]) -> ConversationResponse {
    var reader = upstream.makeEventReader(origin: origin)
    var events: [ConversationEvent] = []
    for chunk in chunks { reader.read(chunk, into: &events) }
    reader.end(into: &events)
    var fold = ResponseFold()
    for event in events { fold.add(event) }
    return fold.result
  }

  /// A whole answer as the client should see it: its own tools' names, and every call with an id.
  ///
  /// - Throws: `Refusal` where the answer failed, though it holds something, and where a call is missing.
  public func raised(_ response: ConversationResponse, exchangeID: String) throws(Refusal) -> ConversationResponse {
    if let failure = response.failure { throw Refusal(cause: .failed, failure: failure) }
    if let refusal = Self.missingCall(in: response) { throw refusal }
    var response = response
    // Before they are raised: a call may become an item that repeats its id.
    CallIDs.name(&response, exchangeID: exchangeID)
    if let raising { response = raising.raise(response) }
    if response.candidates.first?.stop?.reason == .malformedToolCall {
      throw Refusal(
        cause: .malformedToolCall,
        failure: UpstreamFailure(.badGateway, status: 502, message: "the model's tool call could not be parsed"))
    }
    if let failure = response.failure, response.candidates.isEmpty { throw Refusal(cause: .failed, failure: failure) }
    return response
  }

  /// The refusal of an answer whose tool call its vendor could not read; nil for any other.
  ///
  /// No protocol's clean end may hide that a call is missing: the agent would think the turn is over.
  public static func missingCall(in response: ConversationResponse) -> Refusal? {
    guard let stop = response.candidates.first?.stop, stop.reason == .malformedToolCall else { return nil }
    let words = "the model's tool call could not be parsed by its vendor"
    return Refusal(
      cause: .malformedToolCall,
      failure: UpstreamFailure(
        .badGateway, status: 502, message: stop.message.map { "\(words): \($0)" } ?? words))
  }

  /// Writes a raised answer, as a stream where the client wants one.
  public func write(
    _ response: ConversationResponse, asStream: Bool, for context: ReplyContext, losses: inout Losses
  ) -> [UInt8] {
    var found = Losses()
    guard asStream else {
      let output = client.writeResponse(response, for: context, losses: &found)
      losses.append(named(found))
      return output
    }
    // Events have no place for what only the upstream's protocol knows.
    found.add(response.extensions, writing: client.id)
    for candidate in response.candidates { found.add(candidate.extensions, writing: client.id) }
    losses.append(named(found))
    return write(response.events(), for: context, losses: &losses)
  }

  /// Writes a whole stream.
  public func write(_ events: [ConversationEvent], for context: ReplyContext, losses: inout Losses) -> [UInt8] {
    var writer = client.makeEventWriter(for: context)
    var output: [UInt8] = []
    for event in events { writer.write(event, into: &output) }
    losses.append(named(writer.losses))
    return output
  }

  /// What a writer of this way lost, in the upstream's words.
  public func named(_ losses: Losses) -> Losses {
    var named = losses
    named.name(as: upstream)
    return named
  }

  // MARK: - Streams

  /// A reader for one stream of this upstream.
  public func makeEvents(exchangeID: String) -> AnswerEvents {
    AnswerEvents(upstream.makeEventReader(origin: origin), raising: raising, exchangeID: exchangeID)
  }
}
