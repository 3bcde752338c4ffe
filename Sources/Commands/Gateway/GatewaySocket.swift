import Foundation

/// A gateway of this user that answers on its socket: one line in, one line out.
struct GatewaySocket {
  /// The gateway's process.
  let process: Int32
  private let descriptor: Int32

  /// Every gateway that answers; sockets nobody listens on any more are swept.
  static func live(in directories: Directories) -> [GatewaySocket] {
    var found: [GatewaySocket] = []
    var seen: Set<Int32> = []
    for directory in directories.runtimeCandidates {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      for name in names.sorted() where name.hasSuffix(".sock") {
        guard let process = Int32(name.dropLast(5)), process > 0, !seen.contains(process) else { continue }
        let path = "\(directory)/\(name)"
        switch connect(to: path) {
        case .connected(let descriptor):
          seen.insert(process)
          found.append(GatewaySocket(process: process, descriptor: descriptor))
        case .nobody: unlink(path)
        case .unknown: break
        }
      }
    }
    return found
  }

  private enum Connection {
    case connected(Int32)
    /// A file is there, but no process listens: left behind by one that was killed.
    case nobody
    case unknown
  }

  private static func connect(to path: String) -> Connection {
    #if canImport(Darwin)
      let type = SOCK_STREAM
    #else
      let type = Int32(SOCK_STREAM.rawValue)
    #endif
    let descriptor = socket(AF_UNIX, type, 0)
    guard descriptor >= 0 else { return .unknown }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    // A gateway that is stopped must not stop us: its full queue makes `connect` fail instead of wait.
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      close(descriptor)
      return .unknown
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if result == 0 { return .connected(descriptor) }
    let reason = errno
    close(descriptor)
    return reason == ECONNREFUSED ? .nobody : .unknown
  }

  /// Sends a line; the answer is read by `answer`.
  func send(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }

  /// Reads one line and closes the connection; nil when none came before the deadline.
  func answer(before deadline: Date) -> String? {
    defer { close(descriptor) }
    var line: [UInt8] = []
    while line.count < 64 * 1024 {
      let remaining = Int32(max(0, deadline.timeIntervalSinceNow * 1000))
      var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&ready, 1, remaining) > 0 else { return nil }
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return nil }
      if let end = buffer.prefix(count).firstIndex(of: 0x0A) {
        line += buffer[..<end]
        return String(decoding: line, as: UTF8.self)
      }
      line += buffer.prefix(count)
    }
    return nil
  }
}
