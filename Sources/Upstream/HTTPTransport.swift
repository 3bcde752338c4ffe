import NIOCore

/// One request to an upstream.
public struct UpstreamRequest: Sendable {
  /// The method, in capitals.
  public var method: String
  /// Absolute `http` or `https` URL.
  public var url: String
  /// Sent as given but for what the transport decides itself: length, connection, transfer and accepted encodings.
  public var headers: [(name: String, value: String)]
  /// Read while the call runs, not copied.
  public var body: ByteBuffer?
  /// An `http`, `https`, `socks5` or `socks5h` URL; nil takes the environment's.
  ///
  /// `NO_PROXY` is respected either way, and loopback upstreams are never proxied.
  public var proxy: String?
  /// Whether HTTP/2 may be negotiated over TLS.
  public var http2: Bool
  /// Seconds until the connection is ready for the request: name, proxy and TLS included.
  public var connectTimeout: Double
  /// Seconds from then to the head of the answer.
  public var firstByteTimeout: Double
  /// Seconds between two pieces of an answer; the time a receiver pauses does not count.
  public var idleTimeout: Double

  /// Takes each value as given.
  public init(
    method: String, url: String, headers: [(name: String, value: String)] = [], body: ByteBuffer? = nil,
    proxy: String? = nil, http2: Bool = false, connectTimeout: Double = 10, firstByteTimeout: Double = 600,
    idleTimeout: Double = 300
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.proxy = proxy
    self.http2 = http2
    self.connectTimeout = connectTimeout
    self.firstByteTimeout = firstByteTimeout
    self.idleTimeout = idleTimeout
  }
}

/// The head of an upstream's answer.
public struct UpstreamResponseHead: Sendable {
  /// The status code.
  public var status: Int
  /// Names as received, in order.
  public var headers: [(name: String, value: String)]

  /// Takes each value as given.
  public init(status: Int, headers: [(name: String, value: String)]) {
    self.status = status
    self.headers = headers
  }

  /// The first value of a header, whatever its case, or nil.
  public func header(_ name: String) -> String? {
    headers.first { $0.name.isHeaderName(name) }?.value
  }
}

/// Why a call ended without a whole answer.
///
/// Messages name host and cause and hold no credential.
public enum UpstreamError: Error, Sendable, Hashable {
  /// libcurl is missing or too old.
  case unavailable(String)
  /// The URL is not one of an upstream.
  case badURL(String)
  /// The host has no address.
  case resolve(String)
  /// The upstream refused, or is not reachable.
  case connect(String)
  /// No trusted connection.
  case tls(String)
  /// The proxy is wrong, refused or is not reachable.
  case proxy(String)
  /// No connection within `connectTimeout`.
  case connectTimeout(String)
  /// Connected, but no head within `firstByteTimeout`.
  case firstByteTimeout(String)
  /// No piece for `idleTimeout` in the middle of an answer.
  case idleTimeout(String)
  /// The connection ended before the answer did.
  case closed(String)
  /// What was sent or received is not HTTP.
  case protocolViolation(String)
  /// The transport was shut down, or the task that waited was cancelled.
  case cancelled
}

/// Receives one call's answer on the event loop the call was started on.
///
/// `head` comes once, `body` any number of times, then `end` once. A failed call may go straight to `end`. Nothing comes after `end` or after `cancel()`.
public protocol UpstreamReceiver: AnyObject {
  /// The head; interim answers and those of a proxy are left out.
  func upstreamHead(_ head: UpstreamResponseHead)
  /// Pieces that arrived together come as one buffer; behind the last of a whole answer, `upstreamEnd` follows at once.
  func upstreamBody(_ buffer: ByteBuffer, isLast: Bool)
  /// The end, nil when the answer is whole.
  func upstreamEnd(_ error: UpstreamError?)
}

/// A call under way.
///
/// Used on its event loop only.
public protocol UpstreamCall: AnyObject {
  /// Stops reading from the upstream, so that its own back-pressure works; what already arrived may still be delivered.
  func pause()
  /// Reads on.
  func resume()
  /// Drops the connection; the receiver hears nothing more.
  func cancel()
}

/// Makes requests to upstreams.
///
/// One per event loop group; connections are reused per event loop.
public protocol HTTPTransport: Sendable {
  /// Starts a call; must be called on `eventLoop`.
  ///
  /// The receiver hears nothing before this has returned.
  func start(_ request: UpstreamRequest, on eventLoop: any EventLoop, receiver: any UpstreamReceiver)
    -> any UpstreamCall
  /// Frees what is kept for later calls, now that none comes; the connections of one person's agents stay.
  func rest(on eventLoop: any EventLoop) -> EventLoopFuture<Void>
  /// Ends every call and frees the transport's threads.
  func shutdown() async
}
