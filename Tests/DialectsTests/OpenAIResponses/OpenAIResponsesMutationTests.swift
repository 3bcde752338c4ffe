import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Damaged input, the same every run: members gone, values of other kinds and sizes, events lost and repeated.
@Suite struct OpenAIResponsesMutationTests {
  private struct Dice {
    var state: UInt64

    mutating func roll(_ sides: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(sides))
    }
  }

  private static let odd = [
    "null", "true", "\"x\"", "[]", "{}", "-1", "9223372036854775807", "-99999999999999999999",
    #"[null,{},"a",9223372036854775807]"#,
  ]

  private func damaged(_ json: JSON, _ dice: inout Dice, rate: Int) -> JSON {
    if dice.roll(rate) == 0, let value = try? JSON(parsing: Self.odd[dice.roll(Self.odd.count)]) { return value }
    guard json.isObject || json.isArray else { return json }
    return JSON { writer in
      if json.isArray {
        return writer.array { writer in
          for element in json.elements { writer.value(damaged(element, &dice, rate: rate)) }
        }
      }
      writer.object { writer in
        for member in json.members where dice.roll(rate) != 1 {
          writer.key(named: member.key)
          writer.value(damaged(member.value, &dice, rate: rate))
        }
      }
    }
  }

  private let dialect = OpenAIResponses()
  private let rates = [12, 40, 150]

  private var reply: ReplyContext {
    var request = ConversationRequest(model: "m")
    request.reasoning = ReasoningRequest(summary: "auto")
    return ReplyContext(request: request, model: "m", exchangeID: "x1", createdAt: 1)
  }

  @Test func damagedBodiesNeverBreakTheWriters() throws {
    var dice = Dice(state: 7)
    for fixture in ResponsesFixture.all("request.json") + ResponsesFixture.all("response.json") {
      let json = try JSON(parsing: try fixture.bytes)
      for round in 0..<60 {
        let body = damaged(json, &dice, rate: rates[round % rates.count])
        var losses = Losses()
        if let request = try? dialect.readRequest(body, line: RequestLine()) {
          let target = RequestTarget(model: "m", origin: SealOrigin("here"))
          let written = try dialect.writeRequest(request, for: target, losses: &losses)
          _ = try JSON(parsing: written)
        }
        if let response = try? dialect.readResponse(body, origin: nil) {
          _ = try JSON(parsing: dialect.writeResponse(response, for: reply, losses: &losses))
        }
      }
    }
  }

  @Test func damagedStreamsKeepTheGrammar() throws {
    var dice = Dice(state: 11)
    for fixture in ResponsesFixture.all("stream.sse") {
      let whole = try StreamDriver.frames(try fixture.bytes)
      for round in 0..<40 {
        var reader = dialect.makeEventReader(origin: nil)
        var events: [ConversationEvent] = []
        for event in whole where dice.roll(20) != 0 {
          var event = event
          if let json = try? JSON(parsing: event.data) {
            event.data = Array(damaged(json, &dice, rate: rates[round % rates.count]).text.utf8)
          }
          reader.read(event, into: &events)
          if dice.roll(25) == 0 { reader.read(event, into: &events) }
        }
        reader.end(into: &events)
        #expect(EventTrace.violations(events) == [], "\(fixture.name) round \(round)")
        let again = StreamDriver.events(StreamDriver.bytes(events, dialect, reply: reply), dialect)
        #expect(EventTrace.violations(again) == [], "\(fixture.name) round \(round), written")
      }
    }
  }
}
