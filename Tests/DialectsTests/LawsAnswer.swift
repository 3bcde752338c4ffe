import Conversation
import Dialects
import Foundation
import TestSupport
import Wire

/// The hub law for answers: what an upstream said reaches a client of another protocol, or is a declared loss.
///
/// Allowed on the way: texts in a row may become one; answers after the first go where a protocol has only one (and are
/// declared); ids that a protocol leaves out are made up; usage details that a protocol has no member for are not told.
enum LawsAnswer {
  /// A reply to a client that wants to see everything.
  static let reply: ReplyContext = {
    var request = ConversationRequest(model: "asked")
    request.reasoning = ReasoningRequest(isEnabled: true, effort: "high", summary: "auto", showsThoughts: true)
    request.includesStreamUsage = true
    request.includesEncryptedReasoning = true
    request.sampling.logprobs = true
    return ReplyContext(request: request, model: "asked", exchangeID: "x1", createdAt: 1_700_000_000)
  }()

  /// A whole answer.
  static func violations(response body: JSON, from: any Dialect, to: any Dialect) -> [String] {
    do throws(DialectError) {
      let told = try from.readResponse(body, origin: nil)
      guard isTold(from.readPlainAnswer(body), by: told) else { return ["its plain facts are others"] }
      var losses = Losses()
      let bytes = to.writeResponse(told, for: reply, losses: &losses)
      guard let written = try? JSON(parsing: bytes) else { return ["no JSON was written"] }
      let heard = try to.readResponse(written, origin: nil)
      return compare(told, heard, losses, for: to.id)
    } catch {
      return ["\(error)"]
    }
  }

  /// Whether the facts of a plain answer are those of the whole one, which holds nothing that they leave out.
  private static func isTold(_ plain: PlainAnswer?, by told: ConversationResponse) -> Bool {
    guard let plain else { return true }
    return plain.usage == told.usage && plain.stop == told.candidates.first?.stop && told.failure == nil
      && told.candidates.count == 1
      && told.candidates[0].parts.allSatisfy { part in
        if case .text = part.content { part.state == nil } else { false }
      }
  }

  /// A streamed answer, and the same answer streamed that folding it gives.
  static func violations(stream bytes: [UInt8], from: any Dialect, to: any Dialect) -> [String] {
    let events = StreamDriver.events(bytes, from)
    var writer = to.makeEventWriter(for: reply)
    var output: [UInt8] = []
    for event in events { writer.write(event, into: &output) }
    let seen = StreamDriver.events(output, to)
    let broken = EventTrace.violations(seen)
    if !broken.isEmpty { return broken }
    return compare(fold(events), fold(seen), writer.losses, for: to.id)
  }

  static func fold(_ events: [ConversationEvent]) -> ConversationResponse {
    var fold = ResponseFold()
    for event in events { fold.add(event) }
    return fold.result
  }

  /// How what was heard departs from what was told.
  static func compare(
    _ told: ConversationResponse, _ heard: ConversationResponse, _ losses: Losses, for client: DialectID
  ) -> [String] {
    let isMalformed = told.candidates.first?.stop?.reason == .malformedToolCall
    if told.failure != nil || (isMalformed && heard.failure != nil) {
      return heard.failure == nil && !isRefused(heard) ? ["a failure became an answer"] : []
    }
    if let failure = heard.failure { return ["an answer became a failure: \(failure.message)"] }
    var broken: [String] = []
    for candidate in told.candidates {
      guard let other = heard.candidates.first(where: { $0.index == candidate.index }) else {
        if losses.isEmpty { broken.append("candidate \(candidate.index) is gone") }
        continue
      }
      broken += compare(candidate, other, losses, for: client)
    }
    return broken + compare(told.usage, heard.usage, for: client) + undeclared(told, losses, for: client)
  }

  private static func isRefused(_ response: ConversationResponse) -> Bool {
    response.candidates.contains { $0.stop?.reason == .refusal }
  }

