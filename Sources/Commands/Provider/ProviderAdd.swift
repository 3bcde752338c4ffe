import ArgumentParser
import Console
import Conversation
import Foundation
import Providers
import Store

/// Adds a provider.
struct ProviderAdd: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add a provider",
    discussion: HelpText.make(
      "A name that is a preset's uses that preset. With a base URL and no protocol, the URL is asked what it speaks. "
        + "The token is read from standard input or a variable, or asked for; it is stored encrypted.",
      examples: [
        ("A well-known one", "aor provider add deepseek --token-stdin < key.txt"),
        ("The same under another name", "aor provider add work --preset deepseek --token-env WORK_KEY"),
        ("Any other", "aor provider add main --base-url https://llm.example.com/v1 --token-stdin < key.txt"),
        (
          "One that needs no token",
          "aor provider add box --protocol openai-chat --base-url http://127.0.0.1:8080/v1 --auth none"
        ),
      ]))
  static let jsonFields = ProviderRow.fieldNames

  @Argument(help: "A preset, or a name of your own", completion: CompletionValues.presets) var name: String
  @Option(help: "The preset to start from", completion: CompletionValues.presets) var preset: String?
  @OptionGroup var endpoint: EndpointOptions
  @OptionGroup var secret: SecretOptions
  @Flag(name: .customLong("no-token"), help: "Add it without an account; add that later") var noToken = false
  @Option(
    name: .customLong("models"), help: ArgumentHelp("Its models (a,b); the preset's when left out", valueName: "models")
  )
  var models: String?
  @OptionGroup var network: ProxyOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func check() throws {
    if endpoint.dialect != nil, endpoint.baseURL == nil {
      throw UserFacingError.usage("`--protocol` needs `--base-url`", hints: [.run("aor provider add --help")])
    }
    if noToken, secret.isGiven {
      throw UserFacingError.usage("`--no-token` excludes `--token-stdin` and `--token-env`")
    }
  }

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    guard Provider.isValid(name: name) else {
      throw UserFacingError.usage("a provider's name is 1 to 64 letters, digits, `.`, `_` and `-`: \(name)")
    }
    let store = try context.store()
    if let existing = try store.providers.find(name) {
      throw StoreError.alreadyExists(.provider, name: existing.name)
    }
    let proxy = try network.value(in: context).flatMap { $0.isEmpty ? nil : $0 }
    let draft = try ProviderDraft(name: name, preset: preset, endpoint: endpoint)
    // The token comes before the probe, which is better answered with one.
    let token = try token(for: draft, in: context)
    var provider = try await draft.provider(token: token, proxy: proxy, in: context)
    if let models { provider.models = ListOption.split(models) }
    provider.networkProxy = proxy
    try store.providers.add(provider, token: token)
    try context.configurationChanged()
    let protocols = provider.endpoints.map(\.dialect.rawValue).joined(separator: ", ")
    context.done("added provider `\(provider.name)` (\(protocols))")
    suggestNext(provider, hasAccount: token != nil, in: context)
    if output.json != nil {
      let row = ProviderRow(provider: provider, accounts: try store.accounts.list(provider: provider.name))
      try output.show(row, details: Details(), in: context)
    }
  }

  /// The token, where the provider takes one.
  private func token(for draft: ProviderDraft, in context: CommandContext) throws -> String? {
    let retry =
      "aor provider add \(name)\(preset.map { " --preset \($0)" } ?? "")\(endpoint.baseURL.map { " --base-url \($0)" } ?? "") --token-stdin < key.txt"
    if secret.isGiven { return try secret.token(question: "Token for \(name)", retry: retry, in: context) }
    guard draft.needsToken, !noToken else { return nil }
    if context.prompt.isPossible, let website = draft.website { context.note("keys are made at \(website)") }
    return try secret.token(question: "Token for \(name)", retry: retry, in: context)
  }

  private func suggestNext(_ provider: Provider, hasAccount: Bool, in context: CommandContext) {
    let needsAccount = provider.endpoints.contains { $0.authentication == .bearer || $0.authentication.isHeader }
    if needsAccount, !hasAccount {
      return context.hint("run `aor account add \(provider.name) --token-stdin < key.txt`")
    }
    let routes = (try? context.store().routes.list()) ?? []
    context.hint(
      routes.isEmpty
        ? "run `aor route set default \(provider.name)/` to send every model to it"
        : "run `aor provider test \(provider.name)`")
  }
}

/// Lists as options take them.
enum ListOption {
  /// The parts between commas, without spaces around them.
  static func split(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }
}
