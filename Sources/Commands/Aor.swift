import ArgumentParser

/// The root of all commands: their groups, nothing else.
struct Aor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "aor",
    abstract: "The AI gateway for people who code with agents",
    discussion: HelpText.make(
      "One local gateway between your agents and your providers, whatever protocol either side speaks.",
      examples: [
        ("Add a provider", "aor provider add deepseek --token-stdin < key.txt"),
        ("Route every model to it", "aor route set default deepseek/deepseek-chat"),
        ("Start the gateway", "aor serve"),
        ("Point an agent at it, in another terminal", "ANTHROPIC_BASE_URL=http://127.0.0.1:8899/oc/default claude"),
      ]),
    subcommands: [GenerateDocs.self],
    groupedSubcommands: [
      CommandGroup(
        name: "Providers and routes",
        subcommands: [
          ProviderCommand.self, AccountCommand.self, GroupCommand.self, RouteCommand.self, ModelCommand.self,
        ]),
      CommandGroup(
        name: "Gateway",
        subcommands: [Serve.self, StatusShow.self, LogsCommand.self, Echo.self, TranslateCommand.self]),
      CommandGroup(
        name: "aor itself",
        subcommands: [ConfigCommand.self, CompletionPrint.self, VersionShow.self, HelpShow.self]),
    ])
}
