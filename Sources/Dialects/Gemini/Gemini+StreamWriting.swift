import Conversation
import Wire

extension Gemini {
  /// Makes a writer of one client's stream, framed as the reply says.
  public func makeEventWriter(for reply: ReplyContext) -> any EventWriter { GeminiEventWriter(reply: reply) }
}

/// Writes a stream for Gemini clients: partial answers, as server-sent events or as the elements of one JSON array.
///
/// Calls go out whole. Finish reasons and usage come in the last chunk, as Google sends them.
struct GeminiEventWriter: EventWriter {
  private let reply: ReplyContext
  /// What closes a chunk with one part, per candidate; the same for every chunk.
  private var tails: [Int: [UInt8]] = [:]
  /// The chunk of the words that came last; nil where none like it has gone out.
  private var growth: (index: Int, isThought: Bool, frame: RecurringFrame)?
  private let showsThoughts: Bool
  private var tracks: [GeminiWrittenCandidate] = []
  private var responseID: String
  private var usage: Usage?
  /// Whether usage was told that no chunk has carried yet.
  private var hasNewUsage = false
  /// Whether the client has been told that its prompt is blocked, in Google's own words.
  private var isBlocked = false
  private var hasWritten = false
  private var isEnded = false
  private(set) var losses = Losses()

  init(reply: ReplyContext) {
    self.reply = reply
    showsThoughts = reply.request.reasoning?.showsThoughts == true
    responseID = reply.exchangeID
  }

  // MARK: - Events

  mutating func write(_ event: ConversationEvent, into output: inout [UInt8]) {
    guard !isEnded else { return }
    if isBlocked, isOfCandidate(event) { return }
    switch event {
    case .started(let start):
      responseID = start.id ?? responseID
      growth = nil
    case .partStarted(let start):
      let slot = slot(start.candidate)
      losses.add(start.part, writing: .gemini)
      tracks[slot].part = start.part
      tracks[slot].partIndex = start.index
      tracks[slot].segment = 0
      tracks[slot].input = ""
      tracks[slot].thoughts = ""
      tracks[slot].state = start.part.state
      begin(start.part, at: slot, into: &output)
    case .partDelta(let delta): write(delta.delta, at: slot(delta.candidate), into: &output)
    case .partFinished(let end): finishPart(at: slot(end.candidate), into: &output)
    case .candidateFinished(let index, let stop):
      tracks[slot(index)].stop = stop
      losses.add(stop, writing: .gemini)
    case .usage(let usage):
      if self.usage == nil { self.usage = usage } else { self.usage?.merge(usage) }
      hasNewUsage = true
    case .keepAlive: keepAlive(into: &output)
    case .opaque(let event): write(event, into: &output)
    case .finished: finish(into: &output)
    case .failed(let failure):
      isEnded = true
      element(into: &output) { Gemini.write(failure, to: &$0) }
      closeArray(into: &output)
    }
  }

  private func isOfCandidate(_ event: ConversationEvent) -> Bool {
    switch event {
    case .partStarted, .partDelta, .partFinished, .candidateFinished: true
    default: false
    }
  }

  private mutating func slot(_ index: Int) -> Int {
    if let slot = tracks.firstIndex(where: { $0.index == index }) { return slot }
    tracks.append(GeminiWrittenCandidate(index: index))
    return tracks.count - 1
  }

  private mutating func begin(_ part: Part, at slot: Int, into output: inout [UInt8]) {
    switch part.content {
    case .text(let text):
      tracks[slot].annotations = text.annotations
      if !text.text.isEmpty { writeText(text.text, at: slot, into: &output) }
    case .refusal(let text):
      if !text.isEmpty { writeText(text, at: slot, into: &output) }
    case .reasoning(let reasoning):
      for (index, segment) in reasoning.segments.enumerated() {
        write(.reasoning(segment.text, kind: segment.kind, segment: index), at: slot, into: &output)
      }
    case .toolCall(let call): tracks[slot].input = call.input
    default: break
    }
  }

  private mutating func write(_ delta: PartDelta.Delta, at slot: Int, into output: inout [UInt8]) {
    switch delta {
    case .text(let text): writeText(text, at: slot, into: &output)
    case .reasoning(let text, _, let segment):
      guard !text.isEmpty else { return }
      let isNew = segment != tracks[slot].segment
      tracks[slot].segment = segment
      tracks[slot].thoughts += isNew ? "\n\n" + text : text
      guard showsThoughts else { return }
      grow(isNew ? "\n\n" + text : text, isThought: true, at: slot, into: &output)
    case .input(let piece): tracks[slot].input += piece
    case .annotation(let annotation):
      losses.add(annotation, at: tracks[slot].partIndex, candidate: tracks[slot].index, writing: .gemini)
      tracks[slot].annotations.append(annotation)
    case .logprobs: losses.add(.logprobs, at: tracks[slot].partIndex, "Gemini streams carry none")
    case .state(let state):
      tracks[slot].state = state
      guard state.dialect == .gemini, case .text? = tracks[slot].part?.content else { return }
      // As Google does: the signature of a text follows it in a part without words.
      tracks[slot].state = nil
      writeSigned(nil, ReasoningSeal.write(state, into: .gemini, reply.seals), at: slot, into: &output)
    }
  }

