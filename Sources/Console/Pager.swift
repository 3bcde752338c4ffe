#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Shows long text a screen at a time.
public struct Pager: Sendable {
  private let command: [String]
  private let environment: [String: String]

  /// Chooses the pager: `AOR_PAGER`, else `PAGER`, else `less`.
  ///
  /// Nil when that is empty or `cat`.
  ///
  /// The value is split at spaces and run without a shell.
  public init?(environment: [String: String]) {
    let chosen = environment["AOR_PAGER"] ?? environment["PAGER"] ?? "less"
    command = chosen.split(separator: " ").map(String.init)
    if command.isEmpty || command == ["cat"] { return nil }
    // Quit when it fits one screen, keep colours, do not clear the screen; our text is UTF-8 in every locale.
    self.environment = environment.merging(["LESS": "FRX", "LESSCHARSET": "utf-8"]) { own, _ in own }
  }

  /// Shows `text` and waits until the pager is closed; false when it could not be started.
  public func show(_ text: String) -> Bool {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return false }
    // Another child must not hold the writing end open, or the pager would wait for ever.
    _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
    let child = ChildProcess.spawn(command, environment: environment, input: ends[0])
    close(ends[0])
    guard let child else {
      close(ends[1])
      return false
    }
    // A pager closed early is no failure.
    try? Descriptor.writeAll(Array(text.utf8), to: ends[1])
    close(ends[1])
    // Ctrl-C belongs to the pager while it is up.
    let previous = signal(SIGINT, SIG_IGN)
    _ = ChildProcess.wait(for: child)
    signal(SIGINT, previous)
    return true
  }
}
