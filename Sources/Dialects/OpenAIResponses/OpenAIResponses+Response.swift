import Conversation
import Wire

extension OpenAIResponses {
  /// Reads a whole answer, a failed or a compacted one included.
  ///
  /// - Throws: `DialectError` if it is no answer at all.
  public func readResponse(_ body: JSON, origin: SealOrigin?) throws(DialectError) -> ConversationResponse {
    guard body.isObject else { throw DialectError("expected a JSON object") }
    var reader = ObjectReader(body)
    reader.discard("object")
    var response = ConversationResponse(
      id: reader.takeString("id"), model: reader.takeString("model"), createdAt: reader.takeInt("created_at"))
    response.serviceTier = reader.takeString("service_tier")
    if let usage = reader.peek("usage"), usage.isObject {
      reader.discard("usage")
      response.usage = Self.readUsage(usage)
    }
    let status = reader.takeString("status")
    let reason = reader.peek("incomplete_details")?["reason"]?.string
    if let error = reader.peek("error"), error.isObject {
      reader.discard("error")
      response.failure = Self.failure(error, original: body)
    }
    guard let output = reader.peek("output"), output.isArray else {
      guard response.failure != nil || status != nil else {
        throw DialectError("missing `output`", path: "output")
      }
      if response.failure == nil, status == "failed" { response.failure = Self.unexplained }
      response.extensions = Self.residue(of: reader, stop: nil)
      return response
    }
    reader.discard("output")
    var parts: [Part] = []
    for (index, item) in output.elements.enumerated() {
      parts += try Self.readOutputItem(item, path: "output[\(index)]", origin: origin)
    }
    if response.failure == nil, status == "failed" || status == "cancelled" {
      response.failure = status == "cancelled" ? UpstreamFailure(.cancelled, message: "cancelled") : Self.unexplained
    }
    var stop = Self.stop(status: status, reason: reason, parts: parts)
    // A background response that is told of before its end: nothing that looks like one may be made of it.
    if stop == nil { stop = Stop(.maxTokens, original: status, dialect: id) }
    response.candidates = [Candidate(parts: parts, stop: stop)]
    response.extensions = Self.residue(of: reader, stop: stop)
    return response
  }

  /// The settings of the request, which every answer repeats with the vendor's defaults filled in.
  ///
  /// https://platform.openai.com/docs/api-reference/responses/object
  private static let askedAgain: Set<String> = [
    "background", "conversation", "frequency_penalty", "include", "instructions", "max_output_tokens", "max_tool_calls",
    "metadata", "parallel_tool_calls", "presence_penalty", "previous_response_id", "prompt", "prompt_cache_key",
    "prompt_cache_options", "prompt_cache_retention", "reasoning", "safety_identifier", "store", "temperature", "text",
    "tool_choice", "tools", "top_logprobs", "top_p", "truncation", "user",
  ]

  private static func residue(of reader: ObjectReader, stop: Stop?) -> Extensions {
    var residue = Extensions(dialect, path: "", reader)
    // `output_text` is the text of `output` once more.
    residue.repeated = askedAgain.union(["output_text"])
    if let stop, stop.reason != .other { residue.repeated.insert("incomplete_details") }
    return residue
  }

  private static let unexplained = UpstreamFailure(.server, message: "the response failed and says no more")

  /// The parts of an output item.
  ///
  /// A compacted conversation's items may be the user's: they keep their frame. One that lacks what its type demands is
  /// opaque, as in a stream: the rest of the answer stands.
  static func readOutputItem(_ item: JSON, path: String, origin: SealOrigin?) throws(DialectError) -> [Part] {
    let entry: Entry
    do throws(DialectError) {
      entry = try readItem(item, path: path, source: .upstream(origin))
    } catch {
      guard item.isObject else { throw error }
      return [opaque(item, path: path)]
    }
    switch entry {
    case .turn(let parts): return parts
    case .message(let message):
      guard item["role"] != nil, !message.parts.isEmpty else { return [opaque(item, path: path)] }
      let frame = ItemFrame(id: message.id, extensions: message.extensions)
      return message.parts.map { part in
        var part = part
        part.frame = frame
        return part
      }
    }
  }

