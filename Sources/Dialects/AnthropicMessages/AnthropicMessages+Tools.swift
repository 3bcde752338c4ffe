import Conversation
import Wire

extension AnthropicMessages {
  static func readTools(_ reader: inout ObjectReader) throws(DialectError) -> [Tool] {
    guard let list = reader.take("tools") else { return [] }
    guard list.isArray else { throw DialectError("must be an array", path: "tools") }
    var tools: [Tool] = []
    for element in list.elements {
      let path = LossPlace.element(tools.count, of: "tools")
      guard element.isObject else { throw DialectError("must be an object", path: path) }
      tools.append(readTool(element, path: path))
    }
    return tools
  }

  /// Reads the declaration of one tool.
  static func readTool(_ value: JSON, path: String) -> Tool {
    var reader = ObjectReader(value)
    let type = reader.takeString("type")
    let name = reader.takeString("name") ?? ""
    guard type == nil || type == "custom" else {
      let original = OpaquePart(dialect, value, path: path)
      let kind = hostedKind(type ?? "").map { Tool.Kind.hosted(HostedTool($0, original: original)) }
      return Tool(name: name, kind: kind ?? .opaque(original))
    }
    let description = reader.takeString("description")
    let schema = reader.take("input_schema")
    let strict = reader.takeBool("strict")
    return Tool(
      name: name, description: description, kind: .function(schema: schema, strict: strict),
      extensions: Extensions(dialect, path: path, reader))
  }

  /// The tools with equals elsewhere; their types end in a date.
  private static func hostedKind(_ type: String) -> HostedTool.Kind? {
    if type.hasPrefix("web_search_2") { return .webSearch }
    if type.hasPrefix("web_fetch_2") { return .webFetch }
    if type.hasPrefix("code_execution_2") { return .codeExecution }
    return nil
  }
}

/// A tool as it goes out.
enum ComposedTool {
  /// As its JSON object stands.
  case whole(JSON)
  /// Another protocol's function.
  case function(name: String, description: String?, schema: JSON, strict: Bool?)

  /// Empty for one without a name.
  var name: String {
    switch self {
    case .whole(let json): json["name"]?.string ?? ""
    case .function(let name, _, _, _): name
    }
  }

  /// Nil for one without a type, which is a function.
  var type: String? {
    if case .whole(let json) = self { json["type"]?.string } else { nil }
  }

  func write(to writer: inout JSONWriter) {
    switch self {
    case .whole(let json): writer.value(json)
    case .function(let name, let description, let schema, let strict):
      writer.object { writer in
        writer.member("name", name)
        if let description, !description.isEmpty { writer.member("description", description) }
        writer.member("input_schema", schema)
        if let strict { writer.member("strict", strict) }
      }
    }
  }
}

extension AnthropicRequestComposer {
  /// Members of tools that Anthropic takes behind a beta and others refuse.
  private static let betaMembers = [
    "defer_loading", "input_examples", "eager_input_streaming", "allowed_callers", "strict",
  ]
  /// Begin the types of tools that Anthropic runs behind a beta.
  private static let betaTools = ["tool_search_tool_", "mcp_toolset", "computer_2"]
  /// As many strict tools as Anthropic compiles for one request.
  private static let strictToolLimit = 20

  /// The tools as they go out.
  mutating func composeTools() -> [ComposedTool] {
    var composed: [ComposedTool] = []
    var names: Set<String> = []
    var strictTools = 0
    for tool in allowedTools() {
      let path = tool.place
      losses.add(tool.extensions, writing: AnthropicMessages.dialect)
      guard let made = compose(tool, path: path, strictTools: &strictTools) else { continue }
      if quirks.stripBetas, let type = made.type, Self.betaTools.contains(where: { type.hasPrefix($0) }) {
        losses.add(path, "this provider does not take it")
        continue
      }
      let name = made.name
      guard isNative || name.isEmpty || names.insert(name).inserted else {
        losses.add(path, "a second tool named `\(name)` was left out")
        continue
      }
      if quirks.stripBetas, case .whole(let json) = made {
        composed.append(.whole(strip(json, Self.betaMembers, path: path, tool)))
      } else {
        composed.append(made)
      }
    }
    if composed.isEmpty, !isNative {
      // Calls in the history demand that tools are defined.
      for name in calledNames() where names.insert(name).inserted {
        composed.append(function(name: name, description: nil, schema: nil, strict: nil, of: nil))
      }
      onlyHistoryTools = !composed.isEmpty
    }
    return composed
  }

