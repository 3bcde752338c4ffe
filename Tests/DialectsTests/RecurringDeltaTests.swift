import Conversation
import Dialects
import Foundation
import TestSupport
import Testing
import Wire

/// Readers recognise events that recur instead of parsing them: that must never be seen in what they tell.
@Suite struct RecurringDeltaTests {
  /// What a stream tells, every event as it came.
  private static func told(_ stream: [UInt8], _ dialect: any Dialect) throws -> [String] {
    try told(StreamDriver.frames(stream), dialect)
  }

  /// The same with white space before every other event, so that none is like the one before it.
  private static func toldWithoutMemory(_ stream: [UInt8], _ dialect: any Dialect) throws -> [String] {
    var frames = try StreamDriver.frames(stream)
    for position in frames.indices where position % 2 == 1 && !frames[position].isDone {
      frames[position].data.insert(0x20, at: 0)
    }
    return try told(frames, dialect)
  }

  private static func told(_ frames: [ServerSentEvent], _ dialect: any Dialect) throws -> [String] {
    var reader = dialect.makeEventReader(origin: nil)
    var lines: [String] = []
    for frame in frames {
      var events: [ConversationEvent] = []
      reader.read(frame, into: &events)
      // Each event by itself: nothing may come later than it would.
      lines += EventTrace.lines(events) + ["-"]
    }
    var events: [ConversationEvent] = []
    reader.end(into: &events)
    return lines + EventTrace.lines(events)
  }

  private static func violations(_ stream: [UInt8], _ dialect: any Dialect) throws -> [String] {
    let (with, without) = (try told(stream, dialect), try toldWithoutMemory(stream, dialect))
    return with == without ? [] : ["told otherwise: \(zip(with, without).first { $0 != $1 } ?? ("", ""))"]
  }

  @Test(arguments: LawsFixtureTests.cases, DialectID.allCases)
  func aConversationIsToldAsIfEveryEventWereParsed(name: String, id: DialectID) throws {
    let file = LawsFixtureTests.folder.appendingPathComponent("\(name)/\(id.rawValue).stream.sse")
    #expect(try Self.violations(Array(try Data(contentsOf: file)), DialectCatalog.dialect(id)) == [])
  }

