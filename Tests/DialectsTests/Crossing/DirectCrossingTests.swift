import Conversation
import Dialects
import Testing
import Wire

/// Bodies that stay in their protocol: every byte that is not the edit is the client's.
@Suite struct DirectCrossingTests {
  struct Outcome {
    var path: Crossing.Path
    var text: String
    var hidesUsage: Bool
  }

  static func send(
    _ body: String, dialect: DialectID = .openAIChat, line: RequestLine = RequestLine(), model: String = "up",
    _ edit: (inout Quirks) -> Void = { $0.streamUsage = false }
  ) throws -> Outcome {
    var quirks = Quirks()
    edit(&quirks)
    let bytes = Array(body.utf8)
    return try bytes.withUnsafeBytes { buffer in
      let inbound = try InboundRequest(buffer, dialect: dialect, line: line)
      let crossing = Crossing.direct(inbound, buffer, for: RequestTarget(model: model, quirks: quirks))
      guard case .spliced(let splice) = crossing.body else { throw DialectError("not spliced") }
      let text = String(decoding: splice.applied(to: buffer), as: UTF8.self)
      _ = try JSON(parsing: text)
      #expect(crossing.relaysAnswer)
      // What the provider refuses is gone, and told; nothing else is.
      #expect(crossing.losses.list.allSatisfy { quirks.stripFields.contains($0.path) })
      return Outcome(path: crossing.path, text: text, hidesUsage: crossing.hidesUsage)
    }
  }

