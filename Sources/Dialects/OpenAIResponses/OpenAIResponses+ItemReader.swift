import Conversation
import Wire

/// One output item of a stream on its way to parts.
struct ResponsesItemReader {
  /// What becomes of the item's events.
  enum Step {
    case part(Part)
    case delta(PartDelta.Delta)
    case end

    /// Roughly how much memory it takes while it waits.
    var weight: Int {
      switch self {
      case .delta(.text(let text)), .delta(.input(let text)): text.utf8.count + 32
      case .delta(.reasoning(let text, _, _)): text.utf8.count + 32
      case .delta(.logprobs(let list)): list.byteCount + 64
      case .delta(.annotation(let annotation)): (annotation.original?.json.byteCount ?? 0) + 64
      case .delta(.state(let state)): state.blob.utf8.count + 64
      case .part(let part):
        if case .opaque(let opaque) = part.content { opaque.json.byteCount + 64 } else { 256 }
      default: 64
      }
    }
  }

  /// Which event makes the item grow.
  enum Growth {
    case words, wordsDone, refusal, refusalDone, annotation, input, inputDone, summary, summaryDone, reasoning
    case reasoningDone
  }

  let id: String?
  let type: String
  let outputIndex: Int
  private(set) var isFinished = false
  /// Steps that wait for earlier items.
  var waiting: [Step] = []

  /// What is known of the item; let go of at its end.
  private var header: JSON
  private let origin: SealOrigin?
  private var frame: ItemFrame?
  /// Whether a part has begun and not ended.
  private var isOpen = false
  /// Content parts begun, for messages.
  private var contentCount = 0
  private var isRefusal = false
  /// Characters, as UTF-8, of the open part that went out.
  private var told = 0
  private var annotationCount = 0
  private var toldLogprobs = false
  /// Segments of reasoning that have begun: kind, index and bytes told.
  private var segments: [(kind: Reasoning.Segment.Kind, index: Int, told: Int)] = []
  /// The most of them; what more there are goes on with the last.
  private static let segmentLimit = 4096

  init(_ item: JSON, outputIndex: Int, origin: SealOrigin?) {
    let item = Self.settled(item)
    header = item
    id = item["id"]?.string
    type = item["type"]?.string ?? "message"
    self.outputIndex = outputIndex
    self.origin = origin
    if type == "message" {
      var reader = ObjectReader(item)
      for name in ["type", "role", "id", "status", "content"] as [StaticString] { reader.discard(name) }
      frame = ItemFrame(
        id: id, extensions: Extensions(OpenAIResponses.dialect, path: "output[\(outputIndex)]", reader))
    } else {
      frame = nil
    }
  }

  /// The item without the `in_progress` of its beginning: parts remember it as it will be.
  private static func settled(_ item: JSON) -> JSON {
    guard item["status"]?.isString("in_progress") == true,
      ["message", "reasoning", "function_call", "custom_tool_call"].contains(item["type"]?.string ?? "message")
    else { return item }
    return JSON { writer in
      writer.object { writer in
        for member in item.members {
          writer.key(named: member.key)
          if member.isNamed("status") { writer.string(static: "completed") } else { writer.value(member.value) }
        }
      }
    }
  }

  /// An item for deltas whose beginning was never told; nil if they cannot stand without.
  static func shell(for event: JSON) -> JSON? {
    guard let type = event["type"]?.string else { return nil }
    let kind: StaticString
    if type.hasPrefix("response.output_text") || type.hasPrefix("response.refusal")
      || type.hasPrefix("response.content_part")
    {
      kind = event["part"]?["type"]?.isString("reasoning_text") == true ? "reasoning" : "message"
    } else if type.hasPrefix("response.reasoning") {
      kind = "reasoning"
    } else {
      return nil
    }
    return JSON { writer in
      writer.object { writer in
        if let id = event["item_id"]?.string { writer.member("id", id) }
        writer.member("type", static: kind)
        if kind.description == "message" { writer.member("role", static: "assistant") }
      }
    }
  }

  // MARK: - Beginning

  mutating func begin(_ steps: inout [Step]) {
    if type == "reasoning" { open(reasoningPart(), &steps) }
    if type == "function_call" || type == "custom_tool_call", header["call_id"] != nil { openCall(header, &steps) }
  }

  private mutating func open(_ part: Part, _ steps: inout [Step]) {
    close(&steps)
    isOpen = true
    told = 0
    annotationCount = 0
    toldLogprobs = false
    steps.append(.part(part))
  }

  private mutating func close(_ steps: inout [Step]) {
    guard isOpen else { return }
    isOpen = false
    steps.append(.end)
  }

  private func reasoningPart() -> Part {
    var part = OpenAIResponses.readReasoning(header, path: "output[\(outputIndex)]", source: .upstream(origin))
    part.content = .reasoning(Reasoning(id: id))
    part.state = nil
    return part
  }

