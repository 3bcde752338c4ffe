import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Responses lets an item say things of its own; no other protocol has a place for them.
@Suite struct LawsFrameTests {
  private static let item = #"""
    {"id":"msg_1","type":"message","status":"completed","role":"assistant","phase":"commentary","content":[
      {"type":"output_text","text":"a","annotations":[]},{"type":"output_text","text":"b","annotations":[]}]}
    """#

  @Test(arguments: [DialectID.openAIChat, .anthropic, .gemini])
  func whatAnItemSaysIsLostOnceAndByName(id: DialectID) throws {
    let target = DialectCatalog.dialect(id)
    let request = try OpenAIResponses().readRequest(
      JSON(parsing: Array(#"{"model":"m","input":[{"role":"user","content":"x"},\#(Self.item)]}"#.utf8)),
      line: RequestLine())
    let crossing = try Crossing.translated(
      request, from: .openAIResponses, to: target, for: RequestTarget(model: "m"))
    #expect(crossing.losses.list.map(\.path) == ["input[1].phase"])
    let response = try OpenAIResponses().readResponse(
      JSON(parsing: Array(#"{"id":"resp_1","status":"completed","model":"m","output":[\#(Self.item)]}"#.utf8)),
      origin: nil)
    var losses = Losses()
    _ = target.writeResponse(response, for: LawsAnswer.reply, losses: &losses)
    #expect(losses.list.filter { $0.path.hasSuffix("phase") }.count == 1)
    var writer = target.makeEventWriter(for: LawsAnswer.reply)
    var output: [UInt8] = []
    for event in response.events() { writer.write(event, into: &output) }
    #expect(writer.losses.list.filter { $0.path.hasSuffix("phase") }.count == 1)
  }
}
