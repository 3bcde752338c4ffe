import Conversation
import Wire

extension Gemini {
  // MARK: - Reading

  static func readTools(_ json: JSON) throws(DialectError) -> [Tool] {
    var tools: [Tool] = []
    for (index, entry) in (json.isObject ? [json] : Array(json.elements)).enumerated() {
      let path = json.isObject ? "tools" : "tools[\(index)]"
      guard entry.isObject else { throw DialectError("must be an object", path: path) }
      for member in entry.members where !member.value.isNull {
        if member.isNamed("functionDeclarations") || member.isNamed("function_declarations") {
          for (position, declaration) in member.value.elements.enumerated() {
            let place = LossPlace.element(position, of: "functionDeclarations", in: path)
            tools.append(try readFunction(declaration, path: place))
          }
        } else {
          tools.append(readHosted(member, path: path))
        }
      }
    }
    return tools
  }

  private static func readFunction(_ json: JSON, path: String) throws(DialectError) -> Tool {
    var reader = ObjectReader(json)
    guard let name = reader.takeString("name") else { throw DialectError("is missing", path: path + ".name") }
    let description = reader.takeString("description")
    var schema = reader.take(.parametersJsonSchema)
    if schema == nil, let parameters = reader.take("parameters") {
      schema = GeminiSchema.jsonSchema(fromOpenAPI: parameters)
    }
    return Tool(
      name: name, description: description, kind: .function(schema: schema, strict: nil),
      extensions: Extensions(.gemini, path: path, reader))
  }

  private static func readHosted(_ member: JSONMember, path: String) -> Tool {
    let original = OpaquePart(.gemini, member.value)
    let name = member.key
    let kind: Tool.Kind =
      switch name {
      case "googleSearch", "google_search", "googleSearchRetrieval", "google_search_retrieval":
        .hosted(HostedTool(.webSearch, original: original))
      case "urlContext", "url_context": .hosted(HostedTool(.webFetch, original: original))
      case "codeExecution", "code_execution": .hosted(HostedTool(.codeExecution, original: original))
      default: .opaque(original)
      }
    return Tool(
      name: name, kind: kind,
      extensions: Extensions(.gemini, path: "\(path).\(name)", ObjectReader(.emptyObject)))
  }

  static func readToolChoice(_ json: JSON) -> ToolChoice? {
    let config = json[member: .functionCallingConfig]
    let names = config?[member: .allowedFunctionNames]?.elements.compactMap(\.string) ?? []
    switch config?["mode"]?.string?.uppercased() {
    case "AUTO": return .auto
    case "NONE": return ToolChoice.none
    case "ANY":
      guard let first = names.first else { return .required }
      return names.count == 1 ? .tool(name: first, kind: .function) : .allowed(names: names, required: true)
    case "VALIDATED": return names.isEmpty ? .auto : .allowed(names: names, required: false)
    default: return nil
    }
  }

  /// The tool choice with what it left over.
  ///
  /// The objects inside are understood as far as mode and names go.
  static func toolConfigExtensions(_ json: JSON) -> Extensions {
    var reader = ObjectReader(json)
    let config = reader.take(.functionCallingConfig)
    var extensions = Extensions(.gemini, path: "toolConfig", reader)
    if let config {
      var inner = ObjectReader(config)
      if config["mode"]?.isString == true { _ = inner.take("mode") }
      _ = inner.take(.allowedFunctionNames)
      extensions.nested = [Extensions(.gemini, path: "toolConfig.functionCallingConfig", inner)]
    }
    return extensions
  }

  // MARK: - Writing

  /// Writes `tools`, nothing where no tool remains.
  ///
  /// Returns the names of the functions written, and whether Google's own tools stand beside them.
  static func writeTools(
    _ tools: [Tool], quirks: Quirks, to writer: inout JSONWriter, losses: inout Losses
  ) -> (functions: Set<String>, isMixed: Bool) {
    var functions: [Tool] = []
    var names: Set<String> = []
    var hosted: [(key: String, value: JSON, path: String)] = []
    for tool in tools {
      let path = tool.place
      losses.add(tool.extensions, writing: .gemini)
      switch tool.kind {
      case .function, .custom:
        if !names.insert(tool.name).inserted {
          losses.add(tool, .name, "declared twice; the first declaration counts")
        } else {
          functions.append(tool)
        }
      case .hosted(let kind):
        if kind.original.dialect == .gemini {
          hosted.append((tool.name, kind.original.json, path))
        } else if declareConstraints(of: kind, path: path, losses: &losses) {
          hosted.append((key(of: kind.kind), .emptyObject, path))
        }
      case .opaque(let opaque):
        if opaque.dialect == .gemini {
          hosted.append((tool.name, opaque.json, path))
        } else {
          let name = tool.name.isEmpty ? opaque.type : tool.name
          losses.addTool(path, name, "Gemini has no equivalent of the tool `\(name)`")
        }
      }
    }
    if !functions.isEmpty, !quirks.mixedTools {
      hosted.removeAll { entry in
        guard entry.key != "codeExecution", entry.key != "code_execution" else { return false }
        losses.addTool(entry.path, entry.key, "cannot stand beside functions; the functions are kept")
        return true
      }
    }
    guard !functions.isEmpty || !hosted.isEmpty else { return ([], false) }
    writer.array("tools") { writer in
      if !functions.isEmpty {
        writer.object { writer in
          writer.array("functionDeclarations") { writer in
            var budget = GeminiSchemaCutter.Budget()
            for tool in functions {
              writeFunction(tool, quirks: quirks, budget: &budget, to: &writer, losses: &losses)
            }
          }
        }
      }
      for entry in hosted {
        writer.object { writer in
          writer.key(named: entry.key)
          writer.value(entry.value)
        }
      }
    }
    return (names, quirks.mixedTools && !functions.isEmpty && !hosted.isEmpty)
  }

