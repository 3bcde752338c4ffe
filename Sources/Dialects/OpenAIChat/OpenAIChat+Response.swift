import Conversation
import Wire

extension OpenAIChat {
  /// Reads an upstream's whole answer; an error inside it becomes its `failure`.
  public func readResponse(_ body: JSON, origin: SealOrigin?) throws(DialectError) -> ConversationResponse {
    guard body.isObject else { throw DialectError("the answer must be a JSON object") }
    var reader = ObjectReader(body)
    var response = ConversationResponse(
      id: reader.takeString("id"), model: reader.takeString("model"), createdAt: reader.takeInt("created"))
    reader.discard("object")
    response.serviceTier = reader.takeString("service_tier")
    if let usage = reader.peek("usage"), usage.isObject {
      _ = reader.take("usage")
      response.usage = Self.readUsage(usage)
    }
    if let choices = reader.peek("choices"), choices.isArray {
      _ = reader.take("choices")
      for choice in choices.elements {
        response.add(try Self.readChoice(choice, position: response.candidates.count, origin: origin))
      }
    } else if body["error"]?.isNull ?? true {
      throw DialectError("the answer has no choices", path: "choices")
    }
    let sources = Self.takeSources(&reader)
    if !sources.isEmpty { Self.cite(sources, in: &response) }
    if let error = reader.peek("error") {
      response.failure = Self.failure(error, status: nil, whole: body)
    } else if let failure = body["choices"]?.elements.compactMap({ $0["error"] }).first(where: \.isObject) {
      response.failure = Self.failure(failure, status: nil, whole: body)
    } else if let failure = body["choices"]?.elements.compactMap({ Self.brokenOff($0["finish_reason"]?.string) }).first
    {
      response.failure = failure
    } else if Self.hasNamelessCallsOnly(response.candidates) {
      response.failure = UpstreamFailure(.badGateway, message: "the model called a tool without naming it")
    }
    response.extensions = Extensions(.openAIChat, path: "", reader)
    return response
  }

  /// Gives sources of the whole answer to its first text, where that cites nothing itself.
  private static func cite(_ sources: [Annotation], in response: inout ConversationResponse) {
    guard !response.candidates.isEmpty,
      let position = response.candidates[0].parts.firstIndex(where: \.isText),
      case .text(var text) = response.candidates[0].parts[position].content, text.annotations.isEmpty
    else { return }
    text.annotations = sources
    response.candidates[0].parts[position].content = .text(text)
  }

  private static func hasNamelessCallsOnly(_ candidates: [Candidate]) -> Bool {
    let names = candidates.flatMap(\.parts).compactMap {
      if case .toolCall(let call) = $0.content { call.name } else { nil }
    }
    return !names.isEmpty && names.allSatisfy(\.isEmpty)
  }

  private static func readChoice(_ json: JSON, position: Int, origin: SealOrigin?) throws(DialectError) -> Candidate {
    let path = "choices[\(position)]"
    guard json.isObject else { throw DialectError("must be an object", path: path) }
    var reader = ObjectReader(json)
    var candidate = Candidate(index: reader.takeInt("index") ?? position)
    var nested: [Extensions] = []
    if let message = reader.take("message") {
      let (parts, extensions) = try readAnswer(message, path: path + ".message", origin: origin)
      candidate.parts = parts
      nested.append(extensions)
    }
    if let logprobs = reader.peek("logprobs")?["content"], logprobs.isArray, !logprobs.elements.isEmpty,
      let position = candidate.parts.firstIndex(where: \.isText),
      case .text(var text) = candidate.parts[position].content
    {
      _ = reader.take("logprobs")
      text.logprobs = logprobs
      candidate.parts[position].content = .text(text)
    }
    let word = reader.takeString("finish_reason")
    candidate.stop = stop(
      word, hasCalls: candidate.parts.contains(where: \.isToolCall),
      isRefusal: candidate.parts.contains(where: \.isRefusal) && !candidate.parts.contains(where: \.isText),
      sequence: json["stop_reason"]?.string)
    var extensions = Extensions(.openAIChat, path: path, reader)
    extensions.nested = nested
    candidate.extensions = extensions
    return candidate
  }

  private static func readAnswer(
    _ json: JSON, path: String, origin: SealOrigin?
  ) throws(DialectError) -> (parts: [Part], extensions: Extensions) {
    var reader = ObjectReader(json)
    reader.discard("role")
    var parts: [Part] = []
    if let reasoning = takeReasoning(&reader, origin: origin) { parts.append(reasoning) }
    let content = try readContent(reader.take("content"), path: path + ".content")
    parts += content.filter { !$0.isEmptyText }
    if let annotations = reader.peek("annotations"), annotations.isArray, !annotations.elements.isEmpty,
      let position = parts.firstIndex(where: \.isText), case .text(var text) = parts[position].content
    {
      _ = reader.take("annotations")
      text.annotations = annotations.elements.map(readAnnotation)
      parts[position].content = .text(text)
    }
    if let refusal = reader.takeString("refusal"), !refusal.isEmpty { parts.append(Part(.refusal(refusal))) }
    var nested: [Extensions] = []
    try takeToolCalls(&reader, path: path, origin: origin, nested: &nested, into: &parts)
    return (parts, Extensions(.openAIChat, path: path, reader))
  }

