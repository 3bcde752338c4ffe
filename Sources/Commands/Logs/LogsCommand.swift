import ArgumentParser

/// `aor logs`: what happened.
struct LogsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs", abstract: "What happened: every exchange",
    discussion: HelpText.make(
      "Without a command it lists.",
      examples: [
        ("The latest", "aor logs"), ("Live", "aor logs -f"),
        ("What went wrong in the last hour", "aor logs --errors --since 1h"),
      ]),
    subcommands: [LogsList.self, LogsShow.self, LogsPath.self], defaultSubcommand: LogsList.self)
}