  private static func key(of kind: HostedTool.Kind) -> String {
    switch kind {
    case .webSearch: "googleSearch"
    case .webFetch: "urlContext"
    case .codeExecution: "codeExecution"
    }
  }

  /// Declares what a vendor's tool said beyond its kind; false where leaving it out would let the tool do more than the
  /// client allowed.
  private static func declareConstraints(of tool: HostedTool, path: String, losses: inout Losses) -> Bool {
    var isAllowed = true
    for member in tool.original.json.members where !member.value.isNull {
      switch member.key {
      case "type", "name", "cache_control": continue
      case "allowed_domains", "blocked_domains", "filters":
        if member.value.elements.isEmpty, member.value.members.isEmpty { continue }
        losses.addTool(
          "\(path).\(member.key)", tool.kind.rawValue, "Gemini cannot limit the sites; the tool is left out")
        isAllowed = false
      default: losses.add("\(path).\(member.key)", "Gemini has no equivalent")
      }
    }
    return isAllowed
  }

  private static func writeFunction(
    _ tool: Tool, quirks: Quirks, budget: inout GeminiSchemaCutter.Budget, to writer: inout JSONWriter,
    losses: inout Losses
  ) {
    let own = tool.extensions.own(.gemini)
    writer.object(restoring: own) { writer in
      writer.member("name", tool.name)
      if let description = tool.description { writer.member("description", description) }
      var schema: JSON?
      switch tool.kind {
      case .function(let given, let strict):
        schema = given
        if strict == true { losses.add(tool, .strict, "Gemini has no equivalent") }
      case .custom:
        schema = GeminiSchema.freeText
        losses.add(tool, .format, "free text is asked for as one string argument")
      default: return
      }
      guard let schema else { return }
      if let own {
        if let original = own.source[member: .parametersJsonSchema] {
          writer.key(.parametersJsonSchema, like: own.source)
          return writer.value(original)
        } else if let original = own.source["parameters"] {
          return writer.member("parameters", original)
        }
      }
      if quirks.jsonSchemaTools {
        writer.member("parametersJsonSchema", GeminiSchema.toolSchema(schema))
      } else if let cleaned = GeminiSchema.openAPI(
        tool: schema, at: .tool(path: tool.place, .schema, below: ""), budget: &budget, &losses)
      {
        writer.member("parameters", cleaned)
      }
    }
  }

  /// Writes `toolConfig`.
  ///
  /// A choice among functions that are not there is left out.
  static func writeToolChoice(
    _ choice: ToolChoice?, parallel: Bool?, functions: Set<String>, isMixed: Bool, to writer: inout JSONWriter,
    losses: inout Losses
  ) {
    if parallel == false, !functions.isEmpty {
      losses.add(.parallelToolCalls, "Gemini cannot be told to make one call at a time")
    }
    guard !functions.isEmpty else {
      switch choice {
      case nil, .auto, .some(.none): return
      default: return losses.add(.toolChoice, "there is no function to choose")
      }
    }
    func write(_ mode: StaticString?, _ names: [String] = []) {
      guard mode != nil || isMixed else { return }
      writer.object("toolConfig") { writer in
        // Without it Google refuses its own tools beside functions.
        if isMixed { writer.member("includeServerSideToolInvocations", true) }
        guard let mode else { return }
        writer.object("functionCallingConfig") { writer in
          writer.member("mode", static: mode)
          guard !names.isEmpty else { return }
          writer.array("allowedFunctionNames") { writer in
            for name in names { writer.string(name) }
          }
        }
      }
    }
    switch choice {
    case nil: write(nil)
    // Beside Google's own tools the mode is `VALIDATED`, and `AUTO` is refused.
    case .auto: write(isMixed ? nil : "AUTO")
    case .some(.none): write("NONE")
    case .required: write("ANY")
    case .tool(let name, _):
      if functions.contains(name) {
        write("ANY", [name])
      } else {
        losses.add(.toolChoice, "names no declared function")
      }
    case .allowed(let names, let required):
      let known = names.filter(functions.contains)
      if known.isEmpty {
        losses.add(.toolChoice, "names no declared function")
      } else {
        write(required ? "ANY" : "VALIDATED", known)
      }
    case .opaque(let opaque): losses.add(.toolChoice, "Gemini has no equivalent of `\(opaque.type)`")
    }
  }
}
