import Conversation
import Wire

/// Writes items: of a request's `input`, or of an answer's `output`.
struct ResponsesItemWriter {
  /// Where the items go; behind a reference, for writers are copied for every item.
  indirect enum Side {
    case request(RequestTarget)
    /// Ids that are missing derive from the exchange's.
    case answer(exchangeID: String)
  }

  /// Begins the id of a reasoning item that carries the state of the part before it.
  static let afterPrefix = "rs_after_"

  let side: Side
  var losses = Losses()

  init(_ side: Side) { self.side = side }

  static let dialect = OpenAIResponses.dialect

  private var isAnswer: Bool {
    if case .answer = side { true } else { false }
  }

  /// The id an item goes out with.
  ///
  /// Own ids stay; others only where the vendor's check of their prefix passes.
  func itemID(_ id: String?, prefix: String, own: Bool, index: Int) -> String? {
    if let id, own || (id.hasPrefix(prefix) && id.utf8.count <= OpenAIResponses.maxIDLength) { return id }
    guard case .answer(let exchangeID) = side else { return nil }
    return "\(prefix)\(exchangeID)_\(index)"
  }

  /// The status an item goes out with: in a request the one it came with.
  private func writeStatus(_ own: Extensions?, isWhole: Bool, into writer: inout JSONWriter) {
    let source = own?.source["status"]
    guard isAnswer else {
      if let source, source.isString { writer.member("status", source) }
      return
    }
    if own != nil, source?.isString != true { return }
    if let source, own != nil, isWhole || !source.isString("completed") {
      writer.member("status", source)
    } else if isWhole {
      writer.member("status", static: "completed")
    } else {
      writer.member("status", static: "incomplete")
    }
  }

  // MARK: - Messages

  /// Writes a message item of the model's words.
  ///
  /// `isWhole` is false for the last item of an answer cut short.
  mutating func writeWords(_ parts: ArraySlice<Part>, index: Int, isWhole: Bool = true, into writer: inout JSONWriter) {
    let frame = parts.first?.frame
    let own = frame?.extensions.own(Self.dialect)
    let isString = own?.source["content"]?.isString == true && parts.count == 1
    let content = ResponsesContentWriter(side: isAnswer ? .answer : .replayed)
    let id = itemID(frame?.id, prefix: "msg_", own: own != nil, index: index)
    var losses = Losses()
    writer.object(restoring: own) { writer in
      if let id { writer.member("id", id) }
      if own.map({ $0.source["type"] != nil }) ?? true { writer.member("type", static: "message") }
      writeStatus(own, isWhole: isWhole, into: &writer)
      // A compacted conversation's items are the user's, too.
      if let role = own?.source["role"], role.isString {
        writer.member("role", role)
      } else {
        writer.member("role", static: "assistant")
      }
      if isString, case .text(let text)? = parts.first?.content {
        writer.member("content", text.words)
      } else {
        writer.array("content") { writer in
          for part in parts { content.write(part, into: &writer, losses: &losses) }
        }
      }
    }
    self.losses.append(losses)
  }

  /// Writes a message item that is not the model's.
  private mutating func writeMessage(
    _ message: Message, _ parts: ArraySlice<Part>, path: String, into writer: inout JSONWriter
  ) {
    let own = message.extensions.own(Self.dialect)
    let content = ResponsesContentWriter(side: .input, path: path)
    var inner = JSONWriter(capacity: 256)
    var losses = Losses()
    var count = 0
    inner.array { writer in
      for part in parts {
        if own == nil, case .text(let text) = part.content, text.words.isEmpty { continue }
        if content.write(part, into: &writer, losses: &losses) { count += 1 }
      }
    }
    self.losses.append(losses)
    guard count > 0 || own != nil else { return }
    let isString = own?.source["content"]?.isString == true && parts.count == 1
    writer.object(restoring: own) { writer in
      if own.map({ $0.source["type"] != nil }) ?? true { writer.member("type", static: "message") }
      writer.member("role", role(message.role))
      if own != nil, let id = message.id { writer.member("id", id) }
      writeStatus(own, isWhole: true, into: &writer)
      if isString, case .text(let text)? = parts.first?.content {
        writer.member("content", text.words)
      } else if count > 0 || own?.source["content"]?.isArray == true {
        writer.key("content")
        writer.rawValue(inner.bytes)
      }
    }
    if let name = message.name, own == nil { self.losses.add(path + ".name", "messages carry no name (`\(name)`)") }
  }

  private func role(_ role: Role) -> String {
    switch role {
    case .tool: return "user"
    case .developer:
      if case .request(let target) = side, !target.quirks.developerRole { return "system" }
      return role.rawValue
    default: return role.rawValue
    }
  }

