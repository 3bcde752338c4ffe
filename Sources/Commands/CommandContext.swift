import Console
import Foundation
import Store

/// Everything a command touches outside itself.
///
/// Opened when first used: a command that needs no database opens none.
final class CommandContext {
  let environment: [String: String]
  let streams: StandardStreams
  let now: @Sendable () -> Date
  let isQuiet: Bool
  private let usesPager: Bool
  private var openedStore: Store?
  private var knownDirectories: Directories?

  init(
    environment: [String: String], streams: StandardStreams, global: GlobalOptions,
    now: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.environment = environment
    self.streams = streams
    self.now = now
    isQuiet = global.quiet
    usesPager = !global.noPager
  }

  /// The paths of this user.
  func directories() throws -> Directories {
    if let knownDirectories { return knownDirectories }
    let directories = try Directories(environment: environment)
    knownDirectories = directories
    return directories
  }

  /// The database, opened or created at the first call.
  func store() throws -> Store {
    if let openedStore { return openedStore }
    let keyFile = environment[.secretKeyFile].flatMap { $0.isEmpty ? nil : $0 }
    let store = try Store(directory: directories().data, keyFile: keyFile)
    openedStore = store
    return store
  }

  /// Makes requests; its thread starts with the first use.
  private(set) lazy var http = OutboundHTTP()

  /// Asks questions, where there is somebody to answer.
  var prompt: Prompt { Prompt(streams: streams, isAllowed: !environment.isOn(.noPrompt)) }
}

// MARK: - Output

extension CommandContext {
  /// Writes data, one line.
  func print(_ text: String) throws {
    try streams.output.writeLine(text)
  }

  /// Writes long data: through the pager on a terminal.
  func page(_ text: String) throws {
    if usesPager, streams.output.isTerminal, let pager = Pager(environment: environment), pager.show(text) { return }
    try streams.output.write(text)
  }

  /// Says what was done or what comes next; not with `--quiet`.
  ///
  /// Never fails: talk is not worth an error.
  func note(_ text: String) {
    if !isQuiet { try? streams.error.writeLine(text) }
  }

  /// Says that something was done.
  func done(_ text: String) {
    note(streams.error.style.good("✓") + " " + text)
  }

  /// Says what to do next.
  func hint(_ text: String) {
    note(streams.error.style.hint("hint:") + " " + text)
  }

  /// Says that something is not as it should be; also with `--quiet`.
  func warn(_ text: String) {
    try? streams.error.writeLine(streams.error.style.warning("warning:") + " " + text)
  }

  /// Runs something that may take long under a progress line.
  func progress<T: Sendable>(_ message: String, _ work: () async throws -> T) async rethrows -> T {
    let isAllowed = !isQuiet && !environment.isOn(.noProgress)
    return try await Progress.during(message, on: streams.error, isAllowed: isAllowed, work)
  }
}

// MARK: - Questions

extension CommandContext {
  /// Makes sure that the user wants a destructive thing: `--yes`, or the question answered by yes.
  func confirm(_ question: String, yes: Bool) throws {
    if yes { return }
    guard prompt.isPossible else {
      throw UserFacingError.usage(
        "`--yes` is required when not running interactively", hints: [.text("it would ask: \(question)")])
    }
    guard try prompt.confirm(question) else { throw UserFacingError("nothing was changed") }
  }
}
