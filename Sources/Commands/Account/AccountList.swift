import ArgumentParser
import Providers
import Store

/// Lists accounts.
struct AccountList: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List accounts, in the order they are tried",
    discussion: HelpText.make(examples: [("Of one provider", "aor account list openai")]), aliases: ["ls"])
  static let jsonFields = AccountRow.fieldNames

  @Argument(help: "Only this provider's", completion: CompletionValues.providers) var provider: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let store = try context.store()
    let name = try provider.map { try store.providers.require($0).name }
    let rows = try store.accounts.list(provider: name).map { AccountRow(account: $0) }
    try output.show(rows, in: context, empty: name.map { "`\($0)` has no account" } ?? "there is no account yet")
  }
}
