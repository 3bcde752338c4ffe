import Conversation
import Wire

// Tools and tool choice.

extension OpenAIResponses {
  /// Reads one entry of `tools`; a namespace becomes its tools.
  static func readTools(_ json: JSON, path: String) throws(DialectError) -> [Tool] {
    guard json.isObject, let type = json["type"]?.string else {
      throw DialectError("missing `type`", path: path + ".type", code: "missing_required_parameter")
    }
    guard type == "namespace" else { return [try readTool(json, type: type, path: path)] }
    var reader = ObjectReader(json)
    guard let name = reader.takeString("name"), let inner = reader.peek("tools"), !inner.elements.isEmpty else {
      return [opaqueTool(json, path: path)]
    }
    reader.discard("type")
    reader.discard("tools")
    let namespace = ToolNamespace(
      name: name, description: reader.takeString("description"),
      extensions: Extensions(dialect, path: path, reader))
    var tools: [Tool] = []
    for (index, element) in inner.elements.enumerated() {
      let place = "\(path).tools[\(index)]"
      guard element.isObject else { throw DialectError("expected an object", path: place, code: "invalid_type") }
      var tool = try readTool(element, type: element["type"]?.string ?? "function", path: place)
      tool.namespace = namespace
      tools.append(tool)
    }
    return tools
  }

  private static func readTool(_ json: JSON, type: String, path: String) throws(DialectError) -> Tool {
    var reader = ObjectReader(json)
    reader.discard("type")
    switch type {
    case "function", "custom":
      guard let name = reader.takeString("name") else {
        throw DialectError("missing `name`", path: path + ".name", code: "missing_required_parameter")
      }
      let description = reader.takeString("description")
      let kind: Tool.Kind
      if type == "function" {
        let schema = reader.peek("parameters").flatMap { $0.isObject ? $0 : nil }
        if schema != nil { reader.discard("parameters") }
        kind = .function(schema: schema, strict: reader.takeBool("strict"))
      } else {
        kind = .custom(format: reader.take("format"))
      }
      return Tool(
        name: name, description: description, kind: kind, extensions: Extensions(dialect, path: path, reader))
    case "web_search", "web_search_preview", "web_search_2025_08_26", "web_search_preview_2025_03_11":
      return hosted(.webSearch, json, path: path)
    case "code_interpreter": return hosted(.codeExecution, json, path: path)
    default: return opaqueTool(json, path: path)
    }
  }

  private static func hosted(_ kind: HostedTool.Kind, _ json: JSON, path: String) -> Tool {
    let tool = HostedTool(kind, original: OpaquePart(dialect, json, path: path))
    return Tool(name: kind.rawValue, kind: .hosted(tool))
  }

  private static func opaqueTool(_ json: JSON, path: String) -> Tool {
    Tool(name: json["name"]?.string ?? "", kind: .opaque(OpaquePart(dialect, json, path: path)))
  }

  // MARK: - Writing

  /// Writes `tools`, consecutive ones of a namespace back into it.
  ///
  /// What cannot be said is declared.
  static func write(_ tools: [Tool], for target: RequestTarget, losses: inout Losses, into writer: inout JSONWriter) {
    var inner = Losses()
    writer.array { writer in
      var position = 0
      while position < tools.count {
        if case .opaque(let opaque) = tools[position].kind, opaque.type == "tool_search", !target.quirks.namespaceTools
        {
          inner.addTool(tools[position].place, "tool_search", "the provider knows no `tool_search`")
          position += 1
          continue
        }
        guard let namespace = tools[position].namespace else {
          write(tools[position], losses: &inner, into: &writer)
          position += 1
          continue
        }
        var end = position + 1
        while end < tools.count, let other = tools[end].namespace, other.name == namespace.name,
          other.extensions?.path == namespace.extensions?.path
        {
          end += 1
        }
        let range = position..<end
        inner.add(namespace.extensions, writing: dialect)
        writer.object(restoring: namespace.extensions.own(dialect)) { writer in
          writer.member("type", static: "namespace")
          writer.member("name", namespace.name)
          if let description = namespace.description { writer.member("description", description) }
          writer.array("tools") { writer in
            for index in range { write(tools[index], losses: &inner, into: &writer) }
          }
        }
        position = end
      }
    }
    losses.append(inner)
  }

  /// Whether a tool can be said at all.
  static func canWrite(_ tool: Tool) -> Bool {
    switch tool.kind {
    case .function, .custom: true
    case .hosted(let hosted): hosted.original.dialect == dialect || hosted.kind != .webFetch
    case .opaque(let opaque): opaque.dialect == dialect
    }
  }

