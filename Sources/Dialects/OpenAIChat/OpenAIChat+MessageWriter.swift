import Conversation
import Wire

// Messages of a request, as written for an upstream.

extension OpenAIChat.RequestWriter {
  mutating func writeMessages(into writer: inout JSONWriter) {
    writer.array("messages") { writer in
      var turns = OpenAIChat.TurnWriter(quirks: target.quirks, origin: target.origin)
      if request.outputFormat.isObjectWithoutSchema, source == nil, !mentionsJSON {
        // OpenAI refuses JSON mode where no message says so.
        turns.add(Message(.system, text: "Answer in JSON."), path: "", into: &writer)
      }
      var position = 0
      for message in request.messages {
        let path = message.path ?? LossPlace.element(position, of: "messages")
        turns.add(message, path: path, into: &writer)
        position += 1
      }
      turns.finish(into: &writer)
      losses.append(turns.losses)
    }
  }

  private var mentionsJSON: Bool {
    request.messages.contains { message in
      message.parts.contains { part in
        guard case .text(let text) = part.content else { return false }
        return text.text.lowercased().contains("json")
      }
    }
  }
}

extension Optional<OutputFormat> {
  fileprivate var isObjectWithoutSchema: Bool {
    if case .jsonObject = self { true } else { false }
  }
}

extension OpenAIChat {
  /// Turns messages into Chat's: one `tool` message per result right behind its call, media of results in a user
  /// message after the batch, neighbouring pieces of one assistant turn joined.
  struct TurnWriter {
    let quirks: Quirks
    let origin: SealOrigin?
    var losses = Losses()
    /// Parts of the assistant turn being collected, and where its last message stood.
    private var assistant: [Part] = []
    private var assistantPath = ""
    private var assistantName: String?
    /// Media of tool results that `tool` messages cannot carry.
    private var carried: [Part] = []
    /// Where the last of them stood.
    private var carriedPath = ""

    init(quirks: Quirks, origin: SealOrigin?) {
      self.quirks = quirks
      self.origin = origin
    }

    mutating func add(_ message: Message, path: String, into writer: inout JSONWriter) {
      losses.add(message.extensions, writing: .openAIChat)
      if let own = message.extensions.own(.openAIChat) {
        finish(into: &writer)
        return writeOwn(message, own, into: &writer)
      }
      switch message.role {
      case .assistant:
        finishCarried(into: &writer)
        if assistant.isEmpty { assistantPath = path }
        assistantName = message.name ?? assistantName
        if assistant.isEmpty { assistant = message.parts } else { assistant += message.parts }
      case .system, .developer:
        finish(into: &writer)
        writeSystem(message, path, into: &writer)
      case .user, .tool:
        finishAssistant(into: &writer)
        writeUserSide(message, path, into: &writer)
      }
    }

    mutating func finish(into writer: inout JSONWriter) {
      finishAssistant(into: &writer)
      finishCarried(into: &writer)
    }

    func roleName(_ role: Role) -> StaticString {
      switch role {
      case .system: "system"
      case .developer: quirks.developerRole ? "developer" : "system"
      case .user: "user"
      case .assistant: "assistant"
      case .tool: "tool"
      }
    }

    private mutating func writeSystem(_ message: Message, _ path: String, into writer: inout JSONWriter) {
      var pieces: [JSONText] = []
      for part in message.parts {
        losses.add(part, writing: .openAIChat)
        switch part.content {
        case .text(let text): if !text.words.isEmpty { pieces.append(text.words) }
        default: losses.add(part.path ?? path, "\(message.role.rawValue) messages take text only")
        }
      }
      guard !pieces.isEmpty else { return }
      writer.object { writer in
        writer.member("role", static: roleName(message.role))
        // One string, for not every server takes lists here.
        writer.member("content", pieces.joinedTexts(by: "\n\n"))
        if let name = message.name { writer.member("name", name) }
      }
    }

    private mutating func writeUserSide(_ message: Message, _ path: String, into writer: inout JSONWriter) {
      var rest: [Part] = []
      // By places: walking over the parts would copy each of them.
      for index in message.parts.indices {
        if case .toolResult(let result) = message.parts[index].content {
          losses.add(message.parts[index], writing: .openAIChat)
          write(result, path, into: &writer)
        } else {
          rest.append(message.parts[index])
        }
      }
      guard !rest.isEmpty else { return }
      let media = carried
      carried = []
      writeUser(media + rest, name: message.name, path: path, dialect: message.extensions?.dialect, into: &writer)
    }

    private mutating func finishCarried(into writer: inout JSONWriter) {
      guard !carried.isEmpty else { return }
      let media = carried
      carried = []
      writeUser(media, name: nil, path: carriedPath, dialect: nil, into: &writer)
    }