  /// Why the model stopped; nil while it has not.
  static func stop(status: String?, reason: String?, parts: [Part]) -> Stop? {
    var hasCall = false
    var hasRefusal = false
    var hasText = false
    for part in parts {
      switch part.content {
      case .toolCall: hasCall = true
      case .refusal: hasRefusal = true
      case .text(let text) where !text.text.isEmpty: hasText = true
      default: break
      }
    }
    return stop(
      status: status, reason: reason, hasCall: hasCall, isRefusal: hasRefusal && !hasText)
  }

  static func stop(status: String?, reason: String?, hasCall: Bool, isRefusal: Bool) -> Stop? {
    switch status {
    case "in_progress", "queued": return nil
    case "incomplete":
      let kind: Stop.Reason =
        switch reason {
        case "max_output_tokens", "max_tokens", nil: .maxTokens
        case "content_filter": .refusal
        default: .other
        }
      return Stop(kind, original: reason ?? "incomplete", dialect: dialect)
    case "failed", "cancelled": return Stop(.other, original: status, dialect: dialect)
    default:
      let kind: Stop.Reason = hasCall ? .toolUse : isRefusal ? .refusal : .endTurn
      return Stop(kind, original: status ?? "completed", dialect: dialect)
    }
  }

  static func readUsage(_ json: JSON) -> Usage {
    func count(_ value: JSON?) -> Int? { value?.int.map { max(0, $0) } }
    let input = json["input_tokens_details"]
    let output = json["output_tokens_details"]
    var usage = Usage(
      input: count(json["input_tokens"]), output: count(json["output_tokens"]),
      cacheRead: count(input?["cached_tokens"]), cacheWrite: count(input?["cache_write_tokens"]),
      reasoning: count(output?["reasoning_tokens"]), total: count(json["total_tokens"]))
    usage.original = Usage.Original(OpaquePart(dialect, json))
    return usage
  }

  // MARK: - Writing

  /// Writes a whole answer with every member the SDKs require.
  public func writeResponse(
    _ response: ConversationResponse, for reply: ReplyContext, losses: inout Losses
  ) -> [UInt8] {
    losses.add(response.extensions, writing: id)
    for candidate in response.candidates.dropFirst() {
      losses.add(.candidate, at: 0, candidate: candidate.index, "OpenAI Responses gives one answer only")
    }
    let candidate = response.candidates.first
    losses.add(candidate?.extensions, writing: id)
    losses.add(candidate?.stop, writing: id)
    let ending = ResponsesEnding(
      stop: candidate?.stop, failure: response.failure,
      hasRefusal: candidate?.parts.contains(where: Self.isRefusal) == true)
    var output = OpenAIResponsesEventWriter(reply: reply, isSilent: true)
    let items = output.items(of: candidate?.parts ?? [], isWhole: ending.isWhole)
    losses.append(output.losses)
    var writer = JSONWriter()
    let object = ResponsesObject(
      id: Self.responseID(response.id, reply), createdAt: response.createdAt ?? reply.createdAt,
      serviceTier: response.serviceTier, reply: reply)
    let own = response.extensions.own(id)
    object.write(
      ending, own: own, hasOutput: !response.candidates.isEmpty || own == nil, items: items, usage: response.usage,
      into: &writer)
    return writer.finish()
  }

  static func isRefusal(_ part: Part) -> Bool {
    if case .refusal = part.content { true } else { false }
  }

  static func responseID(_ id: String?, _ reply: ReplyContext) -> String {
    if let id, id.hasPrefix("resp_") { return id }
    return "resp_" + reply.exchangeID
  }
}

/// How an answer ended, in this protocol's words.
struct ResponsesEnding {
  enum Status { case inProgress, completed, incomplete, failed }

