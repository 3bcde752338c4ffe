import Foundation

/// Every path aor uses, once: XDG directories on Linux and macOS alike, all of them under `AOR_HOME` when it is set.
public struct Directories: Sendable, Hashable {
  /// Databases and the key file.
  public let data: String
  /// Where a gateway of ours makes its socket.
  public let runtime: String
  /// Where gateways may have made theirs: a service manager may have started one without `XDG_RUNTIME_DIR`.
  public let runtimeCandidates: [String]

  /// Works the paths out; relative values of XDG variables are ignored, as their specification asks.
  ///
  /// - Throws: `UserFacingError` when neither `AOR_HOME` nor a home directory is known.
  public init(environment: [String: String]) throws {
    if let home = environment[.home], !home.isEmpty {
      data = URL(fileURLWithPath: home).standardizedFileURL.path
      runtime = Self.fitting(data + "/run")
      runtimeCandidates = [runtime]
      return
    }
    if let xdg = Self.absolute(environment[.xdgDataHome]) {
      data = xdg + "/aor"
    } else if let home = Self.absolute(environment[.userHome]) {
      data = home + "/.local/share/aor"
    } else {
      throw UserFacingError(
        "there is no place to keep data: neither `AOR_HOME` nor `HOME` is set to an absolute path",
        hints: [.run("aor help environment")])
    }
    let fallback = Self.fitting(data + "/run")
    if let xdg = Self.absolute(environment[.xdgRuntimeDirectory]) {
      runtime = Self.fitting(xdg + "/aor")
      runtimeCandidates = [runtime, fallback]
    } else {
      runtime = fallback
      runtimeCandidates = [fallback]
    }
  }

  private static func absolute(_ value: String?) -> String? {
    guard let value, value.hasPrefix("/") else { return nil }
    return URL(fileURLWithPath: value).standardizedFileURL.path
  }

  /// A directory whose sockets fit into `sun_path` (104 bytes on macOS): the given one, or a private one under `/tmp`
  /// whose name follows from it, so that every command finds the same.
  private static func fitting(_ directory: String) -> String {
    guard directory.utf8.count + "/4194304.sock".utf8.count > 100 else { return directory }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in directory.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return "/tmp/aor-\(getuid())-\(String(hash, radix: 16))"
  }

  /// Makes the socket directory, private to the user.
  ///
  /// - Throws: `UserFacingError` when it cannot be made, or belongs to somebody else, or others may enter it.
  public func prepareRuntime() throws {
    try? FileManager.default.createDirectory(
      atPath: runtime, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    var status = stat()
    guard lstat(runtime, &status) == 0 else {
      throw UserFacingError(
        "the socket directory cannot be made: \(runtime)", causes: [String(cString: strerror(errno))])
    }
    guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid(), status.st_mode & 0o077 == 0 else {
      throw UserFacingError("the socket directory must be a directory of yours with mode 0700: \(runtime)")
    }
  }

  /// The socket of a gateway.
  public func socket(ofProcess process: Int32) -> String { "\(runtime)/\(process).sock" }
}