    /// A `tool` message takes text only: media are announced there and follow behind the batch.
    private mutating func write(_ result: ToolResult, _ path: String, into writer: inout JSONWriter) {
      var pieces: [JSONText] = []
      for part in result.parts {
        losses.add(part, writing: .openAIChat)
        switch part.content {
        case .text(let text): pieces.append(text.words)
        case .refusal(let text): pieces.append(JSONText(text))
        case .image, .audio, .video, .file:
          if case .file(let media) = part.content, case .text(let text) = media.source {
            pieces.append(JSONText(text))
            continue
          }
          carried.append(.text("[attachment of the result of tool call \(result.callID ?? "")]"))
          carried.append(part)
          carriedPath = part.path ?? path
          pieces.append(JSONText("[attachment: see the next user message]"))
        case .opaque(let opaque): losses.add(part.path ?? path, "a tool result's `\(opaque.type)` has no equivalent")
        default: losses.add(part.path ?? path, "a part of a tool result has no equivalent")
        }
      }
      if pieces.isEmpty, let structured = result.structured { pieces.append(JSONText(structured.text)) }
      if result.isError { losses.add(path + ".is_error", "tool messages have no error flag; the text stays") }
      writer.object { writer in
        writer.member("role", static: "tool")
        writer.member("tool_call_id", result.callID ?? "")
        writer.member("content", pieces.joinedTexts(by: "\n"))
      }
    }

    // MARK: - Assistant

    private mutating func finishAssistant(into writer: inout JSONWriter) {
      guard !assistant.isEmpty else { return }
      let parts = assistant
      let name = assistantName
      assistant = []
      assistantName = nil
      var text = JoinedText()
      var refusal: String?
      var thoughts: [String] = []
      var unsealed: [String] = []
      var details = JSONList()
      var calls: [(ToolCall, ReasoningState?)] = []
      for part in parts {
        losses.add(part, writing: .openAIChat)
        switch part.content {
        case .text(let piece):
          text.append(piece.words)
          if !piece.annotations.isEmpty {
            losses.add((part.path ?? assistantPath) + ".annotations", "citations are not sent back")
          }
        case .refusal(let piece): refusal = (refusal ?? "") + piece
        case .reasoning(let reasoning):
          text.interrupt()
          if !reasoning.text.isEmpty { thoughts.append(reasoning.text) }
          if !reasoning.text.isEmpty, part.state == nil { unsealed.append(part.path ?? assistantPath) }
          if let state = own(part.state) { details.append(detailsOf: state) }
        case .toolCall(let call):
          text.interrupt()
          calls.append((call, own(part.state)))
        case .opaque(let opaque):
          text.interrupt()
          losses.add(part.path ?? assistantPath, "`\(opaque.type)` has no equivalent")
        default:
          losses.add(part.path ?? assistantPath, "assistant messages take text only")
        }
        if part.state != nil, own(part.state) == nil {
          losses.add(part.path ?? assistantPath, "reasoning state of another provider")
        }
      }
      let replays = quirks.reasoningReplay == .always || (quirks.reasoningReplay == .toolTurns && !calls.isEmpty)
      let reasoning = replays && !thoughts.isEmpty ? thoughts.joined(separator: "\n\n") : nil
      if !replays {
        for path in unsealed { losses.add(path, "\(DialectID.openAIChat.displayName) takes no thoughts back") }
      }
      guard !text.text.isEmpty || refusal != nil || !calls.isEmpty || reasoning != nil || !details.isEmpty
      else { return }
      writer.object { writer in
        writer.member("role", static: "assistant")
        if !text.text.isEmpty {
          writer.member("content", text.text)
        } else if calls.isEmpty, refusal == nil {
          writer.member("content", static: "")
        } else {
          writer.nullMember("content")
        }
        if let refusal { writer.member("refusal", refusal) }
        if let name { writer.member("name", name) }
        if let details = details.json {
          writer.member("reasoning_details", details)
        } else if let reasoning {
          writer.member("reasoning_content", reasoning)
        }
        guard !calls.isEmpty else { return }
        writer.array("tool_calls") { writer in
          for (call, state) in calls { OpenAIChat.write(call, state, into: &writer) }
        }
      }
    }

    private func own(_ state: ReasoningState?) -> ReasoningState? {
      guard let state, state.belongs(to: .openAIChat, origin) else { return nil }
      return state
    }
  }

  /// Text blocks of one turn as one string: neighbours run on, blocks with something between them stand apart.
  struct JoinedText {
    /// The first of them as it came, for mostly it is the only one.
    private var first: JSONText?
    private var rest = ""
    private var wasInterrupted = false

    var text: JSONText {
      guard let first else { return JSONText("") }
      return rest.isEmpty ? first : JSONText(first.string + rest)
    }

    mutating func append(_ piece: JSONText) {
      guard !piece.isEmpty else { return }
      if first == nil {
        first = piece
      } else {
        if wasInterrupted { rest += "\n\n" }
        rest += piece.string
      }
      wasInterrupted = false
    }

    mutating func interrupt() { wasInterrupted = true }
  }

  /// Writes a call; `isWhole` is false where an output limit may have cut its input off.
  static func write(
    _ call: ToolCall, _ state: ReasoningState?, isWhole: Bool = true, into writer: inout JSONWriter
  ) {
    writer.object { writer in
      writer.member("id", call.id ?? "")
      switch call.kind {
      case .function:
        writer.member("type", static: "function")
        writer.object("function") { writer in
          writer.member("name", call.name)
          writer.member("arguments", call.input.isEmpty && isWhole ? "{}" : call.input)
        }
      case .custom:
        writer.member("type", static: "custom")
        writer.object("custom") { writer in
          writer.member("name", call.name)
          writer.member("input", call.input)
        }
      }
      if let state, state.kind == .thoughtSignature, let extra = try? JSON(parsing: state.blob) {
        writer.member("extra_content", extra)
      }
    }
  }
}
