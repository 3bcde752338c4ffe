import Foundation
import Providers
import Routing
import Store
import TestSupport
import Testing

/// What holds for the process as a whole.
struct ProcessTests {
  @Test func `aor-x on the path is run as aor x, with its arguments and its status`() throws {
    let session = try AorSession()
    let script = session.home.path + "/aor-greet"
    try Script.install("#!/bin/sh\necho \"hello $1\"; exit 7\n", at: script)
    session.environment["PATH"] = session.home.path + ":/usr/bin:/bin"
    let result = try session.run("greet", "you", "--json")
    #expect(result == CommandResult(output: "hello you\n", error: "", status: 7))
    #expect(try session.run("geet").status == 2)
  }

  @Test func `a reader that goes away ends a command quietly`() throws {
    let home = try TemporaryHome()
    let error = try ScratchFile()
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    close(ends[0])
    let process = try AorProcess(
      ["provider", "presets"], environment: ["AOR_HOME": home.path], output: ends[1],
      error: error.descriptor)
    close(ends[1])
    #expect(process.wait() == 0)
    #expect(try error.text().isEmpty)
  }

  @Test func `colour, tables and headings are for terminals`() throws {
    let session = try AorSession()
    try session.run("group", "add", "work")
    let plain = try session.run("group", "list")
    #expect(!plain.output.contains("\u{1B}") && !plain.output.contains("GROUP"))
    session.environment["AOR_FORCE_TTY"] = "100"
    session.environment["AOR_PAGER"] = "cat"
    #expect(try session.run("group", "list").output.hasPrefix("\u{1B}[1mGROUP"))
    session.environment["NO_COLOR"] = "1"
    #expect(try session.run("group", "list").output.hasPrefix("GROUP"))
    #expect(try session.run("group", "list", "--color", "always").output.hasPrefix("\u{1B}[1mGROUP"))
  }

  @Test func `long text goes through the pager a user chose, or none`() throws {
    let session = try AorSession()
    let pager = session.home.path + "/pager"
    try Script.install("#!/bin/sh\necho \"paged $1 $LESS\"; cat >/dev/null\n", at: pager)
    session.environment = ["AOR_FORCE_TTY": "80", "AOR_PAGER": "\(pager) -x", "PAGER": "false"]
    #expect(try session.run("help", "routing").output == "paged -x FRX\n")
    #expect(try session.run("group", "list").output == "paged -x FRX\n")
    #expect(!(try session.run("group", "list", "--no-pager").output.hasPrefix("paged")))
    session.environment["AOR_PAGER"] = "/nonexistent/pager"
    #expect(try session.run("group", "list").output.contains("default"))
  }

  @Test func `questions are answered on a terminal, and no means no`() throws {
    let session = try AorSession()
    try session.run("group", "add", "work")
    session.environment = ["AOR_FORCE_TTY": "80", "AOR_PAGER": "cat", "NO_COLOR": "1"]
    let refused = try session.run("group", "remove", "work", input: "n\n")
    #expect(refused.status == 1)
    #expect(refused.error.contains("Remove group `work`"))
    #expect(refused.error.contains("nothing was changed"))
    #expect(try session.run("group", "remove", "work", input: "").status == 1)
    #expect(try session.run("group", "remove", "work", input: "maybe\ny\n").status == 0)
    let added = try session.run("provider", "add", "deepseek", input: AorSession.token + "\n")
    #expect(added.status == 0)
    #expect(added.error.contains("Token for deepseek: "))
    session.environment["AOR_NO_PROMPT"] = "1"
    #expect(try session.run("provider", "add", "openai", input: "x\n").status == 4)
    #expect(try session.run("provider", "remove", "deepseek").status == 2)
    #expect(session.leaks.isEmpty)
  }

  @Test func `a planted token is nowhere in clear`() throws {
    let session = try AorSession()
    try session.run("provider", "add", "deepseek", "--token-stdin", input: AorSession.token)
    try session.run("config", "set", "server.key", "--stdin", input: AorSession.token)
    for words in [["provider", "show", "deepseek"], ["account", "show", "deepseek"], ["config", "list"]] {
      try session.run(words[0], words[1], words.count > 2 ? words[2] : "--json")
    }
    #expect(session.leaks.isEmpty)
    let files = try FileManager.default.subpathsOfDirectory(atPath: session.home.path)
    for file in files {
      let path = session.home.path + "/" + file
      let data = FileManager.default.contents(atPath: path) ?? Data()
      #expect(data.range(of: Data(AorSession.token.utf8)) == nil, "\(file)")
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect((mode ?? 0o777) & 0o077 == 0, "\(file) may be read by others")
    }
  }

  @Test func `a damaged database and a lost key are told, and left alone`() throws {
    let session = try AorSession()
    try session.run("provider", "add", "deepseek", "--token-stdin", input: AorSession.token)
    try FileManager.default.removeItem(atPath: session.home.path + "/secret.key")
    let lost = try session.run("provider", "test", "deepseek")
    #expect(lost.status == 4)
    #expect(lost.error.contains("secret.key"))
    #expect(try session.run("provider", "list").status == 0)
    let damaged = try TemporaryHome()
    let garbage = Data(repeating: 0x58, count: 8192)
    try garbage.write(to: URL(fileURLWithPath: damaged.path + "/aor.db"))
    session.environment["AOR_HOME"] = damaged.path
    let result = try session.run("provider", "list")
    #expect(result.status == 1)
    #expect(result.error.hasPrefix("error: the database is damaged"))
    #expect(FileManager.default.contents(atPath: damaged.path + "/aor.db") == garbage)
  }

  @Test func `killed in the middle of writes, nothing acknowledged is lost`() throws {
    let session = try AorSession()
    try session.run("provider", "add", "base", "--preset", "ollama")
    var providers: Set<String> = ["base"]
    var routes: Set<String> = []
    for round in 0..<10 {
      for step in 0..<4 {
        let name = "r\(round)-\(step)"
        let isRoute = step % 2 == 1
        let process = try AorProcess(
          isRoute ? ["route", "set", "=\(name)", "base/"] : ["provider", "add", name, "--preset", "ollama"],
          environment: ["AOR_HOME": session.home.path])
        if step == 3 || (step == 2 && round % 2 == 0) {
          // Somewhere between the start and the end of the command; a different place in every round.
          usleep(UInt32(4000 * (round + 1)))
          process.signal(SIGKILL)
        }
        guard process.wait() == 0 else { continue }
        if isRoute { routes.insert("=\(name)") } else { providers.insert(name) }
      }
      let store = try Store(directory: session.home.path)
      try store.checkIntegrity()
      #expect(try providers.isSubset(of: store.providers.list().map(\.name)), "round \(round)")
      #expect(try routes.isSubset(of: store.routes.list().map(\.pattern)), "round \(round)")
    }
    #expect(providers.count > 10 && routes.count > 5)
  }
}