  /// Functions that may not be called stay out; what the vendor runs itself was never in question.
  private mutating func allowedTools() -> [Tool] {
    guard case .allowed(let names, _) = request.toolChoice else { return request.tools }
    return request.tools.filter { tool in
      switch tool.kind {
      case .function, .custom:
        if names.contains(tool.name) { return true }
        losses.addTool(tool.place, tool.name, "may not be called now; Anthropic is not told of it")
        return false
      case .hosted, .opaque: return true
      }
    }
  }

  private func calledNames() -> [String] {
    request.messages.flatMap { message in
      message.parts.compactMap { part in if case .toolCall(let call) = part.content { call.name } else { nil } }
    }
  }

  private mutating func compose(_ tool: Tool, path: String, strictTools: inout Int) -> ComposedTool? {
    switch tool.kind {
    case .function(let schema, let strict):
      if let own = tool.extensions.own(AnthropicMessages.dialect) {
        return .whole(
          JSON { writer in
            writer.object(restoring: own) { writer in
              if let type = own.source["type"], type.isString { writer.member("type", type) }
              writer.member("name", tool.name)
              if let description = tool.description { writer.member("description", description) }
              if let schema { writer.member("input_schema", schema) }
              if let strict { writer.member("strict", strict) }
            }
          })
      }
      var sent: Bool?
      if strict == true {
        if let schema, AnthropicSchema.isStrictReady(schema), strictTools < Self.strictToolLimit, !quirks.stripBetas {
          sent = true
          strictTools += 1
        } else {
          losses.add(tool, .strict, "the schema is more than Anthropic enforces; sent without")
        }
      }
      return function(name: tool.name, description: tool.description, schema: schema, strict: sent, of: tool)
    case .custom(let format):
      if format != nil { losses.add(tool, .format, "Anthropic Messages has no grammars; sent as a plain function") }
      let schema = JSON { writer in
        writer.object { writer in
          writer.member("type", static: "object")
          writer.object("properties") { $0.object("input") { $0.member("type", static: "string") } }
          writer.array("required") { $0.string(static: "input") }
        }
      }
      return function(name: tool.name, description: tool.description, schema: schema, strict: nil, of: tool)
    case .hosted(let hosted):
      return .whole(
        hosted.original.dialect == AnthropicMessages.dialect ? hosted.original.json : compose(hosted, path: path))
    case .opaque(let part):
      guard part.dialect == AnthropicMessages.dialect else {
        losses.addTool(path, part.type, "Anthropic Messages has no `\(part.type)` tool")
        return nil
      }
      return .whole(part.json)
    }
  }

  private mutating func function(
    name: String, description: String?, schema: JSON?, strict: Bool?, of tool: Tool?
  ) -> ComposedTool {
    let shaped = ToolSchema(schema, for: .anthropic)
    for keyword in shaped.dropped {
      guard let tool else { continue }
      losses.add(tool, .schema, below: keyword, ToolSchema.merged)
    }
    return .function(name: name, description: description, schema: shaped.json, strict: strict)
  }

