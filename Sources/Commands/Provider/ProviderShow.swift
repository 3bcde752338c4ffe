import ArgumentParser
import Conversation
import Foundation
import Providers
import Store

/// Shows one provider.
struct ProviderShow: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a provider",
    discussion: HelpText.make(examples: [("All of it, for a script", "aor provider show deepseek --json")]))
  static let jsonFields = ProviderRow.fieldNames

  @Argument(help: "The provider", completion: CompletionValues.providers) var name: String
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let store = try context.store()
    let provider = try store.providers.require(name)
    let row = ProviderRow(provider: provider, accounts: try store.accounts.list(provider: provider.name))
    var details = Details()
    details.add("provider", provider.name)
    details.add("state", row.state.text, row.state.tone)
    details.add("preset", provider.preset)
    for endpoint in provider.endpoints {
      details.add(endpoint.dialect.rawValue, "\(endpoint.baseURL) (auth: \(endpoint.authentication.name))")
    }
    details.add("accounts", row.accounts.map { $0.name + ($0.isEnabled ? "" : " (disabled)") }.joined(separator: ", "))
    details.add("models", provider.models.joined(separator: ", "))
    details.add("website", provider.website)
    details.add("proxy", provider.networkProxy.map(Masking.url))
    details.add("http2", provider.http2 ? "on" : nil)
    details.add("time-outs", timeouts(provider.timeouts))
    let quirks = QuirkSettings.departures(of: provider.quirks)
    details.add("quirks", quirks.map { "\($0.key)=\($0.value.plain)" }.joined(separator: ", "))
    let uses = try store.providers.uses(of: provider.name)
    details.add("routes", uses.map { "\($0.pattern) (\($0.group))" }.joined(separator: ", "))
    try output.show(row, details: details, in: context)
  }

  private func timeouts(_ timeouts: TimeoutOverrides) -> String {
    [("connect", timeouts.connect), ("first byte", timeouts.firstByte), ("idle", timeouts.idle)]
      .compactMap { name, value in value.map { "\(name) \(OutputValue.number($0).plain) s" } }.joined(separator: ", ")
  }
}
