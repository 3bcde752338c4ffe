import Conversation
import Dialects
import Testing
import Wire

/// Histories in a short notation: one line per message, `role: part part …`, where a part is `text`, `call(id,name)` or
/// `result(id,text)`.
private func history(_ lines: [String]) -> [Message] {
  lines.map { line in
    let fields = line.split(separator: ":", maxSplits: 1)
    var message = Message(Role(rawValue: String(fields[0])) ?? .user)
    message.parts = fields[1].split(separator: " ").map { word in
      let pieces = word.split(omittingEmptySubsequences: false) { "(,)".contains($0) }.map(String.init)
      let id = pieces.count > 1 && !pieces[1].isEmpty ? pieces[1] : nil
      switch pieces[0] {
      case "call": return Part(.toolCall(ToolCall(id: id, name: pieces[2], input: "{}")))
      case "custom": return Part(.toolCall(ToolCall(id: id, kind: .custom, name: pieces[2], input: "x")))
      case "result":
        return Part(.toolResult(ToolResult(callID: id, parts: pieces[2].isEmpty ? [] : [.text(pieces[2])])))
      case "named":  // A result that tells its tool and no id, as Gemini's.
        return Part(.toolResult(ToolResult(callID: nil, name: pieces[1], parts: [.text(pieces[2])])))
      default: return .text(String(word))
      }
    }
    return message
  }
}

private func notation(_ messages: [Message]) -> [String] {
  messages.map { message in
    let words = message.parts.map { part -> String in
      switch part.content {
      case .text(let text): return text.text.contains(" ") ? "…" : text.text
      case .toolCall(let call): return "\(call.kind == .custom ? "custom" : "call")(\(call.id ?? ""),\(call.name))"
      case .toolResult(let result):
        let text = result.isError ? "!" : result.text
        return "result(\(result.callID ?? ""),\(text))"
      default: return "?"
      }
    }
    return "\(message.role.rawValue): \(words.joined(separator: " "))"
  }
}

