import ArgumentParser
import Console
import Providers
import Routing
import Store

/// Shows one account.
struct AccountShow: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show an account; of its token only the ends",
    discussion: HelpText.make(examples: [("The first account", "aor account show openai")]))
  static let jsonFields = AccountRow.fieldNames

  @OptionGroup var name: AccountName
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let store = try context.store()
    let account = try AccountLookup.require(name, in: store)
    var details = Details()
    details.add("provider", account.provider)
    details.add("account", account.name)
    details.add("state", account.isEnabled ? "enabled" : "disabled", account.isEnabled ? .good : .warning)
    details.add("proxy", account.networkProxy.map(Masking.url))
    if output.json == nil {
      let entry = try store.snapshots.read().providers[account.provider]
      let credential = entry?.credentials.first { $0.accountID == account.id }
      details.add("token", credential.map { Masking.token($0.token) })
      if credential == nil { details.add("problem", entry?.problem, .bad) }
    }
    try output.show(AccountRow(account: account), details: details, in: context)
  }
}
