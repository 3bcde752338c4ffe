import Foundation

/// What a command line came to.
public struct CommandResult: Sendable, Equatable {
  /// Everything on standard output.
  public var output: String
  /// Everything on standard error.
  public var error: String
  /// The exit status; 128 and the signal's number for a process a signal ended.
  public var status: Int32

  /// Makes a result.
  public init(output: String, error: String, status: Int32) {
    self.output = output
    self.error = error
    self.status = status
  }
}

/// The built `aor` under way, in an environment of its own.
///
/// Not Foundation's `Process`: a child of that inherits descriptors of others started at the same time, and is then
/// waited for until those end; and starting one reads `/proc/self/fd`, which crashes now and then while other threads
/// open sockets.
public final class AorProcess: Sendable {
  /// The process id.
  public let identifier: Int32

  /// The built binary, which is beside the test bundle.
  public static let executable: String = {
    #if os(macOS)
      for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
        return bundle.bundleURL.deletingLastPathComponent().appendingPathComponent("aor").path
      }
    #endif
    return Bundle.main.bundleURL.appendingPathComponent("aor").path
  }()

  /// Starts a command line of the built `aor`, or of another program.
  ///
  /// The environment is exactly what is given; of our descriptors it gets these three only, and `/dev/null` for those
  /// left out.
  public init(
    _ arguments: [String], environment: [String: String], executable: String = AorProcess.executable,
    input: Int32? = nil, output: Int32? = nil, error: Int32? = nil
  ) throws {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    // The given ones may be 0 to 2 themselves; copied out of the way first, none is overwritten before it is used.
    for (copy, descriptor) in [(1000, input), (1001, output), (1002, error)] as [(Int32, Int32?)] {
      if let descriptor {
        posix_spawn_file_actions_adddup2(&actions, descriptor, copy)
      } else {
        posix_spawn_file_actions_addopen(&actions, copy, "/dev/null", O_RDWR, 0)
      }
    }
    for (copy, standard) in [(1000, 0), (1001, 1), (1002, 2)] as [(Int32, Int32)] {
      posix_spawn_file_actions_adddup2(&actions, copy, standard)
    }
    var flags = Int16(POSIX_SPAWN_SETSIGDEF)
    #if canImport(Darwin)
      flags |= Int16(POSIX_SPAWN_CLOEXEC_DEFAULT)
    #else
      // Closing one that is not open is no error.
      for descriptor in 3...1002 as ClosedRange<Int32> { posix_spawn_file_actions_addclose(&actions, descriptor) }
    #endif
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for number in [SIGPIPE, SIGINT, SIGTERM] { sigaddset(&defaults, number) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, flags)
    var argv = ([executable] + arguments).map { strdup($0) } + [nil]
    var envp = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    var child: pid_t = 0
    let failure = posix_spawn(&child, executable, &actions, &attributes, &argv, &envp)
    guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
    identifier = child
  }

  /// Sends a signal.
  public func signal(_ number: Int32) {
    kill(identifier, number)
  }

  /// Waits for the end, once; gives the exit status, or 128 and the signal's number.
  public func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  /// Runs a command line to its end.
  ///
  /// It is killed after `timeout` seconds.
  public static func run(
    _ arguments: [String], input: String = "", environment: [String: String], timeout: Double = 60
  ) throws -> CommandResult {
    // Files, not pipes: nothing can block, however much is written.
    let files = try ["in", "out", "err"].map { _ in try ScratchFile() }
    try files[0].write(input)
    let process = try AorProcess(
      arguments, environment: environment, input: files[0].descriptor, output: files[1].descriptor,
      error: files[2].descriptor)
    let guardian = DispatchWorkItem { process.signal(SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + timeout, execute: guardian)
    let status = process.wait()
    guardian.cancel()
    return CommandResult(output: try files[1].text(), error: try files[2].text(), status: status)
  }
}

/// A file without a name, for a stream of a child.
public final class ScratchFile: Sendable {
  /// Open for reading and writing.
  public let descriptor: Int32

  /// Makes an empty file.
  public init() throws {
    var template = Array("/tmp/aor-stream-\(String(repeating: "X", count: 6))".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw POSIXError(.EIO) }
    unlink(template)
  }

  /// Writes text and goes back to the start.
  public func write(_ text: String) throws {
    let bytes = Array(text.utf8)
    let count = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    guard count == bytes.count else { throw POSIXError(.EIO) }
  }

  /// Everything in it.
  public func text() throws -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(bytes.count)) }
      guard count >= 0 else { throw POSIXError(.EIO) }
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer.prefix(count)
    }
  }

  deinit { close(descriptor) }
}

/// The reading and the writing end of a pipe that no other child inherits: a writing end left open anywhere keeps its
/// reader waiting.
private func makePipe() throws -> (reading: Int32, writing: Int32) {
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else { throw POSIXError(.EIO) }
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  return (ends[0], ends[1])
}

/// A child's output, read line by line.
public final class LinePipe {
  /// For the child.
  public let writing: Int32
  private let reading: Int32
  private var buffer: [UInt8] = []
  private var isWritingOpen = true

  /// Makes a pipe.
  public init() throws {
    (reading, writing) = try makePipe()
  }

  /// Fills the pipe, so that whoever writes into it next must wait until somebody reads.
  public func fill() {
    let flags = fcntl(writing, F_GETFL)
    _ = fcntl(writing, F_SETFL, flags | O_NONBLOCK)
    let line = Array(String(repeating: "x", count: 4095).utf8) + [0x0A]
    for size in [line.count, 1] { while write(writing, line, size) > 0 {} }
    _ = fcntl(writing, F_SETFL, flags)
  }

  /// Closes our copy of the child's end, so that its end is seen.
  public func closeWriting() {
    if isWritingOpen { close(writing) }
    isWritingOpen = false
  }

  /// The next line; nil at the end.
  public func next() -> String? {
    while true {
      if let end = buffer.firstIndex(of: 0x0A) {
        defer { buffer.removeSubrange(...end) }
        return String(decoding: buffer[..<end], as: UTF8.self)
      }
      var more = [UInt8](repeating: 0, count: 4096)
      let count = more.withUnsafeMutableBytes { read(reading, $0.baseAddress, $0.count) }
      guard count > 0 else { return nil }
      buffer += more.prefix(count)
    }
  }

  deinit {
    closeWriting()
    close(reading)
  }
}

/// A child's input, written bit by bit and held open.
public final class FeedPipe {
  /// For the child.
  public let reading: Int32
  private let writing: Int32
  private var isOpen = true

  /// Makes a pipe.
  public init() throws {
    (reading, writing) = try makePipe()
  }

  /// Writes text; a pipe takes 64 KiB before it blocks.
  public func send(_ text: String) throws {
    let bytes = Array(text.utf8)
    let count = bytes.withUnsafeBytes { write(writing, $0.baseAddress, $0.count) }
    guard count == bytes.count else { throw POSIXError(.EIO) }
  }

  /// Ends the input.
  public func end() {
    if isOpen { close(writing) }
    isOpen = false
  }

  deinit {
    end()
    close(reading)
  }
}
