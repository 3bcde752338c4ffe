import Conversation
import Wire

extension OpenAIChat {
  /// Reads a client's request; vendors' spellings of reasoning and legacy functions are understood.
  public func readRequest(_ body: JSON, line: RequestLine) throws(DialectError) -> ConversationRequest {
    guard body.isObject else { throw DialectError("the request body must be a JSON object") }
    var reader = ObjectReader(body)
    if let model = reader.peek("model"), !model.isString {
      throw DialectError("must be a string", path: "model")
    }
    let model = reader.takeString("model")
    let isStream = reader.takeBool("stream")
    var request = ConversationRequest(model: line.model ?? model ?? "", isStream: line.isStream ?? isStream ?? false)
    guard let messages = reader.take("messages") else { throw DialectError("is missing", path: "messages") }
    guard messages.isArray else { throw DialectError("must be an array of messages", path: "messages") }
    var position = 0
    for message in messages.elements {
      request.messages.append(try Self.readMessage(message, path: LossPlace.element(position, of: "messages")))
      position += 1
    }
    var nested: [Extensions] = []
    request.tools = try Self.readTools(&reader)
    request.toolChoice = Self.readToolChoice(&reader)
    request.parallelToolCalls = reader.takeBool("parallel_tool_calls")
    request.sampling = Self.readSampling(&reader)
    request.reasoning = Self.readReasoning(&reader, nested: &nested)
    request.outputFormat = Self.readOutputFormat(&reader, nested: &nested)
    request.verbosity = reader.takeString("verbosity")
    request.serviceTier = reader.takeString("service_tier")
    request.cacheKey = reader.takeString("prompt_cache_key")
    request.userID = reader.takeString("user") ?? reader.takeString("safety_identifier")
    if reader.peek("metadata")?.isObject == true { request.metadata = reader.take("metadata") }
    request.store = reader.takeBool("store")
    if reader.peek("stream_options")?.isObject == true, let options = reader.take("stream_options") {
      var inner = ObjectReader(options)
      request.includesStreamUsage = inner.takeBool("include_usage")
      // Random padding against length attacks: nothing another protocol would have to say.
      inner.discard("include_obfuscation")
      nested.append(Extensions(.openAIChat, path: "stream_options", inner))
    }
    var extensions = Extensions(.openAIChat, path: "", reader)
    extensions.nested = nested
    request.extensions = extensions
    return request
  }

  /// Writes a request for an upstream.
  ///
  /// - Throws: `DialectError` where the request goes on from a stored response.
  public func writeRequest(
    _ request: ConversationRequest, for target: RequestTarget, losses: inout Losses
  ) throws(DialectError) -> [UInt8] {
    if request.previousResponseID != nil {
      throw DialectError(
        "this upstream keeps no responses to go on from", path: "previous_response_id",
        code: "previous_response_not_found")
    }
    var body = RequestWriter(request, target)
    var writer = JSONWriter(capacity: request.roughSize)
    body.write(into: &writer)
    losses.append(body.losses)
    let bytes = writer.finish()
    guard !target.quirks.stripFields.isEmpty else { return bytes }
    return Self.strip(target.quirks.stripFields, from: bytes, losses: &losses)
  }

  private static func strip(_ fields: [String], from bytes: [UInt8], losses: inout Losses) -> [UInt8] {
    guard let body = try? JSON(parsing: bytes) else { return bytes }
    let refused = Set(fields)
    var writer = JSONWriter()
    writer.object { writer in
      for member in body.members {
        let key = member.key
        if refused.contains(key) {
          losses.add(OpenAIChat().place(named: key), "this provider refuses the field")
        } else {
          writer.key(named: key)
          writer.value(member.value)
        }
      }
    }
    return writer.finish()
  }

  static func readSampling(_ reader: inout ObjectReader) -> Sampling {
    var sampling = Sampling()
    // A client that sends both means the newer one.
    sampling.maxOutputTokens = reader.takeNumber("max_completion_tokens") ?? reader.takeNumber("max_tokens")
    sampling.temperature = reader.takeNumber("temperature")
    sampling.topP = reader.takeNumber("top_p")
    sampling.topK = reader.takeNumber("top_k")
    sampling.seed = reader.takeNumber("seed")
    sampling.presencePenalty = reader.takeNumber("presence_penalty")
    sampling.frequencyPenalty = reader.takeNumber("frequency_penalty")
    sampling.candidateCount = reader.takeInt("n")
    sampling.logprobs = reader.takeBool("logprobs")
    sampling.topLogprobs = reader.takeInt("top_logprobs")
    if let stop = reader.peek("stop") {
      let words = stop.string.map { [$0] } ?? stop.elements.compactMap(\.string)
      // A list with anything else in it stays as it is, for its own vendor to refuse.
      if stop.isString || stop.isArray && words.count == stop.elements.count {
        sampling.stop = words
        _ = reader.take("stop")
      }
    }
    if let bias = reader.peek("logit_bias"), bias.isObject {
      _ = reader.take("logit_bias")
      var biases: [String: JSONNumber] = [:]
      for member in bias.members { biases[member.key] = member.value.number }
      sampling.logitBias = biases
    }
    return sampling
  }

  static func readOutputFormat(_ reader: inout ObjectReader, nested: inout [Extensions]) -> OutputFormat? {
    guard let source = reader.peek("response_format"), source.isObject, let type = source["type"]?.string else {
      return nil
    }
    var inner = ObjectReader(source)
    inner.discard("type")
    let format: OutputFormat
    switch type {
    case "text": format = .text
    case "json_object": format = .jsonObject
    case "json_schema":
      guard let definition = inner.take("json_schema"), definition.isObject else { return nil }
      var schemaReader = ObjectReader(definition)
      var schema = JSONSchemaFormat(
        name: schemaReader.takeString("name"), description: schemaReader.takeString("description"),
        schema: schemaReader.take("schema"), strict: schemaReader.takeBool("strict"))
      schema.extensions = Extensions(.openAIChat, path: "response_format.json_schema", schemaReader)
      format = .jsonSchema(schema)
    default: return nil
    }
    _ = reader.take("response_format")
    nested.append(Extensions(.openAIChat, path: "response_format", inner))
    return format
  }
}
