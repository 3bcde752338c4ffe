import Conversation
import Wire

extension OpenAIResponses {
  /// Reads the body of `/responses` or `/responses/compact`.
  ///
  /// - Throws: `DialectError` with the path of what cannot be understood.
  public func readRequest(_ body: JSON, line: RequestLine) throws(DialectError) -> ConversationRequest {
    guard body.isObject else { throw DialectError("expected a JSON object") }
    var reader = ObjectReader(body)
    guard let model = reader.takeString("model") ?? line.model else {
      throw DialectError("missing `model`", path: "model", code: "missing_required_parameter")
    }
    var request = ConversationRequest(model: model, isStream: reader.takeBool("stream") ?? line.isStream ?? false)
    if let instructions = reader.takeString("instructions") {
      request.messages.append(Message(.system, text: instructions, slot: .instructions))
    }
    request.previousResponseID = reader.takeString("previous_response_id")
    request.messages += try Self.readInput(
      &reader, isOptional: request.previousResponseID != nil, seals: line.seals)
    if let tools = reader.peek("tools") {
      guard tools.isArray else { throw DialectError("expected an array", path: "tools", code: "invalid_type") }
      reader.discard("tools")
      for (index, tool) in tools.elements.enumerated() {
        request.tools += try Self.readTools(tool, path: LossPlace.element(index, of: "tools"))
      }
    }
    request.toolChoice = reader.take("tool_choice").map(Self.readChoice)
    request.parallelToolCalls = reader.takeBool("parallel_tool_calls")
    request.sampling.maxOutputTokens = reader.takeNumber("max_output_tokens")
    request.sampling.temperature = reader.takeNumber("temperature")
    request.sampling.topP = reader.takeNumber("top_p")
    request.sampling.topLogprobs = reader.takeInt("top_logprobs")
    request.serviceTier = reader.takeString("service_tier")
    request.cacheKey = reader.takeString("prompt_cache_key")
    request.userID = reader.takeString("user") ?? reader.takeString("safety_identifier")
    request.store = reader.takeBool("store")
    if reader.peek("metadata")?.isObject == true { request.metadata = reader.take("metadata") }
    Self.readInclude(&reader, into: &request)
    var nested: [Extensions] = []
    Self.readReasoning(&reader, into: &request, nested: &nested)
    Self.readText(&reader, into: &request, nested: &nested)
    var extensions = Extensions(id, path: "", reader)
    extensions.nested = nested
    request.extensions = extensions
    return request
  }

  private static func readInput(
    _ reader: inout ObjectReader, isOptional: Bool, seals: SealMark
  ) throws(DialectError) -> [Message] {
    guard let input = reader.peek("input") else {
      if isOptional || reader.peek("prompt") != nil || reader.peek("conversation") != nil { return [] }
      throw DialectError("missing `input`", path: "input", code: "missing_required_parameter")
    }
    reader.discard("input")
    if let text = input.string { return [Message(.user, text: text)] }
    guard input.isArray else {
      throw DialectError("expected a string or an array", path: "input", code: "invalid_type")
    }
    var turns = ResponsesTurns()
    for (index, item) in input.elements.enumerated() {
      turns.add(try readItem(item, path: LossPlace.element(index, of: "input"), source: .client(seals)))
    }
    return turns.finish()
  }

  private static func readInclude(_ reader: inout ObjectReader, into request: inout ConversationRequest) {
    guard let include = reader.peek("include"), include.isArray else { return }
    var isKnown = true
    for element in include.elements {
      if element.isString("reasoning.encrypted_content") {
        request.includesEncryptedReasoning = true
      } else if element.isString("message.output_text.logprobs") {
        request.sampling.logprobs = true
      } else {
        isKnown = false
      }
    }
    // What is left among the rest is restored here and a declared loss elsewhere.
    if isKnown { reader.discard("include") }
  }

  private static func readReasoning(
    _ reader: inout ObjectReader, into request: inout ConversationRequest, nested: inout [Extensions]
  ) {
    guard let json = reader.peek("reasoning"), json.isObject else { return }
    var inner = ObjectReader(json)
    let effort = inner.takeString("effort")
    let summary = inner.takeString("summary") ?? inner.takeString("generate_summary")
    request.reasoning = ReasoningRequest(
      effort: effort, summary: summary, showsThoughts: summary != nil && summary != "none")
    reader.discard("reasoning")
    nested.append(Extensions(dialect, path: "reasoning", inner))
  }

