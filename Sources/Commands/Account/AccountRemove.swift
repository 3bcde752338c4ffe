import ArgumentParser
import Providers
import Store

/// Removes an account.
struct AccountRemove: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove an account and its token",
    discussion: HelpText.make(examples: [("Without being asked", "aor account remove openai work --yes")]),
    aliases: ["rm"])

  @OptionGroup var name: AccountName
  @OptionGroup var confirmation: ConfirmationOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let store = try context.store()
    let account = try AccountLookup.require(name, in: store)
    try context.confirm(
      "Remove account `\(account.name)` of `\(account.provider)` and its token?", yes: confirmation.yes)
    try store.accounts.remove(account.name, provider: account.provider)
    try context.configurationChanged()
    context.done("removed account `\(account.name)` of `\(account.provider)`")
  }
}
