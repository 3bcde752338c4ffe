import Foundation

/// Makes one HTTP request to a server on this machine and reads the answer to its end.
public enum LoopbackClient {
  /// Sends a request; status 0 when there was no answer.
  ///
  /// The body comes as it was sent, chunk sizes included.
  public static func send(
    _ line: String, port: Int, headers: [String: String] = [:], body: String = ""
  ) -> (status: Int, text: String) {
    guard let connection = LoopbackConnection(port: port) else { return (0, "") }
    let descriptor = connection.descriptor
    defer { connection.end() }
    var all = headers
    all["host"] = "127.0.0.1:\(port)"
    all["connection"] = "close"
    all["content-length"] = String(body.utf8.count)
    let head = "\(line) HTTP/1.1\r\n" + all.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
    let out = Array((head + body).utf8)
    _ = out.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return (status, text)
  }
}

/// A connection to a server on this machine.
public final class LoopbackConnection {
  fileprivate let descriptor: Int32
  private var isOpen = true

  /// Connects; nil where nobody listens.
  public init?(port: Int) {
    #if canImport(Darwin)
      let type = SOCK_STREAM
    #else
      let type = Int32(SOCK_STREAM.rawValue)
    #endif
    let descriptor = socket(AF_INET, type, 0)
    self.descriptor = descriptor
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { return nil }
  }

  /// Closes it.
  public func end() {
    if isOpen { close(descriptor) }
    isOpen = false
  }

  deinit { end() }
}
