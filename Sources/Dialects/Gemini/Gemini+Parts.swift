import Conversation
import Wire

/// Who wrote a part, which decides how its signature is read.
enum GeminiPartSource {
  /// A client: the signature may be a seal of ours.
  case client(SealMark)
  /// An upstream, which made the signature itself.
  case upstream(SealOrigin?)

  func state(_ signature: String) -> ReasoningState? {
    switch self {
    case .client(let mark): ReasoningSeal.read(signature, dialect: .gemini, kind: .thoughtSignature, mark)
    case .upstream(let origin):
      ReasoningState(dialect: .gemini, kind: .thoughtSignature, blob: signature, origin: origin)
    }
  }
}

extension Gemini {
  // MARK: - Reading

  /// Reads one part and appends what it holds: itself, and before it the reasoning whose foreign state travelled in its
  /// signature.
  static func readPart(
    _ json: JSON, path: String, from source: GeminiPartSource, into parts: inout [Part]
  ) throws(DialectError) {
    guard json.isObject else { throw DialectError("must be an object", path: path) }
    var reader = ObjectReader(json)
    let content = try readContent(&reader, path: path)
    var part = Part(content.content)
    if case .opaque(var opaque) = part.content, opaque.hosted != nil, case .upstream(let origin) = source {
      opaque.hosted?.origin = origin
      part.content = .opaque(opaque)
    }
    if let signature = reader.takeString(.thoughtSignature) { part.state = source.state(signature) }
    part.extensions = Extensions(.gemini, path: path, reader, nested: content.inner.map { [$0] } ?? [])
    if let state = part.state, state.dialect != .gemini {
      part.state = nil
      if let text = state.note {
        if !text.isEmpty, !parts.contains(where: isThought) {
          parts.append(Part(.reasoning(Reasoning([Reasoning.Segment(.text, text)]))))
        }
      } else {
        restore(state, into: &parts)
      }
    }
    parts.append(part)
  }

  /// Gives a state of another protocol, which a text or call carried to the client, back to the reasoning before it.
  private static func restore(_ state: ReasoningState, into parts: inout [Part]) {
    if let last = parts.last, case .reasoning = last.content, last.state == nil {
      parts[parts.count - 1].state = state
    } else {
      parts.append(Part(.reasoning(Reasoning()), state: state))
    }
  }

  private static func isThought(_ part: Part) -> Bool {
    if case .reasoning = part.content { true } else { false }
  }

  private typealias ReadContent = (content: Part.Content, inner: Extensions?)

  /// What a part may hold, in either spelling, in the order in which it is looked for.
  private static let contents = NameTable(
    ["text"] + [.inlineData, .fileData, .functionCall, .functionResponse].flatMap(spellings))

  private static func spellings(of name: MemberName) -> [String] { [name.camel.description, name.snake.description] }

  /// The first of `contents` that a part may hold; none of those before it is there.
  private static func firstContent(of part: JSON) -> Int {
    var first = Int.max
    part.forEachMember(in: contents) { name, _ in
      first = min(first, name ?? Int.max)
      return true
    }
    return first
  }

  private static func readContent(_ reader: inout ObjectReader, path: String) throws(DialectError) -> ReadContent {
    let first = firstContent(of: reader.source)
    if first == 0, let value = reader.peek("text") {
      guard let words = JSONText(value) else { throw DialectError("must be a string", path: path + ".text") }
      _ = reader.take("text")
      guard reader.peek("thought")?.bool == true else { return (.text(Text(words)), nil) }
      _ = reader.take("thought")
      let text = words.string
      return (.reasoning(Reasoning(text.isEmpty ? [] : [.init(.summary, text)])), nil)
    }
    if first <= 2, let value = reader.peek(.inlineData), value.isObject {
      _ = reader.take(.inlineData)
      return readInlineData(value, path: path)
    }
    if first <= 4, let value = reader.peek(.fileData), value[member: .fileURI]?.isString == true {
      _ = reader.take(.fileData)
      return readFileData(value, path: path)
    }
    if first <= 6, let value = reader.peek(.functionCall), value["name"]?.isString == true {
      _ = reader.take(.functionCall)
      return readFunctionCall(value, path: path)
    }
    if first <= 8, let value = reader.peek(.functionResponse), value.isObject {
      _ = reader.take(.functionResponse)
      return readFunctionResponse(value, path: path)
    }
    return (.opaque(OpaquePart(.gemini, reader.source, hosted: readHostedCall(reader.source))), nil)
  }

