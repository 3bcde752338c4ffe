import Conversation
import Dialects
import Wire

/// An upstream's stream, taken to clients of every protocol, and relayed.
enum StreamFuzzing {
  static func violations(_ bytes: [UInt8], from upstream: any Dialect) -> [String] {
    var choice = InputChoice(bytes)
    let read = StreamDriver.events(bytes, upstream, origin: SealOrigin("a"))
    var broken = EventTrace.violations(read)
    let pieces = StreamDriver.events(bytes, upstream, chunks: [choice.size(1...50)], origin: SealOrigin("a"))
    broken += DialectLaw.unequal(EventTrace.lines(read), EventTrace.lines(pieces)).map { "in pieces: \($0)" }
    broken += tap(bytes, upstream)
    var events = raised(read, for: upstream, &choice)
    broken += EventTrace.violations(events).map { "raised: \($0)" }
    for index in events.indices { CallIDs.name(&events[index], exchangeID: "x1") }
    for client in DialectCatalog.all {
      var context = DialectLaw.reply()
      if choice.flag() { context.request = ConversationRequest(model: "m") }
      broken += written(events, for: context, to: client, bytes.count)
      if client.id == .gemini {
        context.framing = .jsonArray
        broken += written(events, for: context, to: client, bytes.count)
      }
    }
    return broken + folded(events, bytes.count)
  }

  static func written(
    _ events: [ConversationEvent], for context: ReplyContext, to client: any Dialect, _ size: Int
  ) -> [String] {
    var writer = client.makeEventWriter(for: context)
    var output: [UInt8] = []
    for event in events { writer.write(event, into: &output) }
    return ClientStream.violations(output, of: events, client, framing: context.framing)
      + OutputBound.violations("\(client.id.rawValue), streamed", output.count, of: size)
  }

  /// The answer for a client that wants it whole.
  private static func folded(_ events: [ConversationEvent], _ size: Int) -> [String] {
    var fold = ResponseFold()
    for event in events { fold.add(event) }
    guard fold.isFinished else { return ["the fold does not end"] }
    return DialectCatalog.all.flatMap {
      ResponseFuzzing.written(fold.result, for: DialectLaw.reply(), to: $0, size).map { "folded: \($0)" }
    }
  }

  private static func tap(_ bytes: [UInt8], _ upstream: any Dialect) -> [String] {
    var tap = StreamTap(upstream)
    bytes.withUnsafeBytes { tap.hear($0) }
    tap.finish()
    return tap.isComplete || tap.failure != nil ? [] : ["the tap hears neither end nor failure"]
  }

  /// As a client sees it whose custom tools were lowered, or that wanted JSON of Anthropic.
  private static func raised(
    _ events: [ConversationEvent], for upstream: any Dialect, _ choice: inout InputChoice
  ) -> [ConversationEvent] {
    var request = ConversationRequest(model: "m")
    request.messages = [Message(.user, text: "x")]
    if choice.flag() {
      for case .partStarted(let start) in events {
        guard case .toolCall(let call) = start.part.content, !call.name.isEmpty else { continue }
        request.tools.append(Tool(name: call.name, kind: .custom(format: nil)))
      }
    } else {
      request.outputFormat = .jsonObject
    }
    let client: DialectID = upstream.id == .openAIResponses ? .openAIChat : .openAIResponses
    var target = RequestTarget(model: "m")
    target.quirks.customTools = false
    let crossing = try? Crossing.translated(request, from: client, to: upstream, for: target)
    guard var raising = crossing?.raising else { return events }
    var raised: [ConversationEvent] = []
    for event in events { raising.raise(event, into: &raised) }
    return raised
  }
}
