import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// What an upstream may send in any number must cost no more than its size; the square of these would not end.
@Suite struct GeminiHostileInputTests {
  private static func events(_ chunks: [String]) -> [ConversationEvent] {
    var reader = Gemini().makeEventReader(origin: nil)
    var events: [ConversationEvent] = []
    for chunk in chunks { reader.read(ServerSentEvent(data: chunk), into: &events) }
    reader.end(into: &events)
    return events
  }

  private static func folded(_ chunks: [String]) -> [Part] {
    var fold = ResponseFold()
    for event in events(chunks) { fold.add(event) }
    return fold.result.candidates.first?.parts ?? []
  }

  @Test func argumentsInManyPieces() throws {
    let count = 60_000
    let pieces = (0..<count).map { #"{"jsonPath":"$.m.k\#($0)","stringValue":"v"}"# }.joined(separator: ",")
    let calls = [
      #"{"functionCall":{"name":"f","partialArgs":[\#(pieces)],"willContinue":true}}"#,
      #"{"functionCall":{"partialArgs":[{"jsonPath":"$.m.k0","stringValue":"w"}]}}"#,
    ]
    let chunks = calls.map { #"{"candidates":[{"content":{"parts":[\#($0)]},"finishReason":"STOP"}]}"# }
    guard case .toolCall(let call)? = Self.folded(chunks).first?.content else {
      Issue.record("no call")
      return
    }
    let members = call.object?["m"]?.members
    #expect(members?.count == count)
    #expect(members?.first { _ in true }?.value.string == "vw")
  }

  /// Each span of a citation is counted in bytes by Google and in scalars by everybody else.
  @Test func manySpansInALongText() throws {
    let (length, count) = (100_000, 20_000)
    let text = String(repeating: "é", count: length)
    let supports = (0..<count).map {
      #"{"segment":{"startIndex":\#(2 * (length - $0 - 1)),"endIndex":\#(2 * (length - $0))},"groundingChunkIndices":[0]}"#
    }
    let grounding =
      #"{"groundingChunks":[{"web":{"uri":"https://e.com"}}],"groundingSupports":[\#(supports.joined(separator: ","))]}"#
    let candidate =
      #"{"content":{"parts":[{"text":"\#(text)"}]},"finishReason":"STOP","groundingMetadata":\#(grounding)}"#
    let whole = try Gemini().readResponse(JSON(parsing: #"{"candidates":[\#(candidate)]}"#), origin: nil)
    for parts in [whole.candidates.first?.parts ?? [], Self.folded([#"{"candidates":[\#(candidate)]}"#])] {
      guard case .text(let read)? = parts.first?.content else {
        Issue.record("no text")
        return
      }
      #expect(read.annotations.count == count)
      #expect(read.annotations.last?.start == length - count)
      #expect(read.annotations.last?.end == length - count + 1)
    }
    var losses = Losses()
    let bytes = Gemini().writeResponse(
      ConversationResponse(candidates: [Candidate(parts: whole.candidates.first?.parts ?? [])]),
      for: GeminiReplyTests.reply(shows: nil), losses: &losses)
    let last = try JSON(parsing: bytes).at("candidates.0.groundingMetadata.groundingSupports.\(count - 1).segment")
    #expect(last?["startIndex"]?.int == 2 * (length - count))
  }

  /// An address that is named again and again is told as often; a short answer must not become an endless one.
  @Test func aLongAddressNamedManyTimesIsALoss() throws {
    let address = "https://e.com/" + String(repeating: "a", count: 1_000_000)
    let supports =
      String(repeating: #"{"segment":{"endIndex":1},"groundingChunkIndices":[0,0]},"#, count: 10_000) + "{}"
    let body =
      #"{"candidates":[{"content":{"parts":[{"text":"hi"}]},"finishReason":"STOP","groundingMetadata":{"groundingChunks":[{"web":{"uri":"\#(address)"}}],"groundingSupports":[\#(supports)]}}]}"#
    let response = try Gemini().readResponse(JSON(parsing: body), origin: nil)
    for parts in [response.candidates.first?.parts ?? [], Self.folded([body])] {
      guard case .text(let text)? = parts.first?.content else {
        Issue.record("no text")
        return
      }
      #expect(text.annotations.isEmpty)
    }
    var losses = Losses()
    _ = AnthropicMessages().writeResponse(response, for: GeminiReplyTests.reply(shows: nil), losses: &losses)
    #expect(losses.list.map(\.path) == ["candidates[0].groundingMetadata"])
  }
}
