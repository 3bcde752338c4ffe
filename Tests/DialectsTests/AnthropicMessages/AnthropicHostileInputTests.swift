import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Bodies and streams that are nearly right.
@Suite struct AnthropicHostileInputTests {
  /// A small generator, so that a failing seed can be run again.
  struct Seeded {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(truncatingIfNeeded: state >> 33) % max(1, bound)
    }
  }

  static let strange = ["null", "true", "-1", "1e400", #""""#, #""AORSEAL1""#, "[]", "[[]]", "{}", #"{"type":"text"}"#]

  /// The value with one of its members or elements replaced by something of another kind, or left out.
  static func mutated(_ json: JSON, _ random: inout Seeded) -> String {
    let choice = random.next(8)
    if choice == 0 { return strange[random.next(strange.count)] }
    switch json.kind {
    case .object:
      let members = Array(json.members)
      guard !members.isEmpty else { return json.text }
      let target = random.next(members.count)
      let pieces = members.enumerated().compactMap { index, member -> String? in
        if index == target, choice == 1 { return nil }
        let value = index == target ? mutated(member.value, &random) : member.value.text
        return JSON.string(member.key).text + ":" + value
      }
      return "{" + pieces.joined(separator: ",") + "}"
    case .array:
      let elements = Array(json.elements)
      guard !elements.isEmpty else { return json.text }
      let target = random.next(elements.count)
      let pieces = elements.enumerated().compactMap { index, element -> String? in
        if index == target, choice == 1 { return nil }
        return index == target ? mutated(element, &random) : element.text
      }
      return "[" + pieces.joined(separator: ",") + "]"
    default: return strange[random.next(strange.count)]
    }
  }

  @Test(arguments: 0..<12)
  func nearlyRightBodiesAreReadOrRefused(seed: Int) throws {
    var random = Seeded(state: UInt64(seed) &+ 1)
    for fixture in AnthropicFixture.all {
      for _ in 0..<25 {
        if let bytes = fixture.request {
          let json = try JSON(parsing: Self.mutated(JSON(parsing: bytes), &random))
          guard let request = try? AnthropicLaw.dialect.readRequest(json, line: RequestLine()) else { continue }
          var losses = Losses()
          let written = try? AnthropicLaw.dialect.writeRequest(
            request, for: RequestTarget(model: request.model), losses: &losses)
          if let written { #expect(throws: Never.self) { try JSON(parsing: written) } }
        }
        if let bytes = fixture.response {
          let json = try JSON(parsing: Self.mutated(JSON(parsing: bytes), &random))
          guard let response = try? AnthropicLaw.dialect.readResponse(json, origin: nil) else { continue }
          var losses = Losses()
          let written = AnthropicLaw.dialect.writeResponse(response, for: AnthropicLaw.reply(), losses: &losses)
          #expect(throws: Never.self) { try JSON(parsing: written) }
        }
      }
    }
  }

  @Test(arguments: 0..<12)
  func nearlyRightStreamsKeepTheGrammarAndTheOrder(seed: Int) throws {
    var random = Seeded(state: UInt64(seed) &+ 101)
    for fixture in AnthropicFixture.streams {
      let frames = try StreamDriver.frames(fixture.stream ?? [])
      for _ in 0..<20 {
        var changed = frames
        switch random.next(4) {
        case 0: changed.remove(at: random.next(changed.count))
        case 1: changed.swapAt(random.next(changed.count), random.next(changed.count))
        case 2: changed.insert(changed[random.next(changed.count)], at: random.next(changed.count))
        default:
          let index = random.next(changed.count)
          if let json = try? JSON(parsing: changed[index].data) {
            changed[index].data = Array(Self.mutated(json, &random).utf8)
          }
        }
        var bytes: [UInt8] = []
        for frame in changed { EventStreamWriter.append(frame, to: &bytes) }
        let events = StreamDriver.events(bytes, AnthropicLaw.dialect)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(EventTrace.violations(events).isEmpty, "\(text)")
        let written = StreamDriver.bytes(events, AnthropicLaw.dialect, reply: AnthropicLaw.reply())
        let starts = events.contains { if case .started = $0 { true } else { false } }
        if starts { #expect(AnthropicLaw.disciplineViolations(written).isEmpty, "\(text)") }
      }
    }
  }

  /// Blocks that wait for their turn must cost neither stack nor the square of their number.
  @Test func manyBlocksInterleavedComeOneAfterTheOther() {
    let count = 40_000
    var reader = AnthropicLaw.dialect.makeEventReader(origin: nil)
    var events: [ConversationEvent] = []
    func read(_ json: String) { reader.read(ServerSentEvent(data: json), into: &events) }
    func start(_ index: Int) {
      read(#"{"type":"content_block_start","index":\#(index),"content_block":{"type":"text","text":""}}"#)
    }
    start(0)
    for index in 1...count {
      start(index)
      read(#"{"type":"content_block_delta","index":\#(index),"delta":{"type":"text_delta","text":"\#(index % 10)"}}"#)
      read(#"{"type":"content_block_stop","index":\#(index)}"#)
    }
    read(#"{"type":"content_block_stop","index":0}"#)
    read(#"{"type":"message_stop"}"#)
    #expect(EventTrace.violations(events).isEmpty)
    var fold = ResponseFold()
    for event in events { fold.add(event) }
    #expect(fold.isFinished && fold.result.failure == nil)
    let parts = fold.result.candidates.first?.parts ?? []
    #expect(parts.count == count + 1)
    guard case .text(let last)? = parts.last?.content else {
      Issue.record("the last block is missing")
      return
    }
    #expect(last.text == "\(count % 10)")
  }

  /// Models run off into white space, and clients send that back.
  @Test func aTurnThatEndsInMuchWhiteSpaceIsTrimmedAtOnce() throws {
    let turns = [Message(.user, text: "q"), Message(.assistant, text: "x" + String(repeating: " \n", count: 400_000))]
    var losses = Losses()
    let bytes = try AnthropicLaw.dialect.writeRequest(
      ConversationRequest(model: "m", messages: turns), for: RequestTarget(model: "m"), losses: &losses)
    #expect(try JSON(parsing: bytes).at("messages.1.content")?.string == "x")
  }
}
