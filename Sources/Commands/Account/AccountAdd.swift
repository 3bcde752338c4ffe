import ArgumentParser
import Providers
import Store

/// Adds a credential to a provider.
struct AccountAdd: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add an account to a provider, or replace its token",
    discussion: HelpText.make(examples: [
      ("A second key", "aor account add openai work --token-stdin < work-key.txt"),
      ("Replace the first one", "aor account add openai --replace --token-stdin < new-key.txt"),
    ]))

  @OptionGroup var name: AccountName
  @OptionGroup var secret: SecretOptions
  @Flag(help: "Replace the token of an account that exists") var replace = false
  @OptionGroup var network: ProxyOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let store = try context.store()
    let provider = try store.providers.require(name.provider).name
    let proxy = try network.value(in: context)
    let existing = try store.accounts.find(name.account, provider: provider)
    if let existing, !replace {
      throw UserFacingError(
        "`\(provider)` already has an account `\(existing.name)`",
        hints: [
          .run("aor account add \(provider) \(existing.name) --replace --token-stdin"),
          .text("or choose another name for a second account"),
        ])
    }
    let token = try secret.token(
      question: "Token for \(provider) (\(name.account))",
      retry: "aor account add \(provider) \(name.account) --token-stdin < key.txt", in: context)
    try store.accounts.setToken(provider: provider, name: name.account, token: token)
    if let proxy { try store.accounts.setNetworkProxy(name.account, provider: provider, proxy.isEmpty ? nil : proxy) }
    try context.configurationChanged()
    context.done("\(existing == nil ? "added" : "replaced the token of") account `\(name.account)` of `\(provider)`")
    context.hint("run `aor provider test \(provider)`")
  }
}
