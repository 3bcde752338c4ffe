import Conversation
import Wire

// Tools and the choice among them.

extension OpenAIChat {
  static func readTools(_ reader: inout ObjectReader) throws(DialectError) -> [Tool] {
    var tools: [Tool] = []
    if let list = reader.peek("tools") {
      guard list.isArray else { throw DialectError("must be an array", path: "tools") }
      _ = reader.take("tools")
      for element in list.elements {
        tools.append(try readTool(element, path: LossPlace.element(tools.count, of: "tools")))
      }
    }
    if reader.peek("functions")?.isArray == true, let list = reader.take("functions") {
      var position = 0
      for element in list.elements {
        tools.append(readFunction(element, path: "functions[\(position)]"))
        position += 1
      }
    }
    if let search = reader.peek("web_search_options"), search.isObject {
      _ = reader.take("web_search_options")
      tools.append(
        Tool(
          name: "web_search",
          kind: .hosted(HostedTool(.webSearch, original: OpaquePart(.openAIChat, search, path: "web_search_options")))))
    }
    return tools
  }

  private static func readTool(_ json: JSON, path: String) throws(DialectError) -> Tool {
    guard json.isObject else { throw DialectError("must be an object", path: path) }
    var reader = ObjectReader(json)
    let type = reader.takeString("type")
    if type == nil || type == "function", let function = reader.take("function"), function.isObject {
      var tool = readFunction(function, path: path + ".function")
      tool.extensions = Extensions(.openAIChat, path: path, reader, nested: tool.extensions.map { [$0] } ?? [])
      return tool
    }
    if type == "custom", let custom = reader.take("custom"), custom.isObject {
      var inner = ObjectReader(custom)
      var tool = Tool(
        name: inner.takeString("name") ?? "", description: inner.takeString("description"),
        kind: .custom(format: inner.take("format").map(flatFormat)))
      var extensions = Extensions(.openAIChat, path: path, reader)
      extensions.nested = [Extensions(.openAIChat, path: path + ".custom", inner)]
      tool.extensions = extensions
      return tool
    }
    return Tool(name: json["name"]?.string ?? "", kind: .opaque(OpaquePart(.openAIChat, json, path: path)))
  }

  private static func readFunction(_ json: JSON, path: String) -> Tool {
    var reader = ObjectReader(json)
    var tool = Tool(
      name: reader.takeString("name") ?? "", description: reader.takeString("description"),
      kind: .function(schema: reader.take("parameters"), strict: reader.takeBool("strict")))
    tool.extensions = Extensions(.openAIChat, path: path, reader)
    return tool
  }

  /// Chat nests a grammar one deeper than the neutral model, which has Responses' shape.
  private static func flatFormat(_ format: JSON) -> JSON {
    guard let grammar = format["grammar"], grammar.isObject else { return format }
    return JSON { writer in
      writer.object { writer in
        writer.member("type", static: "grammar")
        for member in grammar.members {
          writer.key(named: member.key)
          writer.value(member.value)
        }
      }
    }
  }

  static func writeFormat(_ format: JSON, into writer: inout JSONWriter) {
    guard format["type"]?.isString("grammar") == true, format["grammar"] == nil else {
      return writer.member("format", format)
    }
    writer.object("format") { writer in
      writer.member("type", static: "grammar")
      writer.object("grammar") { writer in
        for member in format.members where !member.isNamed("type") {
          writer.key(named: member.key)
          writer.value(member.value)
        }
      }
    }
  }

  static func readToolChoice(_ reader: inout ObjectReader) -> ToolChoice? {
    if let choice = reader.take("tool_choice") { return toolChoice(choice) }
    guard let legacy = reader.take("function_call") else { return nil }
    if let name = legacy["name"]?.string { return .tool(name: name, kind: .function) }
    return toolChoice(legacy)
  }

  static func toolChoice(_ json: JSON) -> ToolChoice {
    switch json.string {
    case "auto": return .auto
    case "none": return .none
    case "required", "any": return .required
    default: break
    }
    if let name = json["function"]?["name"]?.string { return .tool(name: name, kind: .function) }
    if let name = json["custom"]?["name"]?.string { return .tool(name: name, kind: .custom) }
    if let allowed = json["allowed_tools"], allowed["tools"]?.isArray == true {
      let names = (allowed["tools"] ?? .null).elements.compactMap {
        ($0["function"] ?? $0["custom"])?["name"]?.string
      }
      return .allowed(names: names, required: allowed["mode"]?.isString("required") == true)
    }
    return .opaque(OpaquePart(.openAIChat, json))
  }
}

extension OpenAIChat.RequestWriter {
  mutating func writeTools(into writer: inout JSONWriter) {
    var tools: [Tool] = []
    var functions: [Tool] = []
    for tool in request.tools {
      if case .hosted(let hosted) = tool.kind {
        if hosted.original.dialect == .openAIChat {
          writer.member("web_search_options", hosted.original.json)
        } else if hosted.kind == .webSearch, target.quirks.webSearchOptions {
          writeSearch(hosted.original.json, place: tool.place, into: &writer)
        } else {
          losses.addTool(
            tool.place, hosted.kind.rawValue,
            "\(DialectID.openAIChat.displayName) has no vendor-run tool like `\(hosted.kind.rawValue)`")
        }
      } else if case .opaque(let opaque) = tool.kind, opaque.dialect != .openAIChat {
        losses.addTool(
          tool.place, opaque.type,
          "\(DialectID.openAIChat.displayName) does not know the tool type `\(opaque.type)`")
      } else if tool.extensions.own(.openAIChat)?.path.hasPrefix("functions") == true {
        functions.append(tool)
      } else {
        tools.append(tool)
      }
    }
    if !functions.isEmpty {
      writer.array("functions") { writer in
        for tool in functions { writeFunction(tool, tool.extensions, into: &writer) }
      }
    }
    let keepsEmpty = source?["tools"]?.isArray == true
    let names = Set((tools + functions).map(\.name))
    guard !tools.isEmpty || keepsEmpty else { return writeChoice(among: names, into: &writer) }
    writer.array("tools") { writer in
      for tool in tools { write(tool, into: &writer) }
    }
    writeChoice(among: names, into: &writer)
  }

