import CCurl
import NIOCore

/// One easy handle with the state of the call it is running; used again by later calls.
///
/// Lives on its driver's event loop. libcurl's callbacks reach it through an unretained pointer: the driver keeps every
/// transfer alive until its handle is cleaned up.
final class CurlTransfer {
  /// What libcurl reads at once.
  static let readSize = 64 * 1024
  /// What of it tells that there is probably more.
  static let fullRead = readSize * 3 / 4

  enum Phase {
    case waiting
    case streaming
    case ended(UpstreamError?)

    /// Whether all of the answer has come.
    var isWhole: Bool { if case .ended(nil) = self { true } else { false } }
  }

  let curl: LibCurl
  let easy: UnsafeMutableRawPointer
  /// Outlives its transfers: it frees them before it goes.
  unowned(unsafe) let driver: CurlDriver

  var call: CurlCall?
  var receiver: (any UpstreamReceiver)?
  var phase = Phase.waiting
  /// Place in the driver's list of running transfers.
  var slot = 0
  /// Whether the driver already knows that there is something to deliver.
  var isDirty = false
  /// libcurl was told to wait.
  var isHeld = false
  /// Whether the head is complete and not delivered.
  var hasHead = false
  var head = HeadReader()
  /// Where the body callback writes to.
  let inlet: UnsafeMutablePointer<BodyInlet>
  /// Nanoseconds.
  var startedAt: UInt64 = 0
  var lastPieceAt: UInt64 = 0
  var connectTimeout: UInt64 = 0
  var firstByteTimeout: UInt64 = 0
  var idleTimeout: UInt64 = 0
  private(set) var route: UpstreamRoute?

  private let errorText: UnsafeMutablePointer<CChar>
  private let lines = HeaderLines()
  private var body: ByteBuffer?
  private var proxySetting: String?
  private var method = "GET"
  private var customMethod: String?
  private var usesHTTP2 = false
  private var usesLargeUpload = false

  init(curl: LibCurl, driver: CurlDriver, environment: NetworkEnvironment) throws(UpstreamError) {
    guard let easy = aor_easy_init(curl.table) else { throw .unavailable("libcurl gives no handle") }
    self.curl = curl
    self.easy = easy
    self.driver = driver
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    inlet = .allocate(capacity: 1)

    let transfer = Unmanaged.passUnretained(self)
    let context = transfer.toOpaque()
    inlet.initialize(to: BodyInlet(transfer: transfer, received: driver.received))
    curl.set(easy, CURLOPT_PRIVATE, pointer: context)
    curl.set(easy, CURLOPT_WRITEDATA, pointer: inlet)
    curl.set(easy, CURLOPT_HEADERDATA, pointer: context)
    curl.set(easy, CURLOPT_WRITEFUNCTION, callback: receiveBody)
    curl.set(easy, CURLOPT_HEADERFUNCTION, callback: receiveHeader)
    curl.set(easy, CURLOPT_ERRORBUFFER, pointer: errorText)
    curl.set(easy, CURLOPT_NOSIGNAL, 1)
    curl.set(easy, CURLOPT_FOLLOWLOCATION, 0)
    curl.set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
    curl.set(easy, CURLOPT_TCP_KEEPALIVE, 1)
    // An agent's user reads for minutes between two requests; libcurl would think a connection too old after two.
    curl.set(easy, CURLOPT_MAXAGE_CONN, 300)
    curl.set(easy, CURLOPT_BUFFERSIZE, Self.readSize)
    curl.set(easy, CURLOPT_ACCEPT_ENCODING, "")
    curl.set(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    // No time-outs: they are the driver's, since libcurl's own would set timers for every call.
    curl.set(easy, CURLOPT_NOPROXY, environment.noProxy ?? "")
    if let file = environment.certificateFile {
      curl.set(easy, CURLOPT_CAINFO, file)
      curl.set(easy, CURLOPT_PROXY_CAINFO, file)
    }
    if let directory = environment.certificateDirectory {
      curl.set(easy, CURLOPT_CAPATH, directory)
      curl.set(easy, CURLOPT_PROXY_CAPATH, directory)
    }
    _ = aor_easy_set_private_sockets(curl.table, easy)
    _ = aor_easy_set_quick_exit(curl.table, easy)
  }

  /// Frees the handle.
  ///
  /// It must have been taken out of the multi handle.
  func free() {
    aor_easy_cleanup(curl.table, easy)
    errorText.deallocate()
    inlet.deinitialize(count: 1)
    inlet.deallocate()
  }

  /// Sets the options of one request; those that did not change since the last are left alone.
  func prepare(_ request: UpstreamRequest, environment: NetworkEnvironment) throws(UpstreamError) {
    if route?.url != request.url || proxySetting != request.proxy {
      route = nil
      let route = try UpstreamRoute(url: request.url, proxy: request.proxy, environment: environment)
      curl.set(easy, CURLOPT_URL, route.url)
      curl.set(easy, CURLOPT_PROXY, route.proxyURL)
      self.route = route
      proxySetting = request.proxy
    }
    if usesHTTP2 != request.http2 {
      usesHTTP2 = request.http2
      curl.set(easy, CURLOPT_HTTP_VERSION, Int(usesHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))
    }
    let list = try lines.fill(request.headers)
    try setMethod(request.method, hasBody: request.body != nil)
    setBody(request.body)
    _ = aor_easy_set_list(curl.table, easy, CURLOPT_HTTPHEADER, list)
  }

  /// Takes up a call; `prepare` came before.
  func begin(_ call: CurlCall, receiver: any UpstreamReceiver, request: UpstreamRequest, now: UInt64) {
    self.call = call
    self.receiver = receiver
    phase = .waiting
    isHeld = false
    hasHead = false
    head = HeadReader()
    isPaused = false
    inlet.pointee.pieces.clear()
    startedAt = now
    lastPieceAt = now
    connectTimeout = Self.nanoseconds(request.connectTimeout)
    firstByteTimeout = Self.nanoseconds(request.firstByteTimeout)
    idleTimeout = Self.nanoseconds(request.idleTimeout)
    errorText[0] = 0
  }

  /// Lets go of the call and its memory; the handle keeps its options.
  func finish() {
    call?.transfer = nil
    call = nil
    receiver = nil
    inlet.pointee.pieces.clear()
    body = nil
    phase = .waiting
  }

  /// Lets go of the request's body once all of it was sent; an answer may take minutes.
  ///
  /// Only behind the answer's head: until then libcurl may have to send it again on another connection.
  func releaseSentBody() {
    guard let body, curl.offset(easy, CURLINFO_SIZE_UPLOAD_T) >= body.readableBytes else { return }
    self.body = nil
  }

  /// Asked for by the receiver.
  var isPaused: Bool {
    get { inlet.pointee.pieces.isPaused }
    set { inlet.pointee.pieces.isPaused = newValue }
  }

  /// libcurl's own words on what went wrong; empty when it has none.
  var errorMessage: String { String(cString: errorText) }

  private func setMethod(_ name: String, hasBody: Bool) throws(UpstreamError) {
    let withBody = hasBody || name == "POST"
    let base = name == "HEAD" ? "HEAD" : withBody ? "POST" : "GET"
    if base != method || base == "POST" {
      switch base {
      case "HEAD": curl.set(easy, CURLOPT_NOBODY, 1)
      case "POST":
        if method == "HEAD" { curl.set(easy, CURLOPT_NOBODY, 0) }
        curl.set(easy, CURLOPT_POST, 1)
      default: curl.set(easy, CURLOPT_HTTPGET, 1)
      }
      method = base
    }
    let custom = name == base ? nil : name
    guard custom != customMethod else { return }
    guard name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw .protocolViolation("the method is not a word") }
    customMethod = custom
    curl.set(easy, CURLOPT_CUSTOMREQUEST, custom)
  }

