import Conversation
import Wire

extension AnthropicMessages {
  /// Reads a `messages` or `count_tokens` body.
  ///
  /// - Throws: `DialectError` for a missing model or message list and for roles and contents of the wrong kind.
  public func readRequest(_ body: JSON, line: RequestLine) throws(DialectError) -> ConversationRequest {
    guard body.isObject else { throw DialectError("the request must be a JSON object") }
    var reader = ObjectReader(body)
    guard let model = reader.takeString("model") ?? line.model else {
      throw DialectError("field required", path: "model")
    }
    var request = ConversationRequest(model: model)
    request.isStream = reader.takeBool("stream") ?? line.isStream ?? false
    request.messages = try Self.readSystem(&reader, line.seals)
    request.messages += try Self.readMessages(&reader, line.seals)
    request.tools = try Self.readTools(&reader)
    Self.readToolChoice(&reader, into: &request)
    Self.readSampling(&reader, into: &request.sampling)
    request.reasoning = Self.readReasoning(&reader)
    request.outputFormat = Self.readOutputFormat(&reader)
    let output = Self.readOutputConfig(&reader)
    if let metadata = reader.peek("metadata"), metadata.members.count == 1, let user = metadata["user_id"]?.string {
      _ = reader.take("metadata")
      request.userID = user
    }
    request.serviceTier = reader.takeString("service_tier")
    var extensions = Extensions(Self.dialect, path: "", reader)
    if let output { extensions.nested = [output] }
    request.extensions = extensions
    return request
  }

  /// Writes a `messages` body; the client's own shape is kept where it is an Anthropic one.
  ///
  /// - Throws: `DialectError` for several answers and for stored responses, which the protocol does not have.
  public func writeRequest(
    _ request: ConversationRequest, for target: RequestTarget, losses: inout Losses
  ) throws(DialectError) -> [UInt8] {
    var composer = AnthropicRequestComposer(request, for: target)
    let bytes = try composer.compose()
    losses.append(composer.losses)
    return bytes
  }

  private static func readSystem(_ reader: inout ObjectReader, _ mark: SealMark) throws(DialectError) -> [Message] {
    guard let system = reader.take("system") else { return [] }
    var parts = try readContent(system, path: "system", from: .client(mark))
    for index in parts.indices where isBillingMark(parts[index]) {
      guard let block = parts[index].extensions?.source else { continue }
      parts[index] = Part(.opaque(OpaquePart(dialect, block, path: parts[index].path ?? "system")))
    }
    if let text = system.string, text.hasPrefix(billingMark) {
      let end = text.utf8.firstIndex(of: 0x0A).map { text.utf8.index(after: $0) } ?? text.endIndex
      parts = [Part(.opaque(OpaquePart(dialect, .string(String(text[..<end])))))]
      if end < text.endIndex { parts.append(.text(String(text[end...]))) }
    }
    return [Message(.system, parts, slot: .instructions)]
  }

  /// System parts as the one string they were read from; nil for what was a list of blocks.
  static func systemString(of parts: [Part]) -> String? {
    var whole = ""
    for part in parts {
      switch part.content {
      case .text(let text): whole += text.text
      case .opaque(let opaque):
        guard let text = opaque.json.string else { return nil }
        whole += text
      default: return nil
      }
    }
    return whole
  }

  private static let billingMark = "x-anthropic-billing-header"

  /// Whether a block is the mark that Claude Code puts before its instructions.
  ///
  /// It differs from request to request and would spoil every other vendor's prefix cache, so it is Anthropic's alone.
  private static func isBillingMark(_ part: Part) -> Bool {
    guard case .text(let text) = part.content else { return false }
    return text.text.hasPrefix(billingMark)
  }

  /// Whether a block means nothing to those who only speak Anthropic's protocol: its tool search and what changes tools between turns.
  static func isBeta(_ block: OpaquePart) -> Bool {
    switch block.type {
    case "tool_reference", "tool_search_tool_result", "tool_addition", "tool_removal": true
    case "server_tool_use": block.json["name"]?.string?.hasPrefix("tool_search_tool_") ?? false
    default: false
    }
  }

  private static func readMessages(
    _ reader: inout ObjectReader, _ mark: SealMark
  ) throws(DialectError) -> [Message] {
    guard let list = reader.take("messages") else { throw DialectError("field required", path: "messages") }
    guard list.isArray else { throw DialectError("must be an array", path: "messages") }
    var messages: [Message] = []
    for element in list.elements {
      let path = LossPlace.element(messages.count, of: "messages")
      guard element.isObject else { throw DialectError("must be an object", path: path) }
      var entry = ObjectReader(element)
      let role: Role
      switch entry.takeString("role") {
      case "user": role = .user
      case "assistant": role = .assistant
      case "system": role = .system
      default: throw DialectError("must be `user`, `assistant` or `system`", path: path + ".role")
      }
      let content = entry.take("content")
      var message = Message(role, try readContent(content, path: path + ".content", from: .client(mark)))
      message.extensions = Extensions(dialect, path: path, entry)
      messages.append(message)
    }
    return messages
  }

