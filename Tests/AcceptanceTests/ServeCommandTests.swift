import Foundation
import TestSupport
import Testing

/// `serve` and `echo` as processes, with the commands that talk to them.
struct ServeCommandTests {
  private static let question =
    #"{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":"hello"}]}"#

  private func ask(_ gateway: RunningServer) -> (status: Int, text: String) {
    LoopbackClient.send(
      "POST /v1/messages", port: gateway.port,
      headers: ["content-type": "application/json", "anthropic-version": "2023-06-01"], body: Self.question)
  }

  @Test func `a request goes through serve to echo, is shown, logged, and counted`() throws {
    let session = try AorSession()
    let echo = try RunningServer(["echo", "--protocol", "openai-chat"], home: session.home)
    let base = "http://127.0.0.1:\(echo.port)/v1"
    try session.run("provider", "add", "main", "--protocol", "openai-chat", "--base-url", base, "--models", "m")
    #expect(try session.run("provider", "test", "main").status == 0)
    let gateway = try RunningServer(["serve", "--port", "0"], home: session.home)
    #expect(gateway.greeting == "aor 0.1.0 listening on http://127.0.0.1:\(gateway.port)")

    // Without a route there is an answer, and it names what is missing.
    let refused = ask(gateway)
    #expect(refused.status == 404)
    #expect(refused.text.contains("aor route set default"))
    // The gateway knows the new route when the command is done.
    let set = try session.run("route", "set", "default", "main/")
    #expect(set.status == 0 && !set.error.contains("not confirmed"))
    let answered = ask(gateway)
    #expect(answered.status == 200)
    #expect(answered.text.contains("hello"))
    // Its record waits for others in the gateway, but not for long, and `logs` waits for it.
    let latest = try session.run("logs", "--limit", "1", "--json", "status,durationMs")
    #expect(latest.output.contains("\"status\": 200"))

    let status = try session.run("status", "--json", "pid,exchanges,isCurrent")
    #expect(status.output.contains("\"pid\": \(gateway.identifier)"))
    #expect(status.output.contains("\"exchanges\": 2"))
    #expect(status.output.contains("\"isCurrent\": true"))
    #expect(gateway.stop() == 0)
    #expect(gateway.talk.contains("anthropic → openai-chat"))
    let logs = try session.run("logs", "--json", "status,clientProtocol,upstreamProtocol,exchangePath")
    #expect(logs.output.contains("\"exchangePath\": \"translated\""))
    #expect(logs.output.contains("\"status\": 404"))
    #expect(try session.run("status").output.isEmpty)
    #expect(LoopbackClient.send("GET /healthz", port: gateway.port).status == 0)
    #expect(echo.stop(SIGINT) == 0)
  }

  @Test func `serve with no provider starts, says what is missing, and answers so`() throws {
    let session = try AorSession()
    let gateway = try RunningServer(["serve", "--port", "0"], home: session.home)
    let answer = LoopbackClient.send(
      "POST /v1/chat/completions", port: gateway.port, headers: ["content-type": "application/json"],
      body: #"{"model":"m","messages":[{"role":"user","content":"hello"}]}"#)
    #expect(answer.status == 503)
    #expect(gateway.stop() == 0)
    for command in ["aor provider add", "aor route set"] {
      #expect(answer.text.contains(command))
      #expect(gateway.talk.contains(command))
    }
  }

  @Test func `a gateway takes the descriptors that the hard limit allows`() throws {
    let session = try AorSession()
    let gateway = try RunningServer(["serve", "--port", "0"], home: session.home, limit: "-S -n 64")
    let held = (0..<80).map { _ in LoopbackConnection(port: gateway.port) }
    #expect(LoopbackClient.send("GET /metrics", port: gateway.port).status == 200)
    for connection in held { connection?.end() }
    #expect(gateway.stop() == 0)
  }

  @Test func `a gateway without descriptors goes on when it has some again`() throws {
    let session = try AorSession()
    let gateway = try RunningServer(["serve", "--port", "0"], home: session.home, limit: "-n 64")
    let held = (0..<100).map { _ in LoopbackConnection(port: gateway.port) }
    for connection in held { connection?.end() }
    #expect(LoopbackClient.send("GET /healthz", port: gateway.port).status == 200)
    #expect(gateway.stop() == 0)
  }

  @Test func `a terminal that does not read keeps neither answers nor records nor the end back`() throws {
    let session = try AorSession()
    let unread = try LinePipe()
    try session.run(
      "provider", "add", "main", "--protocol", "openai-chat", "--base-url", "http://127.0.0.1:9/v1", "--models", "m")
    try session.run("route", "set", "other", "main/")
    unread.fill()
    let gateway = try RunningServer(["serve", "--port", "0"], home: session.home, error: unread.writing)
    for _ in 0..<150 { #expect(ask(gateway).status == 404) }
    #expect(gateway.stop() == 0)
    let logs = try session.run("logs", "--limit", "200", "--json", "status")
    #expect(logs.output.components(separatedBy: "404").count - 1 == 150)
  }

  @Test(arguments: 1...20) func `a gateway told to stop as soon as it listens ends in order`(time: Int) throws {
    let session = try AorSession()
    let gateway = try RunningServer(["serve", "--port", "0"], home: session.home)
    #expect(gateway.stop() == 0)
  }

  @Test func `a taken port names its holder and the flag`() throws {
    let session = try AorSession()
    let first = try RunningServer(["serve", "--port", "0"], home: session.home)
    let second = try session.run("serve", "--port", "\(first.port)")
    #expect(second.status == 1)
    #expect(second.error.contains("\(first.identifier)"))
    #expect(second.error.contains("--port"))
  }

  @Test func `serve and echo: mistakes`() throws {
    let session = try AorSession()
    try session.run("serve", "--port", "70000")
    try session.run("serve", "--port", "many")
    try session.run("serve", "--group", "nowhere")
    try session.run("serve", "--host", "0.0.0.0", "--port", "0")
    try session.run("echo", "--port", "-1")
    try session.run("echo", "--protocol", "chat")
    if let mismatch = try Snapshot.mismatch(session.text, "serve-mistakes") {
      Issue.record(Comment(rawValue: mismatch))
    }
  }

  @Test func `a gateway killed with -9 leaves nothing that stops the next`() throws {
    let session = try AorSession()
    let first = try RunningServer(["serve", "--port", "0"], home: session.home)
    #expect(first.stop(SIGKILL) == 128 + SIGKILL)
    let second = try RunningServer(["serve", "--port", "\(first.port)"], home: session.home)
    #expect(second.port == first.port)
    let status = try session.run("status", "--json", "pid")
    #expect(status.output.contains("\(second.identifier)") && !status.output.contains("\(first.identifier)"))
  }
}
