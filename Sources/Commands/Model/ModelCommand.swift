import ArgumentParser

/// `aor model`: what can be asked for.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Models providers offer",
    discussion: HelpText.make(examples: [("All of them", "aor model list")]), subcommands: [ModelList.self])
}