  /// A vendor-run tool of another protocol in the oldest version of Anthropic's, which most models and providers have.
  private mutating func compose(_ hosted: HostedTool, path: String) -> JSON {
    let source = hosted.original.json
    var taken: [String] = ["type", "name"]
    let filters = source["filters"]?["allowed_domains"].flatMap { $0.isArray && !$0.elements.isEmpty ? $0 : nil }
    let blocked = source["filters"]?["blocked_domains"].flatMap { $0.isArray && !$0.elements.isEmpty ? $0 : nil }
    let location = source["user_location"].flatMap { $0.isObject ? $0 : nil }
    let json = JSON { writer in
      writer.object { writer in
        switch hosted.kind {
        case .webSearch: writer.member("type", static: "web_search_20250305")
        case .webFetch: writer.member("type", static: "web_fetch_20250910")
        case .codeExecution: writer.member("type", static: "code_execution_20250825")
        }
        writer.member("name", hosted.kind.rawValue)
        guard hosted.kind == .webSearch else { return }
        // Anthropic refuses both at once.
        if let filters {
          writer.member("allowed_domains", filters)
        } else if let blocked {
          writer.member("blocked_domains", blocked)
        }
        if let location { AnthropicRequestComposer.write(location: location, to: &writer) }
      }
    }
    if hosted.kind == .webSearch { taken += ["filters", "user_location"] }
    if filters != nil, blocked != nil {
      losses.add("\(path).filters.blocked_domains", "Anthropic Messages has no equivalent")
    }
    for member in source.members where !taken.contains(member.key) && !isEmpty(member.value) {
      losses.add("\(path).\(member.key)", "Anthropic Messages has no equivalent")
    }
    return json
  }

  private func isEmpty(_ value: JSON) -> Bool { value.isNull || value.isObject && value.members.isEmpty }

  private static func write(location: JSON, to writer: inout JSONWriter) {
    let place = location["approximate"] ?? location
    writer.object("user_location") { writer in
      writer.member("type", static: "approximate")
      if let city = place["city"], city.isString { writer.member("city", city) }
      if let region = place["region"], region.isString { writer.member("region", region) }
      if let country = place["country"], country.isString { writer.member("country", country) }
      if let zone = place["timezone"], zone.isString { writer.member("timezone", zone) }
    }
  }

  // MARK: - Choice

  /// What `tool_choice` becomes; nil leaves it out.
  mutating func composeToolChoice(names: [String]) -> JSON? {
    guard !names.isEmpty else {
      if let choice = request.toolChoice, !Self.isHarmless(choice), !isNative {
        losses.add(.toolChoice, "there is no tool to choose")
      }
      return isNative ? source?["tool_choice"] : nil
    }
    if let original = nativeToolChoice() { return original }
    if onlyHistoryTools { return choice("none") }
    switch request.toolChoice {
    case nil: return request.parallelToolCalls == false ? choice("auto") : nil
    case .auto: return choice("auto")
    case ToolChoice.none?: return choice("none")
    case .required: return choice("any")
    case .tool(let name, _):
      guard names.contains(name) else {
        losses.add(.toolChoice, "`\(name)` is not among the tools that go out")
        return choice("auto")
      }
      return choice("tool", name: name)
    case .allowed(_, let required): return choice(required ? "any" : "auto")
    case .opaque(let part):
      if part.dialect == AnthropicMessages.dialect { return part.json }
      losses.add(.toolChoice, "Anthropic Messages has no `\(part.type)`")
      return nil
    }
  }

  private static func isHarmless(_ choice: ToolChoice) -> Bool {
    switch choice {
    case .auto, .none: true
    default: false
    }
  }

  /// The client's own words where nothing has changed since they were read.
  private func nativeToolChoice() -> JSON? {
    guard isNative, let source, let original = source["tool_choice"], original.isObject else { return nil }
    var reader = ObjectReader(source)
    var again = ConversationRequest(model: "")
    AnthropicMessages.readToolChoice(&reader, into: &again)
    guard again.parallelToolCalls == request.parallelToolCalls else { return nil }
    switch (again.toolChoice, request.toolChoice) {
    case (.auto, .auto), (.required, .required), (ToolChoice.none?, ToolChoice.none?), (.opaque, .opaque):
      return original
    case (.tool(let left, _), .tool(let right, _)): return left == right ? original : nil
    default: return nil
    }
  }

  private func choice(_ type: StaticString, name: String? = nil) -> JSON {
    JSON { writer in
      writer.object { writer in
        writer.member("type", static: type)
        if let name { writer.member("name", name) }
        if request.parallelToolCalls == false, type.description != "none" {
          writer.member("disable_parallel_tool_use", true)
        }
      }
    }
  }

  /// Whether the client insists on a call.
  var forcesToolCall: Bool {
    switch request.toolChoice {
    case .required, .tool, .allowed(_, required: true): true
    default: false
    }
  }
}
