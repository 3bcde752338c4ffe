import Conversation
import Wire

/// Cache marks for a request whose client had no way to set them.
///
/// Anthropic caches what stands before a mark and looks back 20 blocks from one for what it has already. So the marks
/// stand behind the system text (or the tools, where there is none) and behind the last two turns of the user: the last
/// fills the cache for the next request, the one before meets what the last request left. A request has four at most.
/// https://platform.claude.com/docs/en/build-with-claude/prompt-caching
struct AnthropicCacheMarks {
  private let marks: Quirks.CacheMarks

  init(_ marks: Quirks.CacheMarks) { self.marks = marks }

  /// The body with its marks.
  ///
  /// Texts become blocks everywhere, also where no mark stands: a turn must look the same when its mark has moved on.
  func applied(to body: [UInt8]) -> [UInt8] {
    guard marks != .off, let json = try? JSON(parsing: body) else { return body }
    let turns = json["messages"].map { Array($0.elements) } ?? []
    let marked = Set(turns.indices.filter { turns[$0]["role"]?.isString("user") == true }.suffix(2))
    let marksTools = json["system"] == nil
    var writer = JSONWriter()
    writer.object { writer in
      for member in json.members {
        writer.key(named: member.key)
        if member.isNamed("system") {
          write(member.value, isMarked: true, to: &writer)
        } else if member.isNamed("tools"), marksTools {
          write(member.value, isMarked: true, to: &writer)
        } else if member.isNamed("messages") {
          writer.array { writer in
            for index in turns.indices { write(turn: turns[index], isMarked: marked.contains(index), to: &writer) }
          }
        } else {
          writer.value(member.value)
        }
      }
    }
    return writer.finish()
  }

  private func write(turn: JSON, isMarked: Bool, to writer: inout JSONWriter) {
    writer.object { writer in
      for member in turn.members {
        writer.key(named: member.key)
        if member.isNamed("content") {
          write(member.value, isMarked: isMarked, to: &writer)
        } else {
          writer.value(member.value)
        }
      }
    }
  }

  /// A list of blocks, or a text as one.
  private func write(_ content: JSON, isMarked: Bool, to writer: inout JSONWriter) {
    if content.isString {
      return writer.array { writer in
        writer.object { writer in
          writer.member("type", static: "text")
          writer.member("text", content)
          if isMarked { mark(&writer) }
        }
      }
    }
    let blocks = Array(content.elements)
    let last = isMarked ? blocks.lastIndex(where: takesMark) : nil
    writer.array { writer in
      for index in blocks.indices {
        guard index == last else {
          writer.value(blocks[index])
          continue
        }
        writer.object { writer in
          for member in blocks[index].members {
            writer.key(named: member.key)
            writer.value(member.value)
          }
          mark(&writer)
        }
      }
    }
  }

  /// Thinking takes no mark, and neither does a block that bears one.
  private func takesMark(_ block: JSON) -> Bool {
    guard block.isObject, block["cache_control"] == nil else { return false }
    return block["type"]?.isString("thinking") != true && block["type"]?.isString("redacted_thinking") != true
  }

  private func mark(_ writer: inout JSONWriter) {
    writer.object("cache_control") { writer in
      writer.member("type", static: "ephemeral")
      if marks == .oneHour { writer.member("ttl", static: "1h") }
    }
  }
}