  /// Writes an answer for a client, or an error object where another vendor's answer failed.
  public func writeResponse(
    _ response: ConversationResponse, for reply: ReplyContext, losses: inout Losses
  ) -> [UInt8] {
    if response.extensions.own(.openAIChat) == nil, let failure = response.failure {
      return writeFailure(failure, requestID: reply.exchangeID).body
    }
    losses.add(response.extensions, writing: .openAIChat)
    var collected = Losses()
    var writer = JSONWriter()
    writer.object(restoring: response.extensions.own(.openAIChat)) { writer in
      let own = response.extensions.source(.openAIChat)
      if let own {
        if let id = response.id { writer.member("id", id) } else if own["id"] != nil { writer.member("id", static: "") }
      } else {
        writer.member("id", Self.identifier(response.id, for: reply))
      }
      if own == nil || own?["object"]?.isString == true { writer.member("object", static: "chat.completion") }
      if let created = response.createdAt ?? (own == nil ? reply.createdAt : nil) { writer.member("created", created) }
      if own == nil || own?["model"] != nil { writer.member("model", reply.model) }
      if own == nil || own?["choices"] != nil {
        writer.array("choices") { writer in
          for candidate in response.candidates { Self.write(candidate, reply, &collected, into: &writer) }
        }
      }
      // Perplexity's, which were read as citations.
      for name: StaticString in ["citations", "search_results"] {
        if let sources = own?[name], sources.isArray { writer.member(name, sources) }
      }
      if let usage = response.usage {
        writer.key("usage")
        Self.write(usage, into: &writer)
      }
      if let tier = own == nil ? OpenAIServiceTier.word(for: response.serviceTier) : response.serviceTier {
        writer.member("service_tier", tier)
      }
    }
    losses.append(collected)
    return writer.finish()
  }

  static func identifier(_ id: String?, for reply: ReplyContext) -> String {
    guard let id, !id.isEmpty else { return "chatcmpl-" + reply.exchangeID }
    return id
  }

  private static func write(
    _ candidate: Candidate, _ reply: ReplyContext, _ losses: inout Losses, into writer: inout JSONWriter
  ) {
    losses.add(candidate.extensions, writing: .openAIChat)
    let own = candidate.extensions.own(.openAIChat)
    writer.object(restoring: own) { writer in
      if own == nil || own?.source["index"] != nil { writer.member("index", candidate.index) }
      if let own {
        if own.source["message"] != nil {
          writer.object("message", restoring: own.nested("message")) { writer in
            if let message = own.nested("message") { writeOwnAnswer(candidate, message, into: &writer) }
          }
        }
      } else {
        writer.object("message") { writeAnswer(candidate, reply, &losses, into: &$0) }
      }
      writeLogprobs(candidate, own, into: &writer)
      if let own {
        if own.source["finish_reason"]?.isString == true {
          writer.member("finish_reason", candidate.stop?.original ?? finishReason(candidate.stop, hasCalls: false))
        }
      } else {
        losses.add(candidate.stop, writing: .openAIChat)
        let hasCalls = candidate.parts.contains(where: \.isToolCall)
        let hasRefusal = candidate.parts.contains(where: \.isRefusal)
        writer.member("finish_reason", finishReason(candidate.stop, hasCalls: hasCalls, hasRefusal: hasRefusal))
      }
    }
  }

  private static func writeLogprobs(_ candidate: Candidate, _ own: Extensions?, into writer: inout JSONWriter) {
    let logprobs = candidate.parts.lazy.compactMap { part -> JSON? in
      if case .text(let text) = part.content { text.logprobs } else { nil }
    }.first
    if let written = own?.source["logprobs"], logprobs != nil {
      writer.member("logprobs", written)
    } else if let logprobs {
      writer.object("logprobs") { writer in
        writer.member("content", logprobs)
        writer.nullMember("refusal")
      }
    } else if own == nil {
      writer.nullMember("logprobs")
    }
  }

