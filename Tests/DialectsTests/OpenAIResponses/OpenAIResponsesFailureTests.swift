import Conversation
import Dialects
import TestSupport
import Testing
import Wire

@Suite struct OpenAIResponsesFailureTests {
  private let dialect = OpenAIResponses()

  @Test(arguments: [
    (
      400,
      #"{"error":{"message":"m","type":"invalid_request_error","param":"input","code":"context_length_exceeded"}}"#,
      UpstreamFailure.Kind.contextLength
    ),
    (
      400,
      #"{"error":{"message":"This model's maximum context length is 8192 tokens.","type":"invalid_request_error"}}"#,
      .contextLength
    ),
    (400, #"{"error":{"message":"prompt is too long: 3 tokens > 2 maximum"}}"#, .contextLength),
    (400, #"{"error":{"message":"m","code":"previous_response_not_found"}}"#, .previousResponseNotFound),
    (400, #"{"error":{"message":"m","code":null,"param":"temperature"}}"#, .invalidRequest),
    (401, #"{"error":{"message":"m","code":"invalid_api_key"}}"#, .authentication),
    (429, #"{"error":{"message":"m","code":"insufficient_quota"}}"#, .billing),
    (429, #"{"error":{"message":"m","code":"rate_limit_exceeded"}}"#, .rateLimited),
    (503, #"{"error":{"message":"m","code":"server_is_overloaded"}}"#, .overloaded),
    (503, "upstream connect error", .overloaded), (502, "<html><body>Bad gateway</body></html>", .badGateway),
    (500, "", .server), (404, #"{"detail":"Not Found"}"#, .notFound),
  ])
  func kindsAreRead(_ status: Int, _ body: String, _ kind: UpstreamFailure.Kind) {
    let failure = dialect.readFailure(status: status, body: Array(body.utf8))
    #expect(failure.kind == kind)
    #expect(failure.status == status)
    #expect(!failure.message.isEmpty && !failure.message.contains("<"))
  }

  @Test func ownBodiesComeBackAsTheyWere() throws {
    for entry in Corpus.generations(.openAIResponses) where (entry.httpStatus ?? 200) >= 400 {
      let bytes = try #require(entry.response)
      let failure = dialect.readFailure(status: entry.httpStatus ?? 0, body: bytes)
      let reply = dialect.writeFailure(failure, requestID: "r")
      #expect(differences(try JSON(parsing: bytes), try JSON(parsing: reply.body)) == [], "\(entry.id)")
      #expect(reply.status == entry.httpStatus, "\(entry.id)")
    }
  }

  @Test(arguments: [
    (UpstreamFailure.Kind.contextLength, 413, 400, "context_length_exceeded", "invalid_request_error"),
    (.previousResponseNotFound, 404, 400, "previous_response_not_found", "invalid_request_error"),
    (.rateLimited, 429, 429, "rate_limit_exceeded", "rate_limit_error"),
    (.overloaded, 529, 503, "server_is_overloaded", "service_unavailable_error"),
    (.authentication, 401, 401, "invalid_api_key", "invalid_request_error"),
    (.server, 529, 500, "", "server_error"), (.badGateway, 200, 502, "", "server_error"),
    (.timeout, 408, 504, "", "server_error"), (.notFound, 404, 404, "", "invalid_request_error"),
    (.requestTooLarge, 413, 413, "", "invalid_request_error"),
  ])
  func foreignFailuresSpeakOpenAI(
    _ kind: UpstreamFailure.Kind, _ status: Int, _ expected: Int, _ code: String, _ type: String
  ) throws {
    let original = OpaquePart(
      .anthropic, try JSON(parsing: #"{"type":"error","error":{"type":"x","message":"words"}}"#))
    let failure = UpstreamFailure(kind, status: status, message: "words", original: original)
    let reply = dialect.writeFailure(failure, requestID: "r")
    let error = try #require(try JSON(parsing: reply.body)["error"])
    #expect(reply.status == expected)
    #expect(error["code"]?.string ?? "" == code)
    #expect(error["type"]?.string == type)
    #expect(error["message"]?.string?.contains("words") == true)
    #expect(error.members.map(\.key) == ["message", "type", "param", "code"])
  }

  @Test func anErrorInsideAnAnswerIsAFailure() throws {
    let body = try JSON(
      parsing: #"{"id":"resp_1","status":"failed","output":[],"error":{"code":"rate_limit_exceeded","message":"m"}}"#)
    #expect(try dialect.readResponse(body, origin: nil).failure?.kind == .rateLimited)
    #expect(throws: DialectError.self) { _ = try dialect.readResponse(try JSON(parsing: "{}"), origin: nil) }
  }
}
