import Conversation
import Wire

// Losses are declared by writers, who do not know what the other side calls things; the side that said them does.

extension Losses {
  /// Puts what a request lost in the words its client used.
  ///
  /// `request`: the request's own extensions, whose source tells which of several names and spellings it was.
  mutating func name(as client: any Dialect, in request: Extensions?) {
    guard !isEmpty else { return }
    let own = request.own(client.id)
    name { place in
      let words = client.words(for: place, in: own?.source)
      guard let path = own?.path, !path.isEmpty, !words.hasPrefix(path) else { return words }
      return LossPlace.join(path, words)
    }
  }

  /// Puts what an answer lost in the words of the upstream that gave it.
  mutating func name(as upstream: any Dialect) {
    guard !isEmpty else { return }
    name { upstream.words(for: $0, in: nil) }
  }
}

extension Dialect {
  /// The place in this protocol's words, spelled as in `body`.
  fileprivate func words(for place: LossPlace, in body: JSON?) -> String {
    switch place {
    case .words(let words):
      // Google's servers take two spellings; the reader names the usual one.
      id == .gemini ? MemberPath(words, in: body).text : citing(words)
    case .setting(let setting, let below):
      LossPlace.join(said(of: names(of: setting), in: body) ?? place.neutral, below)
    case .tool(let path, let field, let below):
      LossPlace.join(said(of: names(of: field, ofToolAt: path), in: body) ?? place.neutral, below)
    case .answer(let field, let candidate, let part): name(of: field, candidate: candidate, part: part)
    }
  }

  /// What a text cites under this protocol's own name.
  private func citing(_ words: String) -> String {
    let common = ".annotations"
    guard id == .anthropic, words.hasSuffix(common) else { return words }
    return words.dropLast(common.count) + ".citations"
  }

  /// The first of `names` that `body` has, else the usual one.
  private func said(of names: [String], in body: JSON?) -> String? {
    for name in names {
      let path = MemberPath(name, in: body)
      if path.isThere { return path.text }
    }
    return names.first
  }

  /// The place of a member of this protocol's own body: what another protocol's client calls it is found by its
  /// setting.
  func place(named member: String) -> LossPlace {
    for setting in Setting.allCases where names(of: setting).contains(member) { return .setting(setting, below: "") }
    return .words(member)
  }
}

/// A path of members, as in `tools[3].function.strict`, looked up in a body.
struct MemberPath {
  /// The path as the body spells it; what the body does not have stays as it was.
  private(set) var text = ""
  /// Whether the body has all of it.
  private(set) var isThere: Bool

  init(_ path: String, in body: JSON?) {
    var value = body
    for step in path.split(separator: ".", omittingEmptySubsequences: false) {
      let pieces = step.split(separator: "[")
      let name = String(pieces.first ?? "")
      let spelled = value.map { Self.spelling(of: name, in: $0) } ?? name
      value = value?[name: spelled]
      for piece in pieces.dropFirst() {
        let index = Int(piece.dropLast()) ?? -1
        value = index < 0 ? nil : value?.elements.dropFirst(index).first { _ in true }
      }
      if !text.isEmpty { text += "." }
      text += spelled + step.dropFirst(name.count)
    }
    isThere = value?.isNull == false
  }

  /// `name`, or the same in snake_case where `object` has only that.
  private static func spelling(of name: String, in object: JSON) -> String {
    guard object[name: name] == nil else { return name }
    var snake = ""
    for character in name {
      if character.isUppercase { snake += "_" + character.lowercased() } else { snake.append(character) }
    }
    return object[name: snake] == nil ? name : snake
  }
}