  var status: Status
  /// `incomplete_details.reason`.
  var reason: String?
  var failure: UpstreamFailure?

  static let inProgress = ResponsesEnding(status: .inProgress)

  private init(status: Status) { self.status = status }

  init(stop: Stop?, failure: UpstreamFailure?, hasRefusal: Bool) {
    status = .completed
    if let failure {
      status = .failed
      self.failure = failure
      return
    }
    guard let stop else { return }
    if stop.dialect == OpenAIResponses.dialect, let original = stop.original {
      if stop.reason == .maxTokens || stop.reason == .other || original == "content_filter" {
        status = .incomplete
        if original != "incomplete" { reason = original }
      }
      return
    }
    switch stop.reason {
    case .endTurn, .stopSequence, .toolUse, .pauseTurn, .other: break
    case .maxTokens, .contextWindow:
      status = .incomplete
      reason = "max_output_tokens"
    case .refusal where hasRefusal: break
    case .refusal:
      status = .incomplete
      reason = "content_filter"
    case .malformedToolCall:
      status = .failed
      self.failure = UpstreamFailure(
        .server, message: stop.message ?? "the model's tool call could not be parsed (\(stop.original ?? "malformed"))")
    }
  }

  /// Whether the last item is whole.
  var isWhole: Bool { status == .completed }

  var word: StaticString {
    switch status {
    case .inProgress: "in_progress"
    case .completed: "completed"
    case .incomplete: "incomplete"
    case .failed: "failed"
    }
  }
}

/// The response object: whole in an answer, and again in a stream's first and last events.
struct ResponsesObject {
  var id: String
  var createdAt: Int
  var serviceTier: String?
  var reply: ReplyContext

  /// Writes it.
  ///
  /// `items` is a JSON array; `own` restores what the vendor said beyond what is known here.
  func write(
    _ ending: ResponsesEnding, own: Extensions? = nil, hasOutput: Bool = true, items: [UInt8], usage: Usage?,
    into writer: inout JSONWriter
  ) {
    if let own { return writeOwn(own, ending, hasOutput: hasOutput, items: items, usage: usage, into: &writer) }
    let request = reply.request
    writer.object { writer in
      writer.member("id", id)
      writer.member("object", static: "response")
      writer.member("created_at", createdAt)
      writer.member("status", static: ending.word)
      writer.member("background", false)
      writeEnding(ending, into: &writer)
      writer.nullMember("instructions")
      Self.write("max_output_tokens", request.sampling.maxOutputTokens, into: &writer)
      writer.nullMember("max_tool_calls")
      writer.member("model", reply.model)
      writer.key("output")
      writer.rawValue(items)
      writer.member("parallel_tool_calls", request.parallelToolCalls ?? true)
      Self.write("previous_response_id", request.previousResponseID, into: &writer)
      Self.write("prompt_cache_key", request.cacheKey, into: &writer)
      writer.object("reasoning") { writer in
        Self.write("effort", request.reasoning?.effort, into: &writer)
        Self.write("summary", request.reasoning?.summary, into: &writer)
      }
      writer.nullMember("safety_identifier")
      Self.write("service_tier", OpenAIServiceTier.word(for: serviceTier ?? request.serviceTier), into: &writer)
      writer.member("store", request.store ?? false)
      writer.member("temperature", request.sampling.temperature ?? 1.0)
      writeText(request, into: &writer)
      var losses = Losses()
      OpenAIResponses.write(
        request.toolChoice ?? .auto, source: nil, tools: [], losses: &losses, into: &writer)
      if !losses.isEmpty { writer.member("tool_choice", static: "auto") }
      writer.array("tools") { _ in }
      writer.member("top_logprobs", request.sampling.topLogprobs ?? 0)
      writer.member("top_p", request.sampling.topP ?? 1.0)
      writer.member("truncation", static: "disabled")
      if let usage {
        writer.key("usage")
        Self.write(usage, into: &writer)
      } else {
        writer.nullMember("usage")
      }
      Self.write("user", request.userID, into: &writer)
      if let metadata = request.metadata {
        writer.member("metadata", metadata)
      } else {
        writer.object("metadata") { _ in }
      }
    }
  }

