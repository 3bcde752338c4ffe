import ArgumentParser

/// `aor provider`: upstreams.
struct ProviderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "provider", abstract: "Upstreams: who answers",
    discussion: HelpText.make(
      "A provider has a base URL for each protocol it speaks, accounts, and a list of models.",
      examples: [
        ("A well-known one", "aor provider add deepseek --token-stdin < key.txt"),
        ("A local one", "aor provider add ollama"),
        ("Any other", "aor provider add main --base-url https://llm.example.com/v1 --token-stdin < key.txt"),
        ("See whether it works", "aor provider test deepseek"),
      ]),
    subcommands: [
      ProviderAdd.self, ProviderList.self, ProviderShow.self, ProviderEdit.self, ProviderRemove.self,
      ProviderTest.self, ProviderModels.self, ProviderPresets.self, ProviderEnable.self, ProviderDisable.self,
    ])
}
