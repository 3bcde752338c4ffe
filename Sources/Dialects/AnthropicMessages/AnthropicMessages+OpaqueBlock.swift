import Wire

/// A block that only Anthropic knows, put together from its start and deltas.
struct OpaqueBlock {
  private let start: JSON
  private var input = ""
  private var text: [(key: String, value: String)] = []
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
        if let position = text.firstIndex(where: { $0.key == key }) {
          text[position].value += piece
        } else {
          text.append((key, piece))
        }
      }
    }
  }

  /// The whole block.
  var whole: JSON {
    guard start.isObject, !input.isEmpty || !text.isEmpty || !citations.isEmpty else { return start }
    var written: Set<String> = []
    return JSON { writer in
      writer.object { writer in
        for member in start.members {
          writer.key(named: member.key)
          write(member.key, before: member.value, to: &writer)
          written.insert(member.key)
        }
        let more = (input.isEmpty ? [] : ["input"]) + text.map(\.key) + (citations.isEmpty ? [] : ["citations"])
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
    } else if let piece = text.first(where: { $0.key == key }) {
      writer.string((before.string ?? "") + piece.value)
    } else {
      writer.value(before)
    }
  }
}
