import Conversation
import Wire

// Content of messages, as written for an upstream: translated user turns, and messages that were Chat's already.

extension OpenAIChat.TurnWriter {
  /// Writes a user message.
  ///
  /// File ids mean something to their own vendor only, so `dialect` is the client's.
  mutating func writeUser(
    _ parts: [Part], name: String?, path: String, dialect: DialectID?, into writer: inout JSONWriter
  ) {
    var elements: [Part] = []
    for part in parts { lower(part, path: part.path ?? path, dialect: dialect, into: &elements) }
    if elements.isEmpty, parts.contains(where: { if case .text = $0.content { true } else { false } }) {
      elements.append(.text(""))
    }
    guard !elements.isEmpty else { return }
    let texts = elements.compactMap { if case .text(let text) = $0.content { text.words } else { nil } }
    writer.object { writer in
      writer.member("role", static: "user")
      if texts.count == elements.count {
        writer.member("content", texts.joinedTexts(by: "\n\n"))
      } else {
        writer.array("content") { writer in
          for element in elements { OpenAIChat.writeElement(element, into: &writer) }
        }
      }
      if let name { writer.member("name", name) }
    }
  }

  /// What a part becomes in a user message: parts of it that cannot be said become text that says so.
  private mutating func lower(_ part: Part, path: String, dialect: DialectID?, into elements: inout [Part]) {
    losses.add(part, writing: .openAIChat)
    func note(_ text: String, _ reason: String) {
      losses.add(path, reason)
      elements.append(.text("[\(text)]"))
    }
    switch part.content {
    case .text(let text): if !text.words.isEmpty { elements.append(.text(text.words)) }
    case .refusal(let text): elements.append(.text(text))
    case .image(let media):
      guard quirks.imageInput else { return note("image left out", "the provider's models take no images") }
      if case .fileID = media.source { return note("image left out", "images by file id have no equivalent") }
      if let detail = media.detail, !OpenAIChat.details.contains(detail) {
        losses.add(path + ".detail", "`\(detail)` has no equivalent")
      }
      elements.append(Part(.image(media)))
    case .audio(let media):
      guard case .base64 = media.source, OpenAIChat.audioFormat(media.mediaType) != nil else {
        return note("audio left out", "only wav and mp3 audio can be sent")
      }
      elements.append(Part(.audio(media)))
    case .file(let media):
      switch media.source {
      case .base64: elements.append(Part(.file(media)))
      case .text(let text): elements.append(.text(media.titled(text)))
      case .fileID where dialect == .openAIResponses: elements.append(Part(.file(media)))
      case .fileID: note("file left out", "a file id of another vendor")
      case .url(let url): note("file at \(url)", "files by address have no equivalent; the address stays as text")
      }
    case .video: note("video left out", "\(DialectID.openAIChat.displayName) takes no video")
    case .opaque(let opaque):
      if opaque.dialect == .openAIChat {
        elements.append(part)
      } else {
        losses.add(path, "`\(opaque.type)` has no equivalent")
      }
    case .reasoning, .toolCall, .toolResult: losses.add(path, "has no equivalent in a user message")
    }
  }
}

extension OpenAIChat {
  /// A content part in OpenAI's own shape.
  static func writeElement(_ part: Part, into writer: inout JSONWriter) {
    switch part.content {
    case .text(let text):
      writer.object { writer in
        writer.member("type", static: "text")
        writer.member("text", text.words)
      }
    case .refusal(let text):
      writer.object { writer in
        writer.member("type", static: "refusal")
        writer.member("refusal", text)
      }
    case .image(let media): writeURL("image_url", media, fallback: "image/png", into: &writer)
    case .video(let media): writeURL("video_url", media, fallback: "video/mp4", into: &writer)
    case .audio(let media):
      guard case .base64(let data) = media.source else { return }
      writer.object { writer in
        writer.member("type", static: "input_audio")
        writer.object("input_audio") { writer in
          writer.member("data", data)
          writer.member("format", audioFormat(media.mediaType) ?? "wav")
        }
      }
    case .file(let media):
      writer.object { writer in
        writer.member("type", static: "file")
        writer.object("file") { writer in writeFile(media, into: &writer) }
      }
    case .opaque(let opaque): writer.value(opaque.json)
    case .reasoning, .toolCall, .toolResult: break
    }
  }

