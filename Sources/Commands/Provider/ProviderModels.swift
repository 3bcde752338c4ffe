import ArgumentParser
import Console
import Providers
import Routing
import Store

/// Asks a provider which models it has.
struct ProviderModels: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "Ask a provider which models it has",
    discussion: HelpText.make(
      "The list comes from the provider, now. `--save` keeps it for `aor model list` and for clients that ask.",
      examples: [("Ask and keep the list", "aor provider models openrouter --save")]))
  static let jsonFields = ModelRow.fieldNames

  @Argument(help: "The provider", completion: CompletionValues.providers) var name: String
  @Flag(help: "Keep the list") var save = false
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let target = try ProviderAccess(provider: name, account: nil, in: context)
    let http = context.http
    let names = try await context.progress("asking \(target.provider.name) for its models") {
      try await target.models(http)
    }
    if save {
      try context.store().providers.edit(target.provider.name) { $0.models = names }
      try context.configurationChanged()
      context.done("kept \(names.count) models of `\(target.provider.name)`")
    }
    let rows = names.map { ModelRow.of($0, target.provider) }
    try output.show(rows, in: context, empty: "`\(target.provider.name)` lists no model")
  }
}
