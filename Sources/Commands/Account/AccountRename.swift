import ArgumentParser
import Providers
import Store

/// Renames an account.
struct AccountRename: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "rename", abstract: "Rename an account",
    discussion: HelpText.make(examples: [("Give the first one a name", "aor account rename openai default private")]))

  @Argument(help: "The provider", completion: CompletionValues.providers) var provider: String
  @Argument(help: "The account") var account: String
  @Argument(help: "Its new name") var newName: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let store = try context.store()
    let found = try AccountLookup.require(provider: provider, account: account, in: store)
    try store.accounts.rename(found.name, provider: found.provider, to: newName)
    try context.configurationChanged()
    context.done("account `\(found.name)` of `\(found.provider)` is now `\(newName)`")
  }
}