  private static func compare(
    _ told: Candidate, _ heard: Candidate, _ losses: Losses, for client: DialectID
  ) -> [String] {
    var broken: [String] = []
    func same(_ what: String, _ left: String, _ right: String) {
      if left != right {
        broken.append("\(what): \(left.suffix(120).debugDescription) became \(right.suffix(120).debugDescription)")
      }
    }
    same("text", texts(told), texts(heard))
    same("thoughts", thoughts(told), thoughts(heard))
    let calls = (calls(told), calls(heard))
    if calls.0.count != calls.1.count {
      broken.append("calls: \(calls.0.count) became \(calls.1.count)")
    }
    for (left, right) in zip(calls.0, calls.1) {
      same("call's name", left.name, right.name)
      if let id = left.id, !id.isEmpty, right.id != id { broken.append("call's id: \(id) became \(right.id ?? "-")") }
      if left.input == right.input { continue }
      // Free text goes inside an object where a protocol has nothing else.
      if left.kind == .custom, right.object?["input"]?.string == left.input { continue }
      guard let one = left.object, let other = right.object else {
        if losses.isEmpty { same("call's input", left.input, right.input) }
        continue
      }
      broken += differences(one, other).map { "call's input \($0)" }
    }
    // A call that cannot be read has no word but Gemini's.
    if told.stop != nil, told.stop?.reason != .malformedToolCall { same("stop", word(told), word(heard)) }
    return broken
  }

  private static func texts(_ candidate: Candidate) -> String {
    candidate.parts.compactMap { part -> String? in
      switch part.content {
      case .text(let text): text.text
      case .refusal(let text): text
      default: nil
      }
    }.joined().filter { !$0.isWhitespace }
  }

  private static func thoughts(_ candidate: Candidate) -> String {
    candidate.parts.compactMap { part -> String? in
      if case .reasoning(let reasoning) = part.content { reasoning.text } else { nil }
    }.joined().filter { !$0.isWhitespace }
  }

  private static func calls(_ candidate: Candidate) -> [ToolCall] {
    candidate.parts.compactMap { if case .toolCall(let call) = $0.content { call } else { nil } }
  }

  /// The stop reason, as far as all protocols tell reasons apart.
  private static func word(_ candidate: Candidate) -> String {
    switch candidate.stop?.reason {
    case nil: "none"
    case .endTurn, .stopSequence, .pauseTurn, .other: calls(candidate).isEmpty ? "end" : "calls"
    case .toolUse: calls(candidate).isEmpty ? "end" : "calls"
    case .maxTokens, .contextWindow: "limit"
    case .refusal: "refusal"
    case .malformedToolCall: "malformed"
    }
  }

  private static func compare(_ told: Usage?, _ heard: Usage?, for client: DialectID) -> [String] {
    guard let told else { return [] }
    guard let heard else { return ["usage is gone"] }
    var broken: [String] = []
    func same(_ what: String, _ left: Int?, _ right: Int?) {
      if let left, left != 0 || right != nil, left != right {
        broken.append("usage \(what): \(left) became \(right.map(String.init) ?? "-")")
      }
    }
    // Some vendors count a part larger than the whole; the whole then grows to its part.
    same(
      "input", told.input.map { max($0, Usage.sum(told.cacheRead ?? 0, told.cacheWrite ?? 0)) },
      heard.input.map { max($0, Usage.sum(told.cacheRead ?? 0, told.cacheWrite ?? 0)) })
    same("output", told.output.map { max($0, told.reasoning ?? 0) }, heard.output.map { max($0, told.reasoning ?? 0) })
    same("cache", told.cacheRead, heard.cacheRead)
    same("reasoning", told.reasoning, heard.reasoning)
    return broken
  }

  /// Members nobody understood must be declared.
  private static func undeclared(_ told: ConversationResponse, _ losses: Losses, for client: DialectID) -> [String] {
    var wanted = Losses()
    for candidate in told.candidates.prefix(1) {
      for part in candidate.parts {
        if case .opaque = part.content { continue }
        wanted.add(part.extensions, writing: client)
        wanted.add(part.frame?.extensions, writing: client)
      }
    }
    return wanted.list.filter { !losses.name([$0.path]) }.map { "undeclared: \($0.path)" }
  }
}
