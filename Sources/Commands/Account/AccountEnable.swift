import ArgumentParser
import Providers
import Store

/// Lets an account be used again.
struct AccountEnable: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "Use an account again",
    discussion: HelpText.make(examples: [("After a pause", "aor account enable openai work")]))

  @OptionGroup var name: AccountName
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let store = try context.store()
    let account = try AccountLookup.require(name, in: store)
    try store.accounts.setEnabled(account.name, provider: account.provider, true)
    try context.configurationChanged()
    context.done("enabled account `\(account.name)` of `\(account.provider)`")
  }
}