  @Test(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"), arguments: DialectID.allCases)
  func recordedStreamsAreToldAsIfEveryEventWereParsed(id: DialectID) {
    CorpusLaw(dialect: id).check("recurring", floor: 70, \.stream) { _, bytes in
      try Self.violations(bytes, DialectCatalog.dialect(id))
    }
  }

  /// What the client of a stream is to be told that comes in pieces of that size.
  ///
  /// Events that are alike are recognised in a piece where they are whole.
  private static func toldInPieces(_ stream: [UInt8], _ dialect: DialectID, by size: Int) -> [String] {
    var stream = stream[...]
    var events = AnswerCrossing(from: dialect, to: dialect).makeEvents(exchangeID: "x1")
    var told: [ConversationEvent] = []
    while !stream.isEmpty {
      told += stream.prefix(size).withUnsafeBytes { events.feed($0) }
      stream = stream.dropFirst(size)
    }
    return EventTrace.lines(told + events.finish())
  }

  private static func piecesThatTellOtherwise(_ stream: [UInt8], _ dialect: DialectID) -> [String] {
    ["\n", "\r\n", "\r"].flatMap { lineEnd in
      let bytes = stream.flatMap { $0 == 0x0A ? Array(lineEnd.utf8) : [$0] }
      let parsed = toldInPieces(bytes, dialect, by: 1)
      return [700, 16 * 1024, max(1, bytes.count)].filter { toldInPieces(bytes, dialect, by: $0) != parsed }
        .map { "otherwise by \($0), \(lineEnd.debugDescription)" }
    }
  }

  @Test(arguments: LawsFixtureTests.cases, DialectID.allCases)
  func whatIsToldDoesNotHangOnThePieces(name: String, id: DialectID) throws {
    let file = LawsFixtureTests.folder.appendingPathComponent("\(name)/\(id.rawValue).stream.sse")
    #expect(Self.piecesThatTellOtherwise(Array(try Data(contentsOf: file)), id) == [])
  }

  @Test(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"), arguments: DialectID.allCases)
  func whatIsToldOfRecordedStreamsDoesNotHangOnThePieces(id: DialectID) {
    CorpusLaw(dialect: id).check("recurring in pieces", floor: 70, \.stream) { _, bytes in
      Self.piecesThatTellOtherwise(bytes, id)
    }
  }

  /// Events behind one that recurs, which only look like it.
  static let cases: [(DialectID, [String], String)] = [
    (
      .anthropic,
      [
        #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"b"}}"#,
        #"{"type":"content_block_stop","index":0}"#,
        #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"late"}}"#,
        #"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{"}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}"#,
        #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"}"}}"#,
        #"{"type":"content_block_stop","index":1}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":9}}"#,
        #"{"type":"message_stop"}"#,
      ], "a call behind text"
    ),
    (
      .openAIChat,
      [
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","function":{"name":"f","arguments":""}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1"}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"content":"waits"}}]}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":" "}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":" "}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":" "}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#, "[DONE]",
      ], "text between the pieces of a call"
    ),
    (
      .openAIChat,
      [
        #"{"id":"1","created":1,"p":"a","choices":[{"index":0,"delta":{"content":"a"}}]}"#,
        #"{"id":"2","created":2,"p":"bc","choices":[{"index":0,"delta":{"content":"b"}}]}"#,
        #"{"id":"3","created":3,"p":"","choices":[{"index":0,"delta":{"content":"c"}}]}"#,
        #"{"id":"4","created":4,"p":"d","choices":[{"index":1,"delta":{"content":"d"}}]}"#,
        #"{"id":"5","created":5,"p":"e","choices":[{"index":0,"delta":{"content":"e"}}]}"#,
        #"{"id":"6","created":6,"p":"f","service_tier":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
        #"{"id":"7","created":7,"p":"g","choices":[{"index":1,"delta":{},"finish_reason":"stop"}]}"#, "[DONE]",
      ], "ids, times and padding, and a second choice"
    ),
    (
      .openAIChat,
      [
        #"{"choices":[{"index":0,"delta":{"reasoning":"a","reasoning_details":[{"type":"reasoning.text","text":"a","signature":"s"}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"reasoning":"b","reasoning_details":[{"type":"reasoning.text","text":"b"}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"reasoning":"b","reasoning_details":[{"type":"reasoning.text","text":"b"}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"content":"x"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#,
        #"{"choices":[{"index":0,"delta":{"content":"y"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#,
        #"{"choices":[{"index":0,"delta":{"content":"z"}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#,
        #"{"choices":[{"index":0,"delta":{"content":"!"},"finish_reason":"stop"}]}"#,
        #"{"choices":[{"index":0,"delta":{"content":"!"},"finish_reason":"stop"}]}"#, "[DONE]",
      ], "state in pieces and counts in every chunk"
    ),
    (
      .openAIResponses,
      [
        #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"a","sequence_number":1}"#,
        #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"b","sequence_number":2}"#,
        #"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"é😀","sequence_number":10}"#,
        #"{"type":"response.output_text.delta","output_index":0,"content_index":1,"delta":"c","sequence_number":11}"#,
        #"{"type":"response.output_text.done","output_index":0,"content_index":1,"text":"c and more","sequence_number":12}"#,
        #"{"type":"response.completed","response":{"status":"completed","output":[]},"sequence_number":13}"#,
      ], "a text that is told whole behind its pieces"
    ),
    (
      .gemini,
      [
        #"{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"usageMetadata":{"candidatesTokenCount":1}}"#,
        #"{"candidates":[{"content":{"parts":[{"text":"b"}]}}],"usageMetadata":{"candidatesTokenCount":2}}"#,
        #"{"candidates":[{"content":{"parts":[{"text":"c"}]}}],"usageMetadata":{"candidatesTokenCount":33}}"#,
        #"{"candidates":[{"content":{"parts":[{"text":"d","thought":true}]}}]}"#,
        #"{"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}]}"#,
      ], "counts that grow"
    ),
  ]

  @Test(arguments: cases) func lookalikesAreParsed(id: DialectID, events: [String], name: String) throws {
    let stream = Array(events.map { "data: \($0)\n\n" }.joined().utf8)
    #expect(try Self.violations(stream, DialectCatalog.dialect(id)) == [], "\(name)")
    #expect(Self.piecesThatTellOtherwise(stream, id) == [], "\(name)")
  }

  @Test func theLastCountsOfAGeminiStreamAreTold() throws {
    let stream = Array(try #require(Self.cases.last).1.map { "data: \($0)\n\n" }.joined().utf8)
    let usage = StreamDriver.events(stream, Gemini()).compactMap { event in
      if case .usage(let usage) = event { usage.output } else { nil as Int? }
    }
    #expect(usage.last == 33)
  }

  /// Hundreds of these are under way at any time.
  @Test func anEventIsSmall() { #expect(MemoryLayout<ConversationEvent>.size <= 64) }
}