  @Test(arguments: [
    (#"{"model":"asked","n":1.0}"#, #"{"model":"up","n":1.0}"#),
    (
      " {\r\n\t\"z\" : [ 1E5 ] , \"model\"\t:  \"asked\" , \"a\":\"\\u00e9\\/\" } \n",
      " {\r\n\t\"z\" : [ 1E5 ] , \"model\"\t:  \"up\" , \"a\":\"\\u00e9\\/\" } \n"
    ),
    (#"{"x":{"model":"inner"},"model":"asked"}"#, #"{"x":{"model":"inner"},"model":"up"}"#),
    (#"{"model":"a","model":"b"}"#, #"{"model":"a","model":"up"}"#),
    (#"{"mod\u0065l":"asked"}"#, #"{"mod\u0065l":"up"}"#),
    (#"{"model":"up","a":1}"#, #"{"model":"up","a":1}"#),
    (#"{"model":"u\u0070","a":1}"#, #"{"model":"u\u0070","a":1}"#),
    (#"{"a":1}"#, #"{"a":1,"model":"up"}"#),
    (#"{}"#, #"{"model":"up"}"#),
    (#"{ }"#, #"{ "model":"up"}"#),
  ])
  func onlyTheModelIsReplaced(body: String, sent: String) throws {
    let outcome = try Self.send(body)
    #expect(outcome.text == sent)
    #expect(outcome.path == .verbatim)
    #expect(!outcome.hidesUsage)
  }

  @Test func aModelsNameIsEscaped() throws {
    #expect(try Self.send(#"{"model":"a"}"#, model: "q\"\\é").text == #"{"model":"q\"\\é"}"#)
  }

  @Test func aModelInTheURLStaysOutOfTheBody() throws {
    let body = #"{ "contents" : [] }"#
    let outcome = try Self.send(body, dialect: .gemini, line: RequestLine(model: "g", isStream: true))
    #expect(outcome.text == body)
    #expect(outcome.path == .verbatim)
  }

  @Test(arguments: [
    (#"{"model":"up","stream":true}"#, #"{"model":"up","stream":true,"stream_options":{"include_usage":true}}"#, true),
    (
      #"{"stream_options":null,"stream":true,"model":"up"}"#,
      #"{"stream_options":{"include_usage":true},"stream":true,"model":"up"}"#, true
    ),
    (
      #"{"model":"up","stream":true,"stream_options":{}}"#,
      #"{"model":"up","stream":true,"stream_options":{"include_usage":true}}"#, true
    ),
    (
      #"{"model":"up","stream":true,"stream_options":{ "x" : 1 }}"#,
      #"{"model":"up","stream":true,"stream_options":{ "x" : 1 ,"include_usage":true}}"#, true
    ),
    (
      #"{"model":"up","stream":true,"stream_options":{"include_usage" : false , "x":1}}"#,
      #"{"model":"up","stream":true,"stream_options":{"include_usage" : true , "x":1}}"#, true
    ),
    (
      #"{"model":"up","stream":true,"stream_options":{"include_usage":null}}"#,
      #"{"model":"up","stream":true,"stream_options":{"include_usage":true}}"#, true
    ),
    (
      #"{"model":"up","stream":true,"stream_options":{"include_usage":true}}"#,
      #"{"model":"up","stream":true,"stream_options":{"include_usage":true}}"#, false
    ),
    (#"{"model":"up","stream":false}"#, #"{"model":"up","stream":false}"#, false),
    (#"{"model":"up"}"#, #"{"model":"up"}"#, false),
  ])
  func usageIsAskedForInStreamsOnly(body: String, sent: String, isEdited: Bool) throws {
    let outcome = try Self.send(body) { _ in }
    #expect(outcome.text == sent)
    #expect(outcome.hidesUsage == isEdited)
    #expect(outcome.path == (isEdited ? .patched : .verbatim))
  }

  @Test func usageIsNotAskedForInOtherProtocolsOrOfProvidersThatRefuse() throws {
    let body = #"{"model":"up","stream":true}"#
    #expect(try Self.send(body, dialect: .anthropic) { _ in }.text == body)
    #expect(try Self.send(body).text == body)
    let refused = try Self.send(body) { $0.stripFields = ["stream_options"] }
    #expect(refused.text == body)
    #expect(!refused.hidesUsage)
  }

  @Test func strippingAndInsertingAgree() throws {
    let body = #"{"stream":true,"stream_options":{"include_usage":false}}"#
    let outcome = try Self.send(body) { $0.stripFields = ["stream_options", "x"] }
    #expect(outcome.text == #"{"stream":true,"model":"up"}"#)
    #expect(!outcome.hidesUsage)
    #expect(outcome.path == .patched)
    let all = try Self.send(#"{"stream":true}"#) { $0.stripFields = ["stream"] }
    #expect(try JSON(parsing: all.text).members.map(\.key) == ["model", "stream_options"])
  }

  /// Each choice of members out of four, with and without white space: what is left is as it was.
  @Test(arguments: 0..<16)
  func strippedMembersTakeTheirCommaWithThem(choice: Int) throws {
    let names = ["a", "b", "c", "d"]
    let values = ["1.0", "[ 1,2 ]", "{\"a\":\"}\"}", "\"x,\""]
    let stripped = names.indices.filter { choice & 1 << $0 != 0 }
    for (comma, colon, edge) in [(",", ":", ""), (" ,\n  ", " : ", "\n  ")] {
      let members = zip(names, values).map { "\"\($0)\"\(colon)\($1)" }
      let body = "{\(edge)\(members.joined(separator: comma))\(edge)}"
      let kept = names.indices.filter { !stripped.contains($0) }.map { members[$0] }
      let outcome = try Self.send(body, line: RequestLine(model: "up")) { quirks in
        quirks.stripFields = stripped.map { names[$0] }
      }
      #expect(outcome.text == "{\(edge)\(kept.joined(separator: comma))\(edge)}")
      #expect(outcome.path == (stripped.isEmpty ? .verbatim : .patched))
    }
  }

  @Test func duplicatesAndEscapedNamesAreStrippedToo() throws {
    let outcome = try Self.send(#"{"x":1,"model":"up","x":2,"\u0078":3,"y":{"x":4}}"#) { $0.stripFields = ["x"] }
    #expect(outcome.text == #"{"model":"up","y":{"x":4}}"#)
  }

  @Test(arguments: [
    (Quirks.MaxTokensField.maxTokens, #""max_completion_tokens" : 5"#, #""max_tokens" : 5"#),
    (.maxCompletionTokens, #""max_tokens":5"#, #""max_completion_tokens":5"#),
    (.asSent, #""max_tokens":5"#, #""max_tokens":5"#),
    (.maxTokens, #""max_tokens":5"#, #""max_tokens":5"#),
    (.maxTokens, #""max_tokens":5,"max_completion_tokens":6"#, #""max_tokens":5"#),
    (.maxTokens, #""max_tokens":null,"max_completion_tokens":6"#, #""max_tokens":6"#),
    (.maxCompletionTokens, #""max_tokens":5,"max_completion_tokens":6"#, #""max_completion_tokens":6"#),
  ])
  func theOutputLimitHasTheProvidersName(field: Quirks.MaxTokensField, sent: String, expected: String) throws {
    let outcome = try Self.send("{\"model\":\"up\",\(sent),\"n\":1}") {
      $0.streamUsage = false
      $0.maxTokensField = field
    }
    #expect(outcome.text == "{\"model\":\"up\",\(expected),\"n\":1}")
    #expect(outcome.path == (sent == expected ? .verbatim : .patched))
  }

  @Test func theDeveloperRoleBecomesSystemWhereItIsUnknown() throws {
    let body = { (role: String) in
      #"{"model":"up","messages":[ {"role":"\#(role)","content":"be \"developer\""}, {"content":[{"role":"developer"}],"#
        + #""role":"user"},{"role" : "\#(role)"}],"role":"developer"}"#
    }
    let outcome = try Self.send(body("developer")) {
      $0.streamUsage = false
      $0.developerRole = false
    }
    #expect(outcome.text == body("system"))
    #expect(outcome.path == .patched)
    #expect(try Self.send(body("developer")).text == body("developer"))
  }

  @Test func allEditsTogetherLeaveTheRest() throws {
    let outcome = try Self.send(
      #"{"store":true,"model":"m","max_completion_tokens":9,"messages":[{"role":"developer"}],"stream":true,"user":"u"}"#
    ) {
      $0.developerRole = false
      $0.maxTokensField = .maxTokens
      $0.stripFields = ["store", "user"]
    }
    #expect(
      outcome.text
        == #"{"model":"up","max_tokens":9,"messages":[{"role":"system"}],"stream":true,"#
        + #""stream_options":{"include_usage":true}}"#)
  }

  // MARK: - Which bodies

  private static func isDirect(
    _ body: String, from client: DialectID, to upstream: DialectID, _ edit: (inout Quirks) -> Void = { _ in }
  ) throws -> Bool {
    var quirks = Quirks()
    edit(&quirks)
    return try Array(body.utf8).withUnsafeBytes { bytes in
      let inbound = try InboundRequest(bytes, dialect: client, line: RequestLine())
      return Crossing.isDirect(inbound, bytes, to: upstream, quirks)
    }
  }

  @Test func anotherProtocolAndASealAreNeverDirect() throws {
    for client in DialectID.allCases {
      for upstream in DialectID.allCases {
        #expect(try Self.isDirect("{\"model\":\"m\"}", from: client, to: upstream) == (client == upstream))
      }
      let seal = ReasoningSeal.seal(ReasoningState(dialect: .gemini, kind: .thoughtSignature, blob: "b", origin: nil))
      #expect(try !Self.isDirect("{\"x\":\"\(seal)\"}", from: client, to: client))
      #expect(try !Self.isDirect("{\"x\":\"AORSEAL9later\"}", from: client, to: client))
    }
  }

  @Test func wordsThatNeedTheReaderAreFound() throws {
    let custom = #"{"tools":[{"type":"custom","name":"x"}]}"#
    #expect(try Self.isDirect(custom, from: .openAIResponses, to: .openAIResponses))
    for dialect in [DialectID.openAIChat, .openAIResponses] {
      #expect(try !Self.isDirect(custom, from: dialect, to: dialect) { $0.customTools = false })
    }
    let namespace = #"{"tools":[{"type":"namespace","name":"x"}]}"#
    #expect(try Self.isDirect(namespace, from: .openAIResponses, to: .openAIResponses))
    #expect(try !Self.isDirect(namespace, from: .openAIResponses, to: .openAIResponses) { $0.namespaceTools = false })
    let beta = #"{"context_management":{}}"#
    #expect(try Self.isDirect(beta, from: .anthropic, to: .anthropic))
    #expect(try !Self.isDirect(beta, from: .anthropic, to: .anthropic) { $0.stripBetas = true })
    for (dialect, image) in [
      (DialectID.openAIChat, #"{"type":"image_url"}"#), (.openAIResponses, #"{"type":"input_image"}"#),
      (.anthropic, #"{"type":"image"}"#), (.gemini, #"{"inlineData":{}}"#), (.gemini, #"{"inline_data":{}}"#),
      (.gemini, #"{"fileData":{}}"#),
    ] {
      #expect(try Self.isDirect(image, from: dialect, to: dialect))
      #expect(try !Self.isDirect(image, from: dialect, to: dialect) { $0.imageInput = false }, "\(image)")
    }
  }
}

@Suite struct InboundRequestTests {
  private static func read(_ body: String, line: RequestLine = RequestLine()) throws -> InboundRequest {
    try Array(body.utf8).withUnsafeBytes { try InboundRequest($0, dialect: .anthropic, line: line) }
  }

  @Test func modelAndStreamAreReadFromTheTopLevel() throws {
    let request = try Self.read(#"{"x":{"model":"no","stream":false},"model":"caf\u00e9","stream":true}"#)
    #expect(request.model == "café")
    #expect(request.isStream)
    #expect(!request.hasSeal)
  }

  @Test func theURLWins() throws {
    let request = try Self.read(#"{"model":"body","stream":true}"#, line: RequestLine(model: "url", isStream: false))
    #expect(request.model == "url")
    #expect(!request.isStream)
  }

  @Test(arguments: [#"{}"#, #"{"model":5,"stream":"true"}"#, #"{"model":null,"stream":null}"#])
  func whatIsNotSaidIsNil(body: String) throws {
    let request = try Self.read(body)
    #expect(request.model == nil)
    #expect(!request.isStream)
  }

  @Test(arguments: ["", "[]", "null", "{", "{\"a\":}", "<html>", "{} {}"])
  func whatIsNoObjectIsRefused(body: String) {
    #expect(throws: DialectError.self) { try Self.read(body) }
  }
}
