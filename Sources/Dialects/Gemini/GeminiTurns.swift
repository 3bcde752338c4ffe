import Conversation
import Wire

/// Arranges messages as the contents Gemini wants: user first, roles alternating, no content empty, results first in
/// their turn, and every signature where its model left it.
struct GeminiTurns {
  private struct Piece {
    var part: Part
    var path: String
    var signature: String?
  }

  private struct Turn {
    var isModel: Bool
    var pieces: [Piece]
    /// The content as a Gemini client wrote it; such a content is neither merged nor reordered.
    var own: Extensions?
  }

  private let target: RequestTarget
  private let isOwn: Bool
  private var system: [Message] = []
  private var turns: [Turn] = []
  /// The first call that got Google's stand-in for a signature.
  private var firstStandIn: String?

  init(target: RequestTarget, isOwn: Bool) {
    self.target = target
    self.isOwn = isOwn
  }

  private var options: GeminiPartOptions {
    GeminiPartOptions(
      writesIDs: isOwn || target.quirks.functionCallIDs, nestsMedia: isOwn || target.quirks.functionResponseParts,
      imageInput: target.quirks.imageInput)
  }

  mutating func add(_ messages: [Message], losses: inout Losses) {
    for index in messages.indices {
      let message = messages[index]
      losses.add(message.extensions, writing: .gemini)
      let isSystem = message.role == .system || message.role == .developer
      if isSystem, message.slot == .instructions || turns.isEmpty {
        system.append(message)
        continue
      }
      let path = message.path ?? LossPlace.element(index, of: "messages")
      if message.name != nil { losses.add("\(path).name", "Gemini has no equivalent") }
      if let own = message.extensions.own(.gemini) {
        addOwn(message, own: own, losses: &losses)
      } else if isSystem {
        losses.add("\(path).role", "Gemini has no system turns; sent as a marked user text")
        merge([Piece(part: .text(Self.reminder(message)), path: path)], isModel: false)
      } else if message.role == .assistant {
        merge(modelPieces(message.parts, path: path, losses: &losses), isModel: true)
      } else {
        merge(userPieces(message.parts, path: path, losses: &losses), isModel: false)
      }
    }
    finish(losses: &losses)
  }

  /// A system message between turns, as user text that tells where it comes from.
  private static func reminder(_ message: Message) -> String {
    let text = message.parts.compactMap { part in
      if case .text(let text) = part.content { text.text } else { nil }
    }
    return "<system-reminder>\n\(text.joined(separator: "\n"))\n</system-reminder>"
  }

  // MARK: - A Gemini client's own contents

  private mutating func addOwn(_ message: Message, own: Extensions, losses: inout Losses) {
    var pieces: [Piece] = []
    for part in message.parts {
      let path = part.path ?? own.path
      var piece = Piece(part: part, path: path)
      if let state = part.state {
        if state.belongs(to: .gemini, target.origin) {
          piece.signature = state.blob
        } else {
          losses.add("\(path).thoughtSignature", "reasoning state of another provider")
        }
      }
      // A reasoning part without a place of its own held a state for another protocol only.
      if case .reasoning = part.content, part.extensions == nil { continue }
      if isForeign(part, path: path, losses: &losses) { continue }
      pieces.append(piece)
    }
    if message.role == .assistant,
      pieces.contains(where: { $0.signature == nil && ($0.part.state != nil || Self.heldNote($0.part)) })
        || message.parts.contains(where: { $0.state != nil && $0.extensions == nil })
    {
      let path = Self.standIn(for: &pieces, target)
      firstStandIn = firstStandIn ?? path
    }
    if pieces.isEmpty, !message.parts.isEmpty { return }
    turns.append(Turn(isModel: message.role == .assistant, pieces: pieces, own: own))
  }

  /// Whether a seal stood in the part's slot: another model made it.
  private static func heldNote(_ part: Part) -> Bool {
    part.extensions.own(.gemini)?.source[member: .thoughtSignature]?.string.map { ReasoningSeal.isSeal($0) } ?? false
  }

  // MARK: - Other protocols' messages

