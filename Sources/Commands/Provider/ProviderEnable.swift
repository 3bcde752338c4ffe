import ArgumentParser
import Providers
import Store

/// Lets a provider be used again.
struct ProviderEnable: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "Use a provider again",
    discussion: HelpText.make(examples: [("After a pause", "aor provider enable deepseek")]))

  @Argument(help: "The provider", completion: CompletionValues.providers) var name: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let providers = try context.store().providers
    let provider = try providers.require(name)
    try providers.setEnabled(provider.name, true)
    try context.configurationChanged()
    context.done("enabled provider `\(provider.name)`")
  }
}