  private mutating func openCall(_ item: JSON, _ steps: inout [Step]) {
    let kind: ToolCall.Kind = type == "function_call" ? .function : .custom
    guard var part = try? OpenAIResponses.readCall(item, path: "output[\(outputIndex)]", kind: kind),
      case .toolCall(var call) = part.content
    else { return }
    call.input = ""
    part.content = .toolCall(call)
    open(part, &steps)
  }

  mutating func beginContent(_ steps: inout [Step], _ part: JSON?, contentIndex: Int?) {
    guard let part, part.isObject else { return }
    if type == "reasoning" {
      if !isOpen { open(reasoningPart(), &steps) }
      return
    }
    guard type == "message" else { return }
    if let contentIndex, contentIndex < contentCount { return }
    openContent(part, &steps)
  }

  private mutating func openContent(_ json: JSON, _ steps: inout [Step]) {
    var part = OpenAIResponses.readPart(json, path: "output[\(outputIndex)].content[\(contentCount)]")
    contentCount += 1
    part.frame = frame
    isRefusal = false
    switch part.content {
    case .text: part.content = .text(Text(""))
    case .refusal:
      isRefusal = true
      part.content = .refusal("")
    default: break
    }
    open(part, &steps)
  }

  private static let emptyText = JSON { writer in
    writer.object { writer in
      writer.member("type", static: "output_text")
      writer.array("annotations") { _ in }
      writer.member("text", static: "")
    }
  }

  private static let emptyRefusal = JSON { writer in
    writer.object { writer in
      writer.member("type", static: "refusal")
      writer.member("refusal", static: "")
    }
  }

  // MARK: - Growing

  /// Counts a piece of the open part that is told already.
  mutating func count(_ piece: PartDelta.Delta) {
    switch piece {
    case .text(let text), .input(let text): told += text.utf8.count
    case .reasoning(let text, _, let segment):
      if segments.indices.contains(segment) { segments[segment].told += text.utf8.count }
    case .annotation, .logprobs, .state: break
    }
  }

  mutating func grow(_ steps: inout [Step], _ growth: Growth, _ event: JSON) {
    switch growth {
    case .words, .refusal:
      reach(event, isRefusal: growth == .refusal, &steps)
      guard isOpen, type == "message" else { return }
      logprobs(event["logprobs"], &steps)
      tell(event["delta"]?.string ?? "", &steps)
    case .wordsDone, .refusalDone:
      reach(event, isRefusal: growth == .refusalDone, &steps)
      guard isOpen, type == "message" else { return }
      complete(event[growth == .wordsDone ? "text" : "refusal"]?.string, &steps)
    case .annotation:
      reach(event, isRefusal: false, &steps)
      guard isOpen, type == "message", let annotation = event["annotation"], annotation.isObject else { return }
      annotationCount += 1
      steps.append(.delta(.annotation(OpenAIResponses.readAnnotation(annotation))))
    case .input:
      guard isOpen, let piece = event["delta"]?.string, !piece.isEmpty else { return }
      told += piece.utf8.count
      steps.append(.delta(.input(piece)))
    case .inputDone:
      guard isOpen else { return }
      completeInput(event[type == "function_call" ? "arguments" : "input"]?.string, &steps)
    case .summary, .summaryDone, .reasoning, .reasoningDone: growReasoning(&steps, growth, event)
    }
  }

  /// Makes sure that the content part an event speaks of is the open one.
  private mutating func reach(_ event: JSON, isRefusal: Bool, _ steps: inout [Step]) {
    guard type == "message" else { return }
    let index = event["content_index"]?.int ?? max(0, contentCount - 1)
    if contentCount == 0 || index >= contentCount || (isRefusal && !self.isRefusal && told == 0) {
      openContent(isRefusal ? Self.emptyRefusal : Self.emptyText, &steps)
    }
  }

  private mutating func tell(_ piece: String, _ steps: inout [Step]) {
    guard !piece.isEmpty else { return }
    told += piece.utf8.count
    steps.append(.delta(.text(piece)))
  }

  private mutating func logprobs(_ logprobs: JSON?, _ steps: inout [Step]) {
    guard let logprobs, !logprobs.elements.isEmpty else { return }
    toldLogprobs = true
    steps.append(.delta(.logprobs(logprobs)))
  }

  /// Tells what of the whole text has not been told.
  private mutating func complete(_ whole: String?, _ steps: inout [Step]) {
    guard let whole, let rest = Self.rest(of: whole, after: told) else { return }
    tell(rest, &steps)
  }

  private mutating func completeInput(_ whole: String?, _ steps: inout [Step]) {
    guard let whole, let rest = Self.rest(of: whole, after: told) else { return }
    told += rest.utf8.count
    steps.append(.delta(.input(rest)))
  }

  private static func rest(of whole: String, after told: Int) -> String? {
    let count = whole.utf8.count
    guard count > told else { return nil }
    return String(decoding: whole.utf8.dropFirst(told), as: UTF8.self)
  }

