/// A line on standard error that says what is being waited for.
///
/// Only on a terminal, and only when it takes long enough to wonder; gone again when the work is done.
public enum Progress {
  /// Runs `work` under a progress line.
  public static func during<T: Sendable>(
    _ message: String, on stream: TextOutput, isAllowed: Bool, _ work: () async throws -> T
  ) async rethrows -> T {
    guard isAllowed, stream.isTerminal else { return try await work() }
    let line = ProgressLine(message: message, stream: stream)
    let timer = Task {
      try await Task.sleep(nanoseconds: 500_000_000)
      await line.show()
    }
    do {
      let result = try await work()
      timer.cancel()
      await line.clear()
      return result
    } catch {
      timer.cancel()
      await line.clear()
      throw error
    }
  }
}

/// Serialises showing and clearing, so that a late timer never writes after the line was cleared.
private actor ProgressLine {
  private let message: String
  private let stream: TextOutput
  private var isShown = false
  private var isOver = false

  init(message: String, stream: TextOutput) {
    self.message = message
    self.stream = stream
  }

  func show() {
    guard !isOver else { return }
    isShown = true
    let text = DisplayWidth.truncate(DisplayWidth.sanitize(message) + " …", to: (stream.columns ?? 80) - 1)
    try? stream.write(stream.style.faint(text))
  }

  func clear() {
    isOver = true
    if isShown { try? stream.write("\r\u{1B}[K") }
    isShown = false
  }
}
