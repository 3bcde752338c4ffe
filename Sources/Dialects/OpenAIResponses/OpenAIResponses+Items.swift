import Conversation
import Wire

// Items of `input` and `output`: read here, written in `ResponsesItemWriter`.

extension OpenAIResponses {
  /// What an item is to the conversation.
  enum Entry {
    /// A piece of the model's turn.
    case turn([Part])
    /// A message of its own.
    case message(Message)
  }

  /// Reads one item.
  ///
  /// Items of types not known here are opaque.
  static func readItem(_ item: JSON, path: String, source: StateSource) throws(DialectError) -> Entry {
    guard item.isObject else { throw DialectError("expected an object", path: path) }
    guard let type = item["type"]?.string else {
      guard item["role"]?.isString == true else {
        throw DialectError("missing `type`", path: path + ".type", code: "missing_required_parameter")
      }
      return try readMessage(item, path: path, source: source)
    }
    switch type {
    case "message": return try readMessage(item, path: path, source: source)
    case "reasoning": return .turn([readReasoning(item, path: path, source: source)])
    case "function_call", "custom_tool_call":
      return .turn([try readCall(item, path: path, kind: type == "function_call" ? .function : .custom)])
    case "function_call_output", "custom_tool_call_output":
      return .message(try readOutput(item, path: path, kind: type == "function_call_output" ? .function : .custom))
    case "compaction", "compaction_summary", "context_compaction":
      if case .client = source, let summary = item["encrypted_content"]?.string.flatMap(CompactionSeal.open) {
        return .message(Message(.user, text: CompactedHistory.words(for: summary)))
      }
      return .turn([opaque(item, path: path)])
    case "additional_tools": return .message(Message(.developer, [opaque(item, path: path)]))
    case "mcp_approval_response": return .message(Message(.tool, [opaque(item, path: path)]))
    default:
      let part = opaque(item, path: path)
      return type.hasSuffix("_output") ? .message(Message(.tool, [part])) : .turn([part])
    }
  }

  /// What a client's message may hold; OpenAI refuses the rest, `text` of Chat above all, with these words.
  private static let contentTypes = [
    "input_text", "input_image", "input_file", "input_audio", "output_text", "refusal", "summary_text",
    "computer_screenshot",
  ]

  private static func checkContentType(_ type: String?, path: String) throws(DialectError) {
    guard let type, !contentTypes.contains(type) else { return }
    let supported = contentTypes.map { "'\($0)'" }.joined(separator: ", ")
    throw DialectError(
      "Invalid value: '\(type)'. Supported values are: \(supported).", path: path, code: "invalid_value")
  }

  static func opaque(_ item: JSON, path: String) -> Part {
    Part(.opaque(OpaquePart(dialect, item, path: path, hosted: readHostedCall(item))))
  }

  private static func readMessage(_ item: JSON, path: String, source: StateSource) throws(DialectError) -> Entry {
    var reader = ObjectReader(item)
    reader.discard("type")
    let role = try role(reader.takeString("role"), path: path, source: source)
    let itemID = reader.takeString("id")
    _ = reader.takeString("status")
    var parts: [Part] = []
    if let content = reader.peek("content") {
      if let text = JSONText(content) {
        reader.discard("content")
        parts = [.text(text)]
      } else if content.isArray {
        reader.discard("content")
        for (index, element) in content.elements.enumerated() {
          guard element.isObject else {
            throw DialectError("expected an object", path: "\(path).content[\(index)]", code: "invalid_type")
          }
          let place = LossPlace.element(index, of: "content", in: path)
          if case .client = source { try checkContentType(element["type"]?.string, path: place) }
          parts.append(readPart(element, path: place))
        }
      } else {
        throw DialectError("expected a string or an array", path: path + ".content", code: "invalid_type")
      }
    }
    let extensions = Extensions(dialect, path: path, reader)
    guard role == .assistant else {
      var message = Message(role, parts)
      message.id = itemID
      message.extensions = extensions
      return .message(message)
    }
    if parts.isEmpty { return .turn([opaque(item, path: path)]) }
    let frame = ItemFrame(id: itemID, extensions: extensions)
    for index in parts.indices { parts[index].frame = frame }
    return .turn(parts)
  }

  private static func role(_ word: String?, path: String, source: StateSource) throws(DialectError) -> Role {
    if let role = word.flatMap(Role.init), role != .tool { return role }
    // In an answer it is the model that speaks, whatever it is called.
    if case .upstream = source { return .assistant }
    guard let word else {
      throw DialectError("missing `role`", path: path + ".role", code: "missing_required_parameter")
    }
    throw DialectError("`\(word)` is no role", path: path + ".role", code: "invalid_value")
  }