  private static func readText(
    _ reader: inout ObjectReader, into request: inout ConversationRequest, nested: inout [Extensions]
  ) {
    guard let json = reader.peek("text"), json.isObject else { return }
    var inner = ObjectReader(json)
    request.verbosity = inner.takeString("verbosity")
    if let format = inner.peek("format") {
      request.outputFormat = readFormat(format)
      if request.outputFormat != nil { inner.discard("format") }
    }
    reader.discard("text")
    nested.append(Extensions(dialect, path: "text", inner))
  }

  private static func readFormat(_ json: JSON) -> OutputFormat? {
    switch json["type"]?.string {
    case "text": return .text
    case "json_object": return .jsonObject
    case "json_schema":
      var reader = ObjectReader(json)
      reader.discard("type")
      var format = JSONSchemaFormat(
        name: reader.takeString("name"), description: reader.takeString("description"),
        schema: reader.take("schema"), strict: reader.takeBool("strict"))
      format.extensions = Extensions(dialect, path: "text.format", reader)
      return .jsonSchema(format)
    default: return nil
    }
  }

  // MARK: - Writing

  /// Writes a body for `/responses`.
  ///
  /// - Throws: `DialectError` for several answers (`n`) and for searches that must block domains.
  public func writeRequest(
    _ request: ConversationRequest, for target: RequestTarget, losses: inout Losses
  ) throws(DialectError) -> [UInt8] {
    let own = request.extensions.own(id)
    try Self.check(request, isOwn: own != nil)
    losses.add(request.extensions, writing: id)
    var items = ResponsesItemWriter(.request(target))
    var said = Losses()
    var writer = JSONWriter(capacity: request.roughSize)
    writer.object(restoring: own) { writer in
      writer.member("model", target.model)
      if let instructions = Self.instructions(of: request, own: own != nil, losses: &said) {
        writer.member("instructions", instructions)
      }
      Self.writeInput(of: request, own, items: &items, into: &writer)
      Self.writeTools(of: request, for: target, own, losses: &said, into: &writer)
      Self.writeSampling(of: request, isOwn: own != nil, losses: &said, into: &writer)
      Self.writeReasoning(of: request, own, into: &writer)
      Self.writeText(of: request, own, losses: &said, into: &writer)
      Self.writeRest(of: request, own, losses: &said, into: &writer)
      if request.isStream {
        writer.member("stream", true)
      } else if own?.source["stream"]?.bool != nil {
        writer.member("stream", false)
      }
    }
    losses.append(items.losses)
    losses.append(said)
    return writer.finish()
  }

  /// What cannot be said at all, and whose loss would change the answer's meaning.
  private static func check(_ request: ConversationRequest, isOwn: Bool) throws(DialectError) {
    guard !isOwn else { return }
    if let count = request.sampling.candidateCount, count > 1 {
      throw DialectError("OpenAI Responses gives one answer only", path: "n", code: "unsupported_parameter")
    }
    for tool in request.tools {
      guard case .hosted(let hosted) = tool.kind, hosted.original.dialect != dialect,
        let blocked = hosted.original.json["blocked_domains"], !blocked.elements.isEmpty
      else { continue }
      throw DialectError(
        "OpenAI Responses cannot block domains of a search", path: "\(tool.place).blocked_domains",
        code: "unsupported_parameter")
    }
  }

  private static func writeInput(
    of request: ConversationRequest, _ own: Extensions?, items: inout ResponsesItemWriter,
    into writer: inout JSONWriter
  ) {
    let turns = request.messages.filter { $0.slot == .turn }
    if own?.source["input"]?.isString == true, turns.count == 1, turns[0].parts.count == 1,
      case .text(let text) = turns[0].parts[0].content
    {
      return writer.member("input", text.words)
    }
    if turns.isEmpty, own != nil, own?.source["input"]?.isArray != true { return }
    writer.array("input") { writer in
      for (index, message) in turns.enumerated() {
        let isFollowed = index + 1 < turns.count && turns[index + 1].role == .assistant
        items.writeItems(of: message, path: message.path ?? "messages[\(index)]", isFollowed: isFollowed, into: &writer)
      }
    }
  }

