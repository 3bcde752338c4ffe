import ArgumentParser

/// `aor config`: settings.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Settings",
    discussion: HelpText.make(examples: [
      ("See all settings", "aor config list"),
      ("Change one", "aor config set server.port 9000"),
      ("Require a key from clients", "aor config set server.key --stdin < key.txt"),
    ]),
    subcommands: [ConfigList.self, ConfigGet.self, ConfigSet.self, ConfigUnset.self, ConfigPath.self])
}
