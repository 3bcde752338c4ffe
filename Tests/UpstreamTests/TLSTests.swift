import Foundation
import NIOCore
import TestSupport
import Testing
import Upstream

/// `openssl s_server` with a certificate made for this test.
private final class TLSServer {
  let port: Int
  let certificate: String
  private let process: AorProcess
  private let directory: URL

  static let openssl = ["/usr/bin/openssl", "/opt/homebrew/bin/openssl", "/usr/local/bin/openssl"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  init(openssl: String) throws {
    directory = FileManager.default.temporaryDirectory.appendingPathComponent("upstream-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    certificate = directory.appendingPathComponent("certificate.pem").path
    let key = directory.appendingPathComponent("key.pem").path
    let make = try AorProcess(
      [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate, "-subj",
        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
      ], environment: [:], executable: openssl)
    guard make.wait() == 0 else { throw SocketFailure() }

    let output = try LinePipe()
    process = try AorProcess(
      ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"], environment: [:],
      executable: openssl, output: output.writing)
    output.closeWriting()
    // It says `ACCEPT 127.0.0.1:port` when it listens.
    var found: Int?
    while found == nil, let line = output.next() {
      if line.hasPrefix("ACCEPT") { found = line.split(separator: ":").last.flatMap { Int($0) } }
    }
    port = try #require(found)
  }

  deinit {
    process.signal(SIGKILL)
    _ = process.wait()
    try? FileManager.default.removeItem(at: directory)
  }
}

@Suite(.enabled(if: TLSServer.openssl != nil, "needs the openssl command"))
struct TLSTests {
  @Test func aSelfSignedCertificateIsRefusedUnlessItsFileIsTrusted() async throws {
    let server = try TLSServer(openssl: try #require(TLSServer.openssl))
    let request = UpstreamRequest(method: "GET", url: "https://localhost:\(server.port)/")
    try await Fixture.run { fixture in
      let outcome = try await fixture.make(request)
      #expect(outcome.error?.kind == "tls")
      #expect(outcome.error?.text.contains("localhost:\(server.port)") == true)
      #expect(outcome.head == nil)
    }
    try await Fixture.run(NetworkEnvironment(certificateFile: server.certificate)) { fixture in
      let outcome = try await fixture.make(request)
      #expect(outcome.head?.status == 200)
      // Trusted, but made for another name.
      let other = try await fixture.make(UpstreamRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/"))
      #expect(other.error?.kind == "tls")
    }
  }
}
