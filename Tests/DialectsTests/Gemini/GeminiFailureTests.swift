import Conversation
import Dialects
import TestSupport
import Testing
import Wire

/// Errors of Gemini upstreams, and errors for Gemini clients.
@Suite struct GeminiFailureTests {
  private func read(_ status: Int, _ body: String) -> UpstreamFailure {
    Gemini().readFailure(status: status, body: Array(body.utf8))
  }

  @Test(arguments: [
    (400, "INVALID_ARGUMENT", "bad", UpstreamFailure.Kind.invalidRequest),
    (
      400, "INVALID_ARGUMENT",
      "The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).",
      .contextLength
    ),
    (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", .authentication),
    (401, "UNAUTHENTICATED", "x", .authentication), (403, "PERMISSION_DENIED", "x", .permission),
    (404, "NOT_FOUND", "x", .notFound), (429, "RESOURCE_EXHAUSTED", "x", .rateLimited),
    (499, "CANCELLED", "x", .cancelled), (500, "INTERNAL", "x", .server), (502, "UNAVAILABLE", "x", .badGateway),
    (503, "UNAVAILABLE", "x", .overloaded), (504, "DEADLINE_EXCEEDED", "x", .timeout), (418, "", "x", .invalidRequest),
  ])
  func `kinds are understood`(status: Int, word: String, message: String, kind: UpstreamFailure.Kind) {
    let body = #"{"error":{"code":\#(status),"message":"\#(message)","status":"\#(word)"}}"#
    for text in [body, "[\(body)]"] {
      let failure = read(status, text)
      #expect(failure.kind == kind)
      #expect(failure.message == message)
      #expect(failure.status == status)
    }
  }

  @Test func `the retry delay is in the details`() {
    let failure = read(
      429,
      #"{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/"#
        + #"google.rpc.RetryInfo","retryDelay":"7.5s"}]}}"#)
    #expect(failure.retryAfter == 7.5)
  }

  @Test(arguments: [
    ("<html><head><style>a{}</style></head><body><h1>502</h1> Bad  gateway</body></html>", "502 Bad gateway"),
    ("plain words", "plain words"), ("", "the upstream answered 502 without a message"),
    (#"{"detail":"x"}"#, #"{"detail":"x"}"#),
  ])
  func `bodies that are no Gemini error give their words without markup`(body: String, message: String) {
    #expect(read(502, body).message == message)
    #expect(read(502, body).kind == .badGateway)
  }

  @Test func `long pages are cut`() {
    #expect(read(500, String(repeating: "word ", count: 9999)).message.count == 200)
    #expect(read(500, "<p>" + String(repeating: "<", count: 9999)).message.count <= 200)
  }

  @Test(arguments: [
    (UpstreamFailure.Kind.invalidRequest, 400, "INVALID_ARGUMENT"), (.authentication, 401, "UNAUTHENTICATED"),
    (.permission, 403, "PERMISSION_DENIED"), (.notFound, 404, "NOT_FOUND"), (.rateLimited, 429, "RESOURCE_EXHAUSTED"),
    (.overloaded, 503, "UNAVAILABLE"), (.server, 500, "INTERNAL"), (.timeout, 504, "DEADLINE_EXCEEDED"),
    (.badGateway, 502, "UNAVAILABLE"), (.contextLength, 400, "INVALID_ARGUMENT"),
  ])
  func `kinds are said in Gemini's words and read back`(kind: UpstreamFailure.Kind, status: Int, word: String) throws {
    let reply = Gemini().writeFailure(UpstreamFailure(kind, status: 529, message: "m"), requestID: "r")
    let error = try #require(JSON(parsing: reply.body)["error"])
    #expect(reply.status == status)
    #expect(error["code"]?.int == status)
    #expect(error["status"]?.string == word)
    #expect(Gemini().readFailure(status: reply.status, body: reply.body).kind == kind)
  }

  @Test func `a rate limit tells when to try again`() throws {
    let reply = Gemini().writeFailure(UpstreamFailure(.rateLimited, message: "m", retryAfter: 6.2), requestID: "r")
    #expect(try JSON(parsing: reply.body)["error"]?["details"]?.elements.first?["retryDelay"]?.string == "7s")
  }

  @Test func `a Gemini error reaches a Gemini client as it was`() {
    let body = #"{"error":{"code":403,"message":"m","status":"PERMISSION_DENIED","details":[{"x":1}]}}"#
    let reply = Gemini().writeFailure(read(403, body), requestID: "r")
    #expect(String(decoding: reply.body, as: UTF8.self) == body)
    #expect(reply.status == 403)
  }
}
