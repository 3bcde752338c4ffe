import Conversation
import Wire

extension Gemini {
  /// Reads a `generateContent` or `countTokens` body.
  public func readRequest(_ body: JSON, line: RequestLine) throws(DialectError) -> ConversationRequest {
    guard body.isObject else { throw DialectError("the body must be a JSON object") }
    // `countTokens` may wrap the request it is to count.
    if let inner = body[member: .generateContentRequest], inner.isObject {
      return try read(inner, line: line, path: "generateContentRequest")
    }
    return try read(body, line: line, path: "")
  }

  private func read(_ body: JSON, line: RequestLine, path: String) throws(DialectError) -> ConversationRequest {
    var reader = ObjectReader(body)
    var named: String?
    if reader.peek("model")?.isString == true { named = reader.take("model")?.string }
    if named?.hasPrefix("models/") == true { named = named.map { String($0.dropFirst(7)) } }
    var request = ConversationRequest(model: line.model ?? named ?? "", isStream: line.isStream ?? false)
    var nested: [Extensions] = []
    if let system = reader.take(.systemInstruction) {
      request.messages.append(try Self.readSystem(system, line.seals))
    }
    if let contents = reader.take("contents") {
      guard contents.isObject || contents.isArray else {
        throw DialectError("must be an object or an array", path: "contents")
      }
      for (index, content) in (contents.isObject ? [contents] : Array(contents.elements)).enumerated() {
        let path = contents.isObject ? "contents" : LossPlace.element(index, of: "contents")
        request.messages.append(try Self.readContent(content, path: path, line.seals))
      }
    }
    if let tools = reader.take("tools") {
      guard tools.isObject || tools.isArray else { throw DialectError("must be an array", path: "tools") }
      request.tools = try Self.readTools(tools)
    }
    if let config = reader.peek(.toolConfig), config.isObject {
      _ = reader.take(.toolConfig)
      request.toolChoice = Self.readToolChoice(config)
      nested.append(Self.toolConfigExtensions(config))
    }
    if let config = reader.take(.generationConfig) {
      let read = try GeminiConfiguration(reading: config)
      request.sampling = read.sampling
      request.reasoning = read.reasoning
      request.outputFormat = read.format
      nested.append(read.extensions)
    }
    request.serviceTier = Self.serviceTier(body)
    _ = reader.takeString(.serviceTier)
    var extensions = Extensions(.gemini, path: path, reader)
    if !path.isEmpty {
      for index in nested.indices { nested[index].path = "\(path).\(nested[index].path)" }
    }
    extensions.nested = nested
    request.extensions = extensions
    return request
  }

  private static func readSystem(_ json: JSON, _ mark: SealMark) throws(DialectError) -> Message {
    if let text = json.string { return Message(.system, text: text, slot: .instructions) }
    guard json.isObject else { throw DialectError("must be an object", path: "systemInstruction") }
    var reader = ObjectReader(json)
    _ = reader.take("role")
    var message = Message(.system, slot: .instructions)
    try readParts(&reader, path: "systemInstruction", from: .client(mark), into: &message.parts)
    message.extensions = Extensions(.gemini, path: "systemInstruction", reader)
    return message
  }

  private static func readContent(_ json: JSON, path: String, _ mark: SealMark) throws(DialectError) -> Message {
    guard json.isObject else { throw DialectError("must be an object", path: path) }
    var reader = ObjectReader(json)
    var role = Role.user
    if let word = reader.take("role") {
      switch word.string {
      case "user", "function", "tool", "": role = .user
      case "model": role = .assistant
      default: throw DialectError("must be `user` or `model`", path: path + ".role")
      }
    }
    var message = Message(role)
    try readParts(&reader, path: path, from: .client(mark), into: &message.parts)
    message.extensions = Extensions(.gemini, path: path, reader)
    return message
  }

  /// Reads `parts`, which may be a list or a single part.
  static func readParts(
    _ reader: inout ObjectReader, path: String, from source: GeminiPartSource, into parts: inout [Part]
  ) throws(DialectError) {
    guard let list = reader.take("parts") else { return }
    if list.isObject { return try readPart(list, path: path + ".parts", from: source, into: &parts) }
    guard list.isArray else { throw DialectError("must be an array", path: path + ".parts") }
    for (index, part) in list.elements.enumerated() {
      try readPart(part, path: LossPlace.element(index, of: "parts", in: path), from: source, into: &parts)
    }
  }

