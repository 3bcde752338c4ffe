import Conversation
import Wire

/// Builds one request body.
///
/// A request that an Anthropic client sent keeps its own shape, edits aside (seals opened, foreign thinking left out,
/// quirks). Any other is put into the shape the protocol demands: system text on top, turns that alternate and begin
/// with the user, results before everything else, no empty text.
struct AnthropicRequestComposer {
  let request: ConversationRequest
  let target: RequestTarget
  var losses = Losses()
  /// Whether an Anthropic client made this request.
  let isNative: Bool
  /// Whether thinking was left out of the history.
  var droppedThinking = false
  /// Whether the only tools are those that old calls demand.
  var onlyHistoryTools = false

  init(_ request: ConversationRequest, for target: RequestTarget) {
    self.request = request
    self.target = target
    isNative = request.extensions.own(AnthropicMessages.dialect) != nil
  }

  var quirks: Quirks { target.quirks }
  var source: JSON? { request.extensions.source(AnthropicMessages.dialect) }

  /// Top-level members that Anthropic takes behind a beta and others refuse.
  private static let betaMembers = [
    "context_management", "speed", "diagnostics", "mcp_servers", "container", "safeguards", "inference_geo",
    "user_profile_id", "workspace_id", "fallbacks", "fallback_credit_token", "billing_policy", "compaction", "thread",
    "betas",
  ]

  mutating func compose() throws(DialectError) -> [UInt8] {
    try refuse()
    losses.add(request.extensions, writing: AnthropicMessages.dialect)
    let history = composeHistory()
    let tools = composeTools()
    let toolChoice = composeToolChoice(names: tools.map(\.name))
    var turns = history.turns
    let thinking = planThinking(&turns)
    let sampling = planSampling(thinking)
    let system = composeSystem(history.system)
    let format = composeFormat()
    let model = target.model
    let own = request.extensions.own(AnthropicMessages.dialect)
    var writer = JSONWriter(capacity: request.roughSize)
    writer.object(restoring: own) { writer in
      if own == nil || own?.source["model"] != nil { writer.member("model", model) }
      if let limit = thinking.maxTokens { writer.member("max_tokens", limit) }
      switch system {
      case .text(let text): writer.member("system", text)
      case .whole(let json): writer.member("system", json)
      case nil: break
      }
      writer.array("messages") { writer in
        for turn in turns { write(turn, to: &writer) }
      }
      if !tools.isEmpty || own?.source["tools"]?.isArray == true {
        writer.array("tools") { writer in
          for tool in tools { tool.write(to: &writer) }
        }
      }
      if let toolChoice { writer.member("tool_choice", toolChoice) }
      if let member = thinking.member { writer.member("thinking", member) }
      writeOutput(effort: thinking.effort, format: format, to: &writer)
      if !request.sampling.stop.isEmpty || own?.source["stop_sequences"]?.isArray == true {
        writer.array("stop_sequences") { writer in
          for stop in sampling.stop { writer.string(stop) }
        }
      }
      if let temperature = sampling.temperature { writer.member("temperature", temperature) }
      if let topP = sampling.topP { writer.member("top_p", topP) }
      if let topK = sampling.topK { writer.member("top_k", topK) }
      if let user = request.userID { writer.object("metadata") { $0.member("user_id", user) } }
      if let tier = composeTier() { writer.member("service_tier", tier) }
      if request.isStream || own?.source["stream"]?.bool != nil { writer.member("stream", request.isStream) }
    }
    var body = writer.finish()
    if thinking.isTakenOut { body = removeThinkingEdits(from: body) }
    if !isNative { body = AnthropicCacheMarks(quirks.cacheMarks).applied(to: body) }
    return strip(body)
  }

  /// What cannot be said at all.
  private func refuse() throws(DialectError) {
    if request.previousResponseID != nil {
      throw DialectError(
        "the provider keeps no responses; send the whole conversation", path: "previous_response_id",
        code: "previous_response_not_found")
    }
    if let count = request.sampling.candidateCount, count > 1 {
      throw DialectError(
        "Anthropic Messages gives one answer per request", path: "n", code: "unsupported_parameter")
    }
  }

  // MARK: - Output

  /// Instructions as they go out.
  private enum ComposedSystem {
    case text(JSONText)
    case whole(JSON)
  }

  private mutating func composeSystem(_ parts: [PlacedPart]) -> ComposedSystem? {
    if isNative, let system = source?["system"], parts.isEmpty { return system.isNull ? nil : .whole(system) }
    let parts = withoutMark(parts)
    guard !parts.isEmpty else { return nil }
    if isNative, source?["system"]?.isString == true, let text = AnthropicMessages.systemString(of: parts.map(\.part)) {
      return .text(JSONText(text))
    }
    if parts.count == 1, !isNative, case .text(let text) = parts[0].part.content { return .text(text.words) }
    return .whole(
      JSON { writer in
        writer.array { writer in
          for part in parts { write(part, to: &writer) }
        }
      })
  }

