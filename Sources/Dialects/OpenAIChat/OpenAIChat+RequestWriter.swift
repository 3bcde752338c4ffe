import Conversation
import Wire

extension OpenAIChat {
  /// Writes one request for one upstream.
  struct RequestWriter {
    let request: ConversationRequest
    let target: RequestTarget
    var losses = Losses()
    /// The client's body where it was Chat already: tells which of several spellings it used.
    let source: JSON?

    init(_ request: ConversationRequest, _ target: RequestTarget) {
      self.request = request
      self.target = target
      source = request.extensions.source(.openAIChat)
    }
  }
}

extension OpenAIChat.RequestWriter {
  mutating func write(into writer: inout JSONWriter) {
    losses.add(request.extensions, writing: .openAIChat)
    writer.object(restoring: request.extensions.own(.openAIChat)) { writer in
      if source == nil || source?["model"]?.isString == true || !target.model.isEmpty {
        writer.member("model", target.model)
      }
      writeMessages(into: &writer)
      writeTools(into: &writer)
      if request.isStream || source?["stream"] != nil { writer.member("stream", request.isStream) }
      writeStreamOptions(into: &writer)
      writeSampling(into: &writer)
      writeReasoning(into: &writer)
      writeOutputFormat(into: &writer)
      writeRest(into: &writer)
    }
  }

  /// Streams say nothing of usage unless asked, and the record needs it; the gateway hides the chunk from a client
  /// that did not ask.
  private func writeStreamOptions(into writer: inout JSONWriter) {
    guard request.isStream else { return }
    let own = request.extensions.own(.openAIChat)?.nested("stream_options")
    guard target.quirks.streamUsage || own != nil else { return }
    writer.object("stream_options", restoring: own) { writer in
      if target.quirks.streamUsage {
        writer.member("include_usage", true)
      } else if let asked = request.includesStreamUsage {
        writer.member("include_usage", asked)
      }
      // Marked as understood when read, so written here.
      if let padding = own?.source["include_obfuscation"] { writer.member("include_obfuscation", padding) }
    }
  }

  private mutating func writeSampling(into writer: inout JSONWriter) {
    let sampling = request.sampling
    writeMaxTokens(sampling.maxOutputTokens, into: &writer)
    if let value = sampling.temperature { writer.member("temperature", value) }
    if let value = sampling.topP { writer.member("top_p", value) }
    if let value = sampling.topK {
      if source != nil {
        writer.member("top_k", value)
      } else {
        losses.add(.topK, "\(DialectID.openAIChat.displayName) has no equivalent")
      }
    }
    writeStop(sampling.stop, into: &writer)
    if let value = sampling.seed { writer.member("seed", value) }
    if let value = sampling.presencePenalty { writer.member("presence_penalty", value) }
    if let value = sampling.frequencyPenalty { writer.member("frequency_penalty", value) }
    integer("n", sampling.candidateCount, into: &writer)
    if sampling.logprobs == nil, sampling.topLogprobs != nil, source == nil {
      writer.member("logprobs", true)
    } else if let value = sampling.logprobs {
      writer.member("logprobs", value)
    }
    integer("top_logprobs", sampling.topLogprobs, into: &writer)
    if let bias = sampling.logitBias {
      if let written = source?["logit_bias"] {
        writer.member("logit_bias", written)
      } else {
        writer.object("logit_bias") { writer in
          for (token, value) in bias.sorted(by: { $0.key < $1.key }) {
            writer.key(named: token)
            writer.number(value)
          }
        }
      }
    }
  }

  /// OpenAI's reasoning models refuse `max_tokens` outright, while servers that do not know the newer name mostly ignore
  /// it and answer without a limit.
  private func writeMaxTokens(_ limit: JSONNumber?, into writer: inout JSONWriter) {
    guard let limit else { return }
    switch target.quirks.maxTokensField {
    case .maxTokens: writer.member("max_tokens", limit)
    case .maxCompletionTokens: writer.member("max_completion_tokens", limit)
    case .asSent, .asSentOrMaxTokens:
      let isOld = source?["max_tokens"]?.number != nil
      let isNew = source?["max_completion_tokens"]?.number != nil
      if !isNew, isOld || target.quirks.maxTokensField == .asSentOrMaxTokens {
        writer.member("max_tokens", limit)
      } else {
        writer.member("max_completion_tokens", limit)
      }
    }
  }