  /// Writes a `generateContent` body; the model and the stream flag go into the URL, which is the caller's.
  public func writeRequest(
    _ request: ConversationRequest, for target: RequestTarget, losses: inout Losses
  ) throws(DialectError) -> [UInt8] {
    if request.previousResponseID != nil {
      throw DialectError(
        "a Gemini upstream keeps no responses to go on from", path: "previous_response_id",
        code: "previous_response_not_found")
    }
    let own = request.extensions.own(.gemini)
    let isWrapped = own?.path.isEmpty == false
    var writer = JSONWriter(capacity: request.roughSize)
    let write: (inout JSONWriter, inout Losses) -> Void = { writer, losses in
      writer.object(restoring: own) { writer in
        Self.write(request, own: own, isWrapped: isWrapped, target: target, to: &writer, losses: &losses)
      }
    }
    if isWrapped {
      writer.object { writer in
        writer.key("generateContentRequest")
        write(&writer, &losses)
      }
    } else {
      write(&writer, &losses)
    }
    return Self.strip(target.quirks.stripFields, from: writer.finish(), losses: &losses)
  }

  private static func write(
    _ request: ConversationRequest, own: Extensions?, isWrapped: Bool, target: RequestTarget,
    to writer: inout JSONWriter, losses: inout Losses
  ) {
    declareUnsaid(of: request, losses: &losses)
    if isWrapped || own?.source["model"] != nil { writer.member("model", "models/\(target.model)") }
    var turns = GeminiTurns(target: target, isOwn: own != nil)
    turns.add(request.messages, losses: &losses)
    turns.writeSystem(to: &writer, own: own?.source, losses: &losses)
    turns.writeContents(to: &writer, own: own?.source, losses: &losses)
    var functions: Set<String> = []
    var isMixed = false
    if let original = own?.source["tools"], isUnchanged(request.tools, original) {
      writer.member("tools", original)
      functions = Set(request.tools.compactMap { if case .function = $0.kind { $0.name } else { nil } })
    } else {
      (functions, isMixed) = writeTools(request.tools, quirks: target.quirks, to: &writer, losses: &losses)
    }
    if let original = own?.source[member: .toolConfig], isUnchanged(request.toolChoice, original) {
      writer.key(.toolConfig, like: own?.source)
      writer.value(original)
    } else {
      writeToolChoice(
        request.toolChoice, parallel: request.parallelToolCalls, functions: functions, isMixed: isMixed,
        to: &writer, losses: &losses)
    }
    writeServiceTier(request.serviceTier, own: own?.source, to: &writer, losses: &losses)
    writeConfiguration(
      of: request, own: own, hasFunctions: !functions.isEmpty, quirks: target.quirks, to: &writer, losses: &losses)
  }

  private static func isUnchanged(_ tools: [Tool], _ original: JSON) -> Bool {
    guard let read = try? readTools(original), read.count == tools.count else { return false }
    return zip(read, tools).allSatisfy { read, tool in
      read.name == tool.name && read.description == tool.description && tool.extensions.own(.gemini) != nil
    }
  }

  private static func isUnchanged(_ choice: ToolChoice?, _ original: JSON) -> Bool {
    switch (readToolChoice(original), choice) {
    case (nil, nil), (.auto, .auto), (.some(.none), .some(.none)), (.required, .required): true
    case (.tool(let left, _), .tool(let right, _)): left == right
    case (.allowed(let left, let must), .allowed(let right, let alsoMust)): left == right && must == alsoMust
    default: false
    }
  }

  private static func declareUnsaid(of request: ConversationRequest, losses: inout Losses) {
    losses.add(request.extensions, writing: .gemini)
    let none = "Gemini has no equivalent"
    if request.verbosity != nil { losses.add(.verbosity, none) }
    if request.cacheKey != nil { losses.add(.cacheKey, none) }
    if request.userID != nil { losses.add(.userID, none) }
    if request.metadata?.members.isEmpty == false { losses.add(.metadata, none) }
    if request.store == true { losses.add(.store, none) }
  }

  private static func strip(_ fields: [String], from bytes: [UInt8], losses: inout Losses) -> [UInt8] {
    guard !fields.isEmpty, let body = try? JSON(parsing: bytes) else { return bytes }
    for member in body.members where fields.contains(member.key) { losses.add(member.key, Crossing.refused) }
    var writer = JSONWriter()
    writer.object { writer in
      for member in body.members where !fields.contains(member.key) {
        writer.key(named: member.key)
        writer.value(member.value)
      }
    }
    return writer.finish()
  }
}
