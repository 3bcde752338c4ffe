import Conversation
import Wire

/// A part and where it stood.
struct PlacedPart {
  var part: Part
  var path: String
}

/// One message as it goes out.
struct Turn {
  var role: Role
  var parts: [PlacedPart]
  /// The client's message, where it was an Anthropic one.
  var extensions: Extensions?
}

extension AnthropicRequestComposer {
  mutating func composeHistory() -> (system: [PlacedPart], turns: [Turn]) {
    isNative && !foldsSystemTurns ? nativeHistory() : rebuiltHistory()
  }

  /// `system` messages between turns are young: providers that lack betas lack them too.
  private var foldsSystemTurns: Bool {
    quirks.stripBetas && request.messages.contains { $0.slot == .turn && $0.role == .system }
  }

  private mutating func nativeHistory() -> (system: [PlacedPart], turns: [Turn]) {
    var system: [PlacedPart] = []
    var turns: [Turn] = []
    for (index, message) in request.messages.enumerated() {
      let parts = prepare(message, path: message.path ?? "messages[\(index)]")
      if message.slot == .instructions {
        system += parts
      } else if !parts.isEmpty || message.parts.isEmpty {
        let role: Role = message.role == .tool ? .user : message.role == .developer ? .system : message.role
        turns.append(Turn(role: role, parts: parts, extensions: message.extensions.own(AnthropicMessages.dialect)))
      }
    }
    return (system, turns)
  }

  private mutating func rebuiltHistory() -> (system: [PlacedPart], turns: [Turn]) {
    var system: [PlacedPart] = []
    var turns: [Turn] = []
    for index in request.messages.indices {
      let message = request.messages[index]
      losses.add(message.extensions, writing: AnthropicMessages.dialect)
      let path = message.path ?? LossPlace.element(index, of: "messages")
      if message.name != nil { losses.add(path + ".name", "Anthropic Messages has no names") }
      let parts = prepare(message, path: path)
      switch message.role {
      case .system, .developer:
        if message.slot == .instructions || turns.isEmpty {
          system += onlyText(parts)
        } else {
          losses.add(path, "sent as a reminder inside the user's turn, which weighs less")
          Self.append(.user, reminder(onlyText(parts)), to: &turns)
        }
      case .user, .tool: Self.append(.user, parts, to: &turns)
      case .assistant: Self.append(.assistant, parts, to: &turns)
      }
    }
    if case .jsonObject = request.outputFormat {
      losses.add(.outputFormat, "Anthropic Messages has no JSON mode; asked for in the system text")
      system.append(PlacedPart(part: .text("Answer with one JSON object and nothing else."), path: "system"))
    }
    if case .jsonSchema(let format) = request.outputFormat, format.extensions.own(AnthropicMessages.dialect) == nil,
      let schema = format.schema, schema.isObject, !AnthropicSchema.isEnforceable(schema)
    {
      losses.add(.outputFormat, "Anthropic enforces no recursive or foreign references; asked for in the system text")
      let wish = "Answer with one JSON value that matches this JSON Schema, and nothing else:\n\(schema.text)"
      system.append(PlacedPart(part: .text(wish), path: "system"))
    }
    return (system, Self.shaped(turns))
  }

  private mutating func onlyText(_ parts: [PlacedPart]) -> [PlacedPart] {
    parts.filter { placed in
      if case .text = placed.part.content { return true }
      losses.add(placed.path, "system text can hold text only")
      return false
    }
  }

  private func reminder(_ parts: [PlacedPart]) -> [PlacedPart] {
    let texts = parts.compactMap { placed in
      if case .text(let text) = placed.part.content { text.text } else { nil }
    }
    guard let path = parts.first?.path else { return [] }
    let text = "<system-reminder>\n" + texts.joined(separator: "\n\n") + "\n</system-reminder>"
    return [PlacedPart(part: .text(text), path: path)]
  }

  private static func append(_ role: Role, _ parts: [PlacedPart], to turns: inout [Turn]) {
    if let last = turns.indices.last, turns[last].role == role {
      turns[last].parts += parts
    } else {
      turns.append(Turn(role: role, parts: parts))
    }
  }

  /// Turns as the protocol demands them.
  private static func shaped(_ turns: [Turn]) -> [Turn] {
    var shaped: [Turn] = []
    for turn in turns where turn.role == .user || !turn.parts.isEmpty { append(turn.role, turn.parts, to: &shaped) }
    trimEnd(&shaped)
    for index in shaped.indices where shaped[index].role == .user && !startsWithOnlyResult(shaped[index].parts) {
      let parts = shaped[index].parts
      // Results must stand directly behind the calls they answer; of two for one call the later counts.
      var places: [String: Int] = [:]
      var results: [PlacedPart] = []
      for placed in parts {
        guard case .toolResult(let result) = placed.part.content else { continue }
        let id = result.callID ?? ""
        if let place = places[id] {
          results[place] = placed
        } else {
          places[id] = results.count
          results.append(placed)
        }
      }
      let others = parts.filter { if case .toolResult = $0.part.content { false } else { true } }
      shaped[index].parts = results + others
      if shaped[index].parts.isEmpty {
        shaped[index].parts = [PlacedPart(part: .text(AnthropicMessages.placeholder), path: "messages")]
      }
    }
    if shaped.first?.role != .user {
      let part = PlacedPart(part: .text(AnthropicMessages.placeholder), path: "messages")
      shaped.insert(Turn(role: .user, parts: [part]), at: 0)
    }
    return shaped
  }

