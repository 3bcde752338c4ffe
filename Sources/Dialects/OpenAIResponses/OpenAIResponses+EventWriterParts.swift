import Conversation
import Wire

// Parts of a streamed answer: how each kind begins, grows and ends.

extension OpenAIResponsesEventWriter {
  private static var dialect: DialectID { OpenAIResponses.dialect }

  mutating func startPart(_ part: Part, into output: inout [UInt8]) {
    switch part.content {
    case .text, .refusal: startWords(part, into: &output)
    case .reasoning(let reasoning): startReasoning(reasoning, part, into: &output)
    case .toolCall(let call): startCall(call, part, into: &output)
    case .opaque(let opaque):
      if part.frame != nil { return startWords(part, into: &output) }
      close(isWhole: true, into: &output)
      guard opaque.dialect == Self.dialect else {
        if tellHosted(opaque, into: &output) { return }
        return items.losses.add(
          .part, of: part, at: count, "`\(opaque.type)` is known to \(opaque.dialect.displayName) only")
      }
      tell(Array(opaque.json.text.utf8), isAdded: false, into: &output)
      if let state = part.state { tellState(state, isAfter: true, into: &output) }
    case .image(let media):
      close(isWhole: true, into: &output)
      guard case .base64(let data) = media.source else {
        return items.losses.add(.part, of: part, at: count, "an image that is not inline has no equivalent")
      }
      var writer = JSONWriter()
      writer.object {
        $0.member("id", "ig_\(reply.exchangeID)_\(count)")
        $0.member("type", static: "image_generation_call")
        $0.member("status", static: "completed")
        $0.member("result", data)
      }
      tell(writer.finish(), isAdded: false, into: &output)
    case .audio, .video, .file, .toolResult:
      close(isWhole: true, into: &output)
      items.losses.add(.part, of: part, at: count, "an answer holds no such part")
    }
  }

  mutating func grow(_ delta: PartDelta.Delta, into output: inout [UInt8]) {
    guard open != nil else { return }
    switch delta {
    case .text(let piece): growWords(piece, into: &output)
    case .reasoning(let piece, let kind, let segment): growReasoning(piece, kind, segment, into: &output)
    case .input(let piece): growCall(piece, into: &output)
    case .annotation(let annotation): annotate(annotation, into: &output)
    case .logprobs(let told):
      let logprobs = OpenAIResponses.whole(told)
      open?.pendingLogprobs.append(elementsOf: logprobs)
      open?.logprobs.append(elementsOf: logprobs)
    case .state(let state): open?.state = state
    }
  }

  mutating func finishPart(into output: inout [UInt8]) {
    guard let item = open, item.isGrowing else { return }
    switch item.kind {
    case .message: finishWords(into: &output)
    case .reasoning: finishReasoning(into: &output)
    case .call: open?.isGrowing = false
    }
  }

  /// Ends the open item.
  ///
  /// `isWhole` is false for the last item of an answer that was cut short.
  mutating func close(isWhole: Bool, into output: inout [UInt8]) {
    finishPart(into: &output)
    guard let item = open else { return }
    open = nil
    var writer = JSONWriter()
    switch item.kind {
    case .message: items.writeWords(item.parts[...], index: count, isWhole: isWhole, into: &writer)
    case .reasoning: return
    case .call:
      guard let part = item.parts.first, case .toolCall(var call) = part.content else { return }
      if text.isEmpty, call.kind == .function, isWhole, part.extensions.own(Self.dialect) == nil {
        text = "{}"
        emitDelta("{}", into: &output)
      }
      call.input = text
      let index = count
      emitInputDone(call, item.id, index, into: &output)
      items.writeCall(call, part, index: index, isWhole: isWhole, into: &writer)
    }
    tell(writer.finish(), isAdded: true, into: &output)
    if let state = item.state { tellState(state, isAfter: true, into: &output) }
  }

  // MARK: - Words