  private mutating func writeText(_ text: String, at slot: Int, into output: inout [UInt8]) {
    guard !text.isEmpty else { return }
    tracks[slot].text.append(text)
    guard let signature = takeSignature(at: slot, into: &output) else {
      return grow(text, isThought: false, at: slot, into: &output)
    }
    writeSigned(text, signature, at: slot, into: &output)
  }

  /// The signature that the next text or call carries.
  ///
  /// A part has room for one; earlier ones go ahead of it.
  private mutating func takeSignature(at slot: Int, into output: inout [UInt8]) -> String? {
    guard let last = tracks[slot].waiting.popLast() else { return nil }
    let earlier = tracks[slot].waiting
    tracks[slot].waiting = []
    for signature in earlier { writeSigned(nil, signature, at: slot, into: &output) }
    return last
  }

  private mutating func writeSigned(_ text: String?, _ signature: String, at slot: Int, into output: inout [UInt8]) {
    chunk(at: slot, into: &output) { writer in
      writer.object { writer in
        writer.member("text", text ?? "")
        writer.member("thoughtSignature", signature)
      }
    }
  }

  private mutating func finishPart(at slot: Int, into output: inout [UInt8]) {
    guard let part = tracks[slot].part else { return }
    tracks[slot].part = nil
    let isOwn = tracks[slot].state?.dialect == .gemini
    var signature = tracks[slot].state.map { ReasoningSeal.write($0, into: .gemini, reply.seals) }
    tracks[slot].state = nil
    switch part.content {
    case .text, .refusal:
      if let signature { tracks[slot].waiting.append(signature) }
      tracks[slot].finishText(losses: &losses)
    case .reasoning:
      guard let signature else {
        tracks[slot].unsigned += tracks[slot].thoughts
        return
      }
      if showsThoughts, isOwn {
        return chunk(at: slot, into: &output) { writer in
          writer.object { writer in
            writer.member("text", static: "")
            writer.member("thought", true)
            writer.member("thoughtSignature", signature)
          }
        }
      }
      tracks[slot].waiting.append(signature)
    // Google tells it beside the parts.
    case .opaque(let opaque) where opaque.isGrounding: return
    case .opaque(let opaque) where opaque.dialect != .gemini:
      if let parts = tracks[slot].hosted.parts(for: opaque) {
        for part in parts { write(part, nil, at: slot, into: &output) }
        return
      }
      losses.add(.part, of: part, at: tracks[slot].partIndex, "Gemini has no equivalent of `\(opaque.type)`")
    default:
      var whole = part
      if case .toolCall(var call) = part.content {
        call.input = tracks[slot].input
        whole.content = .toolCall(call)
        if signature == nil { signature = takeSignature(at: slot, into: &output) }
        if signature == nil, !tracks[slot].hasSignedCall, part.extensions.own(.gemini) == nil {
          // The body must be read before it goes to Google, who demands a signature; and few clients return thoughts.
          signature = ReasoningSeal.note(tracks[slot].unsigned, reply.seals)
        }
        tracks[slot].hasSignedCall = true
      }
      write(whole, signature, at: slot, into: &output)
    }
  }

  private mutating func write(_ part: Part, _ signature: String?, at slot: Int, into output: inout [UInt8]) {
    var options = GeminiPartOptions()
    let track = tracks[slot]
    options.answerIndex = track.partIndex
    if part.extensions.own(.gemini) == nil {
      options.missingCallID = Gemini.callID(exchange: reply.exchangeID, candidate: track.index, part: track.partIndex)
    }
    var declared = losses
    chunk(at: slot, into: &output) { writer in
      Gemini.writePart(
        part, signature: signature, options: options, path: "content[\(track.partIndex)]", to: &writer,
        losses: &declared)
    }
    losses = declared
  }

  private mutating func write(_ event: OpaqueEvent, into output: inout [UInt8]) {
    guard event.dialect == .gemini else {
      losses.add(event, "Gemini has no equivalent")
      return
    }
    let isOfCandidate = event.name == "candidate"
    if event.json[member: .promptFeedback]?[member: .blockReason] != nil { isBlocked = true }
    let hasContent = !isBlocked
    element(into: &output) { writer in
      writer.object { writer in
        // Google's SDKs take a chunk without parts for an invalid answer.
        if hasContent {
          writer.array("candidates") { writer in
            writer.object { writer in
              writer.object("content") { writer in
                writer.array("parts") { $0.object { $0.member("text", static: "") } }
                writer.member("role", static: "model")
              }
              if isOfCandidate { Self.copyMembers(of: event.json, to: &writer) }
            }
          }
        }
        if !isOfCandidate { Self.copyMembers(of: event.json, to: &writer) }
      }
    }
  }

