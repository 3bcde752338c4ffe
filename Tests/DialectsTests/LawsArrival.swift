import Conversation
import Dialects
import Foundation
import TestSupport
import Wire

/// The hub law for requests: what a client said arrives at an upstream of another protocol, or is a declared loss.
///
/// Allowed on the way: system text may move to where the protocol has it; what one side says in a row may be arranged
/// anew (results first, media of results behind them); white space at the ends of texts and texts of white space only
/// may go; tool names may be mapped as long as answers are mapped back.
struct LawsArrival {
  let source: ConversationRequest
  let result: ConversationRequest
  let crossing: Crossing
  let target: DialectID

  var broken: [String] = []

  /// What is wrong; nothing where the law holds.
  static func violations(_ body: JSON, line: RequestLine, from: any Dialect, to: any Dialect) -> [String] {
    do throws(DialectError) {
      let source = try from.readRequest(body, line: line)
      let target = RequestTarget(model: "up")
      let crossing = try Crossing.translated(source, from: from.id, to: to, for: target)
      guard case .written(let bytes) = crossing.body, let written = try? JSON(parsing: bytes) else {
        return ["no JSON was written"]
      }
      let result = try to.readRequest(written, line: RequestLine(model: "up", isStream: source.isStream))
      var law = LawsArrival(source: source, result: result, crossing: crossing, target: to.id)
      law.check()
      return law.broken
    } catch {
      return isHonest(error) ? [] : ["\(error)"]
    }
  }

  /// A refusal is no silent loss: what no part of the other protocol can stand for is refused by name.
  private static func isHonest(_ error: DialectError) -> Bool {
    error.code == "previous_response_not_found" || ["n", "conversation", "background"].contains(error.path)
      || error.message.contains("names no `tool_use` block")
  }

  init(source: ConversationRequest, result: ConversationRequest, crossing: Crossing, target: DialectID) {
    self.source = source
    self.result = result
    self.crossing = crossing
    self.target = target
  }

  private mutating func check() {
    checkWords()
    checkTools()
    checkLeftovers()
    checkSettings()
  }

  // MARK: - What was said

  private mutating func checkWords() {
    let said = Said(source.messages).items
    let heard = Said(result.messages).items
    var lastTurn = (source: 0, target: 0)
    var used: Set<Int> = []
    for item in said {
      let earliest = item.isSystem ? 0 : lastTurn.target
      guard
        let found = find(item, in: heard, from: earliest, used: &used) ?? find(item, in: heard, from: 0, used: &used)
      else {
        if !crossing.losses.name(item.paths) { broken.append("gone: \(brief(item)) at \(item.paths)") }
        continue
      }
      guard let found else { continue }
      if case .media = item.kind { continue }
      if item.isSystem || heard[found].isSystem { continue }
      let turn = heard[found].turn
      if item.turn > lastTurn.source, turn < lastTurn.target {
        broken.append("order: \(brief(item)) comes before what it followed")
      }
      lastTurn = (item.turn, max(turn, lastTurn.target))
    }
  }

  /// Where an item arrived: nil if nowhere, `.some(nil)` if it says nothing.
  private func find(_ item: Said.Item, in heard: [Said.Item], from turn: Int, used: inout Set<Int>) -> Int?? {
    func first(_ isSame: (Said.Item) -> Bool) -> Int?? {
      guard let index = heard.indices.first(where: { !used.contains($0) && isSame(heard[$0]) }) else { return nil }
      used.insert(index)
      return .some(index)
    }
    switch item.kind {
    case .text(let text):
      let wanted = text.trimmingCharacters(in: .whitespacesAndNewlines)
      if wanted.isEmpty { return .some(nil) }
      // Several texts may have become one.
      let index = heard.indices.first {
        guard case .text(let text) = heard[$0].kind, heard[$0].isModel == item.isModel, heard[$0].turn >= turn else {
          return false
        }
        return text.contains(wanted)
      }
      return index.map { .some($0) }
    case .call(let call):
      return first {
        guard case .call(let other) = $0.kind else { return false }
        return isSame(call, other)
      }
    case .result(let result):
      return first {
        guard case .result(let other) = $0.kind else { return false }
        return Self.isSame(result, other)
      }
    case .media(let media):
      let text = Self.text(of: media)
      return first {
        switch $0.kind {
        case .media(let other): other.source == media.source
        case .text(let other): text.map { other.contains($0) } ?? false
        default: false
        }
      }
    }
  }

  private func isSame(_ call: ToolCall, _ other: ToolCall) -> Bool {
    let part = Part(.toolCall(other))
    let answer = ConversationResponse(candidates: [Candidate(parts: [part])])
    guard case .toolCall(let raised)? = crossing.raising.raise(answer).candidates.first?.parts.first?.content else {
      return false
    }
    // A tool that a search found may be said with its own name as its namespace, or with none.
    let (wanted, got) = (call.namespace == call.name ? nil : call.namespace, raised.namespace)
    guard raised.name == call.name, wanted == (got == raised.name ? nil : got) else { return false }
    if raised.input == call.input { return true }
    guard let left = call.object, let right = raised.object else {
      // What is no object may have been put inside one.
      return raised.object?["input"]?.string == call.input || raised.object?["input"]?.text == call.input
    }
    return differences(left, right).isEmpty
  }