  private static func readSampling(_ reader: inout ObjectReader, into sampling: inout Sampling) {
    sampling.maxOutputTokens = reader.takeNumber("max_tokens")
    sampling.temperature = reader.takeNumber("temperature")
    sampling.topP = reader.takeNumber("top_p")
    sampling.topK = reader.takeNumber("top_k")
    if let stop = reader.peek("stop_sequences"), stop.isArray, stop.elements.allSatisfy(\.isString) {
      _ = reader.take("stop_sequences")
      sampling.stop = stop.elements.compactMap(\.string)
    }
  }

  /// Reads `thinking`, which it leaves where it does not understand it, and `output_config.effort`.
  static func readReasoning(_ reader: inout ObjectReader) -> ReasoningRequest? {
    var reasoning: ReasoningRequest?
    if let thinking = reader.peek("thinking"), let read = readThinking(thinking) {
      _ = reader.take("thinking")
      reasoning = read
    }
    if let effort = reader.peek("output_config")?["effort"]?.string {
      reasoning = reasoning ?? ReasoningRequest()
      reasoning?.effort = effort
    }
    return reasoning
  }

  private static func readThinking(_ thinking: JSON) -> ReasoningRequest? {
    var reader = ObjectReader(thinking)
    guard let type = reader.take("type") else { return nil }
    var reasoning = ReasoningRequest()
    if type.isString("enabled") {
      reasoning.isEnabled = true
      reasoning.budgetTokens = reader.takeInt("budget_tokens")
    } else if type.isString("adaptive") {
      reasoning.isAdaptive = true
    } else if type.isString("disabled") {
      reasoning.isEnabled = false
    } else {
      return nil
    }
    reasoning.display = reader.takeString("display")
    if reasoning.isWanted == true { reasoning.showsThoughts = reasoning.display != "omitted" }
    return reader.residue.rest.allSatisfy(\.value.isNull) ? reasoning : nil
  }

  /// Takes `output_config` and keeps what is neither an effort nor a format that was understood.
  private static func readOutputConfig(_ reader: inout ObjectReader) -> Extensions? {
    guard let config = reader.peek("output_config"), config.isObject else { return nil }
    _ = reader.take("output_config")
    var inner = ObjectReader(config)
    _ = inner.takeString("effort")
    if let format = inner.peek("format"), readFormat(format, path: "") != nil { _ = inner.take("format") }
    return Extensions(dialect, path: "output_config", inner)
  }

  private static func readOutputFormat(_ reader: inout ObjectReader) -> OutputFormat? {
    if let format = reader.peek("output_config")?["format"], let read = readFormat(format, path: "output_config.format")
    {
      return read
    }
    // The name the member had while it was a beta.
    if let format = reader.peek("output_format"), let read = readFormat(format, path: "output_format") {
      _ = reader.take("output_format")
      return read
    }
    return nil
  }

  private static func readFormat(_ value: JSON, path: String) -> OutputFormat? {
    var reader = ObjectReader(value)
    guard reader.take("type")?.isString("json_schema") == true, let schema = reader.take("schema") else { return nil }
    var format = JSONSchemaFormat(schema: schema)
    format.extensions = Extensions(dialect, path: path, reader)
    return .jsonSchema(format)
  }

  static func readToolChoice(_ reader: inout ObjectReader, into request: inout ConversationRequest) {
    guard let choice = reader.peek("tool_choice"), choice.isObject else { return }
    _ = reader.take("tool_choice")
    var members = ObjectReader(choice)
    let type = members.takeString("type")
    let disabled = members.takeBool("disable_parallel_tool_use")
    let name = members.takeString("name")
    guard members.residue.rest.allSatisfy(\.value.isNull) else {
      request.toolChoice = .opaque(OpaquePart(dialect, choice))
      return
    }
    switch (type, name) {
    case ("auto", nil): request.toolChoice = .auto
    case ("any", nil): request.toolChoice = .required
    case ("none", nil): request.toolChoice = ToolChoice.none
    case ("tool", let name?): request.toolChoice = .tool(name: name, kind: .function)
    default: request.toolChoice = .opaque(OpaquePart(dialect, choice))
    }
    request.parallelToolCalls = disabled.map { !$0 }
  }
}
