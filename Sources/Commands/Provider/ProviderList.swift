import ArgumentParser
import Providers
import Store

/// Lists providers.
struct ProviderList: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List providers",
    discussion: HelpText.make(examples: [("The names only", "aor provider list --json name")]), aliases: ["ls"])
  static let jsonFields = ProviderRow.fieldNames

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let store = try context.store()
    let accounts = Dictionary(grouping: try store.accounts.list(), by: \.provider)
    let rows = try store.providers.list().map { ProviderRow(provider: $0, accounts: accounts[$0.name] ?? []) }
    try output.show(rows, in: context, empty: "there is no provider yet; add one with `aor provider add <preset>`")
  }
}
