import Foundation

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

struct SocketFailure: Error {
  let code = errno
}

/// A loopback listener whose connections are each played by a script on a thread of its own.
final class ScriptedServer: Sendable {
  let port: Int
  private let listener: Int32
  private let state = Counter()

  /// Connections accepted so far.
  var connections: Int { state.value }
  var url: String { "http://127.0.0.1:\(port)" }

  /// Answers every request with its own body.
  static func echo() throws -> ScriptedServer {
    try ScriptedServer { connection in
      while true {
        let request = try connection.readRequest()
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(request.body.count)\r\n\r\n")
        try connection.write(request.body)
      }
    }
  }

  init(_ script: @escaping @Sendable (Connection) throws -> Void) throws {
    (listener, port) = try boundSocket()
    guard listen(listener, 512) == 0 else { throw SocketFailure() }
    let (listener, state) = (listener, state)
    Thread.detachNewThread {
      while true {
        let socket = accept(listener, nil, nil)
        guard socket >= 0 else { return }
        state.add(1)
        Thread.detachNewThread {
          let connection = Connection(socket)
          // A script ends by throwing when the other side has gone; what it needed to see it has seen by then.
          try? script(connection)
          connection.close()
        }
      }
    }
  }

  deinit {
    // Wakes `accept`, which `close` alone does not on Linux.
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }
}

/// A loopback port that refuses connections: bound, so that nobody else gets it, and not listening.
final class RefusingPort: Sendable {
  let port: Int
  private let socket: Int32

  init() throws { (socket, port) = try boundSocket() }

  deinit { close(socket) }
}

/// A socket bound to a free loopback port, and that port.
private func boundSocket() throws -> (Int32, Int) {
  #if canImport(Darwin)
    let bound = socket(AF_INET, SOCK_STREAM, 0)
  #else
    let bound = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  #endif
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = inet_addr("127.0.0.1")
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let isBound = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(bound, $0, size) == 0 && getsockname(bound, $0, &size) == 0
    }
  }
  guard isBound else { throw SocketFailure() }
  return (bound, Int(UInt16(bigEndian: address.sin_port)))
}

/// One accepted connection, used by its script's thread.
final class Connection {
  private let socket: Int32
  private var unread: [UInt8] = []

  init(_ socket: Int32) {
    self.socket = socket
    #if canImport(Darwin)
      var one: Int32 = 1
      setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &one, socklen_t(MemoryLayout<Int32>.size))
    #endif
  }

  func close() {
    #if canImport(Darwin)
      Darwin.close(socket)
    #else
      Glibc.close(socket)
    #endif
  }

  /// The lines of the next request's head; its body is left to `read`.
  func readHead() throws -> String {
    var end = unread.headEnd
    while end == nil {
      try readMore()
      end = unread.headEnd
    }
    let head = String(decoding: unread[..<(end ?? 0)], as: UTF8.self)
    unread.removeFirst(end ?? 0)
    return head
  }

  /// The next request: head lines and body (by content-length or chunks).
  func readRequest() throws -> (head: String, body: [UInt8]) {
    let head = try readHead()
    let length =
      head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
      .flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0
    return (head, try read(length))
  }

  func read(_ count: Int) throws -> [UInt8] {
    while unread.count < count { try readMore() }
    defer { unread.removeFirst(count) }
    return Array(unread[..<count])
  }

  func write(_ text: String) throws { try write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { send(socket, $0.baseAddress, $0.count, noSignal) }
      guard count > 0 else { throw SocketFailure() }
      sent += count
    }
  }

  /// Offers bytes without end until the peer takes none for a moment or `limit` is reached; returns how many it took.
  func offer(limit: Int) -> Int {
    let piece = [UInt8](repeating: 0x78, count: 64 * 1024)
    var sent = 0
    while sent < limit {
      var state = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
      guard poll(&state, 1, 250) == 1 else { return sent }
      let count = send(socket, piece, piece.count, noSignal | Int32(MSG_DONTWAIT))
      guard count > 0 else { return sent }
      sent += count
    }
    return sent
  }

  /// Returns when the peer has closed or reset the connection.
  func waitForEnd() {
    while (try? readMore()) != nil {}
  }

  /// Closes with a reset where bytes are unread or unsent.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  private func readMore() throws {
    var piece = [UInt8](repeating: 0, count: 64 * 1024)
    let count = recv(socket, &piece, piece.count, 0)
    guard count > 0 else { throw SocketFailure() }
    unread += piece[..<count]
  }

  #if canImport(Darwin)
    private let noSignal: Int32 = 0
  #else
    private let noSignal = Int32(MSG_NOSIGNAL)
  #endif
}

extension [UInt8] {
  /// Index after the first blank line.
  fileprivate var headEnd: Int? {
    guard count >= 4 else { return nil }
    for index in 0...(count - 4) where self[index] == 13 && self[index + 1] == 10 {
      if self[index + 2] == 13 && self[index + 3] == 10 { return index + 4 }
    }
    return nil
  }
}

/// A number and a promise that it reaches a value.
final class Counter: @unchecked Sendable {
  private let condition = NSCondition()
  private var count = 0

  var value: Int {
    condition.lock()
    defer { condition.unlock() }
    return count
  }

  @discardableResult
  func add(_ amount: Int) -> Int {
    condition.lock()
    defer { condition.unlock() }
    count += amount
    condition.broadcast()
    return count
  }

  /// Blocks its thread, so only for scripts.
  func wait(for target: Int) {
    condition.lock()
    defer { condition.unlock() }
    while count < target { condition.wait() }
  }
}

/// A value handed from a script to a test.
final class Handover<Value: Sendable>: Sendable {
  private let stream: AsyncStream<Value>
  private let continuation: AsyncStream<Value>.Continuation

  init() {
    (stream, continuation) = AsyncStream.makeStream()
  }

  func give(_ value: Value) { continuation.yield(value) }

  /// The next value.
  func take() async throws -> Value {
    for await value in stream { return value }
    throw CancellationError()
  }
}
