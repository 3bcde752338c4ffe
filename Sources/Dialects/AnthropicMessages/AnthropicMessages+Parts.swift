import Conversation
import Wire

// MARK: - Reading

extension AnthropicMessages {
  /// Whose blocks are read: a client's slots may hold seals, an upstream's state is marked with its origin.
  enum Side {
    case client(SealMark)
    case upstream(SealOrigin?)
  }

  /// The parts of a `content` member, a string or an array of blocks.
  static func readContent(
    _ value: JSON?, path: @autoclosure () -> String, from side: Side
  ) throws(DialectError) -> [Part] {
    guard let value else { return [] }
    if let text = JSONText(value) { return [.text(text)] }
    let path = path()
    guard value.isArray else { throw DialectError("must be a string or an array", path: path) }
    var parts: [Part] = []
    var pending: ReasoningState?
    var index = 0
    for element in value.elements {
      let place = LossPlace.element(index, of: "", in: path)
      index += 1
      guard element.isObject else { throw DialectError("must be an object", path: place) }
      if case .client(let mark) = side, let data = redactedSlot(element) {
        switch SealedThinking.read(data, kind: .redacted, mark) {
        case .own(let state):
          parts.append(
            Part(.reasoning(Reasoning()), state: state, extensions: extensions(of: element, "data", path: place)))
        case .note(let text):
          if !text.isEmpty { parts.append(Part(.reasoning(Reasoning([Reasoning.Segment(.text, text)])))) }
        case .next(let state): pending = state
        case .previous(let state): if !parts.isEmpty { parts[parts.count - 1].state = state }
        case .lost: break
        }
        continue
      }
      var part = readBlock(element, path: place, from: side)
      if let state = pending {
        pending = nil
        part.state = part.state ?? state
      }
      parts.append(part)
    }
    if let state = pending { parts.append(Part(.text(Text("")), state: state)) }
    return parts
  }

  private static func redactedSlot(_ block: JSON) -> String? {
    guard block["type"]?.isString("redacted_thinking") == true else { return nil }
    return block["data"]?.string
  }

  private static func extensions(of block: JSON, _ member: StaticString, path: String) -> Extensions {
    var reader = ObjectReader(block)
    _ = reader.take("type")
    _ = reader.take(member)
    return Extensions(dialect, path: path, reader)
  }

  /// Reads one block.
  ///
  /// What is not understood as a whole becomes an opaque part.
  static func readBlock(_ block: JSON, path: String, from side: Side) -> Part {
    var reader = ObjectReader(block)
    let type = reader.take("type")
    var state: ReasoningState?
    guard let type, let content = readKnown(type, &reader, path: path, from: side, state: &state) else {
      return opaque(block, path: path, from: side)
    }
    return Part(content, state: state, extensions: Extensions(dialect, path: path, reader))
  }

  /// A block that only Anthropic knows.
  static func opaque(_ block: JSON, path: String, from side: Side) -> Part {
    var origin: SealOrigin?
    if case .upstream(let maker) = side { origin = maker }
    return Part(.opaque(OpaquePart(dialect, block, path: path, hosted: readHostedCall(block, origin: origin))))
  }

  private static func readKnown(
    _ type: JSON, _ reader: inout ObjectReader, path: String, from side: Side, state: inout ReasoningState?
  ) -> Part.Content? {
    if type.isString("text") {
      guard let text = reader.takeText("text") else { return nil }
      return .text(Text(text, annotations: readCitations(&reader)))
    }
    if type.isString("thinking") {
      guard let text = reader.takeString("thinking") else { return nil }
      return .reasoning(readThinking(text, reader.takeString("signature"), from: side, state: &state))
    }
    if type.isString("redacted_thinking") {
      guard let data = reader.takeString("data") else { return nil }
      if case .upstream(let origin) = side {
        state = ReasoningState(dialect: dialect, kind: .redacted, blob: data, origin: origin)
      }
      return .reasoning(Reasoning())
    }
    if type.isString("tool_use") {
      guard let name = reader.takeString("name") else { return nil }
      let id = reader.takeString("id")
      guard let input = reader.take("input") else {
        return .toolCall(ToolCall(id: id, name: name, input: ""))
      }
      return .toolCall(ToolCall(id: id, name: name, input: input.string ?? input.text))
    }
    if type.isString("tool_result") {
      return readToolResult(&reader, path: path, from: side)
    }
    if type.isString("image") {
      guard let source = reader.take("source"), let media = readSource(source, isDocument: false) else { return nil }
      return .image(media)
    }
    if type.isString("document") {
      guard let source = reader.take("source"), var media = readSource(source, isDocument: true) else { return nil }
      media.filename = reader.takeString("title")
      return .file(media)
    }
    return nil
  }

