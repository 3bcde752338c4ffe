import Conversation
import Wire

/// What a `generationConfig` says, and what of it nobody understood.
struct GeminiConfiguration {
  var sampling = Sampling()
  var reasoning: ReasoningRequest?
  var format: OutputFormat?
  var extensions: Extensions

  init(reading json: JSON) throws(DialectError) {
    let path = "generationConfig"
    guard json.isObject else { throw DialectError("must be an object", path: path) }
    var reader = ObjectReader(json)
    sampling.maxOutputTokens = reader.takeNumber(.maxOutputTokens)
    sampling.temperature = reader.takeNumber("temperature")
    sampling.topP = reader.takeNumber(.topP)
    sampling.topK = reader.takeNumber(.topK)
    sampling.seed = reader.takeNumber("seed")
    sampling.presencePenalty = reader.takeNumber(.presencePenalty)
    sampling.frequencyPenalty = reader.takeNumber(.frequencyPenalty)
    sampling.candidateCount = reader.takeInt(.candidateCount)
    sampling.logprobs = reader.takeBool(.responseLogprobs)
    sampling.topLogprobs = reader.takeInt("logprobs")
    if let stop = reader.peek(.stopSequences) {
      let texts = stop.isString ? [stop.string ?? ""] : stop.elements.compactMap(\.string)
      guard stop.isString || (stop.isArray && texts.count == stop.elements.count) else {
        throw DialectError("must be an array of strings", path: path + ".stopSequences")
      }
      _ = reader.take(.stopSequences)
      sampling.stop = texts
    }
    var nested: [Extensions] = []
    if let thinking = reader.peek(.thinkingConfig), thinking.isObject {
      _ = reader.take(.thinkingConfig)
      var inner = ObjectReader(thinking)
      reasoning = ReasoningRequest(
        effort: inner.takeString(.thinkingLevel).flatMap {
          $0.uppercased().contains("UNSPECIFIED") ? nil : $0.lowercased()
        },
        budgetTokens: inner.takeInt(.thinkingBudget), showsThoughts: inner.takeBool(.includeThoughts))
      if reasoning?.budgetTokens == 0 { reasoning?.isEnabled = false }
      // Asking to see thoughts without saying how many leaves the amount to the model, as -1 does.
      let isOpen = reasoning?.budgetTokens == nil && reasoning?.effort == nil && reasoning?.showsThoughts == true
      if reasoning?.budgetTokens == -1 || isOpen { reasoning?.isAdaptive = true }
      nested.append(Extensions(.gemini, path: path + ".thinkingConfig", inner))
    }
    if let type = reader.peek(.responseMimeType)?.string {
      let schema =
        reader.peek(.responseJsonSchema)
        ?? reader.peek(.responseSchema).map { GeminiSchema.jsonSchema(fromOpenAPI: $0) }
      switch type {
      case "application/json":
        format = schema.map { .jsonSchema(JSONSchemaFormat(schema: $0)) } ?? .jsonObject
        for name in [MemberName.responseMimeType, .responseJsonSchema, .responseSchema] { _ = reader.take(name) }
      case "text/plain":
        format = .text
        _ = reader.take(.responseMimeType)
      default: break
      }
    }
    extensions = Extensions(.gemini, path: path, reader)
    extensions.nested = nested
  }

  /// Whether a request still says what was read here.
  func isSaid(by request: ConversationRequest) -> Bool {
    sampling == request.sampling && reasoning == request.reasoning && format.isSame(as: request.outputFormat)
  }
}

extension Optional<OutputFormat> {
  fileprivate func isSame(as other: OutputFormat?) -> Bool {
    switch (self, other) {
    case (nil, nil), (.text, .text), (.jsonObject, .jsonObject): true
    case (.jsonSchema(let left), .jsonSchema(let right)): left.schema == right.schema && right.name == nil
    default: false
    }
  }
}

extension Gemini {
  /// Writes `generationConfig` where there is anything to say.
  static func writeConfiguration(
    of request: ConversationRequest, own: Extensions?, hasFunctions: Bool, quirks: Quirks,
    to writer: inout JSONWriter, losses: inout Losses
  ) {
    if let original = own?.source[member: .generationConfig] {
      if let read = try? GeminiConfiguration(reading: original), read.isSaid(by: request) {
        writer.key(.generationConfig, like: own?.source)
        return writer.value(original)
      }
    }
    var declared = losses
    let written = JSON { writer in
      writer.object(restoring: own?.nested("generationConfig")) { writer in
        writeSampling(request.sampling, to: &writer, losses: &declared)
        writeFormat(request.outputFormat, hasFunctions: hasFunctions, quirks: quirks, to: &writer, losses: &declared)
        writeThinking(of: request, quirks: quirks, to: &writer, losses: &declared)
      }
    }
    losses = declared
    if written.members.isEmpty { return }
    writer.key(.generationConfig, like: own?.source)
    writer.value(written)
  }