  static func readReasoning(_ item: JSON, path: String, source: StateSource) -> Part {
    var reader = ObjectReader(item)
    reader.discard("type")
    let itemID = reader.takeString("id")
    _ = reader.takeString("status")
    var segments: [Reasoning.Segment] = []
    if let summary = reader.peek("summary"), summary.isArray {
      reader.discard("summary")
      for piece in summary.elements { segments.append(Reasoning.Segment(.summary, piece["text"]?.string ?? "")) }
    }
    if let content = reader.peek("content"), content.isArray {
      reader.discard("content")
      for piece in content.elements { segments.append(Reasoning.Segment(.text, piece["text"]?.string ?? "")) }
    }
    var state = reader.takeString("encrypted_content").flatMap { $0.isEmpty ? nil : source.state($0) }
    if let note = state?.note {
      state = nil
      if segments.isEmpty, !note.isEmpty { segments.append(Reasoning.Segment(.text, note)) }
    }
    return Part(
      .reasoning(Reasoning(segments, id: itemID)), state: state, extensions: Extensions(dialect, path: path, reader))
  }

  static func readCall(_ item: JSON, path: String, kind: ToolCall.Kind) throws(DialectError) -> Part {
    var reader = ObjectReader(item)
    reader.discard("type")
    guard let name = reader.takeString("name") else {
      throw DialectError("missing `name`", path: path + ".name", code: "missing_required_parameter")
    }
    let input: String
    if let text = reader.takeString(kind == .function ? "arguments" : "input") {
      input = text
    } else if kind == .function, let object = reader.peek("arguments"), object.isObject {
      reader.discard("arguments")
      input = object.text
    } else {
      input = ""
    }
    let itemID = reader.takeString("id")
    let callID = reader.takeString("call_id") ?? itemID
    let namespace = reader.takeString("namespace")
    _ = reader.takeString("status")
    let call = ToolCall(id: callID, kind: kind, name: name, namespace: namespace, input: input, itemID: itemID)
    return Part(.toolCall(call), extensions: Extensions(dialect, path: path, reader))
  }

  private static func readOutput(_ item: JSON, path: String, kind: ToolCall.Kind) throws(DialectError) -> Message {
    var reader = ObjectReader(item)
    reader.discard("type")
    let itemID = reader.takeString("id")
    _ = reader.takeString("status")
    guard let callID = reader.takeString("call_id") else {
      throw DialectError("missing `call_id`", path: path + ".call_id", code: "missing_required_parameter")
    }
    var parts: [Part] = []
    if let output = reader.take("output") {
      if let text = JSONText(output) {
        parts = [.text(text)]
      } else if output.isArray {
        for (index, element) in output.elements.enumerated() {
          parts.append(readPart(element, path: "\(path).output[\(index)]"))
        }
      } else {
        parts = [.text(output.text)]
      }
    }
    let result = ToolResult(callID: callID, kind: kind, parts: parts, itemID: itemID)
    return Message(.tool, [Part(.toolResult(result), extensions: Extensions(dialect, path: path, reader))])
  }
}

/// Gathers items into messages: what the model said in a row is one turn.
struct ResponsesTurns {
  private(set) var messages: [Message] = []
  private var turn: [Part] = []

  mutating func add(_ entry: OpenAIResponses.Entry) {
    switch entry {
    case .turn(let parts): turn += parts
    case .message(let message):
      flush()
      messages.append(message)
    }
  }

  mutating func finish() -> [Message] {
    flush()
    return messages
  }

  private mutating func flush() {
    guard !turn.isEmpty else { return }
    messages.append(Message(.assistant, Self.attachingStates(turn)))
    turn = []
  }

  /// Puts Gemini's state back on the text or call it belongs to.
  ///
  /// Here it had to travel in a reasoning item beside it, whose id, our own, tells the side.
  private static func attachingStates(_ parts: [Part]) -> [Part] {
    guard parts.contains(where: { isLoose($0) != nil }) else { return parts }
    var result: [Part] = []
    var waiting: ReasoningState?
    for part in parts {
      if let (state, isAfter) = isLoose(part) {
        if isAfter, let last = result.indices.last {
          result[last].state = state
        } else {
          waiting = state
        }
        continue
      }
      result.append(part)
      if let state = waiting, part.state == nil {
        result[result.count - 1].state = state
        waiting = nil
      }
    }
    if let state = waiting, let last = result.indices.last, result[last].state == nil { result[last].state = state }
    return result
  }

  private static func isLoose(_ part: Part) -> (ReasoningState, isAfter: Bool)? {
    guard case .reasoning(let reasoning) = part.content, reasoning.segments.isEmpty, let state = part.state,
      state.kind == .thoughtSignature
    else { return nil }
    return (state, reasoning.id?.hasPrefix(ResponsesItemWriter.afterPrefix) == true)
  }
}