  private static func readThinking(
    _ text: String, _ signature: String?, from side: Side, state: inout ReasoningState?
  ) -> Reasoning {
    var visible = text
    switch side {
    case .upstream(let origin):
      if let signature, !signature.isEmpty {
        state = ReasoningState(dialect: dialect, kind: .signature, blob: signature, origin: origin)
      }
    case .client(let mark):
      guard let signature, !signature.isEmpty else { break }
      switch SealedThinking.read(signature, kind: .signature, mark) {
      case .own(let own), .next(let own), .previous(let own): state = own
      case .note(let hidden): if visible.isEmpty { visible = hidden }
      case .lost: break
      }
    }
    return Reasoning(visible.isEmpty ? [] : [Reasoning.Segment(.text, visible)])
  }

  private static func readToolResult(_ reader: inout ObjectReader, path: String, from side: Side) -> Part.Content? {
    guard let callID = reader.takeString("tool_use_id") else { return nil }
    var parts: [Part] = []
    if let content = reader.peek("content") {
      guard let read = try? readContent(content, path: path + ".content", from: side) else { return nil }
      parts = read
      _ = reader.take("content")
    }
    return .toolResult(ToolResult(callID: callID, parts: parts, isError: reader.takeBool("is_error") ?? false))
  }

  /// The `source` of an image or document; nil where it says more than `Media` can hold.
  static func readSource(_ source: JSON, isDocument: Bool) -> Media? {
    var reader = ObjectReader(source)
    guard let type = reader.take("type") else { return nil }
    let media: Media
    if type.isString("base64") {
      guard let data = reader.takeString("data") else { return nil }
      media = Media(.base64(data), mediaType: reader.takeString("media_type"))
    } else if type.isString("url") {
      guard let url = reader.takeString("url") else { return nil }
      media = Media(.url(url), mediaType: isDocument ? "application/pdf" : nil)
    } else if type.isString("file") {
      guard let file = reader.takeString("file_id") else { return nil }
      media = Media(.fileID(file))
    } else if isDocument, type.isString("text") {
      guard let text = reader.takeString("data") else { return nil }
      media = Media(.text(text), mediaType: reader.takeString("media_type") ?? "text/plain")
    } else if isDocument, type.isString("content") {
      guard let text = reader.take("content").flatMap(readPlainContent) else { return nil }
      media = Media(.text(text), mediaType: "text/plain")
    } else {
      return nil
    }
    return reader.residue.rest.isEmpty ? media : nil
  }

  /// The text of a `content` source that holds nothing else.
  private static func readPlainContent(_ content: JSON) -> String? {
    if let text = content.string { return text }
    guard content.isArray else { return nil }
    var texts: [String] = []
    for block in content.elements {
      guard block["type"]?.isString("text") == true, let text = block["text"]?.string, block.members.count == 2 else {
        return nil
      }
      texts.append(text)
    }
    return texts.joined(separator: "\n")
  }
}

// MARK: - Citations

extension AnthropicMessages {
  static func readCitations(_ reader: inout ObjectReader) -> [Annotation] {
    guard let citations = reader.peek("citations"), citations.isArray else { return [] }
    _ = reader.take("citations")
    return citations.elements.map(readCitation)
  }

  static func readCitation(_ citation: JSON) -> Annotation {
    let source: Annotation.Source =
      if let url = citation["url"]?.string {
        .url(url)
      } else if let file = citation["file_id"]?.string {
        .file(id: file)
      } else if let document = citation["document_index"]?.int {
        .document(document)
      } else {
        .other
      }
    return Annotation(
      source, title: citation["title"]?.string ?? citation["document_title"]?.string,
      citedText: citation["cited_text"]?.string, original: OpaquePart(dialect, citation))
  }

  /// Whether Anthropic has a shape for this citation.
  static func canWrite(_ annotation: Annotation) -> Bool {
    if annotation.original?.dialect == dialect { return true }
    if case .url = annotation.source { return true }
    return false
  }

  /// Writes a citation for a client.
  ///
  /// Others' web citations lack Anthropic's `encrypted_index`, which is left empty and
  /// keeps them out of later requests.
  static func write(_ annotation: Annotation, to writer: inout JSONWriter) {
    if let original = annotation.original, original.dialect == dialect { return writer.value(original.json) }
    guard case .url(let url) = annotation.source else { return writer.object { _ in } }
    writer.object { writer in
      writer.member("type", static: "web_search_result_location")
      writer.member("cited_text", annotation.citedText ?? "")
      writer.member("encrypted_index", static: "")
      writer.key("title")
      if let title = annotation.title { writer.string(title) } else { writer.null() }
      writer.member("url", url)
    }
  }
}