  static func readInlineData(_ json: JSON, path: String) -> (content: Part.Content, inner: Extensions?) {
    var reader = ObjectReader(json)
    let data = reader.takeString("data") ?? ""
    let mediaType = reader.takeString(.mimeType)
    let media = Media(.base64(standardBase64(data)), mediaType: mediaType, filename: reader.takeString(.displayName))
    return (content(media, type: mediaType), Extensions(.gemini, path: path + ".inlineData", reader))
  }

  static func readFileData(_ json: JSON, path: String) -> (content: Part.Content, inner: Extensions?) {
    var reader = ObjectReader(json)
    let address = reader.takeString(.fileURI) ?? ""
    let mediaType = reader.takeString(.mimeType)
    // Files of Google's own stores open to nobody else.
    let isOwn = address.hasPrefix("gs://") || address.contains("generativelanguage.googleapis.com")
    let isWeb = address.hasPrefix("https://") || address.hasPrefix("http://")
    let media = Media(
      isWeb && !isOwn ? .url(address) : .fileID(address), mediaType: mediaType,
      filename: reader.takeString(.displayName))
    let isVideo = address.contains("youtube.com/") || address.contains("youtu.be/")
    return (
      content(media, type: mediaType ?? (isVideo ? "video/*" : Self.mediaType(ofPath: address))),
      Extensions(.gemini, path: path + ".fileData", reader)
    )
  }

  private static func content(_ media: Media, type: String?) -> Part.Content {
    guard let type else { return .file(media) }
    if type.hasPrefix("image/") { return .image(media) }
    if type.hasPrefix("audio/") { return .audio(media) }
    if type.hasPrefix("video/") { return .video(media) }
    return .file(media)
  }

  private static func readFunctionCall(_ json: JSON, path: String) -> ReadContent {
    var reader = ObjectReader(json)
    let call = ToolCall(
      id: reader.takeString("id"), name: reader.takeString("name") ?? "", input: reader.take("args")?.text ?? "{}")
    return (.toolCall(call), Extensions(.gemini, path: path + ".functionCall", reader))
  }

  private static func readFunctionResponse(_ json: JSON, path: String) -> ReadContent {
    var reader = ObjectReader(json)
    var result = ToolResult(callID: reader.takeString("id"), name: reader.takeString("name"), parts: [])
    if let response = reader.take("response") {
      result.structured = response
      let (text, isError) = responseText(response)
      result.isError = isError
      if !text.isEmpty { result.parts.append(.text(text)) }
    }
    let inner = path + ".functionResponse"
    let list = reader.take("parts") ?? .null
    for (index, media) in list.elements.enumerated() {
      let place = "\(inner).parts[\(index)]"
      var entry = ObjectReader(media)
      var content: (content: Part.Content, inner: Extensions?) = (.opaque(OpaquePart(.gemini, media)), nil)
      if let value = entry.take(.inlineData) {
        content = readInlineData(value, path: place)
      } else if let value = entry.take(.fileData) {
        content = readFileData(value, path: place)
      }
      var extensions = Extensions(.gemini, path: place, entry)
      if let nested = content.inner { extensions.nested = [nested] }
      result.parts.append(Part(content.content, extensions: extensions))
    }
    return (.toolResult(result), Extensions(.gemini, path: inner, reader))
  }

  /// The text a `response` object stands for: `output`, `result` or `error` alone are what Google's SDKs wrap text in.
  static func responseText(_ response: JSON) -> (text: JSONText, isError: Bool) {
    func said(_ value: JSON) -> JSONText { JSONText(value) ?? JSONText(value.text) }
    guard response.isObject else { return (said(response), false) }
    var members = response.members.makeIterator()
    guard let only = members.next(), members.next() == nil else {
      return (JSONText(response.members.isEmpty ? "" : response.text), false)
    }
    if only.isNamed("error") { return (said(only.value), true) }
    guard only.isNamed("output") || only.isNamed("result") else { return (JSONText(response.text), false) }
    return (said(only.value), false)
  }
}
