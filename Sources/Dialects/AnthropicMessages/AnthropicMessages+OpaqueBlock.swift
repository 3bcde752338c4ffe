import Wire

/// A block that only Anthropic knows, put together from its start and deltas.
struct OpaqueBlock {
  private let start: JSON
  private var input = ""
  /// Other texts by their member, and the members in order.
  private var texts: [String: String] = [:]
  private var keys: [String] = []
  private var citations: [JSON] = []
  private(set) var size = 0

  init(_ start: JSON) {
    self.start = start
  }

  mutating func add(_ delta: JSON) {
    size += delta.byteCount
    if let piece = delta["partial_json"]?.string {
      input += piece
    } else if let citation = delta["citation"] {
      citations.append(citation)
    } else {
      for member in delta.members where !member.isNamed("type") {
        guard let piece = member.value.string else { continue }
        let key = member.key
        if texts[key] == nil { keys.append(key) }
        texts[key, default: ""] += piece
      }
    }
  }

  /// The whole block.
  var whole: JSON {
    guard start.isObject, !input.isEmpty || !keys.isEmpty || !citations.isEmpty else { return start }
    var written: Set<String> = []
    return JSON { writer in
      writer.object { writer in
        for member in start.members {
          writer.key(named: member.key)
          write(member.key, before: member.value, to: &writer)
          written.insert(member.key)
        }
        let more = (input.isEmpty ? [] : ["input"]) + keys + (citations.isEmpty ? [] : ["citations"])
        for key in more where !written.contains(key) {
          writer.key(named: key)
          write(key, before: .null, to: &writer)
        }
      }
    }
  }

  private func write(_ key: String, before: JSON, to writer: inout JSONWriter) {
    if key == "input", !input.isEmpty {
      if let whole = try? JSON(parsing: input) { writer.value(whole) } else { writer.string(input) }
    } else if key == "citations", !citations.isEmpty {
      writer.array { writer in
        for citation in Array(before.elements) + citations { writer.value(citation) }
      }
    } else if let grown = texts[key] {
      writer.string((before.string ?? "") + grown)
    } else {
      writer.value(before)
    }
  }
}
