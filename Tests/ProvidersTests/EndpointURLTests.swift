import Conversation
import Providers
import Testing

@Suite struct EndpointURLTests {
  static let generate = EndpointOperation.generate(model: "m", stream: false)

  @Test(arguments: [
    (DialectID.openAIChat, "https://api.openai.com", "https://api.openai.com/v1/chat/completions"),
    (.openAIChat, "https://api.openai.com/", "https://api.openai.com/v1/chat/completions"),
    (.openAIChat, "https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"),
    (.openAIChat, "https://api.openai.com/v1//", "https://api.openai.com/v1/chat/completions"),
    (.openAIChat, "https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1/chat/completions"),
    (.openAIChat, "https://api.openai.com/v1/chat/completions/", "https://api.openai.com/v1/chat/completions"),
    (.openAIChat, "https://api.openai.com/v1/models", "https://api.openai.com/v1/chat/completions"),
    (.openAIChat, "https://open.bigmodel.cn/api/paas/v4", "https://open.bigmodel.cn/api/paas/v4/chat/completions"),
    (.openAIChat, "https://h/api/coding/paas/v4/chat/completions", "https://h/api/coding/paas/v4/chat/completions"),
    (.openAIChat, "https://models.github.ai/inference", "https://models.github.ai/inference/chat/completions"),
    (.openAIChat, "https://api.perplexity.ai/chat/completions", "https://api.perplexity.ai/chat/completions"),
    (.openAIChat, "https://h/v1?api-version=2", "https://h/v1/chat/completions?api-version=2"),
    (.openAIChat, "HTTPS://API.Example.COM:8443/V1", "https://api.example.com:8443/V1/chat/completions"),
    (.openAIChat, "http://[::1]:8080", "http://[::1]:8080/v1/chat/completions"),
    (.openAIChat, "http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1/chat/completions"),
    (.openAIChat, "  https://a.example/v1 \n", "https://a.example/v1/chat/completions"),
    (.openAIChat, "https://a.example/v1#top", "https://a.example/v1/chat/completions"),
    (.openAIResponses, "https://api.openai.com", "https://api.openai.com/v1/responses"),
    (.openAIResponses, "https://api.openai.com/v1/responses", "https://api.openai.com/v1/responses"),
    (.openAIResponses, "https://api.deepseek.com/responses", "https://api.deepseek.com/responses"),
    (.openAIResponses, "https://h/v1/responses/compact", "https://h/v1/responses"),
    (.anthropic, "https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
    (.anthropic, "https://api.anthropic.com/v1", "https://api.anthropic.com/v1/messages"),
    (.anthropic, "https://api.anthropic.com/v1/messages", "https://api.anthropic.com/v1/messages"),
    (.anthropic, "https://api.anthropic.com/v1/messages?beta=true", "https://api.anthropic.com/v1/messages?beta=true"),
    (.anthropic, "https://api.deepseek.com/anthropic", "https://api.deepseek.com/anthropic/v1/messages"),
    (.anthropic, "https://api.deepseek.com/anthropic/", "https://api.deepseek.com/anthropic/v1/messages"),
    (.anthropic, "https://h/apps/anthropic/v1", "https://h/apps/anthropic/v1/messages"),
    (.anthropic, "https://api.kimi.com/coding", "https://api.kimi.com/coding/v1/messages"),
    (.anthropic, "https://gw.example/v1/acc/gw/anthropic", "https://gw.example/v1/acc/gw/anthropic/v1/messages"),
    (.anthropic, "https://h/v1/messages/count_tokens", "https://h/v1/messages"),
    (.gemini, "https://g.example", "https://g.example/v1beta/models/m:generateContent"),
    (.gemini, "https://g.example/v1beta", "https://g.example/v1beta/models/m:generateContent"),
    (.gemini, "https://g.example/v1beta/models", "https://g.example/v1beta/models/m:generateContent"),
    (
      .gemini, "https://g.example/v1beta/models/x:streamGenerateContent?alt=sse",
      "https://g.example/v1beta/models/m:generateContent?alt=sse"
    ),
    (.gemini, "https://g.example/gemini", "https://g.example/gemini/v1beta/models/m:generateContent"),
    (
      .gemini, "https://v.example/v1/projects/p/locations/l/publishers/google",
      "https://v.example/v1/projects/p/locations/l/publishers/google/models/m:generateContent"
    ),
  ])
  func makesTheGenerationURL(dialect: DialectID, base: String, expected: String) throws {
    let url = try EndpointURL(base)
    #expect(try url.url(for: Self.generate, dialect: dialect) == expected)
    // What is stored must lead to the same place, however often it is normalised.
    let stored = url.normalised(for: dialect)
    #expect(try EndpointURL(stored).url(for: Self.generate, dialect: dialect) == expected)
    #expect(try EndpointURL(stored).normalised(for: dialect) == stored)
  }

  @Test(arguments: [
    ("", EndpointURLError.blank), ("   ", .blank), ("api.openai.com/v1", .notAbsolute), ("/v1", .notAbsolute),
    ("ftp://a.example", .scheme("ftp")), ("file:///etc/passwd", .scheme("file")), ("https://", .noHost),
    ("https://:80/v1", .noHost), ("https://user:pass@a.example", .userInfo), ("https://user@a.example", .userInfo),
    ("https://a.example:0", .badPort("0")), ("https://a.example:70000", .badPort("70000")),
    ("https://a.example:8x", .badPort("8x")), ("https://a b.example", .badCharacter),
    ("https://a.example/\\evil", .badCharacter), ("https://a.example/\r\nx: y", .badCharacter),
    ("https://[::1", .badHost("[::1")), ("https://[nonsense]", .badHost("nonsense")), ("https://a!b", .badHost("a!b")),
    ("https://\(String(repeating: "a", count: 2100))", .tooLong),
  ])
  func refuses(base: String, error: EndpointURLError) {
    #expect(throws: error) { try EndpointURL(base) }
  }

  @Test func errorsNeverRepeatAPassword() {
    #expect(!"\(EndpointURLError.userInfo)".contains("pass@"))
    do {
      _ = try EndpointURL("https://user:hunter2@a.example")
      Issue.record("accepted a password")
    } catch {
      #expect(!"\(error)".contains("hunter2"))
    }
  }

  @Test(arguments: [
    ("https://h/v1/chat/completions", DialectID.openAIChat), ("https://h/v1/responses", .openAIResponses),
    ("https://h/v1/messages", .anthropic), ("https://h/x/anthropic", .anthropic),
    ("https://h/x/anthropic/v1", .anthropic), ("https://h/v1beta", .gemini), ("https://h/v1beta/models", .gemini),
    ("https://h/v1beta/models/x:generateContent", .gemini),
  ])
  func guessesTheProtocol(base: String, dialect: DialectID) throws {
    #expect(try EndpointURL(base).guess == dialect)
  }

  @Test(arguments: ["https://h", "https://h/v1", "https://h/v1/models", "https://h/v1/embeddings", "https://h/api/v4"])
  func guessesNothing(base: String) throws {
    #expect(try EndpointURL(base).guess == nil)
  }

  @Test(arguments: [
    (DialectID.openAIChat, EndpointOperation.models, "https://h/v1/models"),
    (.openAIChat, .embeddings, "https://h/v1/embeddings"), (.openAIChat, .completions, "https://h/v1/completions"),
    (.openAIChat, .imageGenerations, "https://h/v1/images/generations"),
    (.openAIChat, .transcriptions, "https://h/v1/audio/transcriptions"),
    (.openAIChat, .moderations, "https://h/v1/moderations"), (.openAIChat, .rerank, "https://h/v1/rerank"),
    (.openAIResponses, .compact, "https://h/v1/responses/compact"), (.anthropic, .models, "https://h/v1/models"),
    (.anthropic, .countTokens(model: "m"), "https://h/v1/messages/count_tokens"),
    (.gemini, .models, "https://h/v1beta/models"),
    (.gemini, .countTokens(model: "m"), "https://h/v1beta/models/m:countTokens"),
    (.gemini, .generate(model: "m", stream: true), "https://h/v1beta/models/m:streamGenerateContent?alt=sse"),
    (.gemini, .generate(model: "models/m", stream: false), "https://h/v1beta/models/m:generateContent"),
    (.gemini, .generate(model: "tunedModels/t-1", stream: false), "https://h/v1beta/tunedModels/t-1:generateContent"),
    (
      .gemini, .generate(model: "../../admin?x#y", stream: false),
      "https://h/v1beta/models/..%2F..%2Fadmin%3Fx%23y:generateContent"
    ),
  ])
  func makesOtherURLs(dialect: DialectID, operation: EndpointOperation, expected: String) throws {
    #expect(try EndpointURL("https://h").url(for: operation, dialect: dialect) == expected)
  }

  @Test(arguments: [
    (DialectID.anthropic, EndpointOperation.embeddings), (.anthropic, .compact), (.gemini, .compact),
    (.openAIChat, .compact), (.openAIChat, .countTokens(model: "m")), (.gemini, .rerank),
  ])
  func saysWhatAProtocolLacks(dialect: DialectID, operation: EndpointOperation) throws {
    #expect(throws: EndpointURLError.unsupported(operation: operation.name, dialect: dialect)) {
      try EndpointURL("https://h").url(for: operation, dialect: dialect)
    }
  }

