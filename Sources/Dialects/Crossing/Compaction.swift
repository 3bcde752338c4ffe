import Conversation
import Wire

/// Compacts a conversation over an upstream that has no compaction: the model is asked for a summary, and its answer is
/// told as the one `compaction` item a Responses client waits for.
///
/// The request to do so is an input item `compaction_trigger`, as Codex sends it.
/// Format: https://developers.openai.com/api/docs/guides/compaction
public struct Compaction: Sendable {
  /// Whether the request was changed, so that its answer must be changed back.
  public let isActive: Bool

  static let inactive = Compaction(isActive: false)

  private init(isActive: Bool) { self.isActive = isActive }

  init(_ request: inout ConversationRequest, for upstream: DialectID, _ quirks: Quirks) {
    guard !(upstream == .openAIResponses && quirks.compaction), Self.takeTrigger(&request.messages) else {
      isActive = false
      return
    }
    isActive = true
    request.messages.append(Message(.user, text: Self.question))
    request.outputFormat = nil
    request.sampling.stop = []
    request.sampling.candidateCount = nil
    request.sampling.logprobs = nil
    request.sampling.topLogprobs = nil
    request.sampling.maxOutputTokens = nil
    // Declared, because a history of calls is refused without its tools, and the prefix stays one the vendor has cached.
    request.tools.removeAll { if case .hosted = $0.kind { true } else { false } }
    request.toolChoice = request.tools.isEmpty ? nil : ToolChoice.none
    request.parallelToolCalls = nil
  }

  /// Asks for the compaction of a request that came to `/responses/compact`.
  public static func request(in request: inout ConversationRequest) {
    let trigger = JSON { $0.object { $0.member("type", static: "compaction_trigger") } }
    request.messages.append(Message(.assistant, [OpenAIResponses.opaque(trigger, path: "")]))
  }

  /// Takes the trigger out; returns whether there was one.
  private static func takeTrigger(_ messages: inout [Message]) -> Bool {
    guard messages.holdOpaqueParts else { return false }
    var isFound = false
    for index in messages.indices {
      let count = messages[index].parts.count
      messages[index].parts.removeAll { part in
        guard case .opaque(let opaque) = part.content, opaque.dialect == .openAIResponses else { return false }
        return opaque.type == "compaction_trigger"
      }
      if messages[index].parts.count < count { isFound = true }
    }
    if isFound { messages.removeAll { $0.parts.isEmpty && $0.role == .assistant } }
    return isFound
  }

  private static let question = """
    This conversation is about to be replaced by a summary of it, for it is getting too long. Write that summary now. \
    It is for the model that goes on with the work and sees nothing of what came before except the summary and some \
    of the user's own messages. Tell, in this order and where there is something to tell:

    1. what the user wants, with every demand, preference and limit they gave;
    2. what has been done and found out, with the exact names of files, commands, functions and values that matter;
    3. what was decided and why, and what was tried and failed;
    4. what is under way right now, what is left to do, and what the next step is.

    Be exact and brief. Answer with the summary alone; call no tools.
    """

  // MARK: - Answers

  /// The answer as one `compaction` item; a failure if there is no whole summary in it.
  public func raise(_ response: ConversationResponse) -> ConversationResponse {
    guard isActive, response.failure == nil else { return response }
    var response = response
    let candidate = response.candidates.first
    let texts = (candidate?.parts ?? []).compactMap { part in
      if case .text(let text) = part.content { text.text } else { nil }
    }
    response.extensions = nil
    switch Self.item(texts.joined(), candidate?.stop) {
    case .success(let part): response.candidates = [Candidate(parts: [part], stop: Stop(.endTurn))]
    case .failure(let failure):
      response.candidates = []
      response.failure = failure
    }
    return response
  }

  static func item(_ summary: String, _ stop: Stop?) -> Result<Part, UpstreamFailure> {
    switch stop?.reason {
    case .maxTokens, .contextWindow: return .failure(failure("its summary was cut off"))
    case .refusal: return .failure(failure("it refused"))
    default: break
    }
    let isBlank = summary.utf8.allSatisfy { $0 <= 0x20 }
    guard !isBlank else { return .failure(failure("it gave no summary")) }
    let item = JSON { writer in
      writer.object { writer in
        writer.member("id", "cmp_" + Fingerprint.text(summary))
        writer.member("type", static: "compaction")
        writer.member("encrypted_content", CompactionSeal.seal(summary))
      }
    }
    return .success(OpenAIResponses.opaque(item, path: "output[0]"))
  }

  static func failure(_ reason: String) -> UpstreamFailure {
    UpstreamFailure(
      .badGateway, status: 502, message: "the model was asked to compact the conversation, but \(reason)")
  }
}

/// The streaming side of `Compaction.raise`: one per stream.
struct CompactionRaising: Sendable {
  private var summary = ""
  private var isOver = false
  /// Bytes of a summary; more is no summary.
  private static let limit = 16 * 1024 * 1024

  /// What the client should see of an event; appended to `events`.
  mutating func raise(_ event: ConversationEvent, into events: inout [ConversationEvent]) {
    guard !isOver else { return }
    switch event {
    case .partStarted(let start):
      if start.candidate == 0, case .text(let text) = start.part.content { summary += text.text }
    case .partDelta(let delta):
      guard delta.candidate == 0, case .text(let piece) = delta.delta else { return }
      summary += piece
      guard summary.utf8.count > Self.limit else { return }
      isOver = true
      events.append(.failed(Compaction.failure("its answer is too long")))
    case .partFinished, .opaque: break
    case .candidateFinished(let index, let stop):
      guard index == 0 else { return }
      switch Compaction.item(summary, stop) {
      case .success(let part):
        events.append(.partStarted(PartStart(index: 0, part: part)))
        events.append(.partFinished(PartEnd(index: 0)))
        events.append(.candidateFinished(index: 0, Stop(.endTurn)))
      case .failure(let failure):
        isOver = true
        events.append(.failed(failure))
      }
    default: events.append(event)
    }
  }
}