@Suite struct ToolPairingTests {
  /// Turns of so many calls are looked up in another way than small ones.
  @Test(arguments: [1, 2, 16, 17, 40]) func everyCallOfALargeTurnGetsItsResult(count: Int) {
    let calls = (0..<count).map { "call(c\($0),f)" }.joined(separator: " ")
    let results = (0..<count).map { "result(c\($0),r\($0))" }
    var messages = history(["assistant: \(calls)", "tool: \(results.reversed().joined(separator: " "))", "user: next"])
    var losses = Losses()
    ToolPairing.repair(&messages, losses: &losses)
    #expect(
      notation(messages) == ["assistant: \(calls)", "tool: \(results.joined(separator: " "))", "user: next"])
    #expect(losses.isEmpty)
  }

  @Test(arguments: [1, 3, 16, 17, 40]) func resultsWithoutIDFindTheirCallsByNameOrOrder(count: Int) {
    let calls = (0..<count).map { "call(,f\($0))" }.joined(separator: " ")
    let named = (0..<count).map { "named(f\($0),r\($0))" }
    let unnamed = (0..<count).map { "result(,r\($0))" }
    let wanted = (0..<count).map { "result(call_0_\($0),r\($0))" }.joined(separator: " ")
    for results in [named.reversed(), named, unnamed] {
      var messages = history(["assistant: \(calls)", "user: \(results.joined(separator: " "))"])
      var losses = Losses()
      ToolPairing.repair(&messages, losses: &losses)
      #expect(notation(messages).last == "tool: \(wanted)")
    }
  }

  static let cases: [(name: String, before: [String], after: [String], losses: Int)] = [
    (
      "a legal history is left alone",
      ["user: hi", "assistant: ok call(a,f) call(b,g)", "tool: result(a,1) result(b,2)", "assistant: done"],
      ["user: hi", "assistant: ok call(a,f) call(b,g)", "tool: result(a,1) result(b,2)", "assistant: done"], 0
    ),
    (
      "results over several messages become one",
      ["assistant: call(a,f) call(b,g)", "tool: result(a,1)", "tool: result(b,2)", "user: next"],
      ["assistant: call(a,f) call(b,g)", "tool: result(a,1) result(b,2)", "user: next"], 0
    ),
    (
      "results come in the order of the calls",
      ["assistant: call(a,f) call(b,g)", "tool: result(b,2) result(a,1)"],
      ["assistant: call(a,f) call(b,g)", "tool: result(a,1) result(b,2)"], 0
    ),
    (
      "text among results stands behind them",
      ["assistant: call(a,f) call(b,g)", "user: before result(a,1) between", "user: middle", "tool: result(b,2)"],
      ["assistant: call(a,f) call(b,g)", "tool: result(a,1) result(b,2)", "user: before between", "user: middle"], 0
    ),
    (
      "the last of two results wins",
      ["assistant: call(a,f) call(b,g)", "tool: result(a,old) result(b,2)", "tool: result(a,new)"],
      ["assistant: call(a,f) call(b,g)", "tool: result(a,new) result(b,2)"], 1
    ),
    (
      "a missing result becomes an error",
      ["assistant: call(a,f) call(b,g)", "tool: result(b,2)", "user: next"],
      ["assistant: call(a,f) call(b,g)", "tool: result(a,!) result(b,2)", "user: next"], 1
    ),
    (
      "a call at the end of the history gets a result too",
      ["user: hi", "assistant: call(a,f)"], ["user: hi", "assistant: call(a,f)", "tool: result(a,!)"], 1
    ),
    (
      "a result without a call becomes text",
      ["tool: result(x,lost)", "user: hi", "assistant: call(a,f)", "tool: result(a,1) result(y,stray)"],
      ["user: lost", "user: hi", "assistant: call(a,f)", "tool: result(a,1)", "user: stray"], 2
    ),
    (
      "an empty result without a call disappears",
      ["user: hi", "tool: result(x,)", "user: there"], ["user: hi", "user: there"], 1
    ),
    (
      "a turn over several messages is one turn",
      ["assistant: call(a,f)", "assistant: call(b,g)", "tool: result(b,2)", "tool: result(a,1)"],
      ["assistant: call(a,f)", "assistant: call(b,g)", "tool: result(a,1) result(b,2)"], 0
    ),
    (
      "system text inside a turn stands behind the results",
      ["assistant: call(a,f)", "system: note", "tool: result(a,1)", "developer: more", "user: go"],
      ["assistant: call(a,f)", "tool: result(a,1)", "system: note", "developer: more", "user: go"], 0
    ),
    (
      "a result that comes after the next turn is too late",
      ["assistant: call(a,f)", "assistant: done", "user: and", "assistant: ok", "tool: result(a,late)"],
      ["assistant: call(a,f)", "assistant: done", "tool: result(a,!)", "user: and", "assistant: ok", "user: late"], 2
    ),
    (
      "ids follow from the place",
      ["user: hi", "assistant: call(,f) text call(,g)", "tool: named(g,2) named(f,1)"],
      [
        "user: hi", "assistant: call(call_1_0,f) text call(call_1_2,g)",
        "tool: result(call_1_0,1) result(call_1_2,2)",
      ], 0
    ),
    (
      "two id-less calls of one tool take their results in order",
      ["assistant: call(,f) call(,f)", "tool: named(f,1) named(f,2)"],
      ["assistant: call(call_0_0,f) call(call_0_1,f)", "tool: result(call_0_0,1) result(call_0_1,2)"], 0
    ),
    (
      "a result without id and name belongs to the first open call",
      ["assistant: call(,f) call(,g)", "tool: result(,1) result(,2)"],
      ["assistant: call(call_0_0,f) call(call_0_1,g)", "tool: result(call_0_0,1) result(call_0_1,2)"], 0
    ),
    (
      "an interrupted turn takes no later turn's results",
      ["assistant: call(,f)", "user: stop", "assistant: call(,f)", "tool: named(f,1)"],
      [
        "assistant: call(call_0_0,f)", "tool: result(call_0_0,!)", "user: stop", "assistant: call(call_2_0,f)",
        "tool: result(call_2_0,1)",
      ], 1
    ),
    (
      "an id used again in a later turn is made unique",
      ["assistant: call(x,f)", "tool: result(x,1)", "assistant: call(x,f)", "tool: result(x,2)"],
      ["assistant: call(x,f)", "tool: result(x,1)", "assistant: call(x_2_0,f)", "tool: result(x_2_0,2)"], 0
    ),
    (
      "an id used twice in one turn is made unique",
      ["assistant: call(x,f) call(x,g)", "tool: result(x,1) result(x,2)"],
      ["assistant: call(x,f) call(x_0_1,g)", "tool: result(x,1) result(x_0_1,2)"], 0
    ),
  ]

  @Test(arguments: cases)
  func everyCallHasOneResultBehindItsTurn(
    example: (name: String, before: [String], after: [String], losses: Int)
  ) {
    var messages = history(example.before)
    var losses = Losses()
    ToolPairing.repair(&messages, losses: &losses)
    #expect(notation(messages) == example.after, "\(example.name)")
    #expect(losses.list.count == example.losses, "\(losses.list)")

    // What is repaired needs no repair.
    let once = notation(messages)
    var more = Losses()
    ToolPairing.repair(&messages, losses: &more)
    #expect(notation(messages) == once)
    #expect(more.isEmpty)
  }

  @Test(arguments: cases)
  func aHistoryThatGrowsByATurnKeepsItsBeginning(
    example: (name: String, before: [String], after: [String], losses: Int)
  ) {
    var short = history(example.before)
    var long = history(example.before + ["user: more", "assistant: call(,f)", "tool: named(f,9)", "user: end"])
    var losses = Losses()
    ToolPairing.repair(&short, losses: &losses)
    ToolPairing.repair(&long, losses: &losses)
    #expect(notation(long).starts(with: notation(short)))
  }

  @Test func resultsLearnTheirCallsNameAndKind() throws {
    var messages = history(["assistant: custom(a,patch) call(b,f)", "tool: result(a,1)"])
    var losses = Losses()
    ToolPairing.repair(&messages, losses: &losses)
    let results = messages[1].parts.compactMap { part -> ToolResult? in
      if case .toolResult(let result) = part.content { result } else { nil }
    }
    #expect(results.map(\.name) == ["patch", "f"])
    #expect(results.map(\.kind) == [.custom, .function])
    #expect(results.map(\.isError) == [false, true])
    #expect(losses.list.map(\.path) == ["tool call b"])
  }

  @Test func aStructuredResultWithoutACallKeepsItsWords() throws {
    let structured = try JSON(parsing: #"{"answer":42}"#)
    var messages = [Message(.tool, [Part(.toolResult(ToolResult(callID: "x", parts: [], structured: structured)))])]
    var losses = Losses()
    ToolPairing.repair(&messages, losses: &losses)
    #expect(messages.flatMap(\.parts).map { ($0.content.text ?? "") } == [#"{"answer":42}"#])
  }
}

extension Part.Content {
  /// The words of a text part.
  fileprivate var text: String? {
    if case .text(let text) = self { text.text } else { nil }
  }
}
