import Conversation
import Wire

// Messages of a request, as read from a client.

extension OpenAIChat {
  static func readMessage(_ json: JSON, path: String) throws(DialectError) -> Message {
    guard json.isObject else { throw DialectError("must be an object", path: path) }
    var reader = ObjectReader(json)
    guard let role = reader.takeString("role") else { throw DialectError("is missing", path: path + ".role") }
    switch role {
    case "system": return try readTurn(.system, &reader, path)
    case "developer": return try readTurn(.developer, &reader, path)
    case "user": return try readTurn(.user, &reader, path)
    case "assistant": return try readAssistant(&reader, path)
    case "tool", "function": return try readToolMessage(&reader, path)
    default: throw DialectError("unknown role `\(role)`", path: path + ".role", code: "invalid_value")
    }
  }

  private static func readTurn(_ role: Role, _ reader: inout ObjectReader, _ path: String) throws(DialectError)
    -> Message
  {
    var message = Message(role)
    message.name = reader.takeString("name")
    message.parts = try readContent(reader.take("content"), path: path + ".content")
    message.extensions = Extensions(.openAIChat, path: path, reader)
    return message
  }

  private static func readAssistant(_ reader: inout ObjectReader, _ path: String) throws(DialectError) -> Message {
    var message = Message(.assistant)
    message.name = reader.takeString("name")
    // Most turns are words and a call.
    message.parts.reserveCapacity(2)
    if let reasoning = takeReasoning(&reader, origin: nil) { message.parts.append(reasoning) }
    try readContent(reader.take("content"), path: path + ".content", into: &message.parts)
    if let refusal = reader.takeString("refusal") { message.parts.append(Part(.refusal(refusal))) }
    var nested: [Extensions] = []
    try takeToolCalls(&reader, path: path, origin: nil, nested: &nested, into: &message.parts)
    message.extensions = Extensions(.openAIChat, path: path, reader, nested: nested)
    return message
  }

  private static func readToolMessage(_ reader: inout ObjectReader, _ path: String) throws(DialectError) -> Message {
    let callID = reader.takeString("tool_call_id")
    let name = reader.takeString("name")
    let parts = try readContent(reader.take("content"), path: path + ".content")
    var message = Message(
      .tool, [Part(.toolResult(ToolResult(callID: callID?.isEmpty == true ? nil : callID, name: name, parts: parts)))])
    message.extensions = Extensions(.openAIChat, path: path, reader)
    return message
  }

  /// `tool_calls` and the legacy `function_call` of a message, request or answer.
  static func takeToolCalls(
    _ reader: inout ObjectReader, path: String, origin: SealOrigin?, nested: inout [Extensions],
    into parts: inout [Part]
  ) throws(DialectError) {
    if reader.peek("tool_calls")?.isArray == true, let calls = reader.take("tool_calls") {
      var position = 0
      for call in calls.elements {
        let place = LossPlace.element(position, of: "tool_calls", in: path)
        parts.append(try readToolCall(call, path: place, origin: origin))
        position += 1
      }
    }
    // Some servers always send an empty one beside `tool_calls`.
    if let call = reader.peek("function_call"), let name = call["name"]?.string, !name.isEmpty {
      _ = reader.take("function_call")
      var inner = ObjectReader(call)
      inner.discard("name")
      let input = inner.takeString("arguments") ?? ""
      var part = Part(.toolCall(ToolCall(id: nil, name: name, input: input)))
      part.extensions = Extensions(.openAIChat, path: path + ".function_call", inner)
      parts.append(part)
    }
  }

  static func readToolCall(_ json: JSON, path: String, origin: SealOrigin?) throws(DialectError) -> Part {
    guard json.isObject else { throw DialectError("must be an object", path: path) }
    var reader = ObjectReader(json)
    let id = reader.takeString("id")
    let type = reader.takeString("type")
    let isCustom = type == "custom" || (type == nil && reader.peek("function") == nil)
    let key: StaticString = isCustom ? "custom" : "function"
    guard let body = reader.take(key), body.isObject else {
      // A call of a type only this protocol's vendors know.
      return Part(.opaque(OpaquePart(.openAIChat, json, path: path)))
    }
    var inner = ObjectReader(body)
    let name = inner.takeString("name") ?? ""
    let input: String
    if isCustom {
      input = inner.takeString("input") ?? ""
    } else if let text = inner.takeString("arguments") {
      input = text
    } else {
      // Some servers send the object itself.
      input = inner.take("arguments")?.text ?? ""
    }
    // The index is a matter of streams that some servers repeat here.
    reader.discard("index")
    var part = Part(
      .toolCall(
        ToolCall(id: id?.isEmpty == true ? nil : id, kind: isCustom ? .custom : .function, name: name, input: input)))
    if let extra = reader.take("extra_content") {
      part.state = ReasoningState(dialect: .openAIChat, kind: .thoughtSignature, blob: extra.text, origin: origin)
    }
    let own = Extensions(.openAIChat, path: path + (isCustom ? ".custom" : ".function"), inner)
    part.extensions = Extensions(.openAIChat, path: path, reader, nested: [own])
    return part
  }
}