  private static func isSame(_ result: ToolResult, _ other: ToolResult) -> Bool {
    let wanted = forms(result)
    let got = forms(other)
    if wanted.allSatisfy(\.isEmpty) { return true }
    return wanted.contains { one in
      !one.isEmpty && got.contains { $0.contains(one) || isEqual($0, one) }
    }
  }

  private static func forms(_ result: ToolResult) -> [String] {
    let texts = [result.text, result.structured?.text ?? ""]
    let wrapped = ["result", "output", "error"].compactMap { result.structured?[name: $0] }.map { $0.string ?? $0.text }
    return (texts + wrapped).map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { $0 != "{}" }
  }

  /// What a text document says: some protocols take it as text.
  private static func text(of media: Media) -> String? {
    guard case .base64(let data) = media.source, media.mediaType?.hasPrefix("text/") == true else { return nil }
    return Data(base64Encoded: data).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func isEqual(_ left: String, _ right: String) -> Bool {
    guard let left = try? JSON(parsing: left), let right = try? JSON(parsing: right) else { return false }
    return differences(left, right).isEmpty
  }

  private func brief(_ item: Said.Item) -> String {
    let side = item.isSystem ? "system" : item.isModel ? "model" : "user"
    switch item.kind {
    case .text(let text): return "\(side) text \(text.prefix(60).debugDescription)"
    case .call(let call): return "call \(call.name) \(call.input.prefix(60))"
    case .result(let result): return "result \(result.callID ?? "-") \(forms(of: result))"
    case .media(let media): return "\(side) media \("\(media.source)".prefix(60))"
    }
  }

  private func forms(of result: ToolResult) -> String { String("\(Self.forms(result))".prefix(120)) }

  // MARK: - Tools

  private mutating func checkTools() {
    var names: [String] = []
    for tool in result.tools where !tool.name.isEmpty {
      let call = ToolCall(id: "x", name: tool.name, input: "{}")
      let answer = ConversationResponse(candidates: [Candidate(parts: [Part(.toolCall(call))])])
      guard case .toolCall(let raised)? = crossing.raising.raise(answer).candidates.first?.parts.first?.content else {
        continue
      }
      names.append("\(raised.namespace ?? "")/\(raised.name)")
    }
    for (index, tool) in source.tools.enumerated() {
      switch tool.kind {
      case .function, .custom:
        // Tools that may not be called may be left out.
        if case .allowed(let allowed, _) = source.toolChoice, !allowed.contains(tool.name) { continue }
        if !names.contains("\(tool.namespace?.name ?? "")/\(tool.name)") { undeclared("tool \(tool.name)", index) }
      case .hosted(let hosted):
        let isThere = result.tools.contains {
          if case .hosted(let other) = $0.kind { other.kind == hosted.kind } else { false }
        }
        if !isThere { undeclared("hosted tool \(hosted.kind)", index) }
      case .opaque(let opaque):
        // Where all tools are declared there is none to search for.
        if opaque.type.hasPrefix("tool_search") { continue }
        // A tool that the client runs may be a function.
        let names = [opaque.type, tool.name].filter { !$0.isEmpty }
        if !result.tools.contains(where: { names.contains($0.name) }) { undeclared("tool \(opaque.type)", index) }
      }
    }
  }

  private mutating func undeclared(_ what: String, _ index: Int) {
    let path = source.tools[index].place
    if !crossing.losses.name([path]) { broken.append("gone: \(what) at \(path)") }
  }

  // MARK: - Losses

  /// Whether the user's words tell the model what a vendor's tools brought.
  private var tellsOfTools: Bool {
    result.messages.contains { message in
      message.role != .assistant
        && message.parts.contains { part in
          guard case .text(let text) = part.content else { return false }
          return text.text.contains("Tools that ran for you in your last turn")
        }
    }
  }

  /// Every member nobody understood is declared.
  private mutating func checkLeftovers() {
    var wanted = Losses()
    wanted.add(source.extensions, writing: target)
    for tool in source.tools {
      var extensions = tool.extensions
      // All tools are declared from the start.
      extensions?.residue.take("defer_loading")
      wanted.add(extensions, writing: target)
    }
    for message in source.messages {
      wanted.add(message.extensions, writing: target)
      for part in message.parts {
        // What cannot be said at all is declared as a whole.
        if let path = part.extensions?.path, crossing.losses.list.contains(where: { $0.path == path }) { continue }
        // What a vendor ran is told in words, or declared as a whole.
        if case .opaque(let opaque) = part.content, opaque.hosted != nil, tellsOfTools { continue }
        wanted.add(part.extensions, writing: target)
        wanted.add(part.frame?.extensions, writing: target)
        if case .toolResult(let result) = part.content {
          for inner in result.parts { wanted.add(inner.extensions, writing: target) }
        }
      }
    }
    for loss in wanted.list where !crossing.losses.name([loss.path]) { broken.append("undeclared: \(loss.path)") }
  }
}