  /// Claude Code's mark goes to Anthropic itself only: it would spoil the prefix cache of any other provider.
  private mutating func withoutMark(_ parts: [PlacedPart]) -> [PlacedPart] {
    guard quirks.stripBetas else { return parts }
    return parts.filter { placed in
      guard case .opaque = placed.part.content else { return true }
      losses.add(placed.path, Crossing.refused)
      return false
    }
  }

  /// The schema to be enforced, or nil.
  private mutating func composeFormat() -> JSON? {
    guard case .jsonSchema(let format) = request.outputFormat else { return nil }
    if quirks.stripBetas {
      losses.add(.outputFormat, "this provider does not take it")
      return nil
    }
    if format.extensions.own(AnthropicMessages.dialect) != nil { return format.schema }
    losses.add(format, writing: AnthropicMessages.dialect)
    guard let schema = format.schema, schema.isObject else {
      losses.add(.outputFormat, "a schema is required; sent without")
      return nil
    }
    // The wish stands in the system text.
    guard AnthropicSchema.isEnforceable(schema) else { return nil }
    var changes: [(path: String, change: AnthropicSchema.Change)] = []
    let output = AnthropicSchema.structured(schema) { changes.append(($0, $1)) }
    for (path, change) in changes { losses.add(.outputSchema, below: path, change.rawValue) }
    guard let description = format.description, output["description"] == nil else { return output }
    return JSON { writer in
      writer.object { writer in
        for member in output.members {
          writer.key(named: member.key)
          writer.value(member.value)
        }
        writer.member("description", description)
      }
    }
  }

  private mutating func writeOutput(effort: String?, format: JSON?, to writer: inout JSONWriter) {
    let rest = request.extensions.own(AnthropicMessages.dialect)?.nested("output_config")
    if quirks.stripBetas {
      for member in rest?.residue.rest ?? [] where !member.value.isNull {
        losses.add("output_config.\(member.key)", Crossing.refused)
      }
      return
    }
    let own = isNative ? source?["output_config"] : nil
    let legacy = isNative && own?["format"] == nil ? source?["output_format"] : nil
    if let legacy, let format {
      writer.object("output_format") { writer in
        for member in legacy.members {
          writer.key(named: member.key)
          writer.value(member.isNamed("schema") ? format : member.value)
        }
      }
    }
    if let own, own["effort"]?.string == effort, own["format"]?["schema"] == format || legacy != nil {
      return writer.member("output_config", own)
    }
    guard effort != nil || (format != nil && legacy == nil) || rest?.residue.rest.isEmpty == false else { return }
    writer.object("output_config", restoring: rest) { writer in
      if let effort { writer.member("effort", effort) }
      guard let format, legacy == nil else { return }
      writer.object("format") { writer in
        writer.member("type", static: "json_schema")
        writer.member("schema", format)
      }
    }
  }

  private mutating func composeTier() -> String? {
    guard let tier = request.serviceTier else { return nil }
    switch tier {
    case _ where isNative: return tier
    case "auto", "standard_only": return tier
    case "default", "standard": return "standard_only"
    default:
      losses.add(.serviceTier, "Anthropic Messages has no `\(tier)`")
      return nil
    }
  }

  // MARK: - Stripping

  private mutating func strip(_ body: [UInt8]) -> [UInt8] {
    let betas = quirks.stripBetas ? Self.betaMembers : []
    guard !betas.isEmpty || !quirks.stripFields.isEmpty, let json = try? JSON(parsing: body) else { return body }
    let removed = betas + quirks.stripFields
    guard json.members.contains(where: { removed.contains($0.key) }) else { return body }
    var writer = JSONWriter()
    writer.value(strip(json, removed, path: ""))
    return writer.finish()
  }

  /// The object without the members this provider refuses.
  ///
  /// `tool`: the tool the object declares.
  mutating func strip(_ json: JSON, _ names: [String], path: String, _ tool: Tool? = nil) -> JSON {
    guard json.members.contains(where: { names.contains($0.key) }) else { return json }
    for member in json.members where names.contains(member.key) {
      if let tool, member.isNamed("strict") {
        losses.add(tool, .strict, Crossing.refused)
      } else if path.isEmpty {
        losses.add(AnthropicMessages().place(named: member.key), Crossing.refused)
      } else {
        losses.add("\(path).\(member.key)", Crossing.refused)
      }
    }
    return JSON { writer in
      writer.object { writer in
        for member in json.members where !names.contains(member.key) {
          writer.key(named: member.key)
          writer.value(member.value)
        }
      }
    }
  }
}
