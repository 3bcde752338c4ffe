import Conversation
import Wire

extension Gemini {
  /// Reads a whole answer; an array, as `streamGenerateContent` sends without `alt=sse`, is folded into one.
  public func readResponse(_ body: JSON, origin: SealOrigin?) throws(DialectError) -> ConversationResponse {
    if body.isArray { return fold(body, origin: origin) }
    guard body.isObject else { throw DialectError("the answer must be a JSON object") }
    var reader = ObjectReader(body)
    var response = ConversationResponse(
      id: reader.takeString(.responseID), model: reader.takeString(.modelVersion),
      createdAt: reader.takeString(.createTime).flatMap(Self.seconds))
    if let error = body["error"], error.isObject {
      response.failure = readFailure(status: error["code"]?.int ?? 500, body: Array(body.text.utf8))
    }
    if let candidates = reader.take("candidates") {
      for (position, candidate) in candidates.elements.enumerated() {
        response.add(Self.readCandidate(candidate, position: position, origin: origin))
      }
    }
    if let feedback = reader.peek(.promptFeedback), response.candidates.isEmpty,
      let blocked = Self.blockedPrompt(feedback)
    {
      response.candidates = [blocked]
    }
    if let usage = reader.take(.usageMetadata) {
      response.usage = Self.readUsage(usage)
      response.serviceTier = Self.serviceTier(usage)
    }
    response.extensions = Extensions(.gemini, path: "", reader)
    return response
  }

  private func fold(_ body: JSON, origin: SealOrigin?) -> ConversationResponse {
    var reader = makeEventReader(origin: origin)
    var events: [ConversationEvent] = []
    for event in readStreamArray(body) { reader.read(event, into: &events) }
    reader.end(into: &events)
    var fold = ResponseFold()
    for event in events { fold.add(event) }
    return fold.result
  }

  private static func readCandidate(_ json: JSON, position: Int, origin: SealOrigin?) -> Candidate {
    let path = "candidates[\(position)]"
    var reader = ObjectReader(json)
    var candidate = Candidate(index: reader.takeInt("index") ?? position)
    var nested: [Extensions] = []
    if let content = reader.peek("content"), content.isObject {
      _ = reader.take("content")
      var inner = ObjectReader(content)
      _ = inner.take("role")
      if let parts = inner.peek("parts"), parts.isArray || parts.isObject {
        _ = inner.take("parts")
        for (index, part) in (parts.isObject ? [parts] : Array(parts.elements)).enumerated() {
          let place = "\(path).content.parts[\(index)]"
          do throws(DialectError) {
            try readPart(part, path: place, from: .upstream(origin), into: &candidate.parts)
          } catch {
            candidate.parts.append(Part(.opaque(OpaquePart(.gemini, part, path: place))))
          }
        }
      }
      nested.append(Extensions(.gemini, path: path + ".content", inner))
    }
    if let reason = reader.take(.finishReason), !Self.isUnspecified(reason) {
      let hasCalls = candidate.parts.contains { if case .toolCall = $0.content { true } else { false } }
      candidate.stop = readStop(reason, message: reader.takeString(.finishMessage), hasCalls: hasCalls)
    }
    let search = reader.peek(.groundingMetadata).flatMap(Self.search)
    attachCitations(&reader, to: &candidate)
    let told = Set(candidate.parts.flatMap(queries))
    if let search, !isTold(search, by: told) { candidate.parts.append(search) }
    var extensions = Extensions(.gemini, path: path, reader)
    extensions.nested = nested
    candidate.extensions = extensions
    return candidate
  }

  /// The answer a blocked prompt is: a refusal, for the vendor would not take the question.
  static func blockedPrompt(_ feedback: JSON) -> Candidate? {
    guard let reason = feedback[member: .blockReason] else { return nil }
    let word = reason.string ?? reason.text
    let message = feedback[member: .blockReasonMessage]?.string
    return Candidate(
      parts: [Part(.refusal(message ?? "Gemini blocked the prompt (\(word))."))],
      stop: Stop(.refusal, original: word, dialect: .gemini, message: message))
  }

  /// Writes a `GenerateContentResponse`, or an error object where another vendor's answer failed.
  public func writeResponse(_ response: ConversationResponse, for reply: ReplyContext, losses: inout Losses) -> [UInt8]
  {
    let own = response.extensions.own(.gemini)
    if own == nil, let failure = response.failure {
      return writeFailure(failure, requestID: reply.exchangeID).body
    }
    losses.add(response.extensions, writing: .gemini)
    var declared = losses
    let body = JSON { writer in
      writer.object(restoring: own) { writer in
        let isBlocked = own?.source[member: .promptFeedback] != nil && own?.source["candidates"] == nil
        if !isBlocked, own == nil || own?.source["candidates"] != nil {
          writer.array("candidates") { writer in
            for candidate in response.candidates {
              Self.write(candidate, for: reply, to: &writer, losses: &declared)
            }
          }
        }
        if let usage = response.usage {
          writer.key(.usageMetadata, like: own?.source)
          Self.write(usage, to: &writer)
        }
        if own == nil || own?.source[member: .modelVersion] != nil {
          writer.key(.modelVersion, like: own?.source)
          writer.string(reply.model)
        }
        if let original = own?.source[member: .createTime] {
          writer.key(.createTime, like: own?.source)
          writer.value(original)
        }
        if own == nil || response.id != nil {
          writer.key(.responseID, like: own?.source)
          writer.string(response.id ?? reply.exchangeID)
        }
      }
    }
    losses = declared
    var writer = JSONWriter()
    writer.value(body)
    return writer.finish()
  }