  private static func copyMembers(of json: JSON, to writer: inout JSONWriter) {
    for member in json.members {
      writer.key(named: member.key)
      writer.value(member.value)
    }
  }

  // MARK: - The end

  private mutating func finish(into output: inout [UInt8]) {
    isEnded = true
    let tracks = tracks.isEmpty && !isBlocked ? [GeminiWrittenCandidate(index: 0)] : tracks
    let usage = usage
    let (model, id) = (reply.model, responseID)
    element(into: &output) { writer in
      writer.object { writer in
        if !tracks.isEmpty {
          writer.array("candidates") { writer in
            for track in tracks { Self.write(last: track, to: &writer) }
          }
        }
        if let usage {
          writer.key("usageMetadata")
          Gemini.write(usage, to: &writer)
        }
        writer.member("modelVersion", model)
        writer.member("responseId", id)
      }
    }
    closeArray(into: &output)
  }

  /// A candidate of the last chunk: no words, states without a part to ride on, and why it ended.
  private static func write(last track: GeminiWrittenCandidate, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.object("content") { writer in
        writer.array("parts") { writer in
          if track.waiting.isEmpty { writer.object { $0.member("text", static: "") } }
          for signature in track.waiting {
            writer.object { writer in
              writer.member("text", static: "")
              writer.member("thoughtSignature", signature)
            }
          }
        }
        writer.member("role", static: "model")
      }
      Gemini.write(track.stop ?? Stop(.endTurn), like: nil, to: &writer)
      writer.member("index", track.index)
      Gemini.write(track.cited, track.hosted, to: &writer)
    }
  }

  mutating func keepAlive(into output: inout [UInt8]) {
    // White space between events and elements is all that goes: Google's own SDK parses a comment line as JSON.
    if !isEnded { output.append(0x0A) }
  }

  // MARK: - Frames

  /// A chunk with words: most are alike but for them.
  private mutating func grow(_ text: String, isThought: Bool, at slot: Int, into output: inout [UInt8]) {
    let index = tracks[slot].index
    if !hasNewUsage, let growth, growth.index == index, growth.isThought == isThought {
      return growth.frame.append(text, to: &output)
    }
    // The first chunk begins otherwise, and counts go out once.
    let isLikeOthers = hasWritten && !hasNewUsage
    var bytes: [UInt8] = []
    var place = 0
    chunk(at: slot, into: &bytes) { writer in
      writer.object { writer in
        writer.key("text")
        place = writer.emptyString()
        if isThought { writer.member("thought", true) }
      }
    }
    let frame = RecurringFrame(bytes, at: place)
    frame.append(text, to: &output)
    growth = isLikeOthers ? (index, isThought, frame) : nil
  }

  /// One chunk with one part.
  private mutating func chunk(at slot: Int, into output: inout [UInt8], _ part: (inout JSONWriter) -> Void) {
    let index = tracks[slot].index
    let usage = hasNewUsage ? usage : nil
    hasNewUsage = false
    let tail = tails[index] ?? makeTail(index)
    beginElement(into: &output)
    output.append(contentsOf: Self.head)
    JSONWriter.append(to: &output, part)
    output.append(contentsOf: tail)
    if let usage {
      var writer = JSONWriter()
      Gemini.write(usage, to: &writer)
      output.append(contentsOf: #","usageMetadata":"#.utf8)
      output.append(contentsOf: writer.bytes)
    }
    output.append(UInt8(ascii: "}"))
    endElement(into: &output)
  }

  private static let head = Array(#"{"candidates":[{"content":{"parts":["#.utf8)

  private mutating func makeTail(_ index: Int) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("modelVersion", reply.model)
      writer.member("responseId", responseID)
    }
    let tail = Array(#"],"role":"model"},"index":\#(index)}],"#.utf8) + writer.bytes.dropFirst().dropLast()
    tails[index] = tail
    return tail
  }

  private mutating func element(into output: inout [UInt8], _ build: (inout JSONWriter) -> Void) {
    beginElement(into: &output)
    JSONWriter.append(to: &output, build)
    endElement(into: &output)
  }

  private mutating func beginElement(into output: inout [UInt8]) {
    switch reply.framing {
    case .serverSentEvents: output.append(contentsOf: "data: ".utf8)
    case .jsonArray: output.append(contentsOf: (hasWritten ? ",\n" : "[").utf8)
    }
    hasWritten = true
  }

  private func endElement(into output: inout [UInt8]) {
    if reply.framing == .serverSentEvents { output.append(contentsOf: "\n\n".utf8) }
  }

  private func closeArray(into output: inout [UInt8]) {
    if reply.framing == .jsonArray { output.append(UInt8(ascii: "]")) }
  }
}
