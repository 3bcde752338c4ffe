import Foundation
import Testing

@testable import Commands

struct GeneratedFilesTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test(arguments: GeneratedFile.all.map(\.path))
  func `what is made from the commands is committed as it is made`(path: String) throws {
    let made = try #require(GeneratedFile.all.first { $0.path == path }).text
    let file = Self.root.appendingPathComponent(path)
    let committed = FileManager.default.contents(atPath: file.path).map { String(decoding: $0, as: UTF8.self) }
    #expect(committed == made, "run `make docs` and commit \(path)")
  }

  @Test func `no man page is left of a command that is gone`() throws {
    let made = Set(GeneratedFile.all.map(\.path).filter { $0.hasPrefix("man/") })
    let found = try FileManager.default.contentsOfDirectory(atPath: Self.root.appendingPathComponent("man").path)
    #expect(Set(found.map { "man/\($0)" }) == made)
  }

  @Test func `every variable is documented and every status has its own number`() {
    for variable in EnvironmentVariable.allCases { #expect(!variable.summary.isEmpty, "\(variable.rawValue)") }
    #expect(Set(ExitStatus.allCases.map(\.rawValue)).count == ExitStatus.allCases.count)
  }
}
