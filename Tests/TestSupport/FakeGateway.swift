import Foundation

/// Something that listens where a gateway would, and answers lines.
public final class FakeGateway: Sendable {
  private let listener: Int32
  /// The socket's path.
  public let path: String

  /// Listens in the `run` directory of a home, under a process id of its choice.
  public init(home: TemporaryHome, process: Int32, answer: @escaping @Sendable (String) -> String?) throws {
    let directory = home.path + "/run"
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let path = "\(directory)/\(process).sock"
    self.path = path
    #if canImport(Darwin)
      let type = SOCK_STREAM
    #else
      let type = Int32(SOCK_STREAM.rawValue)
    #endif
    let listener = socket(AF_UNIX, type, 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 && listen(listener, 16) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    self.listener = listener
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { read(connection, $0.baseAddress, $0.count) }
        let line = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        if line.hasSuffix("\n"), let text = answer(String(line.dropLast())) {
          let bytes = Array("\(text)\n".utf8)
          _ = bytes.withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
        }
        close(connection)
      }
    }
  }

  /// Stops listening; the socket's file stays, as after a kill.
  public func die() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }
}
