import Conversation
import Wire

// MARK: - Blocks

extension AnthropicEventWriter {
  func frame(
    _ name: StaticString, index: Int, into output: inout [UInt8], _ body: (inout JSONWriter) -> Void
  ) {
    EventStreamWriter.append(name: name, to: &output) { writer in
      writer.object { writer in
        writer.member("type", static: name)
        writer.member("index", index)
        body(&writer)
      }
    }
  }

  /// Tells a piece of the open block, which has grown by nothing else so far.
  mutating func grow(_ type: StaticString, _ key: StaticString, by text: String, into output: inout [UInt8]) {
    if let growth { return growth.append(text, to: &output) }
    var bytes: [UInt8] = []
    var place = 0
    frame("content_block_delta", index: nextIndex, into: &bytes) { writer in
      writer.object("delta") { writer in
        writer.member("type", static: type)
        writer.key(key)
        place = writer.emptyString()
      }
    }
    let growth = RecurringFrame(bytes, at: place)
    growth.append(text, to: &output)
    self.growth = growth
  }

  func writeDelta(
    _ type: StaticString, _ key: StaticString, _ text: String, into output: inout [UInt8]
  ) {
    frame("content_block_delta", index: nextIndex, into: &output) { writer in
      writer.object("delta") { writer in
        writer.member("type", static: type)
        writer.member(key, text)
      }
    }
  }

  mutating func openText(_ source: JSON?, into output: inout [UInt8]) {
    current = .text(isOpen: true)
    let citations = source?["citations"].flatMap { $0.isArray ? $0 : nil }
    frame("content_block_start", index: nextIndex, into: &output) { writer in
      writer.object("content_block") { writer in
        writer.member("type", static: "text")
        writer.member("text", static: "")
        if citations != nil { writer.array("citations") { _ in } }
      }
    }
  }

  func openThinking(into output: inout [UInt8]) {
    frame("content_block_start", index: nextIndex, into: &output) { writer in
      writer.object("content_block") { writer in
        writer.member("type", static: "thinking")
        writer.member("thinking", static: "")
        writer.member("signature", static: "")
      }
    }
  }

  func openCall(_ call: ToolCall, _ own: Extensions?, into output: inout [UInt8]) {
    frame("content_block_start", index: nextIndex, into: &output) { writer in
      writer.object("content_block", restoring: own) { writer in
        writer.member("type", static: "tool_use")
        writer.member("id", AnthropicMessages.callID(call.id, reply, nextIndex))
        writer.member("name", call.name)
        writer.object("input") { _ in }
      }
    }
  }

  mutating func closeBlock(into output: inout [UInt8]) {
    frame("content_block_stop", index: nextIndex, into: &output) { _ in }
    nextIndex += 1
    growth = nil
  }

  mutating func writeRedacted(_ data: String, into output: inout [UInt8]) {
    frame("content_block_start", index: nextIndex, into: &output) { writer in
      writer.key("content_block")
      AnthropicMessages.writeRedacted(data, to: &writer)
    }
    closeBlock(into: &output)
  }

  /// Writes an own block that came whole.
  ///
  /// Clients build a server tool's input and a compaction's text from deltas only.
  mutating func writeOpaque(_ block: JSON, into output: inout [UInt8]) {
    let isCompaction = block["type"]?.isString("compaction") == true && block["content"]?.isString == true
    let input = block["input"].flatMap { $0.isObject && !$0.members.isEmpty ? $0 : nil }
    frame("content_block_start", index: nextIndex, into: &output) { writer in
      writer.object("content_block") { writer in
        for member in block.members {
          writer.key(named: member.key)
          if input != nil, member.isNamed("input") {
            writer.object { _ in }
          } else if isCompaction, member.isNamed("content") {
            writer.null()
          } else {
            writer.value(member.value)
          }
        }
      }
    }
    if let input { writeDelta("input_json_delta", "partial_json", input.text, into: &output) }
    if isCompaction, let content = block["content"]?.string {
      writeDelta("compaction_delta", "content", content, into: &output)
    }
    closeBlock(into: &output)
  }
}
