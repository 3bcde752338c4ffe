import Foundation

/// A tiny HTTP server on a loopback port of its own: one request a connection, answered by a closure.
public final class LoopbackServer: Sendable {
  /// A request as it came.
  public struct Request: Sendable {
    /// Method and target, as in `POST /v1/messages`.
    public var line: String
    /// Names in lower case.
    public var headers: [String: String]
    /// The whole body.
    public var body: String
  }

  /// The port it listens on.
  public let port: UInt16
  private let listener: Int32

  /// Starts to listen.
  ///
  /// The closure gives status and JSON body.
  public init(answer: @escaping @Sendable (Request) -> (status: Int, body: String)) throws {
    #if canImport(Darwin)
      let type = SOCK_STREAM
    #else
      let type = Int32(SOCK_STREAM.rawValue)
    #endif
    let listener = socket(AF_INET, type, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        Self.serve(connection, answer)
        close(connection)
      }
    }
  }

  /// Stops listening.
  public func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private static func serve(_ connection: Int32, _ answer: (Request) -> (status: Int, body: String)) {
    var bytes = Data()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    func more() -> Bool {
      let count = buffer.withUnsafeMutableBytes { read(connection, $0.baseAddress, $0.count) }
      if count > 0 { bytes += buffer.prefix(count) }
      return count > 0
    }
    var end = bytes.range(of: Data("\r\n\r\n".utf8))
    while end == nil {
      guard more() else { return }
      end = bytes.range(of: Data("\r\n\r\n".utf8))
    }
    guard let end else { return }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    let length = headers["content-length"].flatMap { Int($0) } ?? 0
    while bytes.count - end.upperBound < length { guard more() else { return } }
    let target = lines.first.map { $0.replacingOccurrences(of: " HTTP/1.1", with: "") } ?? ""
    let body = String(decoding: bytes[end.upperBound...], as: UTF8.self)
    let (status, text) = answer(Request(line: target, headers: headers, body: body))
    let head =
      "HTTP/1.1 \(status) X\r\ncontent-type: application/json\r\ncontent-length: \(text.utf8.count)\r\nconnection: close\r\n\r\n"
    let out = Array((head + text).utf8)
    _ = out.withUnsafeBytes { write(connection, $0.baseAddress, $0.count) }
  }
}
