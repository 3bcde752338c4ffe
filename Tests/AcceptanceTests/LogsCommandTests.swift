import Conversation
import Foundation
import Routing
import Store
import TestSupport
import Testing

struct LogsCommandTests {
  // 2026-11-21T00:00:00Z
  private static let start: Int64 = 1_795_219_200_000

  private func record(_ number: Int, _ change: (inout ExchangeRecord) -> Void = { _ in }) -> ExchangeRecord {
    var record = ExchangeRecord(
      id: "req-\(number)a7c3e5f9b1d2", startedAt: Self.start + Int64(number) * 1000, method: "POST",
      path: "/v1/messages")
    record.group = "default"
    record.route = "default"
    record.exchangePath = .translated
    record.provider = "main"
    record.account = "default"
    record.modelAsked = "claude-sonnet-4-5"
    record.modelSent = "gpt-5"
    record.clientDialect = .anthropic
    record.upstreamDialect = .openAIChat
    record.isStream = true
    record.status = 200
    record.firstByteAfter = 210
    record.duration = 2400
    record.inputTokens = 1200
    record.outputTokens = 34
    record.requestBytes = 4096
    record.responseBytes = 900
    change(&record)
    return record
  }

  private func session() throws -> AorSession {
    let session = try AorSession()
    try Store(directory: session.home.path).exchanges().insert([
      record(1),
      record(2) { record in
        record.losses = [.init(path: "messages[3].content[0].citations", reason: "Chat has no citations")]
        record.attempts = [
          .init(
            provider: "first", account: "default", model: "gpt-5", dialect: .openAIChat, status: 429,
            error: "rate limited", duration: 80),
          .init(
            provider: "main", account: "default", model: "gpt-5", dialect: .openAIChat, status: 200, error: nil,
            duration: 2300),
        ]
        var capture = ExchangeRecord.Capture()
        capture.requestHeaders = [["authorization", "…"], ["user-agent", "test\u{1B}[2J"]]
        capture.requestBody = "{\"model\":\"claude-sonnet-4-5\"}"
        record.capture = capture
      },
      record(3) { record in
        record.status = 502
        record.errorKind = "upstream_connect"
        record.errorMessage = "the connection to 127.0.0.1 was refused"
        record.inputTokens = nil
        record.outputTokens = nil
      },
    ])
    return session
  }

  @Test func `logs: listing, filters, one exchange`() throws {
    let session = try session()
    try session.run("logs", "--json", "id,status,startedAt,modelAsked")
    try session.run("logs", "list", "--errors", "--json", "id,errorKind,errorMessage")
    try session.run("logs", "--status", "2xx", "--limit", "1", "--json", "id")
    try session.run("logs", "--since", "2026-11-21T00:00:02Z", "--until", "2026-11-21T00:00:03Z", "--json", "id")
    try session.run("logs", "--provider", "nobody")
    try session.run("logs", "show", "req-2")
    try session.run("logs", "show", "req-3a7c3e5f9b1d2", "--json", "id,status,attempts,capture")
    try session.run("logs", "show", "req-")
    try session.run("logs", "show", "nothing")
    try session.run("logs", "--since", "yesterday")
    try session.run("logs", "--status", "9xx")
    try session.run("logs", "--limit", "-1")
    try session.run("logs", "shwo", "req-1")
    try session.run("logs", "path")
    #expect(session.leaks.isEmpty)
    if let mismatch = try Snapshot.mismatch(session.text, "logs") { Issue.record(Comment(rawValue: mismatch)) }
  }

  @Test func `logs -f prints what is there, then what comes, once each and in order`() throws {
    let session = try session()
    let lines = try LinePipe()
    let process = try AorProcess(
      ["logs", "-f", "--json", "id"], environment: ["AOR_HOME": session.home.path, "PATH": "/usr/bin:/bin"],
      output: lines.writing)
    lines.closeWriting()
    #expect(lines.next() == #"{"id":"req-1a7c3e5f9b1d2"}"#)
    #expect(lines.next() == #"{"id":"req-2a7c3e5f9b1d2"}"#)
    #expect(lines.next() == #"{"id":"req-3a7c3e5f9b1d2"}"#)
    let log = try Store(directory: session.home.path).exchanges()
    for number in 4...6 {
      try log.insert([record(number)])
      #expect(lines.next() == #"{"id":"req-\#(number)a7c3e5f9b1d2"}"#)
    }
    process.signal(SIGINT)
    #expect(process.wait() == 128 + SIGINT)
  }
}