  private func writeOwn(
    _ own: Extensions, _ ending: ResponsesEnding, hasOutput: Bool, items: [UInt8], usage: Usage?,
    into writer: inout JSONWriter
  ) {
    let source = own.source
    writer.object(restoring: own) { writer in
      if let original = source["id"], !original.isNull {
        writer.member("id", original)
      } else if hasOutput {
        writer.member("id", id)
      }
      if let kind = source["object"] { writer.member("object", kind) }
      if let time = source["created_at"] { writer.member("created_at", time) }
      if source["model"]?.isString == true { writer.member("model", reply.model) }
      if let status = source["status"], status.isString { writer.member("status", status) }
      if let failure = ending.failure, source["error"]?.isObject == true {
        if let error = failure.original?.json["error"], error.isObject {
          writer.member("error", error)
        } else {
          Self.write(failure, into: &writer)
        }
      }
      if hasOutput {
        writer.key("output")
        writer.rawValue(items)
      }
      if let tier = serviceTier, source["service_tier"]?.isString == true { writer.member("service_tier", tier) }
      if let usage {
        writer.key("usage")
        Self.write(usage, into: &writer)
      }
    }
  }

  private func writeEnding(_ ending: ResponsesEnding, into writer: inout JSONWriter) {
    if let failure = ending.failure {
      Self.write(failure, into: &writer)
    } else {
      writer.nullMember("error")
    }
    if ending.status == .incomplete, let reason = ending.reason {
      writer.object("incomplete_details") { $0.member("reason", reason) }
    } else {
      writer.nullMember("incomplete_details")
    }
  }

  private static func write(_ failure: UpstreamFailure, into writer: inout JSONWriter) {
    writer.object("error") { writer in
      writer.member("code", OpenAIResponses.streamCode(of: failure))
      writer.member("message", OpenAIResponses.streamMessage(of: failure))
    }
  }

  private func writeText(_ request: ConversationRequest, into writer: inout JSONWriter) {
    writer.object("text") { writer in
      writer.object("format") { writer in
        switch request.outputFormat {
        case nil, .text: writer.member("type", static: "text")
        case .jsonObject: writer.member("type", static: "json_object")
        case .jsonSchema(let format):
          writer.member("type", static: "json_schema")
          writer.member("name", format.name ?? "answer")
          if let description = format.description { writer.member("description", description) }
          writer.member("schema", format.schema ?? .emptyObject)
          writer.member("strict", format.strict ?? false)
        }
      }
      writer.member("verbosity", request.verbosity ?? "medium")
    }
  }

  private static func write(_ name: StaticString, _ text: String?, into writer: inout JSONWriter) {
    if let text { writer.member(name, text) } else { writer.nullMember(name) }
  }

  private static func write(_ name: StaticString, _ number: JSONNumber?, into writer: inout JSONWriter) {
    if let number { writer.member(name, number) } else { writer.nullMember(name) }
  }

  /// Counts; the details are required by clients, 0 where unknown.
  static func write(_ usage: Usage, into writer: inout JSONWriter) {
    if let original = usage.original, original.part.dialect == OpenAIResponses.dialect {
      return writer.value(original.part.json)
    }
    writer.object { writer in
      writer.member("input_tokens", usage.input ?? 0)
      writer.object("input_tokens_details") {
        $0.member("cached_tokens", usage.cacheRead ?? 0)
        $0.member("cache_write_tokens", usage.cacheWrite ?? 0)
      }
      writer.member("output_tokens", usage.output ?? 0)
      writer.object("output_tokens_details") { $0.member("reasoning_tokens", usage.reasoning ?? 0) }
      writer.member("total_tokens", usage.totalTokens)
    }
  }
}