  /// The words for an image's `detail`; Responses has one more.
  static let details: Set<String> = ["auto", "low", "high"]

  private static func writeURL(
    _ key: StaticString, _ media: Media, fallback: String, into writer: inout JSONWriter
  ) {
    writer.object { writer in
      writer.member("type", static: key)
      writer.object(key) { writer in
        switch media.source {
        case .base64(let data):
          let type = ImageBytes.type(ofBase64: data) ?? media.mediaType ?? fallback
          writer.member("url", DataURL.text(data, type: type))
        case .url(let url), .fileID(let url), .text(let url): writer.member("url", url)
        }
        if let detail = media.detail, details.contains(detail) { writer.member("detail", detail) }
      }
    }
  }

  private static func writeFile(_ media: Media, into writer: inout JSONWriter) {
    switch media.source {
    case .fileID(let id): writer.member("file_id", id)
    case .base64(let data):
      let type = media.mediaType ?? "application/pdf"
      writer.member("filename", media.filename ?? (type == "application/pdf" ? "document.pdf" : "document"))
      writer.member("file_data", DataURL.text(data, type: type))
    case .url(let text), .text(let text): writer.member("file_data", text)
    }
  }

  /// A content part that was read from Chat, unknown members and spelling included.
  static func writeOwnElement(_ part: Part, into writer: inout JSONWriter) {
    guard let own = part.extensions.own(.openAIChat) else { return writeElement(part, into: &writer) }
    switch part.content {
    case .text(let text):
      writer.object(restoring: own) { writer in
        if own.source["type"] != nil { writer.member("type", static: "text") }
        writer.member("text", text.words)
      }
    case .refusal(let text):
      writer.object(restoring: own) { writer in
        writer.member("type", static: "refusal")
        writer.member("refusal", text)
      }
    default: writer.value(own.source)
    }
  }
}

extension OpenAIChat.TurnWriter {
  /// A message that was Chat's already: its own spelling, with the provider's quirks applied.
  mutating func writeOwn(_ message: Message, _ own: Extensions, into writer: inout JSONWriter) {
    writer.object(restoring: own) { writer in
      if message.role == .tool {
        writeOwnResult(message, own, into: &writer)
        return
      }
      writer.member("role", static: roleName(message.role))
      var content: [Part] = []
      var calls: [Part] = []
      var refusal: String?
      for part in message.parts {
        switch part.content {
        case .toolCall:
          var call = part
          if !keeps(part, in: own) { call.state = nil }
          calls.append(call)
        case .reasoning where part.extensions == nil: writeOwnReasoning(part, own, into: &writer)
        case .refusal(let text) where part.extensions == nil: refusal = text
        case .image where !quirks.imageInput:
          losses.add(part.path ?? own.path, "the provider's models take no images")
          content.append(.text("[image left out]"))
        case .opaque(let opaque) where opaque.json["function"] != nil || opaque.json["custom"] != nil:
          calls.append(part)
        default: content.append(part)
        }
      }
      OpenAIChat.writeOwnContent(content, own, into: &writer)
      if let refusal { writer.member("refusal", refusal) }
      if let name = message.name { writer.member("name", name) }
      OpenAIChat.writeOwnCalls(calls, own, into: &writer)
    }
  }

  private func writeOwnResult(_ message: Message, _ own: Extensions, into writer: inout JSONWriter) {
    writer.member("role", own.source["role"]?.string ?? "tool")
    for part in message.parts {
      guard case .toolResult(let result) = part.content else { continue }
      if let callID = result.callID {
        writer.member("tool_call_id", callID)
      } else if own.source["tool_call_id"]?.isString == true {
        writer.member("tool_call_id", static: "")
      }
      if let name = result.name, own.source["name"] != nil { writer.member("name", name) }
      OpenAIChat.writeOwnContent(result.parts, own, into: &writer)
    }
  }

  private mutating func writeOwnReasoning(_ part: Part, _ own: Extensions, into writer: inout JSONWriter) {
    guard quirks.reasoningReplay != .never else {
      return losses.add(own.path + ".reasoning_content", "this provider refuses reasoning in requests")
    }
    OpenAIChat.writeOwnReasoning(part, own, keepsState: keeps(part, in: own), into: &writer)
  }

