import Conversation
import Dialects
import Wire

/// Answers of an upstream, as the gateway would pass them to a client.
///
/// An answer alone does not tell what was asked. Unless the request is given, the client is one that asked for thoughts,
/// reasoning state and usage, and whose tools needed no other names.
struct AnswerTranslation {
  private let way: AnswerCrossing
  private let crossing: Crossing?
  private let request: ConversationRequest?
  private let model: String?

  /// Takes the client's request, in the protocol that is written, where it is known.
  init(_ translation: Translation, request: [UInt8]? = nil) throws(Translation.Failure) {
    model = translation.model
    guard let request else {
      (crossing, self.request) = (nil, nil)
      way = AnswerCrossing(from: translation.source, to: translation.target)
      return
    }
    var back = translation
    (back.source, back.target) = (translation.target, translation.source)
    do throws(DialectError) {
      let asked = try RequestWay(back, request, isStream: false)
      let crossing = try asked.crossing()
      self.crossing = crossing
      self.request = try asked.read()
      way = AnswerCrossing(from: translation.source, to: translation.target, crossing: crossing)
    } catch {
      throw Translation.Failure(message: "the request cannot be used: \(error)")
    }
  }

  /// Whether the gateway relays the answer as it comes.
  private var isRelayed: Bool { crossing?.relaysAnswer ?? (way.upstream.id == way.client.id) }

  // MARK: - Whole answers

  /// Translates a whole answer that came with an HTTP status, for a client that wants a stream or not.
  func response(_ body: [UInt8], status: Int, asStream: Bool) throws(Translation.Failure) -> Translation.Output {
    let id = Self.exchangeID(of: body)
    if !(200..<300).contains(status) {
      return refused(way.upstream.readFailure(status: status, body: body), status: status, id)
    }
    do throws(AnswerCrossing.Refusal) {
      let answer = try way.read(body)
      if isRelayed, !asStream { return Translation.Output(bytes: body) }
      let response = try way.raised(answer, exchangeID: id)
      let context = context(model: answer.model, exchangeID: id, isStream: asStream)
      var output = Translation.Output(bytes: [])
      output.bytes = way.write(response, asStream: asStream, for: context, losses: &output.losses)
      return output
    } catch {
      switch error.cause {
      case .unreadable: throw Translation.Failure(message: error.failure.message)
      case .failed, .malformedToolCall: return refused(error.failure, status: nil, id)
      }
    }
  }

  // MARK: - Streams

  /// Translates a stream, also one that came as a JSON array, into one answer where the client wants that.
  func stream(_ body: [UInt8], folded: Bool) throws(Translation.Failure) -> Translation.Output {
    guard EventStreamParser.isStream(body) == true else {
      return try response(body, status: 200, asStream: !folded)
    }
    try checkIsOurs(body)
    let id = Self.exchangeID(of: body)
    if isRelayed, !folded { return relayed(body, id) }
    var reader = way.makeEvents(exchangeID: id)
    let events = body.withUnsafeBytes { reader.feed($0) } + reader.finish()
    if case .failed(let failure) = events.first(where: \.hasSubstance) { return refused(failure, status: nil, id) }
    var model: String?
    for case .started(let start) in events { model = model ?? start.model }
    let context = context(model: model, exchangeID: id, isStream: !folded)
    var output = Translation.Output(bytes: [])
    guard folded else {
      output.bytes = way.write(events, for: context, losses: &output.losses)
      return output
    }
    var fold = ResponseFold()
    for event in events { fold.add(event) }
    if let failure = fold.result.failure { return refused(failure, status: nil, id) }
    output.bytes = way.write(fold.result, asStream: false, for: context, losses: &output.losses)
    return output
  }

  /// The gateway knows what its upstream speaks; a user may be mistaken, and an error answer would not tell.
  private func checkIsOurs(_ body: [UInt8]) throws(Translation.Failure) {
    guard let found = BodyDetection(of: body) else {
      throw Translation.Failure(message: "it holds no event of \(way.upstream.id.displayName)")
    }
    let isOpenAI: Set<DialectID> = [.openAIChat, .openAIResponses]
    if found.dialect != way.upstream.id, !isOpenAI.isSuperset(of: [found.dialect, way.upstream.id]) {
      throw Translation.Failure(message: "it is a stream of \(found.dialect.displayName)")
    }
  }

  private func relayed(_ body: [UInt8], _ id: String) -> Translation.Output {
    var tap = StreamTap(way.upstream)
    body.withUnsafeBytes { tap.hear($0) }
    if tap.failedAtOnce, let failure = tap.failure { return refused(failure, status: nil, id) }
    let isCommitted = tap.hasSubstance
    tap.finish()
    var output = Translation.Output(bytes: body)
    switch tap.ending(cut: nil, isCommitted: isCommitted) {
    case .refused(let failure): return refused(failure, status: nil, id)
    case .whole: output.bytes = filtered(body)
    case .broken(let failure):
      let whole = body.withUnsafeBytes { EventBoundary.last(in: $0) }
      output.bytes = filtered(Array(body.prefix(whole)))
      output.bytes += way.write(
        [.failed(failure)], for: context(model: nil, exchangeID: id, isStream: true), losses: &output.losses)
    }
    return output
  }

  private func filtered(_ body: [UInt8]) -> [UInt8] {
    guard crossing?.hidesUsage == true else { return body }
    var filter = UsageChunkFilter()
    var output: [UInt8] = []
    body.withUnsafeBytes { filter.filter($0, into: &output) }
    filter.finish(into: &output)
    return output
  }

  // MARK: - The client

  private func refused(_ failure: UpstreamFailure, status: Int?, _ id: String) -> Translation.Output {
    var failure = failure
    failure.status = failure.status ?? status
    let reply = way.client.writeFailure(failure, requestID: id)
    return Translation.Output(
      bytes: reply.body, errorStatus: (400...599).contains(reply.status) ? reply.status : 502)
  }

  private func context(model: String?, exchangeID: String, isStream: Bool) -> ReplyContext {
    var summary = request?.summary() ?? Self.neutralRequest
    let asked = request?.model ?? ""
    let name = self.model ?? (asked.isEmpty ? model ?? "" : asked)
    summary.isStream = isStream
    if request == nil { summary.model = name }
    // No clock: the same input gives the same bytes.
    return ReplyContext(request: summary, model: name, exchangeID: exchangeID, createdAt: 0)
  }

  private static let neutralRequest: ConversationRequest = {
    var request = ConversationRequest(model: "", isStream: false)
    request.reasoning = ReasoningRequest(isEnabled: true, summary: "auto", showsThoughts: true)
    request.includesEncryptedReasoning = true
    request.includesStreamUsage = true
    return request
  }()

  /// Ids that the upstream left out derive from this; different answers must not share them.
  private static func exchangeID(of body: [UInt8]) -> String { String(Fingerprint.value(body), radix: 36) }
}