  private static func instructions(of request: ConversationRequest, own: Bool, losses: inout Losses) -> JSONText? {
    var texts: [JSONText] = []
    for message in request.messages where message.slot == .instructions {
      losses.add(message.extensions, writing: dialect)
      for part in message.parts {
        losses.add(part.extensions, writing: dialect)
        if case .text(let text) = part.content {
          if own || !text.words.isEmpty { texts.append(text.words) }
        } else {
          losses.add(part.path ?? message.path ?? "system", "instructions are text only")
        }
      }
    }
    return texts.isEmpty ? nil : texts.joinedTexts(by: "\n\n")
  }

  private static func writeTools(
    of request: ConversationRequest, for target: RequestTarget, _ own: Extensions?, losses: inout Losses,
    into writer: inout JSONWriter
  ) {
    let hasTools = request.tools.contains(where: canWrite)
    if !request.tools.isEmpty || own?.source["tools"]?.isArray == true {
      if hasTools || own != nil {
        writer.key("tools")
        write(request.tools, for: target, losses: &losses, into: &writer)
      } else {
        var nowhere = JSONWriter()
        write(request.tools, for: target, losses: &losses, into: &nowhere)
      }
    }
    // Without tools a choice is refused, and so is one of a tool that does not go out.
    let choice =
      own == nil
      ? request.toolChoice?.among(Set(request.tools.filter(canWrite).map(\.name)), losses: &losses)
      : request.toolChoice
    if let choice, hasTools || own != nil {
      write(choice, source: own?.source["tool_choice"], tools: request.tools, losses: &losses, into: &writer)
    }
    if let parallel = request.parallelToolCalls, hasTools || own != nil {
      writer.member("parallel_tool_calls", parallel)
    }
  }

  private static func writeSampling(
    of request: ConversationRequest, isOwn: Bool, losses: inout Losses, into writer: inout JSONWriter
  ) {
    let sampling = request.sampling
    if let limit = sampling.maxOutputTokens {
      if !isOwn, let count = limit.int, count < 16 {
        writer.member("max_output_tokens", 16)
        losses.add(.maxOutputTokens, "raised to 16, the least OpenAI Responses takes")
      } else {
        writer.member("max_output_tokens", limit)
      }
    }
    if let temperature = sampling.temperature { writer.member("temperature", temperature) }
    if let topP = sampling.topP { writer.member("top_p", topP) }
    if let count = sampling.topLogprobs { writer.member("top_logprobs", count) }
    let reason = "OpenAI Responses has no equivalent"
    if sampling.topK != nil { losses.add(.topK, reason) }
    if !sampling.stop.isEmpty { losses.add(.stop, reason) }
    if sampling.seed != nil { losses.add(.seed, reason) }
    if sampling.presencePenalty != nil { losses.add(.presencePenalty, reason) }
    if sampling.frequencyPenalty != nil { losses.add(.frequencyPenalty, reason) }
    if sampling.logitBias?.isEmpty == false { losses.add(.logitBias, reason) }
  }

  private static func writeReasoning(
    of request: ConversationRequest, _ own: Extensions?, into writer: inout JSONWriter
  ) {
    let asked = request.reasoning
    if let own {
      guard let asked, let source = own.source["reasoning"], source.isObject else { return }
      var inner = ObjectReader(source)
      let hasSummary = inner.takeString("summary") != nil
      let hasOld = !hasSummary && inner.takeString("generate_summary") != nil
      _ = inner.takeString("effort")
      writer.object("reasoning", restoring: Extensions(dialect, path: "reasoning", inner)) { writer in
        if let effort = asked.effort { writer.member("effort", effort) }
        guard let summary = asked.summary else { return }
        writer.member(hasOld ? "generate_summary" : "summary", summary)
      }
      return
    }
    guard let asked else { return }
    let effort = asked.effortWord.map { $0 == "ultra" ? "max" : $0 }
    let isWanted = asked.isWanted == true && effort != "none"
    let isShown = isWanted && asked.showsThoughts != false && asked.display != "omitted"
    let summary = asked.summary ?? (isShown ? "auto" : nil)
    guard effort != nil || summary != nil else { return }
    writer.object("reasoning") { writer in
      if let effort { writer.member("effort", effort) }
      if let summary { writer.member("summary", summary) }
    }
  }

