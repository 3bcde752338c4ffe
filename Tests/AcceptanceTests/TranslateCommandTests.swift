import Foundation
import TestSupport
import Testing

/// `aor translate`, as a user of files and pipes meets it.
struct TranslateCommandTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/Conversations").path

  private static func text(_ conversation: String, _ file: String) throws -> String {
    try String(contentsOfFile: "\(fixtures)/\(conversation)/\(file)", encoding: .utf8)
  }

  private func makeSession() throws -> AorSession {
    let session = try AorSession()
    session.replace(Self.fixtures, by: "$FIXTURES")
    return session
  }

  private func check(_ session: AorSession, _ name: String) throws {
    if let mismatch = try Snapshot.mismatch(session.text, name) { Issue.record(Comment(rawValue: mismatch)) }
  }

  @Test func `translate: requests, answers and streams`() throws {
    let session = try makeSession()
    let turns = Self.fixtures + "/turns"
    try session.run(
      "translate", "request", "--from", "anthropic", "--to", "openai-chat", turns + "/anthropic.request.json")
    try session.run(
      "translate", "request", "--from", "openai-chat", "--to", "gemini", "--losses", "-",
      input: #"{"model":"m","messages":[{"role":"user","content":"hi"}],"seed":1,"user":"u","store":true}"#)
    try session.run(
      "translate", "request", "--from", "openai-chat", "--to", "anthropic", "--model", "claude-sonnet-4-5", "-",
      input: #"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#)
    try session.run(
      "translate", "request", "--from", "gemini", "--to", "openai-chat", "--model", "m", "--stream",
      input: #"{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}"#)
    // One protocol: the bytes stay, but for the model and the preset's quirks.
    let spaced = #"{ "model": "m",  "messages": [{"role": "user", "content": "hi"}], "max_completion_tokens": 5 }"#
    try session.run("translate", "request", "--from", "openai-chat", "--to", "openai-chat", input: spaced)
    try session.run(
      "translate", "request", "--from", "openai-chat", "--to", "openai-chat", "--provider", "deepseek", "--model",
      "deepseek-chat", input: spaced)
    try session.run(
      "translate", "response", "--from", "openai-chat", "--to", "anthropic", "--losses", "-",
      turns + "/openai-chat.response.json")
    try session.run(
      "translate", "response", "--unfold", "--from", "openai-chat", "--to", "gemini",
      turns + "/openai-chat.response.json")
    try session.run(
      "translate", "response", "--from", "openai-chat", "--to", "anthropic", "--status", "429",
      input: #"{"error":{"message":"slow down","type":"rate_limit_error","code":"rate_limit_exceeded"}}"#)
    try session.run(
      "translate", "stream", "--from", "openai-chat", "--to", "anthropic", turns + "/openai-chat.stream.sse")
    try session.run(
      "translate", "stream", "--fold", "--from", "anthropic", "--to", "openai-chat", turns + "/anthropic.stream.sse")
    try session.run(
      "translate", "stream", "--from", "gemini", "--to", "openai-chat",
      input: #"[{"candidates":[{"content":{"role":"model","parts":[{"text":"hi"}]},"finishReason":"STOP"}]}]"#)
    // Broken off, and failed at once.
    try session.run(
      "translate", "stream", "--from", "anthropic", "--to", "openai-responses",
      input:
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"busy\"}}\n\n")
    try session.run(
      "translate", "stream", "--from", "openai-chat", "--to", "openai-chat",
      input: #"data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"ha"}}]}"#
        + "\n\ndata: {\"id\":\"1\",")
    try check(session, "translate")
  }

  @Test func `translate: a client's request names the answer's tools`() throws {
    let session = try makeSession()
    let request = session.home.path + "/request.json"
    try Data(
      #"{"model":"asked","input":"hi","tools":[{"type":"custom","name":"apply.patch"}]}"#.utf8
    ).write(to: URL(fileURLWithPath: request))
    try session.run("translate", "request", "--from", "openai-responses", "--to", "anthropic", request)
    try session.run(
      "translate", "response", "--from", "anthropic", "--to", "openai-responses", "--request", request,
      input:
        #"{"id":"msg_1","type":"message","role":"assistant","model":"c","content":[{"type":"tool_use","id":"toolu_1","#
        + #""name":"apply_patch","input":{"input":"*** Begin"}}],"stop_reason":"tool_use"}"#)
    try check(session, "translate-request-of-answer")
  }

  @Test func `translate: strict, and losses into a file`() throws {
    let session = try makeSession()
    let body = #"{"model":"m","messages":[{"role":"user","content":"hi"}],"seed":1,"user":"u"}"#
    let file = session.home.path + "/losses.json"
    try session.run("translate", "request", "--from", "openai-chat", "--to", "gemini", "--strict", input: body)
    try session.run(
      "translate", "request", "--from", "openai-chat", "--to", "gemini", "--strict", "--losses", file, input: body)
    try session.run(
      "translate", "request", "--from", "openai-chat", "--to", "openai-chat", "--losses", file, input: body)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "[]\n")
    try session.run(
      "translate", "request", "--from", "openai-chat", "--to", "gemini", "--losses", "/nonexistent/file", input: body)
    try check(session, "translate-strict")
  }

  @Test func `translate: detecting`() throws {
    let session = try makeSession()
    for name in ["anthropic", "gemini", "openai-chat", "openai-responses"] {
      for file in ["request.json", "response.json", "stream.sse"] {
        let result = try session.run("translate", "detect", "\(Self.fixtures)/parallel-tools/\(name).\(file)")
        let kind = file.split(separator: ".")[0]
        #expect(result.output == "protocol\t\(name)\nkind\t\(kind)\n")
      }
    }
    for body in [
      #"{"messages":[{"role":"user","content":"hi"}],"model":"m","max_tokens":3}"#,
      #"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#,
      #"{"error":{"message":"no","type":"invalid_request_error","param":null,"code":null}}"#,
      #"[{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}]"#, #"{"a":1}"#, "data: {}\n\n", "hello",
    ] {
      try session.run("translate", "detect", "-", "--json", input: body)
    }
    try check(session, "translate-detect")
  }

  @Test func `translate: mistakes`() throws {
    let session = try makeSession()
    let file = Self.fixtures + "/turns/anthropic.request.json"
    try session.run("translate", "request", file)
    try session.run("translate", "request", "--from", "anthropic", file)
    try session.run("translate", "request", "--from", "antropic", "--to", "gemini", file)
    try session.run("translate", "reqest", "--from", "anthropic", "--to", "gemini", file)
    try session.run(
      "translate", "request", "--from", "anthropic", "--to", "gemini", Self.fixtures + "/turns/anthropic.request.jsn")
    try session.run("translate", "request", "--from", "anthropic", "--to", "gemini", Self.fixtures)
    try session.run("translate", "request", "--from", "anthropic", "--to", "gemini", input: "")
    try session.run("translate", "request", "--from", "anthropic", "--to", "gemini", input: "{\"model\": \"m\",")
    try session.run("translate", "request", "--from", "anthropic", "--to", "gemini", input: "\u{1}\u{7F}\u{0}ELF")
    try session.run("translate", "request", "--from", "anthropic", "--to", "gemini", input: "[1]")
    try session.run("translate", "request", "--from", "gemini", "--to", "openai-chat", input: #"{"contents":[]}"#)
    try session.run("translate", "request", "--from", "anthropic", "--to", "gemini", "--provider", "deepsek", file)
    try session.run("translate", "request", "--from", "anthropic", "--to", "gemini", "--provider", "deepseek", file)
    try session.run("translate", "response", "--from", "anthropic", "--to", "gemini", file)
    try session.run("translate", "response", "--from", "anthropic", "--to", "gemini", "--status", "20", file)
    try session.run("translate", "response", "--from", "anthropic", "--to", "gemini", input: "<html>Bad gateway</html>")
    try session.run("translate", "stream", "--from", "anthropic", "--to", "gemini", input: "data\u{0}\u{1}")
    try session.run(
      "translate", "stream", "--from", "anthropic", "--to", "gemini", Self.fixtures + "/turns/gemini.stream.sse")
    try session.run(
      "translate", "request", "--from", "gemini", "--to", "anthropic", "--batch", "/nonexistent", "--out", "/tmp/x")
    try session.run("translate", "request", "--from", "gemini", "--to", "anthropic", "--batch", ".")
    try session.run("translate", "request", "--from", "gemini", "--to", "anthropic", "--out", ".")
    try session.run("translate", "request", "--from", "gemini", "--to", "anthropic", "--batch", ".", "--out", "./")
    session.environment["AOR_FORCE_TTY"] = "100"
    session.environment["NO_COLOR"] = "1"
    try session.run("translate", "request", "--from", "anthropic", "--to", "gemini")
    try session.run("translate", "detect")
    try check(session, "translate-mistakes")
  }

  @Test func `translate: a tree of recorded traffic`() throws {
    let session = try makeSession()
    let tree = session.home.path + "/recorded"
    func put(_ path: String, _ text: String) throws {
      let url = URL(fileURLWithPath: tree + "/" + path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
    }
    for name in ["turns", "reasoning-tool"] {
      try put("anthropic/\(name)/request.json", Self.text(name, "anthropic.request.json"))
      try put("anthropic/\(name)/response.json", Self.text(name, "anthropic.response.json"))
      try put("anthropic/\(name)/stream.sse", Self.text(name, "anthropic.stream.sse"))
    }
    try put("anthropic/broken/request.json", "{")
    try put("gemini/turns/request.json", Self.text("turns", "gemini.request.json"))
    try put("gemini/turns/meta.json", #"{"wire":"gemini","model":"gemini-2.5-pro","endpoint":"generate"}"#)
    try put("gemini/count/request.json", Self.text("turns", "gemini.request.json"))
    try put("gemini/count/meta.json", #"{"wire":"gemini","endpoint":"count-tokens"}"#)
    let out = session.home.path + "/out"
    for kind in ["request", "response", "stream"] {
      try session.run(
        "translate", kind, "--from", "anthropic", "--to", "openai-chat", "--batch", tree + "/anthropic", "--out", out,
        "--losses")
    }
    try session.run(
      "translate", "request", "--to", "openai-chat", "--batch", tree + "/gemini", "--out", out + "/gemini")
    try session.run(
      "translate", "stream", "--fold", "--from", "anthropic", "--to", "gemini", "--batch", tree + "/anthropic", "--out",
      out + "/folded", "--json", "case,file,state")
    let walk = FileManager.default.enumerator(atPath: out)
    let files = (walk?.compactMap { $0 as? String } ?? []).filter { $0.contains(".") }.sorted()
    #expect(
      files == [
        "folded/reasoning-tool/response.json", "folded/turns/response.json", "gemini/turns/request.json",
        "reasoning-tool/request.json", "reasoning-tool/request.losses.json", "reasoning-tool/response.json",
        "reasoning-tool/response.losses.json", "reasoning-tool/stream.losses.json", "reasoning-tool/stream.sse",
        "turns/request.json", "turns/request.losses.json", "turns/response.json", "turns/response.losses.json",
        "turns/stream.losses.json", "turns/stream.sse",
      ])
    let alone = try session.run(
      "translate", "stream", "--from", "anthropic", "--to", "openai-chat", tree + "/anthropic/turns/stream.sse")
    #expect(try alone.output == String(contentsOfFile: out + "/turns/stream.sse", encoding: .utf8))
    try check(session, "translate-batch")
  }

  /// The input stays open: only what is written as it comes can be seen.
  @Test(arguments: [("openai-chat", "anthropic"), ("openai-chat", "openai-chat"), ("gemini", "openai-responses")])
  func `translate: a stream is written as it comes`(source: String, target: String) throws {
    let home = try TemporaryHome()
    let (input, output, errors) = (try FeedPipe(), try LinePipe(), try ScratchFile())
    let process = try AorProcess(
      ["translate", "stream", "--from", source, "--to", target],
      environment: ["AOR_HOME": home.path, "PATH": "/usr/bin:/bin"], input: input.reading, output: output.writing,
      error: errors.descriptor)
    output.closeWriting()
    let guardian = DispatchWorkItem { process.signal(SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: guardian)
    defer { guardian.cancel() }
    let isGemini = source == "gemini"
    func event(_ word: String, _ end: String?) -> String {
      isGemini
        ? #"data: {"candidates":[{"content":{"role":"model","parts":[{"text":"\#(word)"}]}"#
          + (end == nil ? "" : #","finishReason":"STOP""#) + "}]}\n\n"
        : #"data: {"id":"c1","choices":[{"index":0,"delta":{"content":"\#(word)"}"#
          + (end == nil ? "" : #","finish_reason":"stop""#) + "}]}\n\n"
    }
    func waits(for word: String) -> Bool {
      while let line = output.next() { if line.contains(word) { return true } }
      return false
    }
    try input.send(event("first", nil))
    #expect(waits(for: "first"))
    // An event in two pieces.
    let second = event("second", nil)
    try input.send(String(second.prefix(20)))
    try input.send(String(second.dropFirst(20)))
    #expect(waits(for: "second"))
    try input.send(event("third", "end") + (isGemini ? "" : "data: [DONE]\n\n"))
    input.end()
    #expect(waits(for: "third"))
    while output.next() != nil {}
    #expect(process.wait() == 0)
    #expect(try errors.text() == "")
  }

  @Test func `translate: the gateway sends the very same request`() throws {
    let session = try makeSession()
    let seen = Seen()
    let upstream = try LoopbackServer { request in
      seen.add(request.body)
      return (200, (try? Self.text("parallel-tools", "openai-chat.response.json")) ?? "")
    }
    defer { upstream.stop() }
    let base = "http://127.0.0.1:\(upstream.port)/v1"
    try session.run("provider", "add", "main", "--protocol", "openai-chat", "--base-url", base, "--auth", "none")
    try session.run("route", "set", "default", "main/gpt-5")
    let gateway = try RunningServer(["serve", "--port", "0"], home: session.home)
    for conversation in ["parallel-tools", "structured", "cache"] {
      let body = try Self.text(conversation, "anthropic.request.json")
      let answer = LoopbackClient.send(
        "POST /v1/messages", port: gateway.port, headers: ["content-type": "application/json"], body: body)
      #expect(answer.status == 200)
      let request = try session.run(
        "translate", "request", "--from", "anthropic", "--to", "openai-chat", "--provider", "main", "--model", "gpt-5",
        "\(Self.fixtures)/\(conversation)/anthropic.request.json")
      #expect(request.output == seen.bodies.last)
      let response = try session.run(
        "translate", "response", "--from", "openai-chat", "--to", "anthropic", "--provider", "main", "--request",
        "\(Self.fixtures)/\(conversation)/anthropic.request.json",
        Self.fixtures + "/parallel-tools/openai-chat.response.json")
      #expect(answer.text.hasSuffix("\r\n\r\n" + response.output), "\(answer.text)\n\(response.output)")
    }
  }
}

/// The bodies an upstream was sent.
private final class Seen: @unchecked Sendable {
  private let lock = NSLock()
  private var list: [String] = []

  func add(_ body: String) { lock.withLock { list.append(body) } }
  var bodies: [String] { lock.withLock { list } }
}
