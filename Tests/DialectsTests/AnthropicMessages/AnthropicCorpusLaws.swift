import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// The laws over recorded Anthropic traffic.
///
/// A case that fails is named with its reason in `exceptions`.
@Suite struct AnthropicCorpusLaws {
  /// Share of cases that must pass.
  static let floor = 1.0
  /// Cases that need not pass, with the reason.
  static let exceptions = [
    "anthropic/ant-ts-incomplete-partial-json-response":
      "fold: the call's input is cut off; a whole answer holds an empty object instead and declares it"
  ]

  static func check(_ law: String, _ cases: [CorpusCase], _ failures: (CorpusCase) -> [String]) {
    guard Corpus.folder != nil else {
      print("law \(law) anthropic: skipped, there is no corpus")
      return
    }
    var passed = 0
    for item in cases {
      let lines = failures(item)
      if lines.isEmpty { passed += 1 } else { print("  \(law) \(item.id): \(lines.prefix(3))") }
    }
    print("law \(law) anthropic: \(passed)/\(cases.count)")
    let needed = cases.filter { exceptions[$0.id] == nil }.count
    #expect(Double(passed) >= Double(needed) * floor, "\(law)")
    #expect(!cases.isEmpty)
  }

  static let all = Corpus.generations(.anthropic)

  @Test func requestsRoundTrip() {
    let counts = Corpus.cases.filter { $0.dialect == .anthropic && $0.endpoint == "count-tokens" }
    Self.check("round-trip-request", (Self.all + counts).filter { $0.request != nil }) { item in
      guard let bytes = item.request, let json = try? JSON(parsing: bytes) else { return ["no JSON"] }
      return AnthropicLaw.requestDifferences(json, model: item.model)
    }
  }

  @Test func responsesRoundTrip() {
    let answers = Self.all.filter { $0.response != nil && ($0.httpStatus ?? 200) < 400 }
    Self.check("round-trip-response", answers) { item in
      guard let bytes = item.response, let json = try? JSON(parsing: bytes) else { return ["no JSON"] }
      return AnthropicLaw.responseDifferences(json)
    }
  }

  @Test func failuresRoundTrip() {
    let errors = Corpus.cases.filter {
      $0.dialect == .anthropic && $0.response != nil && ($0.httpStatus ?? 200) >= 400
    }
    Self.check("round-trip-failure", errors) { item in
      guard let bytes = item.response, let json = try? JSON(parsing: bytes), let status = item.httpStatus else {
        return ["no JSON"]
      }
      let reply = AnthropicMessages().writeFailure(
        AnthropicMessages().readFailure(status: status, body: bytes), requestID: "req_x")
      return differences(json, try? JSON(parsing: reply.body)) + (reply.status == status ? [] : ["\(reply.status)"])
    }
  }

  @Test func streamsRoundTrip() {
    Self.check("round-trip-stream", Self.all.filter { $0.stream != nil }) { item in
      AnthropicLaw.streamDifferences(item.stream ?? [])
    }
  }

  @Test func streamsKeepTheGrammar() {
    Self.check("grammar", Self.all.filter { $0.stream != nil }) { item in
      AnthropicLaw.grammarViolations(item.stream ?? [])
    }
  }

  @Test func chunkingChangesNothing() {
    Self.check("chunking", Self.all.filter { $0.stream != nil }) { item in
      AnthropicLaw.chunkingDifferences(item.stream ?? [], sizes: [1, 7])
    }
  }

  @Test func foldedStreamsAreWholeAnswers() {
    Self.check("fold", Self.all.filter { $0.stream != nil }) { item in
      AnthropicLaw.foldDifferences(item.stream ?? [])
    }
  }
}
