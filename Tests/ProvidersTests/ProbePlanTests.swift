import Conversation
import Providers
import Testing

@Suite struct ProbePlanTests {
  typealias Case = (dialect: DialectID, status: Int, body: String, expected: ProbePlan.Verdict)

  static let openAIError = #"{"error":{"message":"bad","type":"invalid_request_error","param":null,"code":null}}"#
  static let anthropicError = #"{"type":"error","error":{"type":"invalid_request_error","message":"bad"}}"#
  static let geminiError = #"{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}"#

  static let cases: [Case] = [
    (.openAIChat, 400, openAIError, .recognised), (.openAIChat, 401, openAIError, .credentialRefused),
    (.openAIChat, 403, openAIError, .credentialRefused), (.openAIChat, 500, openAIError, .recognised),
    (.openAIChat, 400, anthropicError, .notRecognised), (.openAIChat, 400, geminiError, .notRecognised),
    (.openAIChat, 404, openAIError, .notRecognised), (.openAIChat, 405, openAIError, .notRecognised),
    (.openAIChat, 404, #"{"error":{"message":"no","code":"model_not_found"}}"#, .recognised),
    (.openAIChat, 404, #"{"error":{"message":"model aor-probe does not exist"}}"#, .recognised),
    (.openAIChat, 404, #"{"detail":"Not Found"}"#, .notRecognised),
    (.openAIChat, 422, #"{"detail":[{"loc":["body","messages"]}]}"#, .recognised),
    (.openAIChat, 400, #"{"object":"error","message":"bad","type":"x","code":400}"#, .recognised),
    (.openAIChat, 422, #"{"object":"error","message":{"detail":[{"type":"missing"}]}}"#, .recognised),
    (.openAIChat, 400, #"{"error":"'messages' is required"}"#, .recognised),
    (.openAIChat, 200, #"{"error":"Unexpected endpoint or method."}"#, .notRecognised),
    (.openAIChat, 200, #"{"object":"chat.completion","choices":[]}"#, .recognised),
    (.openAIChat, 200, "<html></html>", .notRecognised), (.openAIChat, 502, "<html></html>", .notRecognised),
    (.openAIChat, 302, openAIError, .notRecognised), (.openAIChat, 400, "", .notRecognised),
    (.openAIResponses, 400, openAIError, .recognised), (.openAIResponses, 401, openAIError, .notRecognised),
    (.openAIResponses, 429, openAIError, .notRecognised), (.openAIResponses, 500, openAIError, .notRecognised),
    (.openAIResponses, 200, #"{"object":"response"}"#, .recognised),
    (.openAIResponses, 200, #"{"object":"chat.completion","choices":[]}"#, .notRecognised),
    (.anthropic, 400, anthropicError, .recognised), (.anthropic, 401, anthropicError, .credentialRefused),
    (.anthropic, 529, anthropicError, .recognised), (.anthropic, 400, openAIError, .notRecognised),
    (.anthropic, 401, openAIError, .notRecognised), (.anthropic, 200, #"{"type":"message"}"#, .recognised),
    (.anthropic, 404, anthropicError, .notRecognised),
    (
      .anthropic, 404, #"{"type":"error","error":{"type":"not_found_error","message":"model: aor-probe"}}"#,
      .recognised
    ),
    (.gemini, 400, geminiError, .recognised), (.gemini, 400, "[\(geminiError)]", .recognised),
    (
      .gemini, 400, #"{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}"#,
      .credentialRefused
    ),
    (.gemini, 403, #"{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}"#, .credentialRefused),
    (.gemini, 400, openAIError, .notRecognised), (.gemini, 200, #"{"candidates":[]}"#, .recognised),
  ]

  @Test(arguments: cases)
  func readsAnAnswer(dialect: DialectID, status: Int, body: String, expected: ProbePlan.Verdict) throws {
    let plan = try ProbePlan(base: "https://api.example.com", token: nil)
    let attempt = try #require(plan.attempts.first { $0.endpoint.dialect == dialect })
    #expect(ProbePlan.verdict(on: attempt, status: status, body: Array(body.utf8)) == expected)
  }

  @Test func triesEveryProtocolAndTheGuessedOneFirst() throws {
    let plain = try ProbePlan(base: "https://api.example.com", token: nil)
    #expect(plain.attempts.map(\.endpoint.dialect) == [.openAIChat, .anthropic, .openAIResponses, .gemini])
    #expect(
      plain.attempts.map(\.url) == [
        "https://api.example.com/v1/chat/completions", "https://api.example.com/v1/messages",
        "https://api.example.com/v1/responses", "https://api.example.com/v1beta/models/aor-probe:generateContent",
      ])
    let pasted = try ProbePlan(base: "https://api.example.com/v1/messages", token: nil)
    #expect(pasted.attempts.first?.endpoint.dialect == .anthropic)
    #expect(pasted.attempts.first?.url == "https://api.example.com/v1/messages")
  }

  @Test func sendsTheTokenInOneHeaderAndNoneWithoutOne() throws {
    let with = try ProbePlan(base: "https://api.example.com", token: "s3cret")
    for attempt in with.attempts {
      #expect(attempt.headers.filter { $0.value.contains("s3cret") }.count == 1)
      #expect(!attempt.url.contains("s3cret") && !attempt.body.contains("s3cret"))
    }
    let names = with.attempts.filter { $0.endpoint.dialect == .anthropic }.map { attempt in
      attempt.headers.first { $0.value.contains("s3cret") }?.name
    }
    #expect(names == ["x-api-key", "authorization"])
    let without = try ProbePlan(base: "http://127.0.0.1:8080", token: nil)
    #expect(without.attempts.allSatisfy { !$0.headers.contains { Authentication.credentialHeaders.contains($0.name) } })
  }

  @Test func putsVerdictsTogether() throws {
    let plan = try ProbePlan(base: "https://api.example.com", token: "t")
    func outcome(_ verdicts: [ProbePlan.Verdict]) -> ProbePlan.Outcome {
      ProbePlan.outcome(of: Array(zip(plan.attempts, verdicts)).map { (attempt: $0.0, verdict: $0.1) })
    }
    // Chat, Anthropic by x-api-key, Anthropic by bearer, Responses, Gemini.
    let bearerOnly = outcome([.recognised, .credentialRefused, .recognised, .notRecognised, .notRecognised])
    #expect(bearerOnly.endpoints.map(\.dialect) == [.openAIChat, .anthropic])
    #expect(bearerOnly.endpoints.last?.authentication == .bearer)
    #expect(!bearerOnly.credentialRefused)
    let refused = outcome([.credentialRefused, .notRecognised, .notRecognised, .notRecognised, .notRecognised])
    #expect(refused.endpoints == [Endpoint(.openAIChat, "https://api.example.com/v1")] && refused.credentialRefused)
    let nothing = outcome(Array(repeating: .notRecognised, count: 5))
    #expect(nothing.endpoints.isEmpty && !nothing.credentialRefused)
  }

  @Test func aServerThatNeedsNoKeyIsStoredWithoutOne() throws {
    let plan = try ProbePlan(base: "http://127.0.0.1:8080", token: nil)
    let first = try #require(plan.attempts.first)
    #expect(
      ProbePlan.outcome(of: [(first, .recognised)]).endpoints
        == [Endpoint(.openAIChat, "http://127.0.0.1:8080/v1", authentication: .none)])
    #expect(
      ProbePlan.outcome(of: [(first, .credentialRefused)]).endpoints
        == [Endpoint(.openAIChat, "http://127.0.0.1:8080/v1", authentication: .bearer)])
  }

  @Test func aModelNameCannotBreakTheBody() throws {
    let plan = try ProbePlan(base: "https://a.example", token: nil, model: "a\"b\\c\n")
    #expect(plan.attempts.first?.body == #"{"model":"a\"b\\c\u000a","max_tokens":1,"messages":[]}"#)
  }

  @Test func refusesWhatIsNoURL() {
    #expect(throws: EndpointURLError.self) { try ProbePlan(base: "ftp://a", token: nil) }
  }
}