  private mutating func merge(_ pieces: [Piece], isModel: Bool) {
    guard !pieces.isEmpty else { return }
    if let last = turns.indices.last, turns[last].isModel == isModel, turns[last].own == nil {
      turns[last].pieces += pieces
    } else {
      turns.append(Turn(isModel: isModel, pieces: pieces))
    }
  }

  /// Whether a part is a block that only another protocol knows; declares it.
  private func isForeign(_ part: Part, path: String, losses: inout Losses) -> Bool {
    guard case .opaque(let opaque) = part.content, opaque.dialect != .gemini else { return false }
    losses.add(path, "Gemini has no equivalent of `\(opaque.type)`")
    return true
  }

  private func userPieces(_ parts: [Part], path: String, losses: inout Losses) -> [Piece] {
    var results: [Piece] = []
    var media: [Piece] = []
    var rest: [Piece] = []
    for part in parts {
      let piece = Piece(part: part, path: part.path ?? path)
      if isForeign(part, path: piece.path, losses: &losses) { continue }
      switch part.content {
      case .toolResult(let result):
        results.append(piece)
        if !target.quirks.functionResponseParts {
          media += result.parts.filter(Gemini.isMedia).map { Piece(part: $0, path: piece.path) }
        }
      case .text(let text):
        if !text.words.isEmpty { rest.append(piece) }
      default: rest.append(piece)
      }
    }
    return results + media + rest
  }

  /// A model's parts; states that stood before a part move onto it, for Gemini has them there.
  private func modelPieces(_ parts: [Part], path: String, losses: inout Losses) -> [Piece] {
    var pieces: [Piece] = []
    var waiting: [String] = []
    for part in parts {
      var piece = Piece(part: part, path: part.path ?? path)
      if isForeign(part, path: piece.path, losses: &losses) { continue }
      if let state = part.state {
        if state.belongs(to: .gemini, target.origin) {
          piece.signature = state.blob
        } else {
          losses.add(piece.path, "reasoning state of another provider")
        }
      }
      switch part.content {
      case .reasoning(let reasoning):
        losses.add(part, writing: .gemini)
        if let signature = piece.signature {
          waiting.append(signature)
        } else if !reasoning.text.isEmpty {
          losses.add(piece.path, "Gemini takes no thoughts back that are not its own")
        }
      case .text(let text) where text.words.isEmpty && piece.signature == nil: continue
      case .refusal(let text) where text.isEmpty: continue
      case .toolCall:
        if piece.signature == nil, !pieces.contains(where: Self.isCall) { piece.signature = waiting.popLast() }
        pieces.append(piece)
      default: pieces.append(piece)
      }
    }
    for signature in waiting {
      if let index = pieces.firstIndex(where: { $0.signature == nil && Self.isText($0) }) {
        pieces[index].signature = signature
      } else if !pieces.contains(where: Self.isCall) {
        pieces.append(Piece(part: .text(""), path: path, signature: signature))
      } else {
        losses.add(path, "a second reasoning state has no part to travel on")
      }
    }
    return pieces
  }

  private static func isCall(_ piece: Piece) -> Bool {
    if case .toolCall = piece.part.content { true } else { false }
  }

  private static func isText(_ piece: Piece) -> Bool {
    if case .text = piece.part.content { true } else { false }
  }

  /// Gives the first call of a step Google's stand-in where no signature of this upstream is there.
  ///
  /// Returns the path of the call that got it. Static, and so are its like: a method would hold all turns while one of
  /// them changes, and have them copied for it.
  private static func standIn(for pieces: inout [Piece], _ target: RequestTarget) -> String? {
    guard target.quirks.signatureStandIn, let index = pieces.firstIndex(where: isCall),
      pieces[index].signature == nil
    else { return nil }
    pieces[index].signature = Gemini.signatureStandIn
    return pieces[index].path
  }

