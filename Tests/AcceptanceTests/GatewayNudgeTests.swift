import Foundation
import Synchronization
import TestSupport
import Testing

struct GatewayNudgeTests {
  /// What a gateway was told.
  private final class Heard: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
  }

  @Test func `a change is told to every live gateway, with its generation`() throws {
    let session = try AorSession()
    let heard = Heard()
    let gateways = try [101, 102].map { process in
      try FakeGateway(home: session.home, process: process) { line in
        heard.add("\(process) \(line)")
        return "active " + (line.split(separator: " ").last ?? "")
      }
    }
    defer { for gateway in gateways { gateway.die() } }
    let added = try session.run("group", "add", "one")
    #expect(added.status == 0)
    #expect(!added.error.contains("not confirmed"))
    try session.run("group", "add", "two")
    let told = heard.all
    #expect(told.count == 4)
    let generations = told.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
    #expect(generations.count == 4)
    #expect(generations.first.map { first in generations.contains { $0 > first } } == true)
    #expect(told.allSatisfy { $0.hasPrefix("101 reload ") || $0.hasPrefix("102 reload ") })
    // What only reads tells nobody, and neither does a change that was refused.
    try session.run("group", "list")
    try session.run("group", "add", "one")
    #expect(heard.all.count == 4)
  }

  @Test func `a gateway that says nothing, or an older generation, costs a moment and a note`() throws {
    let session = try AorSession()
    let gateway = try FakeGateway(home: session.home, process: 103) { _ in "active 0" }
    defer { gateway.die() }
    let added = try session.run("group", "add", "one")
    #expect(added.status == 0)
    #expect(added.error.contains("103"))
    #expect(try session.run("group", "add", "two", "--quiet").error.isEmpty)
  }

  @Test func `the socket of a dead gateway is swept`() throws {
    let session = try AorSession()
    let gateway = try FakeGateway(home: session.home, process: 104) { _ in nil }
    gateway.die()
    #expect(FileManager.default.fileExists(atPath: gateway.path))
    #expect(try session.run("group", "add", "one").status == 0)
    #expect(!FileManager.default.fileExists(atPath: gateway.path))
  }

  @Test func `status shows what gateways say, and ignores nonsense`() throws {
    let session = try AorSession()
    let status =
      #"{"pid":105,"address":"http://127.0.0.1:8899","generation":0,"startedAt":1795219200000,"exchanges":3,"dropped":1,"version":"0.1.0"}"#
    let gateways = [
      try FakeGateway(home: session.home, process: 105) { $0 == "status" ? status : nil },
      try FakeGateway(home: session.home, process: 106) { _ in "{nonsense" },
    ]
    defer { for gateway in gateways { gateway.die() } }
    try session.run("status", "--json")
    if let mismatch = try Snapshot.mismatch(session.text, "status") { Issue.record(Comment(rawValue: mismatch)) }
  }
}