  private static func write(_ tool: Tool, losses: inout Losses, into writer: inout JSONWriter) {
    let own = tool.extensions.own(dialect)
    losses.add(tool.extensions, writing: dialect)
    let path = tool.place
    switch tool.kind {
    case .function(let schema, let strict):
      let hasSchema = own == nil || own?.source["parameters"]?.isObject == true
      let shaped = own == nil ? ToolSchema(schema, for: .openAI) : nil
      let sent = shaped?.json ?? schema ?? ToolSchema.empty
      for keyword in shaped?.dropped ?? [] {
        losses.add(tool, .schema, below: keyword, "not allowed at the root of a schema")
      }
      let strict = own == nil ? tool.strictForOpenAI(strict, sent, &losses) : strict
      writer.object(restoring: own) { writer in
        writer.member("type", static: "function")
        writer.member("name", tool.name)
        if let description = tool.description { writer.member("description", description) }
        if hasSchema { writer.member("parameters", sent) }
        if let strict {
          writer.member("strict", strict)
        } else if own == nil {
          // Left out it would mean true, which refuses most schemas.
          writer.member("strict", false)
        }
      }
    case .custom(let format):
      writer.object(restoring: own) { writer in
        writer.member("type", static: "custom")
        writer.member("name", tool.name)
        if let description = tool.description { writer.member("description", description) }
        if let format { writer.member("format", format) }
      }
    case .hosted(let hosted):
      if hosted.original.dialect == dialect { return writer.value(hosted.original.json) }
      writeHosted(hosted, path: path, losses: &losses, into: &writer)
    case .opaque(let opaque):
      guard opaque.dialect == dialect else {
        return losses.addTool(
          path, opaque.type, "`\(opaque.type)` is known to \(opaque.dialect.displayName) only")
      }
      writer.value(opaque.json)
    }
  }

  private static func writeHosted(
    _ tool: HostedTool, path: String, losses: inout Losses, into writer: inout JSONWriter
  ) {
    let source = tool.original.json
    switch tool.kind {
    case .webFetch: losses.addTool(path, "web_fetch", "no equivalent of a hosted fetch")
    case .codeExecution:
      writer.object { writer in
        writer.member("type", static: "code_interpreter")
        writer.object("container") { $0.member("type", static: "auto") }
      }
    case .webSearch:
      var inner = Losses()
      writer.object { writer in
        writer.member("type", static: "web_search")
        if let allowed = source["allowed_domains"], !allowed.elements.isEmpty {
          writer.object("filters") { $0.member("allowed_domains", allowed) }
        }
        if let size = source["search_context_size"], size.isString { writer.member("search_context_size", size) }
        if let place = source["user_location"], place.isObject {
          writer.object("user_location") { writer in
            writer.member("type", static: "approximate")
            // Chat says it one deeper.
            for member in (place["approximate"] ?? place).members where !member.isNamed("type") {
              writer.key(named: member.key)
              writer.value(member.value)
            }
          }
        }
        if source["max_uses"]?.int != nil { inner.add(path + ".max_uses", "searches cannot be counted") }
      }
      losses.append(inner)
    }
  }

  // MARK: - Tool choice

  static func readChoice(_ json: JSON) -> ToolChoice {
    switch json.string {
    case "auto": return .auto
    case "none": return .none
    case "required": return .required
    default: break
    }
    let unknown = ToolChoice.opaque(OpaquePart(dialect, json))
    switch json["type"]?.string {
    case "function": return json["name"]?.string.map { .tool(name: $0, kind: .function) } ?? unknown
    case "custom": return json["name"]?.string.map { .tool(name: $0, kind: .custom) } ?? unknown
    case "allowed_tools":
      guard let tools = json["tools"], tools.isArray else { return unknown }
      var names: [String] = []
      for tool in tools.elements {
        guard tool["type"]?.isString("function") == true || tool["type"]?.isString("custom") == true,
          let name = tool["name"]?.string
        else { return unknown }
        names.append(name)
      }
      return .allowed(names: names, required: json["mode"]?.isString("required") == true)
    default: return unknown
    }
  }

  /// Writes a choice.
  ///
  /// `source`: the client's own spelling, kept where it means the same.
  static func write(
    _ choice: ToolChoice, source: JSON?, tools: [Tool], losses: inout Losses, into writer: inout JSONWriter
  ) {
    if let source, readChoice(source).says(choice) { return writer.member("tool_choice", source) }
    func kind(of name: String) -> StaticString {
      for tool in tools where tool.name == name {
        if case .custom = tool.kind { return "custom" }
      }
      return "function"
    }
    switch choice {
    case .auto: writer.member("tool_choice", static: "auto")
    case .none: writer.member("tool_choice", static: "none")
    case .required: writer.member("tool_choice", static: "required")
    case .tool(let name, let kind):
      writer.object("tool_choice") { writer in
        if isWebSearch(name, in: tools) { return writer.member("type", static: "web_search") }
        writer.member("type", static: kind == .custom ? "custom" : "function")
        writer.member("name", name)
      }
    case .allowed(let names, let required):
      writer.object("tool_choice") { writer in
        writer.member("type", static: "allowed_tools")
        writer.member("mode", static: required ? "required" : "auto")
        writer.array("tools") { writer in
          for name in names {
            writer.object { writer in
              writer.member("type", static: kind(of: name))
              writer.member("name", name)
            }
          }
        }
      }
    case .opaque(let opaque):
      if opaque.dialect == dialect {
        writer.member("tool_choice", opaque.json)
      } else {
        losses.add(.toolChoice, "known to \(opaque.dialect.displayName) only")
      }
    }
  }

  private static func isWebSearch(_ name: String, in tools: [Tool]) -> Bool {
    tools.contains { tool in
      guard tool.name == name, case .hosted(let hosted) = tool.kind else { return false }
      return hosted.kind == .webSearch
    }
  }
}
