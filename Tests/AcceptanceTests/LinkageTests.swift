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
}