  /// A search of another protocol as `web_search_options`.
  ///
  /// Format: https://developers.openai.com/api/docs/guides/tools-web-search
  private mutating func writeSearch(_ source: JSON, place: String, into writer: inout JSONWriter) {
    for member in source.members where !member.value.isNull {
      let isSaid = ["type", "name", "user_location", "search_context_size", "cache_control"].contains(member.key)
      if isSaid || member.value.isObject && member.value.members.isEmpty { continue }
      losses.add("\(place).\(member.key)", "\(DialectID.openAIChat.displayName) has no equivalent")
    }
    writer.object("web_search_options") { writer in
      if let size = source["search_context_size"], size.isString { writer.member("search_context_size", size) }
      guard let location = source["user_location"], location.isObject else { return }
      writer.object("user_location") { writer in
        writer.member("type", static: "approximate")
        writer.object("approximate") { writer in
          for member in location.members where !member.isNamed("type") && member.value.isString {
            writer.key(named: member.key)
            writer.value(member.value)
          }
        }
      }
    }
  }

  private mutating func write(_ tool: Tool, into writer: inout JSONWriter) {
    losses.add(tool.extensions, writing: .openAIChat)
    if let namespace = tool.namespace { losses.add(namespace.extensions, writing: .openAIChat) }
    let own = tool.extensions.own(.openAIChat)
    switch tool.kind {
    case .function:
      writer.object(restoring: own) { writer in
        if own == nil || own?.source["type"] != nil { writer.member("type", static: "function") }
        writer.key("function")
        writeFunction(tool, OpenAIChat.inner(tool.extensions, "function"), into: &writer)
      }
    case .custom(let format):
      writer.object(restoring: own) { writer in
        writer.member("type", static: "custom")
        writer.object("custom", restoring: OpenAIChat.inner(tool.extensions, "custom")) { writer in
          writer.member("name", tool.name)
          if let description = tool.description { writer.member("description", description) }
          guard let format else { return }
          if let source = own?.source["custom"]?["format"] {
            writer.member("format", source)
          } else {
            OpenAIChat.writeFormat(format, into: &writer)
          }
        }
      }
    case .opaque(let opaque): writer.value(opaque.json)
    case .hosted: break
    }
  }

  private mutating func writeFunction(_ tool: Tool, _ own: Extensions?, into writer: inout JSONWriter) {
    guard case .function(let schema, let strict) = tool.kind else { return }
    let own = own.own(.openAIChat)
    writer.object(restoring: own) { writer in
      writer.member("name", tool.name)
      if let description = tool.description { writer.member("description", description) }
      if own != nil {
        if let schema { writer.member("parameters", schema) }
        if let strict { writer.member("strict", strict) }
        return
      }
      let shaped = ToolSchema(schema, for: .openAI)
      for keyword in shaped.dropped {
        losses.add(tool, .schema, below: keyword, "OpenAI takes no alternatives at the root of a tool's schema")
      }
      writer.member("parameters", shaped.json)
      if let strict = tool.strictForOpenAI(strict, shaped.json, &losses) { writer.member("strict", strict) }
    }
  }

  /// `names`: the tools that go out.
  private mutating func writeChoice(among names: Set<String>, into writer: inout JSONWriter) {
    let sent = source == nil ? request.toolChoice?.among(names, losses: &losses) : request.toolChoice
    // OpenAI refuses both without tools.
    guard !names.isEmpty || source != nil else { return }
    if let parallel = request.parallelToolCalls { writer.member("parallel_tool_calls", parallel) }
    guard let choice = sent else { return }
    if let legacy = source?["function_call"], source?["tool_choice"] == nil {
      return writer.member("function_call", legacy)
    }
    if let written = source?["tool_choice"], OpenAIChat.toolChoice(written).says(choice) {
      return writer.member("tool_choice", written)
    }
    switch choice {
    case .auto: writer.member("tool_choice", static: "auto")
    case .none: writer.member("tool_choice", static: "none")
    case .required: writer.member("tool_choice", static: "required")
    case .tool(let name, let kind):
      writer.key("tool_choice")
      write(name, kind, into: &writer)
    case .allowed(let names, let required):
      if let name = names.first, names.count == 1, required {
        writer.key("tool_choice")
        return write(name, kind(of: name), into: &writer)
      }
      writer.object("tool_choice") { writer in
        writer.member("type", static: "allowed_tools")
        writer.object("allowed_tools") { writer in
          writer.member("mode", static: required ? "required" : "auto")
          writer.array("tools") { writer in
            for name in names { write(name, kind(of: name), into: &writer) }
          }
        }
      }
    case .opaque(let opaque):
      if opaque.dialect == .openAIChat {
        writer.member("tool_choice", opaque.json)
      } else {
        losses.add(.toolChoice, "\(DialectID.openAIChat.displayName) has no equivalent")
      }
    }
  }

  private func kind(of name: String) -> ToolCall.Kind {
    request.tools.contains { if $0.name == name, case .custom = $0.kind { true } else { false } } ? .custom : .function
  }

  private func write(_ name: String, _ kind: ToolCall.Kind, into writer: inout JSONWriter) {
    let key: StaticString = kind == .custom ? "custom" : "function"
    writer.object { writer in
      writer.member("type", static: key)
      writer.object(key) { $0.member("name", name) }
    }
  }
}
