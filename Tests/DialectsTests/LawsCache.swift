import Conversation
import Dialects
import Wire

/// The cache law: a conversation that grows by a turn is the same bytes upstream as far as it was told before.
///
/// Vendors cache what requests begin with, tools, then system text, then turns, and pay nothing back for a prefix that is
/// nearly the same. Only the last turn of the earlier request may have grown: what one side says in a row is one turn in
/// some protocols. `cache_control` marks the end of what is cached and so moves along.
struct LawsCache {
  let from: any Dialect
  let to: any Dialect
  let line: RequestLine
  var quirks = Quirks()

  /// The violations over every growth in a request: from each of its earlier ends to the next.
  func violations(_ body: JSON) -> [String] {
    let ends = Self.ends(of: body, from.id)
    guard ends.count > 1 else { return [] }
    var told: [(end: Int, body: JSON)] = []
    for end in ends {
      // What this protocol refuses to translate cannot be cached.
      if let written = written(Self.shortened(body, to: end, from.id)) { told.append((end, written)) }
    }
    return zip(told, told.dropFirst()).flatMap { earlier, later in
      compare(earlier.body, later.body).map { "\(earlier.end) → \(later.end): \($0)" }
    }
  }

  /// How many growths a request holds.
  func growths(_ body: JSON) -> Int { max(Self.ends(of: body, from.id).count - 1, 0) }

  private func written(_ body: JSON) -> JSON? {
    guard let request = try? from.readRequest(body, line: line),
      let crossing = try? Crossing.translated(
        request, from: from.id, to: to, for: RequestTarget(model: "up", quirks: quirks)),
      case .written(let bytes) = crossing.body
    else { return nil }
    return try? JSON(parsing: bytes)
  }

  // MARK: - The same conversation, earlier

  private static func turns(_ dialect: DialectID) -> String {
    switch dialect {
    case .openAIChat, .anthropic: "messages"
    case .openAIResponses: "input"
    case .gemini: "contents"
    }
  }

  private static func isModels(_ item: JSON) -> Bool {
    let kind = item["type"]?.string ?? "message"
    if kind.hasSuffix("_output") { return false }
    if kind == "message" { return ["assistant", "model"].contains(item["role"]?.string ?? "user") }
    return ["reasoning", "compaction"].contains(kind) || kind.hasSuffix("_call")
  }

  /// Where an agent may have sent what it had: behind the user's side, before the model's.
  private static func ends(of body: JSON, _ dialect: DialectID) -> [Int] {
    guard let items = body[name: turns(dialect)], items.isArray else { return [] }
    let isModels = items.elements.map(isModels)
    let inner = isModels.indices.dropFirst().filter { isModels[$0] && !isModels[$0 - 1] }
    let ends = inner + (isModels.last == false ? [isModels.count] : [])
    // Who calls tools declares them, if not in every request: some recordings leave them out once they were called.
    return body["tools"] == nil && ends.count > 1 && holdsCalls(items) ? Array(ends.dropFirst()) : ends
  }

  private static func holdsCalls(_ items: JSON) -> Bool {
    items.elements.contains { $0["tool_calls"] != nil || $0["type"]?.isString("function_call") == true }
  }

  private static func shortened(_ body: JSON, to end: Int, _ dialect: DialectID) -> JSON {
    var writer = JSONWriter()
    writer.object { writer in
      for member in body.members {
        writer.key(named: member.key)
        if member.key == turns(dialect) {
          writer.array { writer in
            for item in member.value.elements.prefix(end) { writer.value(item) }
          }
        } else {
          writer.value(member.value)
        }
      }
    }
    return (try? JSON(parsing: writer.finish())) ?? body
  }

  // MARK: - What must be the same

  private func compare(_ earlier: JSON, _ later: JSON) -> [String] {
    var broken: [String] = []
    for name in ["tools", "system", "instructions", "systemInstruction", "toolConfig", "thinking"] {
      let (was, now) = (earlier[name: name].map(Self.text), later[name: name].map(Self.text))
      if was != now { broken.append("\(name) differ") }
    }
    let name = Self.turns(to.id)
    let was = earlier[name: name].map { Array($0.elements) } ?? []
    let now = later[name: name].map { Array($0.elements) } ?? []
    guard now.count >= was.count else { return broken + ["\(was.count) turns became \(now.count)"] }
    for (index, pair) in zip(was, now).enumerated() where Self.text(pair.0) != Self.text(pair.1) {
      if index == was.count - 1, Self.extends(pair.1, pair.0) { continue }
      broken.append("\(name)[\(index)] \(Self.text(pair.0).prefix(200)) became \(Self.text(pair.1).prefix(200))")
      break
    }
    return broken
  }

  /// Whether a turn is an earlier one with more behind it.
  private static func extends(_ later: JSON, _ earlier: JSON) -> Bool {
    let name = later["parts"] == nil ? "content" : "parts"
    guard later["role"]?.string == earlier["role"]?.string, let was = earlier[name: name], let now = later[name: name]
    else {
      return false
    }
    if let was = was.string, let now = now.string { return now.hasPrefix(was) }
    let (before, after) = (was.elements.map(text), now.elements.map(text))
    return after.count >= before.count && Array(after.prefix(before.count)) == before
  }

  private static func text(_ value: JSON) -> String {
    var writer = JSONWriter()
    write(value, into: &writer)
    return String(decoding: writer.finish(), as: UTF8.self)
  }

  /// Without the marks that move along with the end.
  private static func write(_ value: JSON, into writer: inout JSONWriter) {
    if value.isObject {
      writer.object { writer in
        for member in value.members where member.key != "cache_control" {
          writer.key(named: member.key)
          write(member.value, into: &writer)
        }
      }
    } else if value.isArray {
      writer.array { writer in
        for item in value.elements { write(item, into: &writer) }
      }
    } else {
      writer.value(value)
    }
  }
}
