import Conversation
import NIOCore
import Routing
import Testing
import Upstream
import Wire

@testable import Gateway

/// `responses.store`: clients that go on by `previous_response_id`, over upstreams that keep nothing.
@Suite struct ResponseStoreTests {
  private static func settings(store: Bool = true) -> GatewaySettings {
    var settings = GatewaySettings()
    settings.storesResponses = store
    return settings
  }

  private static let noStorage: Quirks = {
    var quirks = Quirks()
    quirks.storesResponses = false
    return quirks
  }()

  /// The id of an answer, streamed or whole.
  private static func id(of answer: GatewayFixture.Answer) throws -> String {
    let text = answer.text.split(separator: "\n").last { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
    let json = try JSON(parsing: text ?? answer.text)
    return try #require((json["response"] ?? json)["id"]?.string)
  }

  @Test(arguments: DialectID.allCases, [false, true])
  func aConversationGoesOnByItsLastResponse(upstream: DialectID, isStream: Bool) async throws {
    let scripted = ScriptedUpstream(
      isStream ? .stream(Conversations.stream(upstream)) : .json(Conversations.response(upstream)))
    let settings = Self.settings()
    try await GatewayFixture.run(upstream, scripted, quirks: Self.noStorage, settings: settings) { gateway in
      let stream = #""stream":\#(isStream)"#
      let first = try await gateway.post(
        "/v1/responses", #"{"model":"some-model","store":true,"input":"my name is Ada",\#(stream)}"#)
      #expect(first.status == 200)
      if upstream != .openAIResponses { #expect(gateway.records.last?.losses.isEmpty == true) }
      let id = try Self.id(of: first)
      let second = try await gateway.post(
        "/v1/responses", #"{"model":"some-model","previous_response_id":"\#(id)","input":"who am I?",\#(stream)}"#)
      #expect(second.status == 200, "\(second.text)")
      let sent = scripted.requests.last?.text ?? ""
      #expect(!sent.contains("previous_response_id"))
      let places = ["my name is Ada", "good day", "who am I?"].compactMap { sent.firstRange(of: $0)?.lowerBound }
      #expect(places.count == 3 && places == places.sorted())
      guard upstream != .openAIResponses else { return }
      #expect(second.text.contains(#""previous_response_id":"\#(id)""#))
      // Its upstream gives every answer one id; ours differ, so a third turn has the whole.
      let last = try Self.id(of: second)
      let third = try await gateway.post(
        "/v1/responses", #"{"model":"some-model","previous_response_id":"\#(last)","input":"sure?",\#(stream)}"#)
      #expect(third.status == 200)
      #expect(scripted.requests.last?.text.contains("my name is Ada") == true)
    }
  }

  @Test func aKeptResponseCanBeReadListedAndDeleted() async throws {
    let scripted = ScriptedUpstream(.json(Conversations.response(.anthropic)))
    try await GatewayFixture.run(.anthropic, scripted, settings: Self.settings()) { gateway in
      let answer = try await gateway.post("/v1/responses", #"{"model":"some-model","input":"hello"}"#)
      let id = try Self.id(of: answer)
      let read = try await gateway.get("/v1/responses/\(id)")
      #expect(read.text == answer.text)
      let listed = try await gateway.get("/v1/responses/\(id)/input_items")
      let items = try JSON(parsing: listed.text)
      #expect(items["object"]?.string == "list" && items["data"]?.elements.count == 1)
      #expect(items["has_more"]?.bool == false)
      let cancelled = try await gateway.post("/v1/responses/\(id)/cancel", "")
      #expect(cancelled.status == 400 && cancelled.text.contains("Cannot cancel a synchronous response."))
      let unknown = try await gateway.post("/v1/responses/resp_none/cancel", "")
      #expect(unknown.status == 404 && unknown.text.contains("resp_none"))
      let deleted = try await gateway.send("DELETE", "/v1/responses/\(id)", headers: [], body: nil)
      #expect(deleted.text == #"{"id":"\#(id)","object":"response","deleted":true}"#)
      let missing = try await gateway.get("/v1/responses/\(id)")
      #expect(missing.status == 404)
      let gone = try await gateway.post(
        "/v1/responses", #"{"model":"some-model","previous_response_id":"\#(id)","input":"more"}"#)
      #expect(gone.status == 400)
      #expect(gone.text.contains("previous_response_not_found"))
    }
  }

  @Test func nothingIsKeptUnlessWanted() async throws {
    let scripted = ScriptedUpstream(.json(Conversations.response(.anthropic)))
    for (settings, body) in [
      (Self.settings(store: false), #"{"model":"some-model","input":"hello"}"#),
      (Self.settings(), #"{"model":"some-model","input":"hello","store":false}"#),
    ] {
      try await GatewayFixture.run(.anthropic, scripted, settings: settings) { gateway in
        let first = try await gateway.post("/v1/responses", body)
        let id = try Self.id(of: first)
        let missing = try await gateway.get("/v1/responses/\(id)")
        #expect(missing.status == 404)
        let next = try await gateway.post(
          "/v1/responses", #"{"model":"some-model","previous_response_id":"\#(id)","input":"more"}"#)
        #expect(next.status == 400)
      }
    }
  }

  static let unkept: [(member: String, param: String, words: String)] = [
    (#""background":true"#, "background", "Unsupported parameter: 'background'"),
    (#""conversation":"conv_1""#, "conversation", "Conversation with id 'conv_1' not found"),
    (#""conversation":{"id":"conv_2"}"#, "conversation", "Conversation with id 'conv_2' not found"),
  ]

  @Test(arguments: DialectID.allCases, unkept.indices) func whatOnlyAVendorKeepsIsRefusedByName(
    upstream: DialectID, index: Int
  ) async throws {
    let (member, param, words) = Self.unkept[index]
    let scripted = ScriptedUpstream(.json(Conversations.response(upstream)))
    try await GatewayFixture.run(upstream, scripted, quirks: Self.noStorage, settings: Self.settings()) { gateway in
      let answer = try await gateway.post("/v1/responses", #"{"model":"some-model","input":"hello",\#(member)}"#)
      #expect(answer.status == 400)
      let error = try JSON(parsing: answer.text)["error"]
      #expect(error?["param"]?.string == param, "\(answer.text)")
      #expect(error?["message"]?.string?.contains(words) == true)
      #expect(scripted.requests.isEmpty)
      let off = try await gateway.post(
        "/v1/responses", #"{"model":"some-model","input":"hello","background":false,"conversation":null}"#)
      #expect(off.status == 200, "\(off.text)")
    }
  }

  @Test func whatTheUpstreamKeepsIsLeftToIt() async throws {
    let scripted = ScriptedUpstream(.json(Conversations.response(.openAIResponses)))
    try await GatewayFixture.run(.openAIResponses, scripted, settings: Self.settings()) { gateway in
      _ = try await gateway.post("/v1/responses", #"{"model":"some-model","input":"hello"}"#)
      let body = #"{"model":"some-model","previous_response_id":"resp_1","input":"more"}"#
      _ = try await gateway.post("/v1/responses", body)
      #expect(scripted.requests.last?.text == body)
    }
  }

  @Test func toolsThatAProviderLacksAreDroppedOrRefused() async throws {
    let scripted = ScriptedUpstream(.json(Conversations.response(.openAIChat)))
    let body = #"{"model":"some-model","store":false,"input":"hello","tools":[{"type":"web_search"}]}"#
    try await GatewayFixture.run(.openAIChat, scripted) { gateway in
      let answer = try await gateway.post("/v1/responses", body)
      #expect(answer.status == 200)
      #expect(gateway.records.last?.losses.count == 1)
    }
    var settings = GatewaySettings()
    settings.unsupportedTools = .refuse
    let before = scripted.requests.count
    try await GatewayFixture.run(.openAIChat, scripted, settings: settings) { gateway in
      let answer = try await gateway.post("/v1/responses", body)
      #expect(answer.status == 400)
      #expect(answer.text.contains("web_search") && answer.text.contains("tools.unsupported"))
      #expect(scripted.requests.count == before)
    }
  }

  // MARK: - Bounds

  private static func entry(_ previous: String? = nil, bytes: Int = 100) throws -> ResponseStore.Entry {
    let text = String(repeating: "x", count: bytes)
    return ResponseStore.Entry(
      group: "g", previous: previous, input: [.string("in")],
      response: try JSON(parsing: #"{"output":["\#(text)"]}"#))
  }

  private static let bounds = ResponseStore.Bounds(bytes: 10_000, age: 1000, count: 4)

  @Test func theLongestUnusedGoesFirst() throws {
    let store = ResponseStore()
    for index in 0..<4 { store.keep(try Self.entry(), id: "r\(index)", bounds: Self.bounds, now: 0) }
    #expect(store.history(upTo: "r0", group: "g", bounds: Self.bounds, now: 1)?.count == 2)
    store.keep(try Self.entry(), id: "r4", bounds: Self.bounds, now: 1)
    let left = (0...4).filter { store.entry("r\($0)", group: "g", bounds: Self.bounds, now: 1) != nil }
    #expect(left == [0, 2, 3, 4])
    #expect(store.entry("r0", group: "other", bounds: Self.bounds, now: 1) == nil)
    #expect(store.entry("r2", group: "g", bounds: Self.bounds, now: 1001) == nil, "too old")
    #expect(store.entry("r0", group: "g", bounds: Self.bounds, now: 1001) != nil, "used later")
  }

  @Test func bytesAreBounded() throws {
    let store = ResponseStore()
    for index in 0..<50 { store.keep(try Self.entry(bytes: 4000), id: "r\(index)", bounds: Self.bounds, now: 0) }
    #expect(store.size <= Self.bounds.bytes && store.size > 0)
    store.keep(try Self.entry(bytes: 20_000), id: "huge", bounds: Self.bounds, now: 0)
    #expect(store.entry("huge", group: "g", bounds: Self.bounds, now: 0) == nil)
    #expect(store.entry("r49", group: "g", bounds: Self.bounds, now: 0) != nil)
  }

  @Test func aConversationWithoutItsBeginningIsGone() throws {
    let store = ResponseStore()
    store.keep(try Self.entry(), id: "a", bounds: Self.bounds, now: 0)
    store.keep(try Self.entry("a"), id: "b", bounds: Self.bounds, now: 0)
    #expect(store.history(upTo: "b", group: "g", bounds: Self.bounds, now: 0)?.count == 4)
    #expect(store.forget("a", group: "g") && !store.forget("a", group: "g"))
    #expect(store.history(upTo: "b", group: "g", bounds: Self.bounds, now: 0) == nil)
    store.keep(try Self.entry("self"), id: "self", bounds: Self.bounds, now: 0)
    #expect(store.history(upTo: "self", group: "g", bounds: Self.bounds, now: 0) == nil)
  }
}
