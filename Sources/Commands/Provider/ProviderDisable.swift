import ArgumentParser
import Providers
import Store

/// Takes a provider out of use.
struct ProviderDisable: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Keep a provider, but do not use it",
    discussion: HelpText.make(examples: [("While it is down", "aor provider disable deepseek")]))

  @Argument(help: "The provider", completion: CompletionValues.providers) var name: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let providers = try context.store().providers
    let provider = try providers.require(name)
    try providers.setEnabled(provider.name, false)
    try context.configurationChanged()
    context.done("disabled provider `\(provider.name)`")
  }
}