  @Test(arguments: [
    ("beta=true", "https://h/v1/messages?beta=true"), ("key=s3cret&beta=true", "https://h/v1/messages?beta=true"),
    ("beta=true&%6Bey=s3cret", "https://h/v1/messages?beta=true"), ("KEY=s3cret", "https://h/v1/messages"),
    ("", "https://h/v1/messages"), ("a=1&a=2&&b", "https://h/v1/messages?a=1&a=2&b"),
  ])
  func keepsTheClientsQueryButItsKey(query: String, expected: String) throws {
    #expect(
      try EndpointURL("https://h").url(for: Self.generate, dialect: .anthropic, clientQuery: query) == expected)
  }

  @Test func whatTheProviderSetsItselfWins() throws {
    let url = try EndpointURL("https://h/v1beta?alt=json&region=eu")
    #expect(
      try url.url(for: Self.generate, dialect: .gemini, clientQuery: "alt=proto&region=us&x=1")
        == "https://h/v1beta/models/m:generateContent?alt=json&region=eu&x=1")
    #expect(
      try EndpointURL("https://h").url(
        for: .generate(model: "m", stream: true), dialect: .gemini, clientQuery: "alt=sse&key=k")
        == "https://h/v1beta/models/m:streamGenerateContent?alt=sse")
  }

  @Test func findsAndMasksTheKeyOfAQuery() {
    #expect(ClientQuery.credential(in: "alt=sse&key=AIza%2Bx") == "AIza+x")
    #expect(ClientQuery.credential(in: "alt=sse&key=") == nil)
    #expect(ClientQuery.masked("alt=sse&key=AIza&b=1") == "alt=sse&key=***&b=1")
  }

  @Test(arguments: [
    ("http://127.0.0.1:8899", "127.0.0.1", true), ("http://localhost:8899/v1", "127.0.0.1", true),
    ("http://LOCALHOST.:8899", "127.0.0.1", true), ("http://aor.localhost:8899", "127.0.0.1", true),
    ("http://[::1]:8899", "127.0.0.1", true), ("http://[::ffff:127.0.0.1]:8899", "127.0.0.1", true),
    ("http://0.0.0.0:8899", "127.0.0.1", true), ("http://127.1:8899", "127.0.0.1", true),
    ("http://2130706433:8899", "127.0.0.1", true), ("http://0x7f.0.0.1:8899", "127.0.0.1", true),
    ("http://127.0.0.1:8898", "127.0.0.1", false), ("http://192.168.1.5:8899", "127.0.0.1", false),
    ("http://192.168.1.5:8899", "192.168.1.5", true), ("http://192.168.1.5:8899", "0.0.0.0", true),
    ("http://192.168.1.6:8899", "0.0.0.0", false), ("http://localhost:8899", "::", true),
    ("http://localhost:8899", "192.168.1.5", false), ("https://api.openai.com:8899", "0.0.0.0", false),
    ("http://127.0.0.1.example.com:8899", "127.0.0.1", false), ("http://localhost", "127.0.0.1", false),
  ])
  func knowsOurOwnListener(url: String, listener: String, expected: Bool) throws {
    #expect(
      try EndpointURL(url).reachesListener(host: listener, port: 8899, localAddresses: ["192.168.1.5"]) == expected)
  }
}
