import ArgumentParser
import Providers
import Store

/// Removes a provider with its accounts.
struct ProviderRemove: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove a provider and its accounts",
    discussion: HelpText.make(
      "A provider that routes point at is kept, unless `--force`: then those routes lose the target.",
      examples: [("Without being asked", "aor provider remove main --yes")]), aliases: ["rm"])

  @Argument(help: "The provider", completion: CompletionValues.providers) var name: String
  @Flag(help: "Also when routes point at it") var force = false
  @OptionGroup var confirmation: ConfirmationOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let store = try context.store()
    let provider = try store.providers.require(name)
    let uses = try store.providers.uses(of: provider.name)
    if !uses.isEmpty, !force { throw StoreError.providerInUse(provider.name, routes: uses) }
    let accounts = try store.accounts.list(provider: provider.name).count
    let what =
      "`\(provider.name)`"
      + (accounts == 0 ? "" : " and the tokens of \(accounts == 1 ? "its account" : "its \(accounts) accounts")")
    try context.confirm("Remove provider \(what)?", yes: confirmation.yes)
    let removal = try store.providers.remove(provider.name, force: force)
    try context.configurationChanged()
    context.done("removed provider `\(removal.provider.name)`")
    for use in removal.removed {
      context.note("removed route `\(use.pattern)` of group `\(use.group)`: it had no other target")
    }
    for use in removal.shortened {
      context.note("route `\(use.pattern)` of group `\(use.group)` goes on with its other targets")
    }
  }
}