  private func setBody(_ newBody: ByteBuffer?) {
    // libcurl reads from this memory until the transfer ends; `body` keeps it alive and nothing changes it.
    body = newBody
    guard method == "POST" else { return }
    let count = newBody?.readableBytes ?? 0
    if let newBody, count > 0 {
      newBody.withUnsafeReadableBytes { curl.set(easy, CURLOPT_POSTFIELDS, pointer: $0.baseAddress) }
    } else {
      body = nil
      Self.nothing.withUTF8Buffer { curl.set(easy, CURLOPT_POSTFIELDS, pointer: $0.baseAddress) }
    }
    _ = aor_easy_set_offset(curl.table, easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(count))
    // A body that fits libcurl's buffer takes one turn where a larger one waits for the socket again and again.
    let isLarge = count > 64 * 1024
    if isLarge != usesLargeUpload {
      usesLargeUpload = isLarge
      curl.set(easy, CURLOPT_UPLOAD_BUFFERSIZE, isLarge ? 512 * 1024 : 64 * 1024)
    }
  }

  private static let nothing: StaticString = ""

  private static func nanoseconds(_ seconds: Double) -> UInt64 {
    // A year stands for every longer time; it also catches infinity, and `!(… > 0)` what is not a number.
    guard seconds > 0 else { return 0 }
    return UInt64(min(seconds, 31_536_000) * 1_000_000_000)
  }
}

/// libcurl's header callback.
///
/// At file scope: a closure would take on the isolation of where it is written.
private func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes, let context else { return 0 }
  let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
  let length = size &* count
  switch transfer.head.read(UnsafeRawBufferPointer(start: bytes, count: length)) {
  case .more: break
  case .complete:
    transfer.hasHead = true
    transfer.driver.markDirty(transfer)
  case .tooLarge:
    transfer.phase = .ended(
      .protocolViolation(
        "\(transfer.route?.label ?? ""): the answer's headers are over \(HeadReader.limit / 1024) KiB"))
    return 0
  }
  return length
}

/// What libcurl's body callback works on.
///
/// Reached through a pointer alone: an answer comes in hundreds of pieces, and what a class holds is checked for
/// exclusive access at each.
struct BodyInlet {
  let transfer: Unmanaged<CurlTransfer>
  /// The driver's count.
  let received: UnsafeMutablePointer<Int>
  var pieces = PieceBuffer()
}

/// libcurl's body callback.
private func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let bytes, let inlet = context?.assumingMemoryBound(to: BodyInlet.self) else { return 0 }
  let length = size &* count
  if !inlet.pointee.pieces.appendToOthers(bytes, length) {
    let transfer = inlet.pointee.transfer.takeUnretainedValue()
    transfer.driver.markDirty(transfer)
    guard inlet.pointee.pieces.append(bytes, length) else {
      transfer.isHeld = true
      return Int(CURL_WRITEFUNC_PAUSE)
    }
  }
  inlet.pointee.received.pointee &+= length
  return length
}