  /// A message this protocol's reader read, in its own spelling.
  private static func writeOwnAnswer(_ candidate: Candidate, _ own: Extensions, into writer: inout JSONWriter) {
    if own.source["role"] != nil { writer.member("role", own.source["role"] ?? .null) }
    var content: [Part] = []
    var calls: [Part] = []
    var refusal: String?
    for part in candidate.parts {
      switch part.content {
      case .toolCall: calls.append(part)
      case .reasoning where part.extensions == nil: writeOwnReasoning(part, own, keepsState: true, into: &writer)
      case .refusal(let text) where part.extensions == nil: refusal = text
      case .opaque(let opaque) where opaque.json["function"] != nil || opaque.json["custom"] != nil: calls.append(part)
      default: content.append(part)
      }
    }
    writeOwnContent(content, own, into: &writer)
    if let refusal {
      writer.member("refusal", refusal)
    } else if let empty = own.source["refusal"], empty.isString {
      writer.member("refusal", empty)
    }
    if candidate.parts.contains(where: \.hasAnnotations), let annotations = own.source["annotations"] {
      writer.member("annotations", annotations)
    }
    writeOwnCalls(calls, own, into: &writer)
  }

  private static func writeAnswer(
    _ candidate: Candidate, _ reply: ReplyContext, _ losses: inout Losses, into writer: inout JSONWriter
  ) {
    var answer = AnswerText()
    var position = 0
    var calls: [(Int, Part)] = []
    for part in candidate.parts {
      losses.add(part, writing: .openAIChat)
      answer.add(part, at: position, losses: &losses)
      if part.isToolCall { calls.append((position, part)) }
      position += 1
    }
    writer.member("role", static: "assistant")
    if answer.text.text.isEmpty { writer.nullMember("content") } else { writer.member("content", answer.text.text) }
    if let refusal = answer.refusal { writer.member("refusal", refusal) } else { writer.nullMember("refusal") }
    if !answer.thoughts.isEmpty { writer.member("reasoning_content", answer.thoughts) }
    if let details = answer.details.json { writer.member("reasoning_details", details) }
    if !answer.annotations.isEmpty {
      writer.array("annotations") { writer in
        for (annotation, offset) in answer.annotations {
          losses.add(annotation, at: 0, writing: .openAIChat)
          if !write(annotation, offset: offset, into: &writer) {
            losses.add(.annotations, at: 0, "\(DialectID.openAIChat.displayName) cites addresses only")
          }
        }
      }
    }
    guard !calls.isEmpty else { return }
    let isCut = candidate.stop?.reason == .maxTokens || candidate.stop?.reason == .contextWindow
    writer.array("tool_calls") { writer in
      for (position, part) in calls {
        guard case .toolCall(var call) = part.content else { continue }
        call.id = call.id ?? "call_\(reply.exchangeID)_\(position)"
        // Agents read arguments as JSON, also of a tool without any. A call that was cut off stays what it is.
        if call.kind == .function, !isCut, call.object?.members.isEmpty == true { call.input = "{}" }
        write(call, part.state?.dialect == .openAIChat ? part.state : nil, isWhole: !isCut, into: &writer)
      }
    }
  }
}

extension OpenAIChat {
  /// The parts of an answer as Chat has them: one text, one refusal, one stretch of reasoning.
  struct AnswerText {
    var text = JoinedText()
    var refusal: String?
    var thoughts = ""
    /// State that an upstream of this very protocol wants back, in its own member.
    var details = JSONList()
    var annotations: [(Annotation, Int)] = []

    mutating func add(_ part: Part, at index: Int, losses: inout Losses) {
      switch part.content {
      case .text(let piece):
        text.append(piece.words)
        guard !piece.annotations.isEmpty else { return }
        let offset = text.text.string.unicodeScalars.count - piece.text.unicodeScalars.count
        annotations += piece.annotations.map { ($0, offset) }
      case .refusal(let piece): refusal = (refusal ?? "") + piece
      case .reasoning(let reasoning):
        text.interrupt()
        if let state = part.state { details.append(detailsOf: state) }
        let piece = reasoning.text
        guard !piece.isEmpty else { return }
        thoughts += thoughts.isEmpty ? piece : "\n\n" + piece
      case .toolCall: text.interrupt()
      case .opaque(let opaque):
        text.interrupt()
        losses.add(.part, of: part, at: index, "`\(opaque.type)` has no equivalent")
      case .image, .audio, .video, .file, .toolResult:
        text.interrupt()
        losses.add(.part, of: part, at: index, "\(DialectID.openAIChat.displayName) answers with text only")
      }
    }
  }
}

extension Part {
  fileprivate var isText: Bool { if case .text = content { true } else { false } }
  fileprivate var isToolCall: Bool { if case .toolCall = content { true } else { false } }
  fileprivate var isRefusal: Bool { if case .refusal = content { true } else { false } }
  fileprivate var isEmptyText: Bool {
    if case .text(let text) = content { text.words.isEmpty && extensions == nil } else { false }
  }
  fileprivate var hasAnnotations: Bool {
    if case .text(let text) = content { !text.annotations.isEmpty } else { false }
  }
}