  /// Whether the first part is the only result, as in most turns: there is nothing to put in order then.
  private static func startsWithOnlyResult(_ parts: [PlacedPart]) -> Bool {
    func isResult(_ index: Int) -> Bool { if case .toolResult = parts[index].part.content { true } else { false } }
    return !parts.isEmpty && isResult(0) && !parts.indices.dropFirst().contains(where: isResult)
  }

  /// The last assistant text may not end in white space.
  private static func trimEnd(_ turns: inout [Turn]) {
    guard let turn = turns.indices.last, turns[turn].role == .assistant else { return }
    guard let end = turns[turn].parts.indices.last, case .text(var text) = turns[turn].parts[end].part.content else {
      return
    }
    let last = text.text.unicodeScalars.lastIndex { !$0.properties.isWhitespace }
    text.text = last.map { String(text.text.unicodeScalars[...$0]) } ?? ""
    turns[turn].parts[end].part.content = .text(text)
  }

  // MARK: - Parts

  /// The parts of a message that go out, others declared.
  private mutating func prepare(_ message: Message, path: String) -> [PlacedPart] {
    var prepared: [PlacedPart] = []
    prepared.reserveCapacity(message.parts.count)
    // By places: walking over the parts would copy each of them.
    for index in message.parts.indices {
      let path = message.parts[index].path ?? path
      if let ready = prepare(message.parts[index], role: message.role, path: path) {
        prepared.append(PlacedPart(part: ready, path: path))
      }
    }
    return prepared
  }

  private mutating func prepare(_ part: Part, role: Role, path: String) -> Part? {
    let isOwn = part.extensions.own(AnthropicMessages.dialect) != nil
    if !isOwn { losses.add(part, writing: AnthropicMessages.dialect) }
    if case .reasoning(let reasoning) = part.content {
      return keeps(reasoning, part, path: path) ? part : nil
    }
    if part.state != nil {
      losses.add(path, "reasoning state of another provider")
      droppedThinking = true
    }
    switch part.content {
    case .reasoning: return nil
    case .text(let text):
      if !isNative, !isOwn || text.annotations.isEmpty, AnthropicMessages.isBlank(text.words) { return nil }
      if !isOwn, !text.annotations.isEmpty { losses.add(path + ".annotations", "citations of another provider") }
      return part
    case .refusal(let text): return AnthropicMessages.isBlank(text) ? nil : .text(text)
    case .image, .audio, .video, .file: return prepareMedia(part, role: role, path: path)
    case .toolCall: return part
    case .toolResult(let result):
      let parts = result.parts.compactMap { inner in
        prepare(inner, role: .user, path: inner.path ?? path)
      }
      // A text as it came is what nearly every result is.
      if result.parts.count == 1, parts.count == 1, case .text = result.parts[0].content { return part }
      var changed = result
      changed.parts = parts
      var prepared = part
      prepared.content = .toolResult(changed)
      return prepared
    case .opaque(let opaque):
      if opaque.dialect == AnthropicMessages.dialect {
        if quirks.stripBetas, AnthropicMessages.isBeta(opaque) {
          losses.add(path, "this provider does not take it")
          return nil
        }
        guard AnthropicHostedBlocks.isForeign(opaque.json) else { return part }
        losses.add(path, "a search of another provider")
        return nil
      }
      losses.add(path, "Anthropic Messages has no `\(opaque.type)`")
      return nil
    }
  }

  /// Whether thinking may go back: only this provider's own, and what an Anthropic client sent unsigned.
  private mutating func keeps(_ reasoning: Reasoning, _ part: Part, path: String) -> Bool {
    if let state = part.state {
      if state.belongs(to: AnthropicMessages.dialect, target.origin),
        state.kind == .signature || state.kind == .redacted
      {
        return true
      }
      losses.add(path, "reasoning state of another provider")
      droppedThinking = true
      return false
    }
    if let own = part.extensions.source(AnthropicMessages.dialect) {
      let slot = own["signature"]?.string ?? own["data"]?.string ?? ""
      if !ReasoningSeal.isSeal(slot) { return true }
    }
    droppedThinking = true
    if !reasoning.text.isEmpty { losses.add(path, "thinking that this provider has not signed") }
    return false
  }

  private mutating func prepareMedia(_ part: Part, role: Role, path: String) -> Part? {
    if part.extensions.own(AnthropicMessages.dialect) != nil {
      guard case .image = part.content, !quirks.imageInput else { return part }
      return marker("image", path, "this provider's models take no images")
    }
    guard role != .assistant else { return marker(part.kindWord, path, "Anthropic Messages allows no media there") }
    switch part.content {
    case .image(let media):
      guard quirks.imageInput else { return marker("image", path, "this provider's models take no images") }
      if let detail = media.detail, detail != "auto" { losses.add(path + ".detail", "has no equivalent") }
      guard AnthropicMedia.canWriteImage(media) else {
        return marker("image", path, "Anthropic Messages does not take this kind of image")
      }
      return part
    case .file(let media):
      guard AnthropicMedia.canWriteDocument(media) else {
        return marker("file", path, "Anthropic Messages takes PDF and text documents only")
      }
      return part
    default: return marker(part.kindWord, path, "Anthropic Messages takes no \(part.kindWord)")
    }
  }

  private mutating func marker(_ word: String, _ path: String, _ reason: String) -> Part {
    losses.add(path, reason + "; a marker stands in its place")
    return .text("[\(word) left out]")
  }
}

extension Part {
  fileprivate var kindWord: String {
    switch content {
    case .image: "image"
    case .audio: "audio"
    case .video: "video"
    default: "file"
    }
  }
}