  private mutating func startWords(_ part: Part, into output: inout [UInt8]) {
    if let item = open, item.kind == .message, item.state == nil, item.parts.first?.frame === part.frame {
      open?.isGrowing = true
    } else {
      close(isWhole: true, into: &output)
      startMessage(part, into: &output)
    }
    var shell = part
    var known = ""
    var annotations: [Annotation] = []
    switch part.content {
    case .text(let whole):
      known = whole.text
      annotations = whole.annotations
      let logprobs = whole.logprobs.map(OpenAIResponses.whole)
      open?.logprobs = JSONList(logprobs)
      open?.pendingLogprobs = JSONList(logprobs)
      shell.content = .text(Text(""))
    case .refusal(let whole):
      known = whole
      noteRefusal()
      shell.content = .refusal("")
    default: break
    }
    text = ""
    open?.annotations = []
    open?.parts.append(shell)
    if let state = part.state { open?.state = state }
    tellPart("response.content_part.added", shell, into: &output)
    let isRefusal = OpenAIResponses.isRefusal(part)
    open?.isRefusal = isRefusal
    prepareDeltas(
      isRefusal ? "response.refusal.delta" : "response.output_text.delta", itemID: open?.id ?? "",
      place: ("content_index", (open?.parts.count ?? 1) - 1), hasLogprobs: !isRefusal)
    if !known.isEmpty { growWords(known, into: &output) }
    for annotation in annotations { annotate(annotation, into: &output) }
  }

