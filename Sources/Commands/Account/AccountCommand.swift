import ArgumentParser

/// `aor account`: the credentials of providers.
struct AccountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Credentials of providers",
    discussion: HelpText.make(
      "A provider may have several accounts; they are tried in order. The first is called `default`.",
      examples: [
        ("A second key", "aor account add openai work --token-stdin < work-key.txt"),
        ("Replace a key", "aor account add openai --replace --token-stdin < new-key.txt"),
      ]),
    subcommands: [
      AccountAdd.self, AccountList.self, AccountShow.self, AccountRemove.self, AccountRename.self, AccountEnable.self,
      AccountDisable.self,
    ])
}

/// The words that name an account.
struct AccountName: ParsableArguments {
  @Argument(help: "The provider", completion: CompletionValues.providers) var provider: String
  @Argument(help: ArgumentHelp("The account", valueName: "account")) var account: String = "default"
}
