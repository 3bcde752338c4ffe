import Conversation
import Dialects
import Testing
import Wire

/// What aor does so that a session's turns meet the vendor's prompt cache.
@Suite struct PromptCacheTests {
  private let claude = #"""
    {"model":"m","max_tokens":9,"system":"be brief","messages":[{"role":"user","content":"hi"}]}
    """#
  private let chat = #"""
    {"model":"m","messages":[{"role":"system","content":"be brief"},{"role":"user","content":"one"},
    {"role":"assistant","content":"1"},{"role":"user","content":"two"},{"role":"assistant","content":"2"},
    {"role":"user","content":"three"}],"tools":[{"type":"function","function":{"name":"f"}}]}
    """#

  private func target(_ change: (inout Quirks) -> Void) -> RequestTarget {
    var quirks = Quirks()
    quirks.streamUsage = false
    change(&quirks)
    var target = RequestTarget(model: "m", quirks: quirks)
    target.session = "aor-1"
    return target
  }

  private func written(_ body: String, from: DialectID, to: DialectID, _ target: RequestTarget) throws -> JSON {
    let request = try DialectCatalog.dialect(from).readRequest(JSON(parsing: Array(body.utf8)), line: RequestLine())
    let crossing = try Crossing.translated(request, from: from, to: DialectCatalog.dialect(to), for: target)
    guard case .written(let bytes) = crossing.body else { throw DialectError("spliced") }
    return try JSON(parsing: bytes)
  }

  @Test("a session is named to providers that cache by it, in their protocol's own member")
  func sessions() throws {
    for to in [DialectID.openAIChat, .openAIResponses] {
      let body = try written(claude, from: .anthropic, to: to, target { $0.sessionCacheKey = true })
      #expect(body["prompt_cache_key"]?.string == "aor-1")
      #expect(try written(claude, from: .anthropic, to: to, target { _ in })["prompt_cache_key"] == nil)
    }
    #expect(
      try written(claude, from: .anthropic, to: .gemini, target { $0.sessionCacheKey = true })["prompt_cache_key"]
        == nil)
  }

  @Test("the client's own key stays")
  func ownKey() throws {
    let own = #"{"model":"m","prompt_cache_key":"mine","input":"hi"}"#
    let body = try written(own, from: .openAIResponses, to: .openAIChat, target { $0.sessionCacheKey = true })
    #expect(body["prompt_cache_key"]?.string == "mine")
  }

  @Test(
    "in one protocol the key is spliced in and every other byte stays",
    arguments: [
      (#"{ "model":"m", "input":"hi" }"#, #"{ "model":"m", "input":"hi" ,"prompt_cache_key":"aor-1"}"#),
      (
        #"{"model":"m","prompt_cache_key":"mine","input":"hi"}"#,
        #"{"model":"m","prompt_cache_key":"mine","input":"hi"}"#
      ),
    ])
  func spliced(body: String, expected: String) throws {
    let bytes = Array(body.utf8)
    let result = try bytes.withUnsafeBytes { bytes -> [UInt8] in
      let inbound = try InboundRequest(bytes, dialect: .openAIResponses, line: RequestLine())
      let crossing = Crossing.direct(inbound, bytes, for: target { $0.sessionCacheKey = true })
      guard case .spliced(let splice) = crossing.body else { return [] }
      return splice.applied(to: bytes)
    }
    #expect(String(decoding: result, as: UTF8.self) == expected)
  }

  /// Where the marks of a body stand, as paths.
  private func marks(_ value: JSON, _ path: String = "") -> [String] {
    if value.isArray {
      return value.elements.enumerated().flatMap { marks($1, "\(path)[\($0)]") }
    }
    return value.members.flatMap { member in
      member.isNamed("cache_control") ? [path] : marks(member.value, "\(path).\(member.key)")
    }
  }

  @Test("cache marks end the system text and the last two turns of the user")
  func placed() throws {
    let body = try written(chat, from: .openAIChat, to: .anthropic, target { $0.cacheMarks = .oneHour })
    #expect(marks(body).sorted() == [".messages[2].content[0]", ".messages[4].content[0]", ".system[0]"])
    #expect(body["system"]?.elements.map(\.self).first?["cache_control"]?.text == #"{"type":"ephemeral","ttl":"1h"}"#)
    #expect(try marks(written(chat, from: .openAIChat, to: .anthropic, target { _ in })).isEmpty)
  }

  @Test("without system text the tools' end is marked")
  func tools() throws {
    let body =
      #"{"model":"m","messages":[{"role":"user","content":"one"}],"tools":[{"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}}]}"#
    let result = try written(body, from: .openAIChat, to: .anthropic, target { $0.cacheMarks = .fiveMinutes })
    #expect(marks(result).sorted() == [".messages[0].content[0]", ".tools[1]"])
  }

  @Test("an Anthropic client sets its own marks")
  func native() throws {
    let result = try written(claude, from: .anthropic, to: .anthropic, target { $0.cacheMarks = .fiveMinutes })
    #expect(marks(result).isEmpty)
  }
}
