import Foundation

/// Finds out who listens on a port.
enum PortHolder {
  /// In words, as in `aor (pid 4711)`; nil where the system does not tell.
  static func find(port: Int, in directories: Directories) -> String? {
    let ours = GatewayStatus.all(in: directories).first { $0.address.hasSuffix(":\(port)") }
    if let ours { return "another gateway of yours (pid \(ours.pid)): see `aor status`" }
    guard let inode = listeningInode(port: port) else { return nil }
    return process(holding: inode)
  }

  /// The socket that listens on a port, from Linux' tables of TCP sockets.
  private static func listeningInode(port: Int) -> String? {
    let wanted = ":" + String(("000" + String(port, radix: 16, uppercase: true)).suffix(4))
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
      guard let text = try? String(contentsOfFile: table, encoding: .utf8) else { continue }
      for line in text.split(separator: "\n").dropFirst() {
        // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode
        let fields = line.split(separator: " ")
        if fields.count > 9, fields[1].hasSuffix(wanted), fields[3] == "0A" { return String(fields[9]) }
      }
    }
    return nil
  }

  private static func process(holding inode: String) -> String? {
    let manager = FileManager.default
    for name in (try? manager.contentsOfDirectory(atPath: "/proc")) ?? [] where Int32(name) != nil {
      for descriptor in (try? manager.contentsOfDirectory(atPath: "/proc/\(name)/fd")) ?? [] {
        let link = try? manager.destinationOfSymbolicLink(atPath: "/proc/\(name)/fd/\(descriptor)")
        guard link == "socket:[\(inode)]" else { continue }
        let program = (try? String(contentsOfFile: "/proc/\(name)/comm", encoding: .utf8)) ?? "a process"
        return "\(program.trimmingCharacters(in: .whitespacesAndNewlines)) (pid \(name))"
      }
    }
    return nil
  }
}