  /// Writes a message's items.
  ///
  /// `isFollowed`: the next message is the model's, too.
  mutating func writeItems(
    of message: Message, path: String, isFollowed: Bool, into writer: inout JSONWriter
  ) {
    losses.add(message.extensions, writing: Self.dialect)
    let parts = message.parts
    var position = 0
    while position < parts.count {
      let part = parts[position]
      let place = part.path ?? path
      let next = position + 1
      switch part.content {
      case .reasoning(let reasoning):
        let rest = parts[next...]
        writeReplayed(
          reasoning, part, place: place, hasFollower: isFollowed || rest.contains(where: Self.isSpoken), into: &writer)
      case .toolCall(let call):
        writeCall(call, part, index: 0, into: &writer)
        dropState(of: part, place)
      case .toolResult(let result): writeOutput(result, part, place: place, into: &writer)
      case .opaque(let opaque) where message.extensions.own(Self.dialect) == nil && part.frame == nil:
        writeOpaque(opaque, place: place, into: &writer)
      default:
        var end = next
        while end < parts.count, Self.stands(parts[end], inMessageWith: part, message) { end += 1 }
        if message.role == .assistant {
          let slice = parts[position..<end]
          if part.frame != nil || slice.contains(where: Self.isWord) {
            writeWords(slice, index: 0, into: &writer)
          } else {
            for part in slice where !Self.isEmpty(part) { losses.add(place, "a turn of the model holds only text") }
          }
          for part in slice { dropState(of: part, place) }
        } else {
          writeMessage(message, parts[position..<end], path: path, into: &writer)
        }
        position = end
        continue
      }
      position = next
    }
    if parts.isEmpty, message.extensions.own(Self.dialect) != nil {
      writeMessage(message, parts[...], path: path, into: &writer)
    }
  }

  private mutating func dropState(of part: Part, _ place: String) {
    if part.state != nil { losses.add(place, "reasoning state of another provider") }
  }

  private static func isEmpty(_ part: Part) -> Bool {
    if case .text(let text) = part.content { text.words.isEmpty } else { false }
  }

  private static func isWord(_ part: Part) -> Bool {
    switch part.content {
    case .text(let text): !text.words.isEmpty
    case .refusal: true
    default: false
    }
  }

  private static func isSpoken(_ part: Part) -> Bool {
    switch part.content {
    case .toolCall: true
    case .opaque(let opaque): opaque.dialect == dialect
    default: isWord(part) || part.frame != nil
    }
  }

  private static func stands(_ part: Part, inMessageWith first: Part, _ message: Message) -> Bool {
    switch part.content {
    case .reasoning, .toolCall, .toolResult: return false
    case .opaque:
      if message.role == .assistant { return part.frame != nil && part.frame === first.frame }
      return message.extensions.own(dialect) != nil
    default: return part.frame === first.frame
    }
  }

  // MARK: - Reasoning

  private mutating func writeReplayed(
    _ reasoning: Reasoning, _ part: Part, place: String, hasFollower: Bool, into writer: inout JSONWriter
  ) {
    guard case .request(let target) = side else { return }
    let own = part.extensions.own(Self.dialect)
    losses.add(part.extensions, writing: Self.dialect)
    if let state = part.state, state.belongs(to: Self.dialect, target.origin), state.kind == .encrypted {
      guard own != nil || hasFollower else {
        return losses.add(place, "reasoning that nothing follows is refused")
      }
      return writeReasoning(reasoning, part, state: state.blob, index: 0, into: &writer)
    }
    // Without state an item can only be meant for a vendor that stored it, or that takes plain text.
    if let own, own.source["encrypted_content"]?.isString != true, part.state == nil {
      return writeReasoning(reasoning, part, state: nil, index: 0, into: &writer)
    }
    losses.add(
      place,
      part.state == nil ? "reasoning without state is refused" : "reasoning state of another provider")
  }

  /// Writes a reasoning item with what of it may be shown.
  mutating func writeReasoning(
    _ reasoning: Reasoning, _ part: Part, state: String?, index: Int, into writer: inout JSONWriter
  ) {
    let own = part.extensions.own(Self.dialect)
    let id = itemID(reasoning.id, prefix: "rs_", own: own != nil, index: index)
    let keepsKinds = own != nil
    let texts = reasoning.segments.filter { keepsKinds && $0.kind == .text }
    let summaries =
      keepsKinds
      ? reasoning.segments.filter { $0.kind == .summary }
      : reasoning.segments.map { Reasoning.Segment(.summary, $0.text) }
    writer.object(restoring: own) { writer in
      if let id { writer.member("id", id) }
      writer.member("type", static: "reasoning")
      if let summary = own?.source["summary"], summary.isArray, Self.holds(summary, summaries) {
        writer.member("summary", summary)
      } else {
        writer.array("summary") { writer in
          for segment in summaries { Self.writeSegment(segment, into: &writer) }
        }
      }
      if let content = own?.source["content"], content.isArray, Self.holds(content, texts) {
        writer.member("content", content)
      } else if !texts.isEmpty {
        writer.array("content") { writer in
          for segment in texts { Self.writeSegment(segment, into: &writer) }
        }
      }
      if let state { writer.member("encrypted_content", state) }
      if let status = own?.source["status"], status.isString { writer.member("status", status) }
    }
  }

