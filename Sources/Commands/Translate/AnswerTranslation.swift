import Conversation
import Dialects
import Wire

/// Answers of an upstream, as the gateway would pass them to a client.
///
/// An answer alone does not tell what was asked. Unless the request is given, the client is one that asked for thoughts,
/// reasoning state and usage, and whose tools needed no other names.
struct AnswerTranslation {
  let way: AnswerCrossing
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
  var isRelayed: Bool { crossing?.relaysAnswer ?? (way.upstream.id == way.client.id) }

  /// Whether the gateway takes the usage chunk out of a relayed stream.
  var hidesUsage: Bool { crossing?.hidesUsage == true }

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

  // MARK: - The client

  func refused(_ failure: UpstreamFailure, status: Int?, _ id: String) -> Translation.Output {
    var failure = failure
    failure.status = failure.status ?? status
    let reply = way.client.writeFailure(failure, requestID: id)
    return Translation.Output(
      bytes: reply.body, errorStatus: (400...599).contains(reply.status) ? reply.status : 502)
  }

  func context(model: String?, exchangeID: String, isStream: Bool) -> ReplyContext {
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
  static func exchangeID(of body: [UInt8]) -> String { String(Fingerprint.value(body), radix: 36) }
}
