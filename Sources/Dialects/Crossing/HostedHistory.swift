import Conversation
import Wire

/// Calls of a history that a vendor ran, on their way to an upstream that did not run them.
///
/// Their maker gets its own blocks back where the client kept them, in a reasoning item beside the call. To others what
/// came of a call is told in words, behind the turn it belongs to: a model that saw them in its own turn would write such
/// words instead of calling. A call that brought nothing to read is left to the writer, which declares it.
enum HostedHistory {
  static func apply(_ messages: inout [Message], for upstream: DialectID, _ origin: SealOrigin?) {
    guard messages.indices.contains(where: { isNeeded(for: messages[$0].parts, upstream) }) else { return }
    var result: [Message] = []
    var words: [String] = []
    for message in messages {
      if message.role != .tool { tell(&words, in: &result) }
      guard message.role == .assistant else {
        result.append(message)
        continue
      }
      var message = message
      restore(&message.parts, for: upstream, origin)
      words += takeWords(from: &message.parts, for: upstream)
      if !message.parts.isEmpty { result.append(message) }
    }
    tell(&words, in: &result)
    messages = result
  }

  private static func isNeeded(for parts: [Part], _ upstream: DialectID) -> Bool {
    parts.indices.contains { index in
      switch parts[index].content {
      case .reasoning: isSealed(parts[index])
      case .opaque: hostedCall(parts[index], for: upstream) != nil
      default: false
      }
    }
  }

  private static func tell(_ words: inout [String], in messages: inout [Message]) {
    guard !words.isEmpty else { return }
    let text = (["Tools that ran for you in your last turn, and what they brought:"] + words).joined(separator: "\n\n")
    messages.append(Message(.user, text: "<system-reminder>\n\(text)\n</system-reminder>"))
    words = []
  }

  // MARK: - Blocks for their maker

  private static func isSealed(_ part: borrowing Part) -> Bool {
    if case .reasoning = part.content { part.state?.kind == .hostedCall } else { false }
  }

  /// Puts kept blocks in the place of the call they tell; no blocks stay where they mean nothing.
  private static func restore(_ parts: inout [Part], for upstream: DialectID, _ origin: SealOrigin?) {
    guard parts.indices.contains(where: { isSealed(parts[$0]) }) else { return }
    var result: [Part] = []
    for part in parts {
      guard isSealed(part), let state = part.state else {
        result.append(part)
        continue
      }
      guard state.belongs(to: upstream, origin), let blocks = try? JSON(parsing: state.blob), blocks.isArray else {
        continue
      }
      let path = part.path ?? ""
      let kept = blocks.elements.map { block($0, of: upstream, path: path) }
      let action = kept.lazy.compactMap(\.hostedCall?.action).first
      // Without their call the blocks would tell of one that the client took back.
      guard let action,
        let place = result.lastIndex(where: { $0.isForeign(upstream) && $0.hostedCall?.action == action })
      else { continue }
      result.replaceSubrange(place...place, with: kept)
    }
    parts = result
  }

  private static func block(_ block: JSON, of dialect: DialectID, path: String) -> Part {
    let hosted = dialect == .gemini ? Gemini.readHostedCall(block) : AnthropicMessages.readHostedCall(block)
    return Part(.opaque(OpaquePart(dialect, block, path: path, hosted: hosted)))
  }

  // MARK: - Words for others

  /// The call a part tells of, where the upstream did not run it.
  private static func hostedCall(_ part: Part, for upstream: DialectID) -> HostedCall? {
    part.isForeign(upstream) ? part.hostedCall : nil
  }

  /// Takes the calls that brought something to read out of a turn.
  private static func takeWords(from parts: inout [Part], for upstream: DialectID) -> [String] {
    var words: [String] = []
    var taken: Set<Int> = []
    var open: [(position: Int, id: String?, action: HostedCall.Action)] = []
    for (position, part) in parts.enumerated() {
      guard let call = hostedCall(part, for: upstream) else { continue }
      var action = call.action
      var places = [position]
      if action == nil, let found = open.lastIndex(where: { call.id == nil || $0.id == call.id }) {
        let asked = open.remove(at: found)
        action = asked.action
        places.append(asked.position)
      }
      guard let action else { continue }
      guard let outcome = call.outcome else {
        open.append((position, call.id, action))
        continue
      }
      guard let told = text(of: action, outcome) else { continue }
      words.append(told)
      taken.formUnion(places)
    }
    if !taken.isEmpty { parts = parts.indices.filter { !taken.contains($0) }.map { parts[$0] } }
    return words
  }

  /// A call in words; nil where there is nothing that the model's own text would not hold.
  private static func text(of action: HostedCall.Action, _ outcome: HostedCall.Outcome) -> String? {
    let brought: String
    switch outcome {
    case .pages(let pages):
      guard !pages.isEmpty else { return nil }
      brought = pages.map { page in page.title.map { "- \($0): \(page.address)" } ?? "- \(page.address)" }
        .joined(separator: "\n")
    case .text(let text):
      guard !text.isEmpty else { return nil }
      brought = text
    case .failed(let text):
      guard !text.isEmpty else { return nil }
      brought = "It failed: \(text)"
    }
    switch action {
    case .search(let queries): return "Web search for \(queries.joined(separator: "; "))\n\(brought)"
    case .openPage(let address): return "The page \(address)\n\(brought)"
    case .runCode(let code): return "Code that ran:\n\(code)\nIts output:\n\(brought)"
    case .other(let name, let input): return "\(name): \(input)\n\(brought)"
    }
  }
}

extension Part {
  fileprivate var hostedCall: HostedCall? { if case .opaque(let opaque) = content { opaque.hosted } else { nil } }

  /// Whether somebody else ran the call; what we told an Anthropic client in Anthropic's words is not Anthropic's.
  fileprivate func isForeign(_ upstream: DialectID) -> Bool {
    guard case .opaque(let opaque) = content, opaque.hosted != nil else { return false }
    return opaque.dialect != upstream || opaque.dialect == .anthropic && AnthropicHostedBlocks.isForeign(opaque.json)
  }
}
