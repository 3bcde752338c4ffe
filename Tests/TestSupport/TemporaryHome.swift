import Foundation

/// A directory for `AOR_HOME`, gone with the value.
///
/// Its path is short, so that sockets fit below it.
public final class TemporaryHome: Sendable {
  /// The absolute path.
  public let path: String

  /// Makes an empty directory, mode 0700.
  public init() throws {
    path = "/tmp/aor-test-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }
}
