import Foundation
import TestSupport
import Testing

/// Commands that ask a provider, against servers on loopback.
struct NetworkCommandTests {
  private static let chat =
    #"{"id":"x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}"#

  private func session(
    _ answer: @escaping @Sendable (LoopbackServer.Request) -> (status: Int, body: String)
  ) throws -> (AorSession, LoopbackServer) {
    let session = try AorSession()
    let server = try LoopbackServer(answer: answer)
    session.replace("127.0.0.1:\(server.port)", by: "127.0.0.1:$PORT")
    return (session, server)
  }

  private func check(_ session: AorSession, _ name: String) throws {
    #expect(session.leaks.isEmpty, "the planted token came out of: \(session.leaks)")
    if let mismatch = try Snapshot.mismatch(session.text, name) { Issue.record(Comment(rawValue: mismatch)) }
  }

  @Test func `provider test: works, fails in words, tells latency and model`() throws {
    let (session, server) = try session { request in
      switch request.line {
      case "POST /v1/chat/completions":
        if request.headers["authorization"] != "Bearer \(AorSession.token)" {
          return (401, #"{"error":{"message":"bad key \#(request.headers["authorization"] ?? "")"}}"#)
        }
        if request.body.contains(#""model":"gone""#) { return (404, #"{"error":{"message":"no model `gone`"}}"#) }
        return request.body.contains(#""messages""#) ? (200, Self.chat) : (400, "{}")
      case "POST /anthropic/v1/messages": return (500, "<html>oops</html>")
      case "GET /v1/models": return (200, #"{"data":[{"id":"first"},{"id":"second"}]}"#)
      default: return (404, "{}")
      }
    }
    defer { server.stop() }
    let base = "http://127.0.0.1:\(server.port)"
    try session.run(
      "provider", "add", "main", "--protocol", "openai-chat", "--base-url", base + "/v1", "--auth", "bearer",
      "--token-stdin", input: AorSession.token)
    try session.run("provider", "test", "main")
    try session.run("provider", "test", "main", "--model", "second", "--json")
    try session.run("provider", "test", "main", "--model", "gone")
    try session.run("provider", "edit", "main", "--protocol", "anthropic", "--base-url", base + "/anthropic")
    try session.run("provider", "test", "main", "--json", "protocol,ok,error")
    try session.run("provider", "test", "main", "--protocol", "gemini")
    try session.run("provider", "test", "mian")
    try session.run("provider", "models", "main")
    try session.run("provider", "models", "main", "--save", "--json", "name")
    try session.run("model", "list", "--json", "name")
    try session.run("account", "add", "main", "--replace", "--token-stdin", input: "wrong-token-0123456789abcdef")
    try session.run("provider", "test", "main", "--protocol", "openai-chat")
    try session.run("account", "remove", "main", "default", "--yes")
    try session.run("provider", "test", "main")
    server.stop()
    try session.run("account", "add", "main", "--token-stdin", input: AorSession.token)
    try check(session, "provider-test")
  }

  @Test func `provider add finds out the protocol`() throws {
    let (session, server) = try session { request in
      let refusal = #"{"error":{"message":"messages must not be empty","type":"invalid_request_error"}}"#
      switch request.line {
      case "POST /v1/chat/completions": return (400, refusal)
      case "GET /v1/models": return (200, #"{"data":[{"id":"only"}]}"#)
      default: return (404, #"{"detail":"Not Found"}"#)
      }
    }
    defer { server.stop() }
    let base = "http://127.0.0.1:\(server.port)"
    try session.run("provider", "add", "found", "--base-url", base, "--json", "name,endpoints,models")
    try session.run(
      "provider", "add", "pasted", "--base-url", base + "/v1/chat/completions", "--token-stdin", input: AorSession.token
    )
    try session.run("provider", "add", "lost", "--base-url", base + "/nothing/here")
    try session.run("provider", "list", "--json", "name,protocols")
    try check(session, "provider-probe")
  }

  @Test func `provider add is told when a server wants a token or refuses it`() throws {
    let (session, server) = try session { request in
      request.line == "POST /v1/chat/completions"
        ? (401, #"{"error":{"message":"Invalid key \#(request.headers["authorization"] ?? "none")","type":"auth"}}"#)
        : (404, "{}")
    }
    defer { server.stop() }
    let base = "http://127.0.0.1:\(server.port)/v1"
    try session.run("provider", "add", "x", "--base-url", base)
    try session.run("provider", "add", "x", "--base-url", base, "--token-stdin", input: AorSession.token)
    try session.run("provider", "list")
    try check(session, "provider-refused")
  }

  @Test func `a server that is not there is an error in words`() throws {
    let server = try LoopbackServer { _ in (200, "{}") }
    server.stop()
    let session = try AorSession()
    let base = "http://127.0.0.1:\(server.port)/v1"
    let added = try session.run("provider", "add", "x", "--base-url", base)
    #expect(added.status == 1)
    #expect(added.error.contains("connection"))
    #expect(try session.run("provider", "list").output.isEmpty)
    try session.run("provider", "add", "x", "--protocol", "openai-chat", "--base-url", base, "--models", "m")
    let tested = try session.run("provider", "test", "x")
    #expect(tested.status == 1)
    #expect(tested.output.contains("connection"))
  }
}
