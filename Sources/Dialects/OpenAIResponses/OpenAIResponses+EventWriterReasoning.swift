import Conversation
import Wire

// Reasoning in a streamed answer. Shown only where the client asked for a summary; state goes to clients that asked for
// `reasoning.encrypted_content`.

extension OpenAIResponsesEventWriter {
  private static var dialect: DialectID { OpenAIResponses.dialect }

  private var isShown: Bool {
    guard let summary = reply.request.reasoning?.summary else { return false }
    return summary != "none"
  }

  mutating func startReasoning(_ reasoning: Reasoning, _ part: Part, into output: inout [UInt8]) {
    close(isWhole: true, into: &output)
    let own = part.extensions.own(Self.dialect)
    let id = items.itemID(reasoning.id, prefix: "rs_", own: own != nil, index: count) ?? ""
    var shell = part
    shell.content = .reasoning(Reasoning(id: reasoning.id))
    text = ""
    open = ResponsesOpenItem(kind: .reasoning, id: id, parts: [shell])
    open?.state = part.state
    let isTold = own != nil || isShown
    open?.isTold = isTold
    if isTold { tellReasoningAdded(id, own, into: &output) }
    for (index, segment) in reasoning.segments.enumerated() {
      growReasoning(segment.text, segment.kind, index, into: &output)
    }
  }

  private mutating func tellReasoningAdded(_ id: String, _ own: Extensions?, into output: inout [UInt8]) {
    guard !isSilent else { return }
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("id", id)
      writer.member("type", static: "reasoning")
      writer.array("summary") { _ in }
      if own?.source["content"]?.isArray == true { writer.array("content") { _ in } }
    }
    tellAdded(writer.finish(), into: &output)
  }

  /// Whether the current segment goes out as full text: only the vendor's own protocol keeps the two apart.
  private func isText(_ kind: Reasoning.Segment.Kind) -> Bool {
    kind == .text && open?.parts.first?.extensions.own(Self.dialect) != nil
  }

  mutating func growReasoning(
    _ piece: String, _ kind: Reasoning.Segment.Kind, _ segment: Int, into output: inout [UInt8]
  ) {
    // Not held while it grows, so that it grows in place.
    guard let kindOfItem = open?.kind, kindOfItem == .reasoning else { return }
    let last = open?.segment
    guard open?.isTold == true else {
      if let last, last != segment, !text.isEmpty { text += "\n\n" }
      open?.segment = segment
      text += piece
      return
    }
    if last != segment {
      finishSegment(into: &output)
      let kind: Reasoning.Segment.Kind = isText(kind) ? .text : .summary
      open?.segments.append(Reasoning.Segment(kind, ""))
      if kind == .text { open?.textSegments += 1 }
      open?.segment = segment
      tellSegment(
        kind == .text ? "response.content_part.added" : "response.reasoning_summary_part.added", into: &output,
        withPart: true)
      prepareDeltas(
        kind == .text ? "response.reasoning_text.delta" : "response.reasoning_summary_text.delta",
        itemID: open?.id ?? "", place: (kind == .text ? "content_index" : "summary_index", number(of: kind)))
    }
    guard !piece.isEmpty else { return }
    text += piece
    emitDelta(piece, into: &output)
  }

  /// The current segment's number among those of its kind.
  private func number(of kind: Reasoning.Segment.Kind) -> Int {
    guard let open else { return 0 }
    return max(0, (kind == .text ? open.textSegments : open.segments.count - open.textSegments) - 1)
  }

  private mutating func finishSegment(into output: inout [UInt8]) {
    guard open?.isTold == true, open?.segment != nil, let last = open?.segments.indices.last else { return }
    open?.segments[last].text = text
    let isText = open?.segments[last].kind == .text
    tellSegment(
      isText ? "response.reasoning_text.done" : "response.reasoning_summary_text.done", into: &output, whole: text)
    tellSegment(
      isText ? "response.content_part.done" : "response.reasoning_summary_part.done", into: &output, withPart: true)
    open?.segment = nil
    text = ""
  }

  private mutating func tellSegment(
    _ name: StaticString, into output: inout [UInt8], whole: String? = nil, withPart: Bool = false
  ) {
    guard !isSilent, let item = open, let segment = item.segments.last else { return }
    let index = count
    let number = number(of: segment.kind)
    emit(name, into: &output) { writer in
      writer.member("item_id", item.id)
      writer.member("output_index", index)
      writer.member(segment.kind == .text ? "content_index" : "summary_index", number)
      if let whole { writer.member("text", whole) }
      if withPart {
        writer.key("part")
        ResponsesItemWriter.writeSegment(segment, into: &writer)
      }
    }
  }

  mutating func finishReasoning(into output: inout [UInt8]) {
    finishSegment(into: &output)
    guard let item = open, let part = item.parts.first, case .reasoning(let old) = part.content else { return }
    open = nil
    // State nobody asked for would not come back, and thinking nobody asked to see travels only for its state, or for
    // vendors that want unsigned thoughts back.
    let isOwn = part.extensions.own(Self.dialect) != nil
    var slot: String?
    if let state = item.state {
      if isOwn || reply.request.includesEncryptedReasoning {
        slot = ReasoningSeal.write(state, into: Self.dialect, reply.seals)
      }
    } else if !isOwn, item.isTold, reply.request.includesEncryptedReasoning {
      slot = ReasoningSeal.note("", reply.seals)
    } else if !item.isTold {
      unsigned += text
    }
    text = ""
    guard item.isTold || slot != nil else { return }
    var writer = JSONWriter()
    items.writeReasoning(
      Reasoning(item.segments, id: old.id), part, state: slot, index: count, into: &writer)
    tell(writer.finish(), isAdded: item.isTold, into: &output)
  }
}