  private static func writeText(
    of request: ConversationRequest, _ own: Extensions?, losses: inout Losses, into writer: inout JSONWriter
  ) {
    let source = own?.source["text"]
    guard request.outputFormat != nil || request.verbosity != nil || source?.isObject == true else { return }
    var restored: Extensions?
    if let source, source.isObject {
      var inner = ObjectReader(source)
      _ = inner.takeString("verbosity")
      if let format = inner.peek("format"), readFormat(format) != nil { inner.discard("format") }
      restored = Extensions(dialect, path: "text", inner)
    }
    var said = Losses()
    writer.object("text", restoring: restored) { writer in
      switch request.outputFormat {
      case .text: writer.object("format") { $0.member("type", static: "text") }
      case .jsonObject: writer.object("format") { $0.member("type", static: "json_object") }
      case .jsonSchema(let format):
        said.add(format.extensions, writing: dialect)
        let own = format.extensions.own(dialect)
        writer.object("format", restoring: own) { writer in
          writer.member("type", static: "json_schema")
          if let name = format.name ?? (own == nil ? "answer" : nil) { writer.member("name", name) }
          if let description = format.description { writer.member("description", description) }
          let (schema, strict) = own == nil ? format.forOpenAI(&said) : (format.schema, format.strict)
          if let schema {
            writer.member("schema", schema)
          } else if own == nil {
            writer.object("schema") { $0.member("type", static: "object") }
          }
          if let strict {
            writer.member("strict", strict)
          } else if own == nil {
            writer.member("strict", false)
          }
        }
      case nil: break
      }
      if let verbosity = request.verbosity { writer.member("verbosity", verbosity) }
    }
    losses.append(said)
  }

  private static func writeRest(
    of request: ConversationRequest, _ own: Extensions?, losses: inout Losses, into writer: inout JSONWriter
  ) {
    if let own {
      if let tier = request.serviceTier { writer.member("service_tier", tier) }
      if let key = request.cacheKey { writer.member("prompt_cache_key", key) }
      if let user = request.userID {
        writer.member(own.source["user"]?.isString == true ? "user" : "safety_identifier", user)
      }
      if let previous = request.previousResponseID { writer.member("previous_response_id", previous) }
      if let metadata = request.metadata { writer.member("metadata", metadata) }
      if let store = request.store { writer.member("store", store) }
      if let include = own.source["include"] { writer.member("include", include) }
      return
    }
    if let tier = request.serviceTier {
      switch tier {
      case "auto", "default", "flex", "scale", "priority", "fast": writer.member("service_tier", tier)
      case "standard_only": writer.member("service_tier", static: "default")
      default: losses.add(.serviceTier, "`\(tier)` has no equivalent")
      }
    }
    writeShort("prompt_cache_key", .cacheKey, request.cacheKey, losses: &losses, into: &writer)
    writeShort("user", .userID, request.userID, losses: &losses, into: &writer)
    if let metadata = request.metadata, !metadata.members.isEmpty {
      if metadata.members.allSatisfy({ $0.value.isString }) {
        writer.member("metadata", metadata)
      } else {
        losses.add(.metadata, "only strings can be sent")
      }
    }
    if request.store == true { losses.add(.store, "not kept: the conversation travels whole") }
    writer.member("store", false)
    let keepsState = request.reasoning?.isWanted == true && request.reasoning?.effortWord != "none"
    let wantsLogprobs = request.sampling.logprobs == true
    // Anthropic tells what was found, not only what is cited of it.
    let wantsSources = request.extensions?.dialect == .anthropic && request.tools.contains(where: Self.isSearch)
    guard keepsState || wantsLogprobs || wantsSources else { return }
    writer.array("include") { writer in
      if keepsState { writer.string(static: "reasoning.encrypted_content") }
      if wantsLogprobs { writer.string(static: "message.output_text.logprobs") }
      if wantsSources { writer.string(static: "web_search_call.action.sources") }
    }
  }

  private static func isSearch(_ tool: Tool) -> Bool {
    if case .hosted(let hosted) = tool.kind { hosted.kind == .webSearch } else { false }
  }

  private static func writeShort(
    _ name: StaticString, _ setting: Setting, _ text: String?, losses: inout Losses, into writer: inout JSONWriter
  ) {
    guard let text else { return }
    if text.unicodeScalars.count <= 64 {
      writer.member(name, text)
    } else {
      losses.add(setting, "longer than 64 characters")
    }
  }
}
