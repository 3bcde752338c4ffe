import Foundation
import Testing

@testable import Commands

struct DirectoriesTests {
  @Test(
    arguments: [
      (["AOR_HOME": "/x/y", "HOME": "/h", "XDG_DATA_HOME": "/d", "XDG_RUNTIME_DIR": "/r"], "/x/y", "/x/y/run"),
      (["HOME": "/h"], "/h/.local/share/aor", "/h/.local/share/aor/run"),
      (["HOME": "/h", "XDG_DATA_HOME": "/d", "XDG_RUNTIME_DIR": "/r"], "/d/aor", "/r/aor"),
      (
        ["HOME": "/h", "XDG_DATA_HOME": "relative", "XDG_RUNTIME_DIR": "./r"], "/h/.local/share/aor",
        "/h/.local/share/aor/run"
      ),
      (["HOME": "/h", "AOR_HOME": ""], "/h/.local/share/aor", "/h/.local/share/aor/run"),
    ] as [([String: String], String, String)])
  func `the environment decides where things are`(environment: [String: String], data: String, runtime: String) throws {
    let directories = try Directories(environment: environment)
    #expect(directories.data == data)
    #expect(directories.runtime == runtime)
  }

  @Test func `without any home there is an error, not a guess`() {
    #expect(throws: UserFacingError.self) { try Directories(environment: [:]) }
    #expect(throws: UserFacingError.self) { try Directories(environment: ["HOME": "relative"]) }
  }

  @Test func `sockets are also looked for where a gateway without a runtime directory makes them`() throws {
    let directories = try Directories(environment: ["HOME": "/h", "XDG_RUNTIME_DIR": "/r"])
    #expect(directories.runtimeCandidates == ["/r/aor", "/h/.local/share/aor/run"])
  }

  @Test func `a socket's path always fits, and is the same for every command`() throws {
    let long = "/tmp/" + String(repeating: "d", count: 120)
    let first = try Directories(environment: ["AOR_HOME": long])
    #expect(first.socket(ofProcess: 4_194_304).utf8.count < 104)
    #expect(first == (try Directories(environment: ["AOR_HOME": long])))
    #expect(first.runtime != (try Directories(environment: ["AOR_HOME": long + "x"])).runtime)
  }

  @Test func `a socket directory others may enter is refused`() throws {
    let home = FileManager.default.temporaryDirectory.appendingPathComponent("aor-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: home) }
    let directories = try Directories(environment: ["AOR_HOME": home])
    try directories.prepareRuntime()
    try directories.prepareRuntime()
    let mode = try FileManager.default.attributesOfItem(atPath: directories.runtime)[.posixPermissions] as? Int
    #expect(mode == 0o700)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directories.runtime)
    #expect(throws: UserFacingError.self) { try directories.prepareRuntime() }
  }
}
