import CCurl
import NIOCore

/// What libcurl asks to wait for: sockets through the readiness thread, times through the event loop.
extension CurlDriver {
  func touch(_ index: Int) {
    guard !sockets[index].isTouched else { return }
    sockets[index].isTouched = true
    touched.append(Int32(index))
  }

  func socketChanged(_ socket: curl_socket_t, _ what: Int32) {
    guard socket >= 0 else { return }
    let index = Int(socket)
    if index >= sockets.count {
      sockets += Array(repeating: Socket(), count: index + 64 - sockets.count)
    }
    switch what {
    case CURL_POLL_IN: sockets[index].wanted = UInt8(AOR_READABLE)
    case CURL_POLL_OUT: sockets[index].wanted = UInt8(AOR_WRITABLE)
    case CURL_POLL_INOUT: sockets[index].wanted = UInt8(AOR_READABLE) | UInt8(AOR_WRITABLE)
    default:
      // The number may come back as another socket, so nothing known about this one holds any longer. It may still be
      // reported once: its generation is then out of date or `armed` is 0.
      sockets[index].wanted = 0
      sockets[index].armed = 0
    }
    touch(index)
  }

  func arm() {
    guard !isDriving, let readiness else { return }
    for socket in touched {
      let index = Int(socket)
      sockets[index].isTouched = false
      let wanted = sockets[index].wanted
      guard wanted != 0, wanted != sockets[index].armed else { continue }
      sockets[index].generation &+= 1
      sockets[index].armed = wanted
      if !readiness.arm(socket, wanted, generation: sockets[index].generation) {
        // Not a socket that can be waited for: let libcurl try, so that it meets the error itself.
        let report = aor_ready(socket: socket, generation: sockets[index].generation, events: UInt8(AOR_FAILED))
        loop.execute {
          self.act(on: [report])
          self.settle()
        }
      }
    }
    touched.removeAll(keepingCapacity: true)
    readiness.watchAgain()
  }

  // MARK: Timers

  func timerChanged(_ milliseconds: Int) {
    guard milliseconds >= 0 else {
      curlTimer = nil
      return
    }
    curlTimer = milliseconds == 0 ? 0 : NIODeadline.now().uptimeNanoseconds &+ UInt64(milliseconds) &* 1_000_000
  }

  func runTimer() {
    guard let curl, let multi, let due = curlTimer else { return }
    guard due == 0 || due <= NIODeadline.now().uptimeNanoseconds else { return }
    curlTimer = nil
    _ = aor_multi_socket_action(curl.table, multi, CURL_SOCKET_TIMEOUT, 0)
  }

  func scheduleTimer() {
    // A task that comes too early finds nothing due and does no harm; most timers are taken back before they fire.
    guard let due = curlTimer, due != 0, due < curlTaskAt else { return }
    curlTask?.cancel()
    curlTaskAt = due
    curlTask = loop.scheduleTask(deadline: .uptimeNanoseconds(due)) {
      self.curlTaskAt = .max
      self.settle()
    }
  }

  /// Makes sure that time-outs are looked at by then.
  ///
  /// One task serves all calls, and it is only moved forward.
  func sweep(before deadline: UInt64) {
    guard deadline < sweepAt else { return }
    sweepTask?.cancel()
    sweepAt = deadline
    sweepTask = loop.scheduleTask(deadline: .uptimeNanoseconds(deadline)) {
      self.sweepAt = .max
      self.sweepNow()
    }
  }

  func sweepNow() {
    let now = NIODeadline.now().uptimeNanoseconds
    var next = UInt64.max
    for transfer in running {
      let (deadline, error) = transfer.deadline(now: now)
      if deadline > now {
        next = min(next, deadline)
      } else if let error {
        markDirty(transfer)
        transfer.phase = .ended(error)
      }
    }
    for transfer in dirty {
      if case .ended = transfer.phase { remove(transfer) }
    }
    if next != .max { sweep(before: next) }
    arm()
    settle()
  }
}

/// libcurl's socket callback.
///
/// At file scope: a closure would take on the isolation of where it is written.
func noteSocket(
  _ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
  _ unused: UnsafeMutableRawPointer?
) -> Int32 {
  guard let context else { return 0 }
  Unmanaged<CurlDriver>.fromOpaque(context).takeUnretainedValue().socketChanged(socket, what)
  return 0
}

/// libcurl's timer callback.
func noteTimer(
  _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  guard let context else { return 0 }
  Unmanaged<CurlDriver>.fromOpaque(context).takeUnretainedValue().timerChanged(milliseconds)
  return 0
}
