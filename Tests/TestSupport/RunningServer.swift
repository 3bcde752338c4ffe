import Foundation

/// An `aor serve` or `aor echo` under way.
public final class RunningServer {
  /// The line it printed first.
  public let greeting: String
  /// The port it listens on.
  public let port: Int
  private let process: AorProcess
  private let output: LinePipe
  private let errors: ScratchFile
  private var isOver = false

  /// Starts a command that listens, and waits until it says where.
  ///
  /// `limit` are arguments of the shell's `ulimit` for it; `error` takes its standard error, which `talk` then is not.
  public init(_ arguments: [String], home: TemporaryHome, limit: String? = nil, error: Int32? = nil) throws {
    output = try LinePipe()
    errors = try ScratchFile()
    let limited = limit.map { ["-c", "ulimit \($0) && exec \"$0\" \"$@\"", AorProcess.executable] }
    process = try AorProcess(
      (limited ?? []) + arguments, environment: ["AOR_HOME": home.path, "PATH": "/usr/bin:/bin"],
      executable: limited == nil ? AorProcess.executable : "/bin/sh",
      output: output.writing, error: error ?? errors.descriptor)
    output.closeWriting()
    greeting = output.next() ?? ""
    port = greeting.split(separator: ":").last.flatMap { Int($0) } ?? 0
  }

  /// The process id.
  public var identifier: Int32 { process.identifier }

  /// What it said on standard error so far.
  public var talk: String { (try? errors.text()) ?? "" }

  /// Sends a signal and waits for the end; gives the exit status, or 128 and the signal's number.
  @discardableResult
  public func stop(_ signal: Int32 = SIGTERM) -> Int32 {
    guard !isOver else { return -1 }
    isOver = true
    process.signal(signal)
    return process.wait()
  }

  deinit { stop(SIGKILL) }
}
