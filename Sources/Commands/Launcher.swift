import ArgumentParser
import Console
import Foundation

/// Parses, runs, exits: the only place that turns an error into text and a status.
public enum Launcher {
  /// Answers what needs nothing set up, and ends the process; returns when the command line asks for more.
  ///
  /// Scripts and prompts ask for the version all the time. Apart from `main`, so that no thread is started for it.
  public static func answerAtOnce() {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.elementsEqual(["--version"]) || arguments.elementsEqual(["version"]) else { return }
    print("aor \(VersionNumber.current)")
    exit(ExitStatus.ok.rawValue)
  }

  /// Runs the command of this process and ends it.
  public static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    let environment = ProcessInfo.processInfo.environment
    let streams = StandardStreams.process(environment: environment, color: color(in: arguments))
    let status = await run(arguments, environment: environment, streams: streams)
    exit(status.rawValue)
  }

  /// Runs one command line and tells what to end with.
  static func run(
    _ arguments: [String], environment: [String: String], streams: StandardStreams
  ) async -> ExitStatus {
    let line = CommandLineWords(arguments)
    do {
      if arguments.first == "---completion" { return try completeValue(arguments, streams) }
      let invocation = try CommandTree.resolve(line.words)
      if let external = invocation.external {
        return runExternal(external, arguments: line.words, environment: environment, streams: streams)
      }
      if invocation.wantsHelp { return try showHelp(invocation, environment: environment, streams: streams) }
      try await execute(line.words, invocation, environment: environment, streams: streams)
      return .ok
    } catch {
      guard let error = ErrorTranslation.userFacing(error) else { return .ok }
      return report(error, on: streams.error)
    }
  }

  private static func execute(
    _ words: [String], _ invocation: CommandTree.Invocation, environment: [String: String], streams: StandardStreams
  ) async throws {
    let command: any AorCommand
    do {
      command = try CommandTree.command(invocation, words: words)
    } catch let error as UserFacingError {
      throw error
    } catch {
      throw UsageError.userFacing(error, invocation)
    }
    try command.check()
    try await command.run(
      in: CommandContext(environment: environment, streams: streams, global: command.global))
  }

  private static func showHelp(
    _ invocation: CommandTree.Invocation, environment: [String: String], streams: StandardStreams
  ) throws -> ExitStatus {
    let context = CommandContext(environment: environment, streams: streams, global: try GlobalOptions.parse([]))
    let page = HelpPage(of: invocation.type, path: invocation.path)
    try context.page(page.text(columns: streams.output.columns ?? 80, style: streams.output.style))
    return .ok
  }

  /// Answers the question a completion script asks about a value.
  private static func completeValue(_ arguments: [String], _ streams: StandardStreams) throws -> ExitStatus {
    do {
      _ = try Aor.parseAsRoot(arguments)
    } catch {
      if Aor.exitCode(for: error) == .success { try streams.output.writeLine(Aor.fullMessage(for: error)) }
    }
    return .ok
  }

  private static func runExternal(
    _ path: String, arguments: [String], environment: [String: String], streams: StandardStreams
  ) -> ExitStatus {
    let reason = ChildProcess.replace(with: path, arguments: Array(arguments.dropFirst()), environment: environment)
    return report(UserFacingError("`\(path)` cannot be run", causes: [reason]), on: streams.error)
  }

  private static func report(_ error: UserFacingError, on stream: TextOutput) -> ExitStatus {
    // Nothing more can be said where standard error is gone.
    try? stream.write(ErrorText.render(error, style: stream.style))
    return error.status
  }

  /// `--color` is needed before the command line is parsed, for the error that may come of that.
  private static func color(in arguments: [String]) -> ColorChoice {
    for (index, word) in arguments.enumerated() {
      if word == "--" { break }
      if word.hasPrefix("--color=") { return ColorChoice(rawValue: String(word.dropFirst(8))) ?? .auto }
      if word == "--color", index + 1 < arguments.count { return ColorChoice(rawValue: arguments[index + 1]) ?? .auto }
    }
    return .auto
  }
}

/// The words of a command line, with the options of every command moved behind the command's name.
struct CommandLineWords {
  let words: [String]

  init(_ arguments: [String]) {
    var moved: [String] = []
    var rest = arguments[...]
    while let first = rest.first {
      let takesValue = GlobalOptions.hoistable[first]
      guard takesValue != nil || first.hasPrefix("--color=") else { break }
      moved.append(rest.removeFirst())
      if takesValue == true, let value = rest.popFirst() { moved.append(value) }
    }
    guard !moved.isEmpty, !rest.isEmpty else {
      words = arguments
      return
    }
    let end = rest.firstIndex(of: "--") ?? rest.endIndex
    words = Array(rest[..<end]) + moved + Array(rest[end...])
  }
}