  private static func writeSampling(_ sampling: Sampling, to writer: inout JSONWriter, losses: inout Losses) {
    if let value = integer(sampling.maxOutputTokens, .maxOutputTokens, &losses) {
      writer.member("maxOutputTokens", value)
    }
    if let value = sampling.temperature {
      if let number = value.double, number > 2 || number < 0 {
        losses.add(.temperature, "Gemini takes 0 to 2")
        writer.member("temperature", number > 2 ? 2 : 0)
      } else {
        writer.member("temperature", value)
      }
    }
    if let value = sampling.topP { writer.member("topP", value) }
    if let value = sampling.topK { writer.member("topK", value) }
    if let count = sampling.candidateCount, count != 1 { writer.member("candidateCount", count) }
    if !sampling.stop.isEmpty {
      if sampling.stop.count > 5 { losses.add(.stop, "Gemini takes 5 stop sequences; the first are kept") }
      writer.array("stopSequences") { writer in
        for sequence in sampling.stop.prefix(5) { writer.string(sequence) }
      }
    }
    if let value = integer(sampling.seed, .seed, &losses) { writer.member("seed", value) }
    if let value = sampling.presencePenalty { writer.member("presencePenalty", value) }
    if let value = sampling.frequencyPenalty { writer.member("frequencyPenalty", value) }
    if let value = sampling.logprobs {
      if value { writer.member("responseLogprobs", true) }
      if value, let top = sampling.topLogprobs {
        if top > 20 { losses.add(.topLogprobs, "Gemini takes at most 20") }
        writer.member("logprobs", min(max(top, 0), 20))
      }
    }
    if sampling.logitBias?.isEmpty == false { losses.add(.logitBias, "Gemini has no equivalent") }
  }

  /// A number that Gemini wants as a 32-bit integer.
  private static func integer(_ number: JSONNumber?, _ setting: Setting, _ losses: inout Losses) -> Int? {
    guard let number else { return nil }
    guard let value = number.int, let narrow = Int32(exactly: value) else {
      losses.add(setting, "Gemini takes 32-bit integers only")
      return nil
    }
    return Int(narrow)
  }

  private static func writeFormat(
    _ format: OutputFormat?, hasFunctions: Bool, quirks: Quirks, to writer: inout JSONWriter, losses: inout Losses
  ) {
    var schema: JSON?
    switch format {
    case nil, .text: return
    case .jsonObject: break
    case .jsonSchema(let wanted):
      schema = wanted.schema
      losses.add(wanted, writing: .gemini)
    }
    if hasFunctions, !quirks.mixedTools {
      losses.add(.outputFormat, "cannot stand beside functions; the functions are kept")
      return
    }
    writer.member("responseMimeType", static: "application/json")
    guard let schema else { return }
    if quirks.jsonSchemaTools {
      return writer.member("responseJsonSchema", GeminiSchema.isolated(schema))
    }
    var budget = GeminiSchemaCutter.Budget()
    let place = LossPlace.setting(.outputSchema, below: "")
    if let cleaned = GeminiSchema.openAPI(schema, at: place, budget: &budget, &losses) {
      writer.member("responseSchema", cleaned)
    }
  }

  /// The most thinking tokens that every thinking model takes.
  private static let largestBudget = 24_576

  private static func writeThinking(
    of request: ConversationRequest, quirks: Quirks, to writer: inout JSONWriter, losses: inout Losses
  ) {
    guard let reasoning = request.reasoning else { return }
    let shows = showsThoughts(reasoning, of: request.extensions?.dialect)
    let level = quirks.thinkingLevels ? reasoning.effortWord.flatMap(thinkingLevel) : nil
    var budget: Int?
    if !quirks.thinkingLevels {
      budget = reasoning.isWanted == false ? 0 : reasoning.budget
      if reasoning.effort == nil, let asked = reasoning.budgetTokens, asked > largestBudget {
        losses.add(.thinkingBudget, "lowered to the \(largestBudget) tokens that every model takes")
      }
      budget = budget.map { min($0, largestBudget) }
    }
    if quirks.thinkingLevels, reasoning.isWanted == false {
      losses.add(.reasoning, "thinking cannot be switched off; the least is asked for")
    }
    guard shows || level != nil || budget != nil || reasoning.showsThoughts != nil || reasoning.isWanted == false
    else { return }
    writer.object("thinkingConfig") { writer in
      if shows || reasoning.isWanted == false || reasoning.showsThoughts != nil {
        writer.member("includeThoughts", shows)
      }
      if let level { writer.member("thinkingLevel", static: level) }
      if let budget { writer.member("thinkingBudget", budget) }
    }
  }

  /// Whether the client is to see thoughts: each protocol says it in its own way.
  private static func showsThoughts(_ reasoning: ReasoningRequest, of dialect: DialectID?) -> Bool {
    if reasoning.isWanted == false { return false }
    if let shows = reasoning.showsThoughts { return shows }
    return switch dialect {
    case .anthropic: (reasoning.isEnabled == true || reasoning.isAdaptive) && reasoning.display != "omitted"
    case .openAIResponses: reasoning.summary != nil
    default: reasoning.isWanted == true || reasoning.summary != nil
    }
  }

  /// The levels every Gemini 3 model knows are `low` and `high`; thinking cannot be switched off there.
  private static func thinkingLevel(_ effort: String) -> StaticString? {
    switch effort {
    case "none", "minimal", "low": "low"
    case "medium": "medium"
    case "high", "xhigh", "max", "ultra": "high"
    default: nil
    }
  }
}
