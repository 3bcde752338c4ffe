import Conversation
import Dialects
import Testing
import Wire

@Suite struct AnthropicFailureTests {
  static let dialect = AnthropicMessages()

  static func read(_ status: Int, _ body: String) -> UpstreamFailure {
    dialect.readFailure(status: status, body: Array(body.utf8))
  }

  static func error(_ type: String, _ message: String = "m") -> String {
    #"{"type":"error","error":{"type":"\#(type)","message":"\#(message)"},"request_id":"req_1"}"#
  }

  @Test(arguments: [
    (400, "invalid_request_error", UpstreamFailure.Kind.invalidRequest), (401, "authentication_error", .authentication),
    (402, "billing_error", .billing), (403, "permission_error", .permission), (404, "not_found_error", .notFound),
    (413, "request_too_large", .requestTooLarge), (429, "rate_limit_error", .rateLimited), (500, "api_error", .server),
    (504, "timeout_error", .timeout), (529, "overloaded_error", .overloaded), (529, "new_error", .overloaded),
  ])
  func everyTypeHasItsKindAndItsBodyIsKept(status: Int, type: String, kind: UpstreamFailure.Kind) throws {
    let failure = Self.read(status, Self.error(type))
    #expect(failure.kind == kind && failure.message == "m" && failure.requestID == "req_1")
    let reply = Self.dialect.writeFailure(failure, requestID: "mine")
    #expect(reply.status == status)
    #expect(String(decoding: reply.body, as: UTF8.self) == Self.error(type))
  }

  @Test(arguments: UpstreamFailure.Kind.allCases)
  func everyKindHasAnEnvelope(kind: UpstreamFailure.Kind) throws {
    let reply = Self.dialect.writeFailure(UpstreamFailure(kind, status: 418, message: "why"), requestID: "req_9")
    let body = try JSON(parsing: reply.body)
    #expect(reply.status >= 400 && reply.status < 600 && reply.status != 418)
    #expect(body["type"]?.string == "error" && body["request_id"]?.string == "req_9")
    #expect(body["error"]?["message"]?.string?.contains("why") == true)
    // An agent that reads our error understands it as we meant it, as far as Anthropic has a type for it.
    let again = Self.dialect.readFailure(status: reply.status, body: reply.body).kind
    let folded: [UpstreamFailure.Kind: UpstreamFailure.Kind] = [
      .previousResponseNotFound: .invalidRequest, .unsupportedMediaType: .invalidRequest,
      .unprocessable: .invalidRequest, .badGateway: .server, .cancelled: .server,
    ]
    #expect(again == folded[kind] ?? kind)
  }

  @Test(arguments: [
    "prompt is too long: 3333404 tokens > 200000 maximum",
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
    "Your input exceeds the context window of this model.",
    "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    "input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000",
    "Range of input length should be [1, 30720]",
  ])
  func aFullContextIsToldInTheWordsAgentsCompactOn(message: String) throws {
    let failure = Self.read(400, Self.error("invalid_request_error", message))
    #expect(failure.kind == .contextLength)
    let reply = Self.dialect.writeFailure(UpstreamFailure(.contextLength, message: message), requestID: "r")
    let text = try JSON(parsing: reply.body)["error"]?["message"]?.string ?? ""
    #expect(reply.status == 400 && text.hasPrefix("prompt is too long"))
  }

  @Test(arguments: [
    (
      503, "<html><head><title>t</title><style>x{}</style></head><body><h1>503</h1>\n <p>No capacity</p></body></html>",
      UpstreamFailure.Kind.overloaded, "503 No capacity"
    ),
    (502, "", .badGateway, "the upstream answered with status 502"), (401, "no key", .authentication, "no key"),
    (429, #"{"error":{"message":"slow down","code":"x","param":"p"}}"#, .rateLimited, "slow down"),
    (400, #"{"detail":"bad"}"#, .invalidRequest, "bad"), (400, #"{"error":"bad"}"#, .invalidRequest, "bad"),
  ])
  func otherBodiesGiveTheirWords(status: Int, body: String, kind: UpstreamFailure.Kind, message: String) {
    let failure = Self.read(status, body)
    #expect(failure.kind == kind && failure.message == message && failure.status == status)
  }

  @Test func aLongPageIsCut() {
    #expect(Self.read(500, String(repeating: "word ", count: 5000)).message.count <= 200)
  }

  @Test func anErrorInsideAGoodStatusIsAFailedAnswer() throws {
    let response = try Self.dialect.readResponse(JSON(parsing: Self.error("overloaded_error")), origin: nil)
    #expect(response.failure?.kind == .overloaded)
  }
}
