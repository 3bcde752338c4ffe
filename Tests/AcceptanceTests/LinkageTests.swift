import Foundation
import TestSupport
import Testing

/// libcurl's dependency chain would cost every command milliseconds, so it is opened when the network is first used.
struct LinkageTests {
  private static let tool = [("/usr/bin/readelf", ["-d"]), ("/usr/bin/otool", ["-L"])].first {
    FileManager.default.isExecutableFile(atPath: $0.0)
  }

  @Test(.enabled(if: tool != nil, "needs readelf or otool"))
  func `the binary does not need libcurl`() throws {
    let (program, options) = try #require(Self.tool)
    let output = try ScratchFile()
    let process = try AorProcess(
      options + [AorProcess.executable], environment: [:], executable: program, output: output.descriptor)
    #expect(process.wait() == 0)
    let needed = try output.text()
    #expect(needed.contains("sqlite3"), "what is printed is the list of libraries")
    #expect(!needed.contains("libcurl"))
  }

  #if canImport(Glibc)
    @Test func `libcurl is opened by commands that call somebody, and by no other`() throws {
      let session = try AorSession()
      try session.run("provider", "add", "x", "--protocol", "openai-chat", "--base-url", "http://127.0.0.1:1/v1")
      // The loader writes down what it loads.
      session.environment["LD_DEBUG"] = "files"
      let commands = [
        ["version"], ["route", "list"], ["provider", "list"], ["provider", "presets"], ["config", "list"], ["status"],
        ["logs"], ["route", "explain", "x"], ["help"],
      ]
      for command in commands {
        let result = try AorProcess.run(command, input: "", environment: session.variables)
        #expect(result.error.contains("libsqlite3"), "\(command): this is not what the loader writes")
        #expect(!result.error.contains("libcurl"), "\(command)")
      }
      let result = try AorProcess.run(["provider", "test", "x"], input: "", environment: session.variables)
      #expect(result.error.contains("libcurl"), "a command that calls a server was to be seen loading it")
    }
  #endif
}
