import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Recorded traffic of the other protocols, taken to Chat.
@Suite(.enabled(if: Corpus.folder != nil, "no corpus beside the checkout"))
struct OpenAIChatHubCorpusTests {
  static let others = [DialectID.anthropic, .openAIResponses, .gemini]

  /// Strict servers refuse members they do not know, and it breaks agents in the second turn only.
  @Test(arguments: others)
  func requestsHoldNothingChatDoesNotDefine(id: DialectID) throws {
    let dialect = DialectCatalog.dialect(id)
    var total = 0
    for item in Corpus.generations(id) {
      guard let bytes = item.request else { continue }
      let line = RequestLine(model: id == .gemini ? "g" : nil, isStream: item.isStream)
      guard let request = try? dialect.readRequest(JSON(parsing: bytes), line: line),
        let crossing = try? Crossing.translated(
          request, from: id, to: OpenAIChat(), for: RequestTarget(model: "up")),
        case .written(let body) = crossing.body
      else { continue }
      total += 1
      let written = try OpenAIChat().readRequest(JSON(parsing: body), line: RequestLine())
      #expect(Self.unknown(written) == [], "\(item.id)")
    }
    print("law defined members only \(id.rawValue) → openai-chat: \(total)")
    #expect(total > 100)
  }

  /// Paths of members that no reader of Chat knows.
  private static func unknown(_ request: ConversationRequest) -> [String] {
    var losses = Losses()
    losses.add(request.extensions, writing: .gemini)
    for tool in request.tools { losses.add(tool.extensions, writing: .gemini) }
    for message in request.messages {
      losses.add(message.extensions, writing: .gemini)
      for part in message.parts { losses.add(part.extensions, writing: .gemini) }
    }
    return losses.list.map(\.path)
  }

  @Test(arguments: others)
  func streamsEndForChatClientsAsTheyEndedUpstream(id: DialectID) {
    for item in Corpus.generations(id) {
      guard let bytes = item.stream else { continue }
      let events = StreamDriver.events(bytes, DialectCatalog.dialect(id))
      let output = StreamDriver.bytes(events, OpenAIChat(), reply: OpenAIChatLaw.reply())
      let seen = StreamDriver.events(output, OpenAIChat())
      #expect(EventTrace.violations(seen) == [], "\(item.id)")
      #expect(Self.fails(events) == Self.fails(seen), "\(item.id)")
      #expect(String(decoding: output, as: UTF8.self).hasSuffix("[DONE]\n\n") == !Self.fails(events), "\(item.id)")
    }
  }

  private static func fails(_ events: [ConversationEvent]) -> Bool {
    // A call that cannot be read becomes an error, for Chat has no finish reason that says so.
    events.contains { event in
      switch event {
      case .failed: true
      case .candidateFinished(_, let stop): stop.reason == .malformedToolCall
      default: false
      }
    }
  }
}
