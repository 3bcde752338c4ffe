import ArgumentParser
import Providers
import Store

/// Takes an account out of use.
struct AccountDisable: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Keep an account, but do not use it",
    discussion: HelpText.make(examples: [("While its quota is empty", "aor account disable openai work")]))

  @OptionGroup var name: AccountName
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let store = try context.store()
    let account = try AccountLookup.require(name, in: store)
    try store.accounts.setEnabled(account.name, provider: account.provider, false)
    try context.configurationChanged()
    context.done("disabled account `\(account.name)` of `\(account.provider)`")
  }
}
