import ArgumentParser
import Conversation
import Providers
import Routing
import Store

/// Sends a tiny real request to a provider.
struct ProviderTest: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Send a tiny real request and report what comes back",
    discussion: HelpText.make(
      "One request in each protocol of the provider, at most 16 tokens each. The exit status is 1 when one fails.",
      examples: [
        ("All protocols", "aor provider test deepseek"),
        ("One protocol and model", "aor provider test deepseek --protocol anthropic --model deepseek-chat"),
      ]))
  static let jsonFields = TestRow.fieldNames

  @Argument(help: "The provider", completion: CompletionValues.providers) var name: String
  @Option(name: .customLong("protocol"), help: ArgumentHelp("Only this protocol", valueName: "protocol"))
  var dialect: DialectID?
  @Option(help: "The model to ask; the provider's first when left out", completion: CompletionValues.models)
  var model: String?
  @Option(help: "The account to use; the first when left out") var account: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let target = try ProviderAccess(provider: name, account: account, in: context)
    let endpoints = target.provider.endpoints.filter { dialect == nil || $0.dialect == dialect }
    guard !endpoints.isEmpty else {
      throw UserFacingError(
        "`\(target.provider.name)` does not speak \(dialect?.rawValue ?? "anything")",
        hints: [.run("aor provider show \(target.provider.name)")])
    }
    var rows: [TestRow] = []
    let model = try await chooseModel(target, in: context)
    for endpoint in endpoints {
      let http = context.http
      let row = try await context.progress("asking \(target.provider.name) in \(endpoint.dialect.rawValue)") {
        try await target.test(endpoint, model: model, http)
      }
      rows.append(row)
    }
    try output.show(rows, in: context, empty: "")
    let failed = rows.filter { $0.error != nil }.count
    if failed > 0 {
      throw UserFacingError(rows.count == 1 ? "the test failed" : "\(failed) of \(rows.count) tests failed")
    }
  }

  private func chooseModel(_ target: ProviderAccess, in context: CommandContext) async throws -> String {
    if let model = model ?? target.provider.models.first { return model }
    let http = context.http
    var causes: [String] = []
    do {
      let names = try await context.progress("asking \(target.provider.name) for its models") {
        try await target.models(http)
      }
      if let first = names.first { return first }
    } catch {
      causes = [UpstreamComplaint.words(error)]
    }
    throw UserFacingError(
      "no model of `\(target.provider.name)` is known, and \(causes.isEmpty ? "it lists none" : "its list cannot be had")",
      causes: causes,
      hints: [.run("aor provider test \(target.provider.name) --model <model>")])
  }
}
