import Conversation
import Wire

/// What the record needs of an answer that is text and nothing else.
public struct PlainAnswer: Sendable, Hashable {
  /// What it cost.
  public var usage: Usage?
  /// Why the model stopped.
  public var stop: Stop?
}

/// The facts of whole answers that are relayed as they came.
///
/// Reading such an answer into a conversation costs more than all else that is done with it. So only what is plainly
/// text is told here, and everything out of the ordinary (calls, reasoning state, errors, several candidates, members
/// said twice) is nil: `Dialect.readResponse` then tells. Where both tell, they tell the same.
extension AnswerCrossing {
  /// The facts of an answer; nil where all of it must be read to know.
  public func plainAnswer(_ body: [UInt8]) -> PlainAnswer? {
    (try? JSON(parsing: body)).flatMap(upstream.readPlainAnswer)
  }
}

extension JSON {
  /// The values of these members, nil for each that is absent; nil in all where another is there that is not among
  /// `ignored`, or one that is wanted is there twice.
  fileprivate func only(
    _ wanted: [StaticString], ignoring ignored: [StaticString], elsewhere: Bool = false
  ) -> [JSON?]? {
    guard isObject else { return nil }
    var values = [JSON?](repeating: nil, count: wanted.count)
    for member in members {
      if let index = wanted.firstIndex(where: { member.isNamed($0) }) {
        guard values[index] == nil else { return nil }
        values[index] = member.value
      } else if !elsewhere, !ignored.contains(where: { member.isNamed($0) }) {
        return nil
      }
    }
    return values
  }

  /// The one element of an array.
  fileprivate var single: JSON? {
    guard isArray else { return nil }
    var elements = elements.makeIterator()
    guard let first = elements.next(), elements.next() == nil else { return nil }
    return first
  }
}

extension OpenAIChat {
  /// The facts of text (https://platform.openai.com/docs/api-reference/chat/object).
  public func readPlainAnswer(_ body: JSON) -> PlainAnswer? {
    guard let top = body.only(["choices", "usage", "error"], ignoring: [], elsewhere: true), top[2] == nil,
      let choice = top[0]?.single?.only(
        ["message", "finish_reason", "stop_reason"], ignoring: ["index", "logprobs", "content_filter_results"]),
      let message = choice[0]?.only(["content", "refusal"], ignoring: ["role", "annotations"]),
      message[0]?.isString == true, message[1]?.isNull ?? true,
      let word = choice[1]?.string, Self.brokenOff(word) == nil
    else { return nil }
    return PlainAnswer(
      usage: top[1].flatMap { $0.isObject ? Self.readUsage($0) : nil },
      stop: Self.stop(word, hasCalls: false, sequence: choice[2]?.string))
  }
}

extension AnthropicMessages {
  /// The facts of text (https://docs.anthropic.com/en/api/messages).
  public func readPlainAnswer(_ body: JSON) -> PlainAnswer? {
    guard
      let top = body.only(
        ["content", "usage", "stop_reason", "stop_sequence", "stop_details", "type", "error"], ignoring: [],
        elsewhere: true),
      top[6] == nil, top[5]?.isString("message") == true, let content = top[0], content.isArray,
      content.elements.allSatisfy({ $0["type"]?.isString("text") == true && $0["text"]?.isString == true }),
      let reason = top[2]?.string
    else { return nil }
    var usage: Usage?
    if let told = top[1], told.isObject {
      var counts = AnthropicUsage()
      counts.read(told)
      usage = counts.usage(original: told)
    }
    let details = top[4].flatMap { $0.isNull ? nil : $0 }
    return PlainAnswer(
      usage: usage, stop: Self.readStop(reason, sequence: top[3]?.string, details: details))
  }
}

extension OpenAIResponses {
  /// The facts of text (https://platform.openai.com/docs/api-reference/responses/object).
  public func readPlainAnswer(_ body: JSON) -> PlainAnswer? {
    guard
      let top = body.only(["output", "usage", "status", "error"], ignoring: [], elsewhere: true),
      top[3]?.isNull ?? true, top[2]?.isString("completed") == true, let output = top[0], output.isArray,
      output.elements.allSatisfy(Self.isPlain)
    else { return nil }
    return PlainAnswer(
      usage: top[1].flatMap { $0.isObject ? Self.readUsage($0) : nil },
      stop: Self.stop(status: "completed", reason: nil, hasCall: false, isRefusal: false))
  }

  private static func isPlain(_ item: JSON) -> Bool {
    guard item["type"]?.isString("message") == true, let content = item["content"], content.isArray else {
      return false
    }
    return content.elements.allSatisfy {
      $0["type"]?.isString("output_text") == true && $0["text"]?.isString == true
    }
  }
}

extension Gemini {
  /// The facts of text (https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse).
  public func readPlainAnswer(_ body: JSON) -> PlainAnswer? {
    guard
      let top = body.only(["candidates", "usageMetadata", "error", "usage_metadata"], ignoring: [], elsewhere: true),
      top[2] == nil, top[3] == nil,
      let candidate = top[0]?.single?.only(
        ["content", "finishReason", "finishMessage", "finish_reason"], ignoring: [], elsewhere: true),
      candidate[3] == nil, let parts = candidate[0]?["parts"], parts.isArray,
      parts.elements.allSatisfy({ $0.only(["text"], ignoring: [])?[0]?.isString == true }),
      let reason = candidate[1], !reason.isNull, !Self.isUnspecified(reason)
    else { return nil }
    let stop = Self.readStop(reason, message: candidate[2]?.string, hasCalls: false)
    return PlainAnswer(usage: top[1].flatMap { $0.isNull ? nil : Self.readUsage($0) }, stop: stop)
  }
}
