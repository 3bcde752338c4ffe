import Conversation
import Wire

// Words that come by the hundred: their chunks are alike but for them.

extension OpenAIChat.StreamWriter {
  /// The chunk of what grew last.
  struct Growing {
    var index: Int
    var growth: Growth
    var frame: RecurringFrame
  }

  /// The member of a delta that grows.
  enum Growth: Equatable {
    case content, refusal, reasoning
    case input(Int, ToolCall.Kind)
  }

  /// Tells a piece of what grows in a choice.
  mutating func grow(_ growth: Growth, of index: Int, by text: String, into output: inout [UInt8]) {
    if let growing, growing.index == index, growing.growth == growth {
      return growing.frame.append(text, to: &output)
    }
    var bytes: [UInt8] = []
    var place = 0
    chunk(index, into: &bytes) { writer in
      switch growth {
      case .content: writer.key("content")
      case .refusal: writer.key("refusal")
      case .reasoning: writer.key("reasoning_content")
      case .input(let order, let kind):
        return Self.call(order, into: &writer) { writer in
          writer.object(kind == .function ? "function" : "custom") { writer in
            writer.key(kind == .function ? "arguments" : "input")
            place = writer.emptyString()
          }
        }
      }
      place = writer.emptyString()
    }
    let frame = RecurringFrame(bytes, at: place)
    frame.append(text, to: &output)
    growing = Growing(index: index, growth: growth, frame: frame)
  }
}