  /// Whether a part's state may go to this upstream; declares the loss where it may not.
  mutating func keeps(_ part: Part, in own: Extensions) -> Bool {
    guard let state = part.state else { return false }
    if state.belongs(to: .openAIChat, origin) { return true }
    losses.add(own.path, "reasoning state of another provider")
    return false
  }
}

extension OpenAIChat {
  /// Reasoning in the members it was read from.
  static func writeOwnReasoning(_ part: Part, _ own: Extensions, keepsState: Bool, into writer: inout JSONWriter) {
    guard case .reasoning(let reasoning) = part.content else { return }
    let details = own.source["reasoning_details"].flatMap { $0.isArray ? $0 : nil }
    let hasDetails = details.map { keepsState || !$0.elements.contains(where: hasState) } ?? false
    let content = own.source["reasoning_content"]?.string
    let plain = own.source["reasoning"]?.string
    if let content { writer.member("reasoning_content", content.isEmpty ? "" : reasoning.text) }
    if let plain, content == nil || content?.isEmpty == true || content == plain {
      writer.member("reasoning", plain.isEmpty ? "" : reasoning.text)
    }
    if content == nil, plain == nil, !hasDetails { writer.member("reasoning_content", reasoning.text) }
    if hasDetails, let details { writer.member("reasoning_details", details) }
  }

  /// Content as a string, a list or nothing, as it was.
  static func writeOwnContent(_ parts: [Part], _ own: Extensions, into writer: inout JSONWriter) {
    let written = own.source["content"]
    if written?.isArray == true {
      return writer.array("content") { writer in for part in parts { writeOwnElement(part, into: &writer) } }
    }
    guard !parts.isEmpty else {
      if written?.isString == true { writer.member("content", static: "") }
      return
    }
    let texts = parts.compactMap { if case .text(let text) = $0.content { text.text } else { nil } }
    if texts.count == parts.count {
      writer.member("content", texts.joined())
    } else {
      writer.array("content") { writer in for part in parts { writeOwnElement(part, into: &writer) } }
    }
  }

  /// Calls in `tool_calls` or the legacy `function_call`, as they were.
  static func writeOwnCalls(_ parts: [Part], _ own: Extensions, into writer: inout JSONWriter) {
    let legacy = parts.first { $0.extensions?.path.hasSuffix(".function_call") == true }
    if let legacy, case .toolCall(let call) = legacy.content {
      writer.object("function_call", restoring: legacy.extensions.own(.openAIChat)) { writer in
        writer.member("name", call.name)
        if legacy.extensions?.source["arguments"] != nil { writer.member("arguments", call.input) }
      }
    }
    let calls = parts.filter { $0.extensions?.path.hasSuffix(".function_call") != true }
    guard !calls.isEmpty || own.source["tool_calls"]?.isArray == true else { return }
    writer.array("tool_calls") { writer in
      for part in calls {
        if case .toolCall(let call) = part.content {
          writeOwnCall(call, part, into: &writer)
        } else if case .opaque(let opaque) = part.content {
          writer.value(opaque.json)
        }
      }
    }
  }

  private static func writeOwnCall(_ call: ToolCall, _ part: Part, into writer: inout JSONWriter) {
    guard let own = part.extensions.own(.openAIChat) else { return write(call, part.state, into: &writer) }
    writer.object(restoring: own) { writer in
      if let id = call.id {
        writer.member("id", id)
      } else if own.source["id"]?.isString == true {
        writer.member("id", static: "")
      }
      let key: StaticString = call.kind == .custom ? "custom" : "function"
      let field: StaticString = call.kind == .custom ? "input" : "arguments"
      if own.source["type"] != nil { writer.member("type", static: key) }
      if let index = own.source["index"] { writer.member("index", index) }
      writer.object(key, restoring: own.nested(key.description)) { writer in
        writer.member("name", call.name)
        let written = own.source[key]?[field]
        if let written, !written.isString, written.text == call.input {
          writer.member(field, written)
        } else if written != nil || !call.input.isEmpty {
          writer.member(field, call.input)
        }
      }
      if let extra = own.source["extra_content"], part.state != nil { writer.member("extra_content", extra) }
    }
  }
}