  private mutating func startMessage(_ part: Part, into output: inout [UInt8]) {
    let own = part.frame?.extensions.own(Self.dialect)
    let id = items.itemID(part.frame?.id, prefix: "msg_", own: own != nil, index: count) ?? ""
    text = ""
    open = ResponsesOpenItem(kind: .message, id: id, parts: [])
    guard !isSilent else { return }
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("id", id)
      writer.member("type", static: "message")
      writer.member("status", static: "in_progress")
      writer.array("content") { _ in }
      if let phase = own?.source["phase"] { writer.member("phase", phase) }
      writer.member("role", static: "assistant")
    }
    tellAdded(writer.finish(), into: &output)
  }

  private mutating func growWords(_ piece: String, into output: inout [UInt8]) {
    guard let kind = open?.kind, kind == .message else { return }
    text += piece
    if let logprobs = open?.pendingLogprobs.json {
      open?.pendingLogprobs = JSONList()
      return growWords(piece, logprobs, open?.id ?? "", (open?.parts.count ?? 1) - 1, into: &output)
    }
    emitDelta(piece, into: &output)
  }

  private mutating func growWords(
    _ piece: String, _ logprobs: JSON, _ id: String, _ content: Int, into output: inout [UInt8]
  ) {
    let index = count
    emit("response.output_text.delta", into: &output) { writer in
      writer.member("item_id", id)
      writer.member("output_index", index)
      writer.member("content_index", content)
      writer.member("delta", piece)
      writer.member("logprobs", logprobs)
    }
  }

  private mutating func annotate(_ annotation: Annotation, into output: inout [UInt8]) {
    // Not held while it grows, so that it grows in place.
    guard let kind = open?.kind, kind == .message, let id = open?.id, let content = open?.parts.count else { return }
    var writer = JSONWriter()
    items.losses.add(annotation, at: count, writing: .openAIResponses)
    guard OpenAIResponses.write(annotation, in: text, into: &writer) else {
      return items.losses.add(.annotations, at: count, "a citation of a document has no equivalent")
    }
    let bytes = writer.finish()
    let number = open?.annotations.count ?? 0
    open?.annotations.append(annotation)
    let index = count
    emit("response.output_text.annotation.added", into: &output) { writer in
      writer.member("item_id", id)
      writer.member("output_index", index)
      writer.member("content_index", content - 1)
      writer.member("annotation_index", number)
      writer.key("annotation")
      writer.rawValue(bytes)
    }
  }

  private mutating func finishWords(into output: inout [UInt8]) {
    // Only its pieces are held, so that the item's parts are not copied for each of them.
    guard let id = open?.id, var part = open?.parts.popLast(), let content = open?.parts.count else { return }
    open?.isGrowing = false
    let index = count
    let text = text
    switch part.content {
    case .refusal:
      part.content = .refusal(text)
      emit("response.refusal.done", into: &output) { writer in
        writer.member("item_id", id)
        writer.member("output_index", index)
        writer.member("content_index", content)
        writer.member("refusal", text)
      }
    case .text:
      let logprobs = open?.logprobs.json
      part.content = .text(Text(text, annotations: open?.annotations ?? [], logprobs: logprobs))
      if let pending = open?.pendingLogprobs.json {
        // No text came after them: they go out on an empty delta.
        open?.pendingLogprobs = JSONList()
        growWords("", pending, id, content, into: &output)
      }
      emit("response.output_text.done", into: &output) { writer in
        writer.member("item_id", id)
        writer.member("output_index", index)
        writer.member("content_index", content)
        writer.member("text", text)
        if let logprobs {
          writer.member("logprobs", logprobs)
        } else {
          writer.array("logprobs") { _ in }
        }
      }
    default: break
    }
    open?.parts.append(part)
    tellPart("response.content_part.done", part, into: &output)
  }

  private mutating func tellPart(_ name: StaticString, _ part: Part, into output: inout [UInt8]) {
    guard !isSilent, let item = open else { return }
    let index = count
    var losses = Losses()
    emit(name, into: &output) { writer in
      writer.member("item_id", item.id)
      writer.member("output_index", index)
      writer.member("content_index", item.parts.count - 1)
      writer.key("part")
      ResponsesContentWriter(side: .answer).write(part, into: &writer, losses: &losses)
    }
  }

  // MARK: - Calls

  private mutating func startCall(_ call: ToolCall, _ part: Part, into output: inout [UInt8]) {
    close(isWhole: true, into: &output)
    tellUnsigned(into: &output)
    if let state = part.state { tellState(state, isAfter: false, into: &output) }
    let own = part.extensions.own(Self.dialect)
    let id = items.itemID(
      call.itemID, prefix: call.kind == .function ? "fc_" : "ctc_", own: own != nil, index: count)
    var shell = part
    var empty = call
    empty.input = ""
    shell.state = nil
    shell.content = .toolCall(empty)
    text = ""
    open = ResponsesOpenItem(kind: .call, id: id ?? "", parts: [shell])
    if !isSilent {
      let callID = call.id ?? "call_\(reply.exchangeID)_\(count)"
      var writer = JSONWriter()
      writer.object { writer in
        writer.member("id", id ?? "")
        writer.member("type", static: call.kind == .function ? "function_call" : "custom_tool_call")
        writer.member("status", static: "in_progress")
        writer.member(call.kind == .function ? "arguments" : "input", static: "")
        writer.member("call_id", callID)
        writer.member("name", call.name)
        if let namespace = call.namespace { writer.member("namespace", namespace) }
      }
      tellAdded(writer.finish(), into: &output)
    }
    prepareDeltas(
      call.kind == .function ? "response.function_call_arguments.delta" : "response.custom_tool_call_input.delta",
      itemID: id ?? "", place: nil)
    if !call.input.isEmpty { growCall(call.input, into: &output) }
  }

  private mutating func growCall(_ piece: String, into output: inout [UInt8]) {
    guard let kind = open?.kind, kind == .call else { return }
    text += piece
    emitDelta(piece, into: &output)
  }

  private mutating func emitInputDone(
    _ call: ToolCall, _ id: String, _ index: Int, into output: inout [UInt8]
  ) {
    guard call.kind == .function else {
      return emit("response.custom_tool_call_input.done", into: &output) { writer in
        writer.member("item_id", id)
        writer.member("output_index", index)
        writer.member("input", call.input)
      }
    }
    emit("response.function_call_arguments.done", into: &output) { writer in
      writer.member("item_id", id)
      writer.member("output_index", index)
      writer.member("name", call.name)
      writer.member("arguments", call.input)
    }
  }
}