  private mutating func finish(losses: inout Losses) {
    if !isOwn { arrangeUserTurns() }
    if !isOwn || target.repairsReasoning {
      for index in turns.indices where turns[index].isModel {
        let path = Self.standIn(for: &turns[index].pieces, target)
        firstStandIn = firstStandIn ?? path
      }
    }
    // A long session has dozens of such calls, and they all say the same.
    guard let firstStandIn else { return }
    losses.add("\(firstStandIn).thoughtSignature", "made by another model; Google's stand-in is sent")
  }

  /// Puts a user's turn first, results first in each, and text beside media.
  private mutating func arrangeUserTurns() {
    if turns.first?.isModel != false {
      turns.insert(Turn(isModel: false, pieces: [Piece(part: .text("."), path: "messages")]), at: 0)
    }
    for index in turns.indices where !turns[index].isModel {
      let pieces = turns[index].pieces
      let rest = pieces.indices.first { !Self.isResult(pieces[$0]) } ?? pieces.endIndex
      if pieces[rest...].contains(where: Self.isResult) {
        turns[index].pieces = pieces.filter(Self.isResult) + pieces.filter { !Self.isResult($0) }
      }
      // Google refuses a question of nothing but media: "must have a text parameter".
      if !pieces.contains(where: Self.isResult), !pieces.contains(where: Self.isText) {
        turns[index].pieces.append(Piece(part: .text(" "), path: "messages"))
      }
    }
  }

  private static func isResult(_ piece: Piece) -> Bool {
    if case .toolResult = piece.part.content { true } else { false }
  }

  // MARK: - Writing

  func writeSystem(to writer: inout JSONWriter, own: JSON?, losses: inout Losses) {
    guard !system.isEmpty else { return }
    if system.count == 1, let message = system.first, let source = own?[member: .systemInstruction] {
      writer.key(.systemInstruction, like: own)
      if source.isString, case .text(let text)? = message.parts.first?.content, source.string == text.text {
        return writer.value(source)
      }
      return writeContent(message.extensions.own(.gemini), role: nil, to: &writer) { writer in
        for part in message.parts { write(Piece(part: part, path: ""), to: &writer, losses: &losses) }
      }
    }
    var texts: [(text: JSONText, path: String)] = []
    for message in system {
      for part in message.parts {
        losses.add(part, writing: .gemini)
        if case .text(let text) = part.content {
          if !text.words.isEmpty { texts.append((text.words, "system")) }
        } else {
          losses.add(part.path ?? message.path ?? "system", "only text can be a system instruction in Gemini")
        }
      }
    }
    guard !texts.isEmpty else { return }
    writer.object("systemInstruction") { writer in
      writer.array("parts") { writer in
        for entry in texts { writer.object { $0.member("text", entry.text) } }
      }
    }
  }

  func writeContents(to writer: inout JSONWriter, own: JSON?, losses: inout Losses) {
    if isOwn, turns.isEmpty, own?["contents"] == nil { return }
    writer.key("contents")
    if own?["contents"]?.isObject == true, turns.count == 1 {
      return write(turns[0], to: &writer, losses: &losses)
    }
    writer.array { writer in
      for turn in turns { write(turn, to: &writer, losses: &losses) }
    }
  }

  private func write(_ turn: Turn, to writer: inout JSONWriter, losses: inout Losses) {
    writeContent(turn.own, role: turn.isModel ? "model" : "user", to: &writer) { writer in
      for piece in turn.pieces { write(piece, to: &writer, losses: &losses) }
    }
  }

  private func write(_ piece: Piece, to writer: inout JSONWriter, losses: inout Losses) {
    Gemini.writePart(
      piece.part, signature: piece.signature, options: options, path: piece.path, to: &writer, losses: &losses)
  }

  private func writeContent(
    _ own: Extensions?, role: StaticString?, to writer: inout JSONWriter, _ parts: (inout JSONWriter) -> Void
  ) {
    writer.object(restoring: own) { writer in
      if let original = own?.source["role"], !original.isNull {
        writer.member("role", original)
      } else if own == nil, let role {
        writer.member("role", static: role)
      }
      if own != nil, own?.source["parts"] == nil { return }
      if own?.source["parts"]?.isObject == true {
        writer.key("parts")
        return parts(&writer)
      }
      writer.array("parts", parts)
    }
  }
}
