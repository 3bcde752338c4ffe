import Conversation
import Dialects
import Routing
import Testing
import Upstream
import Wire

/// A Responses client's conversation is compacted over any upstream.
@Suite struct CompactionTests {
  private static let input =
    #"[{"role":"developer","content":"be kind"},{"type":"message","role":"user","content":[{"type":"input_text","text":"hello"}]},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"hi"}]},{"role":"user","content":"and now?"}"#

  private static func quirks(compaction: Bool) -> Quirks {
    var quirks = Quirks()
    quirks.compaction = compaction
    return quirks
  }

  /// The text inside the item, as it comes back to the model.
  private static func summary(of item: JSON?) -> String? {
    item?["encrypted_content"]?.string.flatMap(CompactionSeal.open)
  }

  @Test(arguments: DialectID.allCases, [false, true])
  func theCompactEndpointIsAnsweredByASummary(upstream: DialectID, answersAsStream: Bool) async throws {
    let scripted = ScriptedUpstream(
      answersAsStream ? .stream(Conversations.stream(upstream)) : .json(Conversations.response(upstream)))
    try await GatewayFixture.run(upstream, scripted, quirks: Self.quirks(compaction: false)) { gateway in
      let answer = try await gateway.post(
        "/v1/responses/compact", #"{"model":"some-model","input":\#(Self.input)],"instructions":"work"}"#)
      #expect(answer.status == 200, "\(answer.text)")
      let json = try JSON(parsing: answer.text)
      #expect(json["object"]?.string == "response.compaction")
      #expect(json["id"]?.string?.hasPrefix("resp_") == true && json["created_at"]?.int != nil)
      let output = json["output"]?.elements.map { $0 } ?? []
      #expect(output.map { $0["type"]?.string } == ["message", "message", "compaction"])
      #expect(output.dropLast().allSatisfy { $0["role"]?.isString("user") == true && $0["id"]?.isString == true })
      #expect(Self.summary(of: output.last) == "good day")
      #expect(json["usage"]?["output_tokens"]?.int == 3)
      #expect(scripted.requests.last?.url.contains("compact") == false)
      #expect(scripted.requests.last?.text.contains("replaced by a summary") == true)
      #expect(gateway.records.last?.outputTokens == 3)

      // The client goes on with it.
      let items = output.map(\.text).joined(separator: ",")
      _ = try await gateway.post(
        "/v1/responses", #"{"model":"some-model","input":[\#(items),{"role":"user","content":"go on"}],"store":false}"#)
      #expect(scripted.requests.last?.text.contains("good day") == true)
      #expect(scripted.requests.last?.text.contains("AORSEAL") == false)
      #expect(gateway.records.last?.losses.isEmpty == true)
    }
  }

  @Test(arguments: DialectID.allCases, [false, true])
  func theTriggerIsAnsweredByExactlyOneCompactionItem(upstream: DialectID, isStream: Bool) async throws {
    let scripted = ScriptedUpstream(
      isStream ? .stream(Conversations.stream(upstream)) : .json(Conversations.response(upstream)))
    try await GatewayFixture.run(upstream, scripted, quirks: Self.quirks(compaction: false)) { gateway in
      let answer = try await gateway.post(
        "/v1/responses",
        #"{"model":"some-model","stream":\#(isStream),"store":false,"input":\#(Self.input),{"type":"compaction_trigger"}]}"#
      )
      #expect(answer.status == 200, "\(answer.text)")
      guard isStream else {
        let output = try JSON(parsing: answer.text)["output"]?.elements.map { $0 } ?? []
        #expect(output.count == 1 && Self.summary(of: output.first) == "good day")
        return
      }
      let events = try answer.text.split(separator: "\n").filter { $0.hasPrefix("data: ") }
        .map { try JSON(parsing: String($0.dropFirst(6))) }
      let done = events.filter { $0["type"]?.isString("response.output_item.done") == true }
      #expect(done.count == 1 && Self.summary(of: done.first?["item"]) == "good day")
      #expect(events.last?["type"]?.string == "response.completed")
      #expect(events.last?["response"]?["output"]?.elements.count == 1)
      #expect(events.last?["response"]?["usage"]?["total_tokens"]?.int == 15)
    }
  }

  @Test func aProviderThatCompactsIsLeftToIt() async throws {
    let reply = #"{"id":"resp_9","object":"response.compaction","created_at":1,"output":[],"usage":{}}"#
    let scripted = ScriptedUpstream(.json(reply))
    try await GatewayFixture.run(.openAIResponses, scripted) { gateway in
      let body = #"{"model":"some-model","input":\#(Self.input)]}"#
      let answer = try await gateway.post("/v1/responses/compact", body)
      #expect(answer.text == reply)
      #expect(scripted.requests.last?.url.hasSuffix("/responses/compact") == true)
      #expect(scripted.requests.last?.text == body)
      // A summary of ours from before is text to it.
      let item = #"{"type":"compaction","encrypted_content":"\#(CompactionSeal.seal("we were here"))"}"#
      _ = try await gateway.post("/v1/responses/compact", #"{"model":"some-model","input":\#(Self.input),\#(item)]}"#)
      #expect(scripted.requests.last?.url.hasSuffix("/responses/compact") == true)
      #expect(scripted.requests.last?.text.contains("we were here") == true)
      #expect(scripted.requests.last?.text.contains("AORSEAL") == false)
    }
  }

  @Test func whatAProviderRefusesIsTakenOutOfWhatItIsLeft() async throws {
    let reply = #"{"id":"resp_9","object":"response.compaction","created_at":1,"output":[],"usage":{}}"#
    let scripted = ScriptedUpstream(.json(reply))
    var quirks = Self.quirks(compaction: true)
    quirks.stripFields = ["prompt_cache_key"]
    try await GatewayFixture.run(.openAIResponses, scripted, quirks: quirks) { gateway in
      _ = try await gateway.post(
        "/v1/responses/compact", #"{"model":"some-model", "prompt_cache_key":"k","input":\#(Self.input)]}"#)
      #expect(scripted.requests.last?.text == #"{"model":"some-model","input":\#(Self.input)]}"#)
      #expect(gateway.records.last?.losses.map(\.path) == ["prompt_cache_key"])
      #expect(gateway.records.last?.exchangePath == .patched)
    }
  }

  @Test(arguments: [
    (404, #"{"error":{"message":"Not Found"}}"#, "/v1/responses/compact"),
    (
      400, #"{"error":{"message":"Invalid value: 'compaction_trigger'.","type":"invalid_request_error"}}"#,
      "/v1/responses"
    ),
  ])
  func aProviderThatTurnsOutNotToCompactIsAskedForASummary(status: Int, refusal: String, path: String) async throws {
    let scripted = ScriptedUpstream { request in
      request.url.hasSuffix("/compact") || request.text.contains("compaction_trigger")
        ? .json(refusal, status: status) : .json(Conversations.response(.openAIResponses))
    }
    try await GatewayFixture.run(.openAIResponses, scripted) { gateway in
      let trigger = path.hasSuffix("compact") ? "" : #",{"type":"compaction_trigger"}"#
      let answer = try await gateway.post(
        path, #"{"model":"some-model","store":false,"input":\#(Self.input)\#(trigger)]}"#)
      #expect(answer.status == 200, "\(answer.text)")
      let output = try JSON(parsing: answer.text)["output"]?.elements.map { $0 } ?? []
      #expect(Self.summary(of: output.last) == "good day")
      #expect(scripted.requests.count == 2)
    }
  }

  @Test(arguments: ["/v1/responses/compact", "/v1/responses"])
  func anAnswerWithoutASummaryIsAnError(path: String) async throws {
    let empty =
      #"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":""},"finish_reason":"stop"}]}"#
    try await GatewayFixture.run(.openAIChat, ScriptedUpstream(.json(empty))) { gateway in
      let answer = try await gateway.post(
        path, #"{"model":"some-model","store":false,"input":\#(Self.input),{"type":"compaction_trigger"}]}"#)
      #expect(answer.status == 502)
      #expect(answer.text.contains("no summary"))
    }
  }

  @Test func aForeignSummaryIsDeclared() async throws {
    let scripted = ScriptedUpstream(.json(Conversations.response(.openAIChat)))
    let body =
      #"{"model":"some-model","store":false,"input":\#(Self.input),{"type":"compaction","encrypted_content":"gAAAA"}]}"#
    try await GatewayFixture.run(.openAIChat, scripted) { gateway in
      _ = try await gateway.post("/v1/responses", body)
      #expect(gateway.records.last?.losses.count == 1)
      #expect(scripted.requests.last?.text.contains("gAAAA") == false)
    }
    var settings = GatewaySettings()
    settings.strict = true
    try await GatewayFixture.run(.openAIChat, scripted, settings: settings) { gateway in
      let answer = try await gateway.post("/v1/responses", body)
      #expect(answer.status == 400)
    }
  }
}