  private mutating func writeStop(_ stop: [String], into writer: inout JSONWriter) {
    if let written = source?["stop"] {
      if written.isString, let word = stop.first, stop.count == 1 { return writer.member("stop", word) }
      guard written.isArray, !stop.isEmpty || written.elements.isEmpty else { return }
      return write(stop, into: &writer)
    }
    guard !stop.isEmpty else { return }
    if stop.count > 4 { losses.add(.stop, "OpenAI takes four stop sequences at most") }
    write(Array(stop.prefix(4)), into: &writer)
  }

  private func write(_ stop: [String], into writer: inout JSONWriter) {
    writer.array("stop") { writer in for word in stop { writer.string(word) } }
  }

  private func integer(_ name: StaticString, _ value: Int?, into writer: inout JSONWriter) {
    guard let value else { return }
    if let written = source?[name], written.int == value {
      writer.member(name, written)
    } else {
      writer.member(name, value)
    }
  }

  private mutating func writeOutputFormat(into writer: inout JSONWriter) {
    guard let format = request.outputFormat else { return }
    let own = request.extensions.own(.openAIChat)?.nested("response_format")
    switch format {
    case .text:
      if source != nil { writer.object("response_format", restoring: own) { $0.member("type", static: "text") } }
    case .jsonObject:
      writer.object("response_format", restoring: own) { $0.member("type", static: "json_object") }
    case .jsonSchema(let schema):
      losses.add(schema.extensions, writing: .openAIChat)
      writer.object("response_format", restoring: own) { writer in
        writer.member("type", static: "json_schema")
        writer.object("json_schema", restoring: schema.extensions.own(.openAIChat)) { writer in
          write(schema, into: &writer)
        }
      }
    }
  }

  private mutating func write(_ format: JSONSchemaFormat, into writer: inout JSONWriter) {
    if let name = format.name {
      writer.member("name", name)
    } else if source == nil {
      writer.member("name", static: "response")
    }
    if let description = format.description { writer.member("description", description) }
    let (schema, strict) = source == nil ? format.forOpenAI(&losses) : (format.schema, format.strict)
    if let schema { writer.member("schema", schema) }
    if let strict { writer.member("strict", strict) }
  }

  private mutating func writeRest(into writer: inout JSONWriter) {
    if let verbosity = request.verbosity { writer.member("verbosity", verbosity) }
    if let tier = request.serviceTier { writeTier(tier, into: &writer) }
    if let key = request.cacheKey { writer.member("prompt_cache_key", key) }
    if let user = request.userID { writeUser(user, into: &writer) }
    if let metadata = request.metadata {
      // OpenAI takes labels for stored answers only.
      if source != nil || request.store == true {
        writer.member("metadata", metadata)
      } else {
        losses.add(.metadata, "\(DialectID.openAIChat.displayName) takes it for stored answers only")
      }
    }
    // Not storing is the default here, and many servers refuse the field.
    if let store = request.store, store || source != nil { writer.member("store", store) }
  }

  private mutating func writeTier(_ tier: String, into writer: inout JSONWriter) {
    if source != nil { return writer.member("service_tier", tier) }
    switch tier {
    case "auto", "default", "flex", "scale", "priority", "fast": writer.member("service_tier", tier)
    case "standard_only": writer.member("service_tier", static: "default")
    default: losses.add(.serviceTier, "\(DialectID.openAIChat.displayName) does not know `\(tier)`")
    }
  }

  private mutating func writeUser(_ user: String, into writer: inout JSONWriter) {
    if source?["user"] == nil, source?["safety_identifier"] != nil {
      writer.member("safety_identifier", user)
    } else if source != nil || user.utf8.count <= 64 {
      writer.member("user", user)
    } else {
      losses.add(.userID, "OpenAI takes 64 characters at most")
    }
  }
}