  /// Whether an array says just these segments, so that its own spelling can stand.
  private static func holds(_ array: JSON, _ segments: [Reasoning.Segment]) -> Bool {
    array.elements.map { $0["text"]?.string ?? "" } == segments.map(\.text)
  }

  /// One element of a reasoning item's `summary` or `content`.
  static func writeSegment(_ segment: Reasoning.Segment, into writer: inout JSONWriter) {
    writer.object { writer in
      if segment.kind == .text {
        writer.member("type", static: "reasoning_text")
      } else {
        writer.member("type", static: "summary_text")
      }
      writer.member("text", segment.text)
    }
  }

  // MARK: - Calls and outputs

  /// What an item kept, unless it became another kind of item meanwhile: a custom call lowered to a function.
  private static func own(_ part: Part, _ type: StaticString) -> Extensions? {
    guard let own = part.extensions.own(dialect), own.source["type"]?.isString(type) == true else { return nil }
    return own
  }

  mutating func writeCall(
    _ call: ToolCall, _ part: Part, index: Int, isWhole: Bool = true, into writer: inout JSONWriter
  ) {
    let isFunction = call.kind == .function
    let own = Self.own(part, isFunction ? "function_call" : "custom_tool_call")
    losses.add(part.extensions, writing: Self.dialect)
    let id = itemID(call.itemID, prefix: isFunction ? "fc_" : "ctc_", own: own != nil, index: index)
    let callID = call.id ?? missingCallID(index)
    let source = own?.source["arguments"]
    writer.object(restoring: own) { writer in
      if let id { writer.member("id", id) }
      if isFunction {
        writer.member("type", static: "function_call")
      } else {
        writer.member("type", static: "custom_tool_call")
      }
      writeStatus(own, isWhole: isWhole, into: &writer)
      if !isFunction {
        writer.member("input", call.input)
      } else if let source, source.isObject, source.text == call.input {
        writer.member("arguments", source)
      } else if call.input.isEmpty, own == nil, isWhole {
        writer.member("arguments", static: "{}")
      } else if !call.input.isEmpty || own == nil || source != nil {
        writer.member("arguments", call.input)
      }
      if own == nil {
        writer.member("call_id", callID)
      } else if own?.source["call_id"] != nil {
        writer.member("call_id", callID)
      }
      writer.member("name", call.name)
      if let namespace = call.namespace { writer.member("namespace", namespace) }
    }
  }

  /// The id of a call that came without one.
  private func missingCallID(_ index: Int) -> String {
    if case .answer(let exchangeID) = side { "call_\(exchangeID)_\(index)" } else { "call_\(index)" }
  }

  private mutating func writeOutput(
    _ result: ToolResult, _ part: Part, place: String, into writer: inout JSONWriter
  ) {
    let own = Self.own(part, result.kind == .function ? "function_call_output" : "custom_tool_call_output")
    losses.add(part.extensions, writing: Self.dialect)
    if result.isError { losses.add(place + ".is_error", "an output says nothing of failure but its text") }
    let callID = result.callID ?? "call_0"
    let parts = result.parts
    let text = plainText(of: result, own)
    let content = ResponsesContentWriter(side: .input, path: place)
    var losses = Losses()
    if text != nil { for part in parts { losses.add(part.extensions, writing: Self.dialect) } }
    writer.object(restoring: own) { writer in
      if own != nil, let id = result.itemID { writer.member("id", id) }
      if result.kind == .function {
        writer.member("type", static: "function_call_output")
      } else {
        writer.member("type", static: "custom_tool_call_output")
      }
      writeStatus(own, isWhole: true, into: &writer)
      writer.member("call_id", callID)
      if let output = own?.source["output"], !output.isString, !output.isArray, output.text == text?.string {
        writer.member("output", output)
      } else if let text {
        writer.member("output", text)
      } else {
        writer.array("output") { writer in
          for part in parts { content.write(part, into: &writer, losses: &losses) }
        }
      }
    }
    self.losses.append(losses)
  }

  /// The output where text says it all.
  private func plainText(of result: ToolResult, _ own: Extensions?) -> JSONText? {
    if own?.source["output"]?.isArray == true { return nil }
    if result.parts.isEmpty { return JSONText(result.structured?.text ?? "") }
    var texts: [JSONText] = []
    for part in result.parts {
      guard case .text(let text) = part.content else { return nil }
      texts.append(text.words)
    }
    return texts.joinedTexts(by: "\n")
  }

  private mutating func writeOpaque(_ opaque: OpaquePart, place: String, into writer: inout JSONWriter) {
    guard opaque.dialect == Self.dialect else {
      return losses.add(place, "`\(opaque.type)` is known to \(opaque.dialect.displayName) only")
    }
    if case .request(let target) = side, !target.quirks.namespaceTools,
      ["additional_tools", "tool_search_call", "tool_search_output"].contains(opaque.type)
    {
      return losses.add(place, "the provider knows no `\(opaque.type)`")
    }
    writer.value(opaque.json)
  }
}
