import CCurl
import NIOCore

/// libcurl's multi handle driven on one event loop, with the connections it keeps.
///
/// Unchecked because everything is touched on `loop` only. libcurl's callbacks only note
/// what happened; receivers are called when libcurl has returned, so they may start, pause and cancel as they like.
final class CurlDriver: @unchecked Sendable {
  struct Socket {
    var wanted: UInt8 = 0
    var armed: UInt8 = 0
    var isTouched = false
    var generation: UInt32 = 0
  }

  let loop: any EventLoop
  private let environment: NetworkEnvironment
  private let usesKernelWatch: Bool
  var curl: LibCurl?
  var multi: UnsafeMutableRawPointer?
  var readiness: Readiness?
  private var isShutDown = false

  var running: [CurlTransfer] = []
  private var spare: [CurlTransfer] = []
  /// The most calls at once since the last rest.
  private var mostRunning = 0
  var dirty: [CurlTransfer] = []
  var sockets: [Socket] = []
  var touched: [Int32] = []
  /// Body bytes the last call into libcurl brought; counted in its callback.
  let received: UnsafeMutablePointer<Int>

  var isDriving = false
  private var isSettleScheduled = false
  /// Nanoseconds at which libcurl wants to be called, 0 for at once.
  var curlTimer: UInt64?
  var curlTask: Scheduled<Void>?
  var curlTaskAt = UInt64.max
  var sweepTask: Scheduled<Void>?
  var sweepAt = UInt64.max

  init(loop: any EventLoop, environment: NetworkEnvironment, usesKernelWatch: Bool) {
    self.loop = loop
    self.environment = environment
    self.usesKernelWatch = usesKernelWatch
    received = .allocate(capacity: 1)
    received.initialize(to: 0)
  }

  deinit { received.deallocate() }

  // MARK: Calls

  func start(_ request: UpstreamRequest, receiver: any UpstreamReceiver) -> CurlCall {
    let call = CurlCall(driver: self)
    do throws(UpstreamError) {
      try open()
      guard let curl, let multi else { throw .unavailable("the transport is shut down") }
      let transfer: CurlTransfer
      if let last = spare.popLast() {
        transfer = last
      } else {
        transfer = try CurlTransfer(curl: curl, driver: self, environment: environment)
      }
      do throws(UpstreamError) {
        try transfer.prepare(request, environment: environment)
      } catch {
        transfer.finish()
        spare.append(transfer)
        throw error
      }
      let now = NIODeadline.now().uptimeNanoseconds
      transfer.begin(call, receiver: receiver, request: request, now: now)
      call.transfer = transfer
      transfer.slot = running.count
      running.append(transfer)
      mostRunning = max(mostRunning, running.count)
      sweep(before: now &+ min(transfer.connectTimeout, transfer.firstByteTimeout))
      enter { _ = aor_multi_add(curl.table, multi, transfer.easy) }
    } catch {
      call.fail(receiver, error)
    }
    return call
  }

  func pause(_ transfer: CurlTransfer) {
    transfer.isPaused = true
  }

  func resume(_ transfer: CurlTransfer) {
    guard transfer.isPaused else { return }
    transfer.isPaused = false
    let now = NIODeadline.now().uptimeNanoseconds
    transfer.lastPieceAt = now
    if case .streaming = transfer.phase { sweep(before: now &+ transfer.idleTimeout) }
    release(transfer)
  }

  func cancel(_ transfer: CurlTransfer) {
    remove(transfer)
    retire(transfer)
    arm()
  }

  func markDirty(_ transfer: CurlTransfer) {
    guard !transfer.isDirty else { return }
    transfer.isDirty = true
    dirty.append(transfer)
  }

  /// Lets libcurl go on with what it holds back, unless the receiver still wants it to wait.
  private func release(_ transfer: CurlTransfer) {
    guard transfer.isHeld, !transfer.isPaused, let curl, multi != nil else { return }
    if case .ended = transfer.phase { return }
    transfer.isHeld = false
    enter { _ = aor_easy_pause(curl.table, transfer.easy, CURLPAUSE_CONT) }
  }

  /// Takes a transfer out of the multi handle, which closes its connection unless the answer was whole.
  func remove(_ transfer: CurlTransfer) {
    guard let curl, let multi else { return }
    let slot = transfer.slot
    guard running.indices.contains(slot), running[slot] === transfer else { return }
    let last = running.removeLast()
    if last !== transfer {
      running[slot] = last
      last.slot = slot
    }
    _ = aor_multi_remove(curl.table, multi, transfer.easy)
  }

  /// Gives a transfer that was removed back for later calls.
  private func retire(_ transfer: CurlTransfer) {
    transfer.finish()
    spare.append(transfer)
  }

  /// Connections that are kept through a rest.
  private static let restingConnections = 64

  /// Lets go of what a busy hour leaves: all handles, and where there were many calls at once their connections.
  ///
  /// libcurl closes none of its idle connections when asked; they go with the multi handle.
  func rest() {
    freeSpare()
    if running.isEmpty, mostRunning > Self.restingConnections, let curl, let multi {
      _ = aor_multi_cleanup(curl.table, multi)
      curlTimer = nil
      self.multi = makeMulti(curl)
    }
    mostRunning = running.count
  }

  private func freeSpare() {
    for transfer in spare { transfer.free() }
    spare = []
  }

  // MARK: libcurl

  private func open() throws(UpstreamError) {
    guard !isShutDown else { throw .unavailable("the transport is shut down") }
    guard multi == nil else { return }
    let curl: LibCurl
    switch LibCurl.shared {
    case .success(let library): curl = library
    case .failure(let error): throw error
    }
    if readiness == nil {
      readiness = try Readiness(loop: loop, usesKernelWatch: usesKernelWatch) { self.drain() }
    }
    guard let multi = makeMulti(curl) else { throw .unavailable("libcurl gives no handle") }
    self.curl = curl
    self.multi = multi
  }