  private mutating func growReasoning(_ steps: inout [Step], _ growth: Growth, _ event: JSON) {
    guard type == "reasoning" else { return }
    if !isOpen { open(reasoningPart(), &steps) }
    let isSummary = growth == .summary || growth == .summaryDone
    let kind: Reasoning.Segment.Kind = isSummary ? .summary : .text
    let index = event[isSummary ? "summary_index" : "content_index"]?.int ?? 0
    if growth == .summaryDone || growth == .reasoningDone {
      tellSegment(kind, index, whole: event["text"]?.string, &steps)
    } else {
      tellSegment(kind, index, piece: event["delta"]?.string ?? event["text"]?.string ?? "", &steps)
    }
  }

  private mutating func tellSegment(
    _ kind: Reasoning.Segment.Kind, _ index: Int, piece: String? = nil, whole: String? = nil, _ steps: inout [Step]
  ) {
    let position = segment(kind, index)
    let text = piece ?? whole.flatMap { Self.rest(of: $0, after: segments[position].told) } ?? ""
    let isNew = segments[position].told == 0
    guard !text.isEmpty || (isNew && whole != nil) else { return }
    segments[position].told += text.utf8.count
    steps.append(.delta(.reasoning(text, kind: kind, segment: position)))
  }

  /// The place of a segment, which begins where it is new.
  private mutating func segment(_ kind: Reasoning.Segment.Kind, _ index: Int) -> Int {
    if let last = segments.last, last.kind == kind, last.index == index { return segments.count - 1 }
    if let known = segments.firstIndex(where: { $0.kind == kind && $0.index == index }) { return known }
    if segments.count < Self.segmentLimit { segments.append((kind, index, 0)) }
    return segments.count - 1
  }

  // MARK: - Ending

  mutating func endContent(_ steps: inout [Step], _ part: JSON?, contentIndex: Int?) {
    guard isOpen, type == "message", let part, (contentIndex ?? contentCount - 1) == contentCount - 1 else { return }
    completeContent(part, &steps)
  }

  private mutating func completeContent(_ part: JSON, _ steps: inout [Step]) {
    complete((part["text"] ?? part["refusal"])?.string, &steps)
    if !toldLogprobs { logprobs(part["logprobs"], &steps) }
    guard let annotations = part["annotations"] else { return }
    for annotation in annotations.elements.dropFirst(annotationCount) where annotation.isObject {
      annotationCount += 1
      steps.append(.delta(.annotation(OpenAIResponses.readAnnotation(annotation))))
    }
  }

  /// Ends the item.
  ///
  /// `item` is the whole of it where it was told; nil where the stream ended without.
  mutating func finish(_ steps: inout [Step], with item: JSON?) {
    guard !isFinished else { return }
    isFinished = true
    switch type {
    case "message": finishMessage(item, &steps)
    case "reasoning": finishReasoning(item ?? header, &steps)
    case "function_call", "custom_tool_call":
      let whole = item ?? header
      if !isOpen { openCall(whole, &steps) }
      if isOpen {
        completeInput(Self.input(of: whole, type: type), &steps)
      } else {
        open(OpenAIResponses.opaque(whole, path: "output[\(outputIndex)]"), &steps)
      }
    default: open(OpenAIResponses.opaque(item ?? header, path: "output[\(outputIndex)]"), &steps)
    }
    close(&steps)
    header = .null
    frame = nil
  }

  private static func input(of item: JSON, type: String) -> String? {
    let value = item[type == "function_call" ? "arguments" : "input"]
    return value?.string ?? value.flatMap { $0.isObject ? $0.text : nil }
  }

  private mutating func finishMessage(_ item: JSON?, _ steps: inout [Step]) {
    guard let item else { return }
    guard let content = item["content"], content.isArray, !content.elements.isEmpty else {
      if let text = item["content"]?.string, contentCount == 0 {
        openContent(Self.emptyText, &steps)
        tell(text, &steps)
      } else if contentCount == 0 {
        open(OpenAIResponses.opaque(item, path: "output[\(outputIndex)]"), &steps)
      }
      return
    }
    for (index, part) in content.elements.enumerated() where part.isObject {
      if index < contentCount - 1 { continue }
      if index == contentCount { openContent(part, &steps) }
      if isOpen, index == contentCount - 1 { completeContent(part, &steps) }
    }
  }

  private mutating func finishReasoning(_ item: JSON, _ steps: inout [Step]) {
    if !isOpen { open(reasoningPart(), &steps) }
    for (index, piece) in (item["summary"]?.elements ?? JSON.null.elements).enumerated() {
      tellSegment(.summary, index, whole: piece["text"]?.string ?? "", &steps)
    }
    for (index, piece) in (item["content"]?.elements ?? JSON.null.elements).enumerated() {
      tellSegment(.text, index, whole: piece["text"]?.string ?? "", &steps)
    }
    if let blob = item["encrypted_content"]?.string, !blob.isEmpty {
      steps.append(
        .delta(.state(ReasoningState(dialect: OpenAIResponses.dialect, kind: .encrypted, blob: blob, origin: origin))))
    }
  }
}