  private static func write(
    _ candidate: Candidate, for reply: ReplyContext, to writer: inout JSONWriter, losses: inout Losses
  ) {
    let own = candidate.extensions.own(.gemini)
    losses.add(candidate.extensions, writing: .gemini)
    losses.add(candidate.stop, writing: .gemini)
    let inner = own?.nested("content")
    let pieces = answerPieces(candidate, for: reply, losses: &losses)
    writer.object(restoring: own) { writer in
      if own == nil || inner != nil {
        writer.object("content", restoring: inner) { writer in
          if let original = inner?.source["parts"] {
            if original.isObject, let only = pieces.first {
              writer.key("parts")
              write(only, of: candidate, for: reply, to: &writer, losses: &losses)
            } else {
              writeParts(pieces, of: candidate, for: reply, to: &writer, losses: &losses)
            }
          } else if inner == nil || !pieces.isEmpty {
            writeParts(pieces, of: candidate, for: reply, to: &writer, losses: &losses)
          }
          if let role = inner?.source["role"] {
            writer.member("role", role)
          } else if inner == nil {
            writer.member("role", static: "model")
          }
        }
      }
      if let stop = candidate.stop { write(stop, like: own?.source, to: &writer) }
      if own == nil || own?.source["index"] != nil { writer.member("index", candidate.index) }
      let places = Dictionary(pieces.enumerated().map { ($1.index, $0) }) { _, last in last }
      writeCitations(of: candidate, at: places, own: own, to: &writer, losses: &losses)
    }
  }

  private typealias AnswerPiece = (part: Part, signature: String?, index: Int)

  /// The parts a client gets.
  ///
  /// Thoughts only where it asked for them; a state without visible thoughts rides on the next text or call, where
  /// Gemini clients keep it.
  private static func answerPieces(
    _ candidate: Candidate, for reply: ReplyContext, losses: inout Losses
  ) -> [AnswerPiece] {
    let shows = reply.request.reasoning?.showsThoughts == true
    var pieces: [AnswerPiece] = []
    var waiting: [String] = []
    var unsigned = ""
    var hasSignedCall = false
    var hosted = GeminiHostedCalls()
    for (index, part) in candidate.parts.enumerated() {
      var signature = part.state.map { ReasoningSeal.write($0, into: .gemini, reply.seals) }
      switch part.content {
      case .reasoning(let reasoning):
        losses.add(part, writing: .gemini)
        let isOwn = part.extensions.own(.gemini) != nil || part.state?.dialect == .gemini
        if shows, isOwn || !reasoning.text.isEmpty {
          pieces.append((part, isOwn ? signature : nil, index))
          if isOwn { signature = nil }
        }
        if let signature {
          waiting.append(signature)
        } else {
          unsigned += reasoning.text
        }
        continue
      // Google tells it beside the parts.
      case .opaque(let opaque) where opaque.isGrounding: continue
      case .opaque(let opaque) where opaque.dialect != .gemini:
        if let parts = hosted.parts(for: opaque) {
          for part in parts { pieces.append((part, nil, index)) }
          continue
        }
        losses.add(.part, of: part, at: index, "Gemini has no equivalent of `\(opaque.type)`")
        continue
      case .text, .toolCall:
        if signature == nil, let last = waiting.popLast() {
          // A part carries one signature; earlier ones go ahead of it.
          for earlier in waiting { pieces.append((.text(""), earlier, index)) }
          waiting = []
          signature = last
        }
      default: break
      }
      if case .toolCall = part.content {
        if signature == nil, !hasSignedCall, part.extensions.own(.gemini) == nil {
          // The body must be read before it goes to Google, who demands a signature; and few clients return thoughts.
          signature = ReasoningSeal.note(unsigned, reply.seals)
        }
        hasSignedCall = true
      }
      pieces.append((part, signature, index))
    }
    for signature in waiting { pieces.append((.text(""), signature, candidate.parts.count)) }
    // Google's SDKs take a content without parts for an invalid answer.
    if pieces.isEmpty, candidate.extensions.own(.gemini) == nil {
      pieces.append((.text(""), nil, candidate.parts.count))
    }
    return pieces
  }

  private static func writeParts(
    _ pieces: [AnswerPiece], of candidate: Candidate, for reply: ReplyContext, to writer: inout JSONWriter,
    losses: inout Losses
  ) {
    writer.array("parts") { writer in
      for piece in pieces { write(piece, of: candidate, for: reply, to: &writer, losses: &losses) }
    }
  }

  private static func write(
    _ piece: AnswerPiece, of candidate: Candidate, for reply: ReplyContext, to writer: inout JSONWriter,
    losses: inout Losses
  ) {
    var options = GeminiPartOptions()
    options.missingCallID = callID(exchange: reply.exchangeID, candidate: candidate.index, part: piece.index)
    options.answerIndex = piece.index
    var part = piece.part
    if case .text(var text) = part.content {
      // Citations stand beside the parts, not in them.
      text.annotations = []
      part.content = .text(text)
    }
    writePart(
      part, signature: piece.signature, options: options, path: "content[\(piece.index)]", to: &writer,
      losses: &losses)
  }

  static func callID(exchange: String, candidate: Int, part: Int) -> String {
    candidate == 0 ? "call_\(exchange)_\(part)" : "call_\(exchange)_\(candidate)_\(part)"
  }
}