  private func makeMulti(_ curl: LibCurl) -> UnsafeMutableRawPointer? {
    guard let multi = aor_multi_init(curl.table) else { return nil }
    let context = Unmanaged.passUnretained(self).toOpaque()
    _ = aor_multi_set_pointer(curl.table, multi, CURLMOPT_SOCKETDATA, context)
    _ = aor_multi_set_socket_callback(curl.table, multi, noteSocket)
    _ = aor_multi_set_pointer(curl.table, multi, CURLMOPT_TIMERDATA, context)
    _ = aor_multi_set_timer_callback(curl.table, multi, noteTimer)
    _ = aor_multi_set_long(curl.table, multi, CURLMOPT_MAXCONNECTS, 1024)
    return multi
  }

  /// Runs a call into libcurl that comes from outside of a batch; what it brings is delivered in a later turn, so that
  /// nobody is called back from within their own call.
  private func enter(_ body: () -> Void) {
    guard !isDriving else { return body() }
    isDriving = true
    body()
    runTimer()
    collectDone()
    isDriving = false
    arm()
    scheduleTimer()
    if !dirty.isEmpty { scheduleSettle() }
  }

  private func scheduleSettle() {
    guard !isSettleScheduled else { return }
    isSettleScheduled = true
    loop.execute {
      self.isSettleScheduled = false
      self.settle()
    }
  }

  private func drain() {
    guard let readiness else { return }
    act(on: readiness.take())
    settle()
  }

  /// Tells libcurl which sockets are ready.
  func act(on reports: ArraySlice<aor_ready>) {
    guard let curl, let multi else { return }
    isDriving = true
    for report in reports {
      let index = Int(report.socket)
      guard sockets.indices.contains(index), sockets[index].generation == report.generation, sockets[index].armed != 0
      else { continue }
      // Linux takes back the whole arming with one report; on macOS asking for the other direction twice is harmless.
      sockets[index].armed = 0
      touch(index)
      let wanted = sockets[index].wanted
      let events = report.events & UInt8(AOR_FAILED) != 0 ? report.events | wanted : report.events
      received.pointee = 0
      _ = aor_multi_socket_action(curl.table, multi, report.socket, Int32(events & 3))
      // A full read means there is probably more: asking again is cheaper than another wake-up.
      var turns = 0
      while received.pointee >= CurlTransfer.fullRead, turns < 4, sockets[index].wanted & UInt8(AOR_READABLE) != 0 {
        received.pointee = 0
        turns += 1
        _ = aor_multi_socket_action(curl.table, multi, report.socket, CURL_CSELECT_IN)
      }
    }
    isDriving = false
  }

  /// Brings everything libcurl has noted to the receivers, then asks for the next events.
  func settle() {
    guard !isDriving, multi != nil else { return }
    isDriving = true
    var turns = 0
    repeat {
      runTimer()
      collectDone()
      deliver()
      turns += 1
    } while turns < 16 && (!dirty.isEmpty || curlTimer == 0)
    isDriving = false
    arm()
    scheduleTimer()
    if !dirty.isEmpty || curlTimer == 0 { scheduleSettle() }
  }

  private func collectDone() {
    guard let curl, let multi else { return }
    var result = CURLE_OK
    while let easy = aor_multi_next_done(curl.table, multi, &result) {
      guard let context = curl.pointer(easy, CURLINFO_PRIVATE) else { continue }
      let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
      // A callback that refused bytes has already said why.
      if case .ended = transfer.phase {} else { transfer.phase = .ended(transfer.failure(result)) }
      remove(transfer)
      markDirty(transfer)
    }
  }

  func deliver() {
    guard !dirty.isEmpty else { return }
    let batch = dirty
    dirty = []
    let now = NIODeadline.now().uptimeNanoseconds
    for transfer in batch {
      transfer.isDirty = false
      // Cancelled, perhaps by a receiver earlier in this batch.
      guard let call = transfer.call, let receiver = transfer.receiver else { continue }
      transfer.lastPieceAt = now
      if transfer.hasHead {
        transfer.hasHead = false
        if case .waiting = transfer.phase { transfer.phase = .streaming }
        transfer.releaseSentBody()
        sweep(before: now &+ transfer.idleTimeout)
        receiver.upstreamHead(transfer.head.take())
        guard call.transfer === transfer else { continue }
      }
      if transfer.inlet.pointee.pieces.count > 0 {
        receiver.upstreamBody(transfer.inlet.pointee.pieces.take(), isLast: transfer.phase.isWhole)
        guard call.transfer === transfer else { continue }
      }
      if case .ended(let error) = transfer.phase {
        retire(transfer)
        receiver.upstreamEnd(error)
      } else {
        release(transfer)
      }
    }
  }

  // MARK: End

  /// Ends every call and waits for the watch over the sockets.
  func shutdown() async {
    let watch = try? await loop.submit { self.close() }.get()
    await watch?.stop()
    // The queue of sockets outlives what watches it.
    try? await loop.submit { self.readiness = nil }.get()
  }

  private func close() -> (any ReadinessWatch)? {
    isShutDown = true
    guard let curl, let multi else { return nil }
    for transfer in running {
      transfer.phase = .ended(.cancelled)
      markDirty(transfer)
    }
    while let transfer = running.last { remove(transfer) }
    deliver()
    freeSpare()
    sweepTask?.cancel()
    curlTask?.cancel()
    _ = aor_multi_cleanup(curl.table, multi)
    self.multi = nil
    return readiness?.ending
  }
}
