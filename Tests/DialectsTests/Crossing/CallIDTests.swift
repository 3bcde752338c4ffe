import Conversation
import Testing

@testable import Dialects

@Suite struct CallIDTests {
  private static func fit(_ ids: [String], _ dialect: DialectID) -> [String] {
    var messages = [
      Message(.assistant, ids.map { Part(.toolCall(ToolCall(id: $0, name: "f", input: "{}"))) }),
      Message(.tool, ids.map { Part(.toolResult(ToolResult(callID: $0, parts: []))) }),
    ]
    CallIDs.fit(&messages, for: dialect)
    let calls = messages[0].toolCalls.compactMap(\.id)
    let results = messages[1].parts.compactMap { part -> String? in
      if case .toolResult(let result) = part.content { result.callID } else { nil }
    }
    #expect(calls == results, "a call and its result keep one id")
    return calls
  }

  @Test(arguments: DialectID.allCases)
  func idsThatFitStay(dialect: DialectID) {
    let ids = ["call_abc-123", "toolu_01", String(repeating: "x", count: 40)]
    #expect(Self.fit(ids, dialect) == ids)
  }

  @Test(arguments: [(DialectID.openAIChat, 40), (.openAIResponses, 64), (.anthropic, 128), (.gemini, 128)])
  func othersAreCutToTheAlphabetAndLengthAndStayApart(dialect: DialectID, limit: Int) {
    let long = String(repeating: "y", count: 130)
    let ids = ["a.b", "a:b", "a b", "é", "functions.read:0", long + "1", long + "2"]
    let fitted = Self.fit(ids, dialect)
    #expect(Set(fitted).count == ids.count)
    for id in fitted {
      #expect(id.utf8.count <= limit)
      #expect(id.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil, "\(id)")
    }
    #expect(Self.fit(ids, dialect) == fitted, "every turn the same")
    #expect(Self.fit([ids[2]], dialect) == [fitted[2]], "whatever else is in the history")
  }
}

@Suite struct ImageMarkerTests {
  @Test func imagesBecomeWordsAlsoInsideToolResults() {
    let image = Part(.image(Media(.base64("AAAA"), mediaType: "image/png")))
    var messages = [
      Message(.user, [.text("see"), image]),
      Message(.tool, [Part(.toolResult(ToolResult(callID: "a", parts: [.text("shot"), image])))]),
    ]
    var losses = Losses()
    ImageMarker.apply(&messages, losses: &losses)
    #expect(losses.list.map(\.path) == ["messages[0]", "messages[1]"])
    guard case .text(let marker) = messages[0].parts[1].content,
      case .toolResult(let result) = messages[1].parts[0].content
    else {
      Issue.record("no marker")
      return
    }
    #expect(marker.text == ImageMarker.text)
    #expect(result.text == "shot\n\(ImageMarker.text)")
  }
}
