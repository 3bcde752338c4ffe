import Conversation
import Wire

// MARK: - Writing requests

extension AnthropicRequestComposer {
  mutating func write(_ turn: Turn, to writer: inout JSONWriter) {
    writer.object(restoring: turn.extensions) { writer in
      writer.member("role", turn.role.rawValue)
      guard let content = turn.extensions?.source["content"] else {
        if !turn.parts.isEmpty || turn.extensions == nil { writeContent(turn.parts, to: &writer) }
        return
      }
      if content.isNull, turn.parts.isEmpty { return }
      if content.isString, turn.parts.count == 1, case .text(let text) = turn.parts[0].part.content {
        return writer.member("content", text.words)
      }
      writeContent(turn.parts, to: &writer)
    }
  }

  private mutating func writeContent(_ parts: [PlacedPart], to writer: inout JSONWriter) {
    if !isNative, parts.count == 1, case .text(let text) = parts[0].part.content {
      return writer.member("content", text.words)
    }
    writer.array("content") { writer in
      for part in parts { write(part, to: &writer) }
    }
  }

  mutating func write(_ placed: PlacedPart, to writer: inout JSONWriter) {
    let part = placed.part
    let own = part.extensions.own(AnthropicMessages.dialect)
    switch part.content {
    case .opaque(let opaque):
      writer.value(opaque.json)
    case .toolResult(let result):
      write(result, own, path: placed.path, to: &writer)
    case .toolCall(let call):
      let input = input(of: call, own?.source, path: placed.path)
      let write: (inout JSONWriter) -> Void = { writer in
        writer.object(restoring: own) { writer in
          writer.member("type", static: "tool_use")
          if let id = call.id { writer.member("id", id) }
          writer.member("name", call.name)
          if let input { writer.member("input", input) }
        }
      }
      // Only a block that was Anthropic's already can have it.
      guard quirks.stripBetas, own != nil else { return write(&writer) }
      writer.value(strip(JSON(write), ["caller"], path: placed.path))
    default:
      AnthropicMessages.write(part, own, to: &writer)
    }
  }

  /// A call's input as an object.
  ///
  /// Nil only where the client's block has none.
  private mutating func input(of call: ToolCall, _ source: JSON?, path: String) -> JSON? {
    if let source {
      guard let original = source["input"], !original.isNull else { return nil }
      if (original.string ?? original.text) == call.input { return original }
    }
    if call.kind == .custom { return JSON { $0.object { $0.member("input", call.input) } } }
    if let object = call.object { return object }
    guard let value = try? JSON(parsing: call.input) else {
      losses.add(path + ".input", "is not valid JSON; sent as an empty object")
      return .emptyObject
    }
    losses.add(path + ".input", "is no object; wrapped in one")
    return JSON { $0.object { $0.member("input", value) } }
  }

  private mutating func write(_ result: ToolResult, _ own: Extensions?, path: String, to writer: inout JSONWriter) {
    var parts = result.parts
    if parts.isEmpty, own == nil, let structured = result.structured { parts = [.text(structured.text)] }
    let content = own?.source["content"]
    writer.object(restoring: own) { writer in
      writer.member("type", static: "tool_result")
      if let id = result.callID { writer.member("tool_use_id", id) }
      if content?.isString == true || own == nil, parts.count == 1, case .text(let text) = parts[0].content {
        writer.member("content", text.words)
      } else if parts.isEmpty, own == nil {
        writer.member("content", static: "")
      } else if !parts.isEmpty || content?.isArray == true {
        writer.array("content") { writer in
          for part in parts { write(PlacedPart(part: part, path: path + ".content"), to: &writer) }
        }
      }
      if result.isError || own?.source["is_error"]?.bool != nil { writer.member("is_error", result.isError) }
    }
  }
}

// MARK: - Writing blocks

extension AnthropicMessages {
  /// A text, thinking, image or document block, in the client's or upstream's own shape where it has one.
  static func write(_ part: Part, _ own: Extensions?, to writer: inout JSONWriter) {
    switch part.content {
    case .text(let text):
      writer.object(restoring: own) { writer in
        writer.member("type", static: "text")
        writer.member("text", text.words)
        writeCitations(text.annotations, own, to: &writer)
      }
    case .refusal(let text):
      writer.object { writer in
        writer.member("type", static: "text")
        writer.member("text", text)
      }
    case .reasoning(let reasoning):
      writer.object(restoring: own) { writer in
        if let state = part.state, state.kind == .redacted {
          writer.member("type", static: "redacted_thinking")
          return writer.member("data", state.blob)
        }
        writer.member("type", static: "thinking")
        writer.member("thinking", reasoning.text)
        if let state = part.state {
          writer.member("signature", state.blob)
        } else if let signature = own?.source["signature"], signature.isString {
          writer.member("signature", signature)
        }
      }
    case .image(let media):
      writer.object(restoring: own) { writer in
        writer.member("type", static: "image")
        if let source = own?.source["source"], readSource(source, isDocument: false) == media {
          return writer.member("source", source)
        }
        AnthropicMedia.writeImage(media, to: &writer)
      }
    case .file(let media):
      writer.object(restoring: own) { writer in
        writer.member("type", static: "document")
        if let title = media.filename { writer.member("title", title) }
        if let source = own?.source["source"], readSource(source, isDocument: true)?.source == media.source {
          return writer.member("source", source)
        }
        AnthropicMedia.writeDocument(media, to: &writer)
      }
    default: break
    }
  }

  private static func writeCitations(_ annotations: [Annotation], _ own: Extensions?, to writer: inout JSONWriter) {
    guard own != nil else { return }
    // A citation that we made for the client has no index the vendor could check.
    let citations = annotations.compactMap { $0.original?.dialect == dialect ? $0.original?.json : nil }
      .filter { $0["encrypted_index"]?.isString("") != true }
    guard !citations.isEmpty || own?.source["citations"]?.elements.isEmpty == true else { return }
    if own?.source["citations"]?.isArray != true, citations.isEmpty { return }
    writer.array("citations") { writer in
      for citation in citations { writer.value(citation) }
    }
  }
}
