import ArgumentParser
import Console
import Providers
import Store

/// Lists the models of all providers, with their prices.
struct ModelList: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List models and what they cost",
    discussion: HelpText.make(
      "The models each provider is known to offer; `aor provider models <name>` asks the provider itself. Prices are US "
        + "dollars per million tokens, as the preset has them.",
      examples: [
        ("Of one provider", "aor model list deepseek"), ("As clients may name them", "aor model list --json name"),
      ]),
    aliases: ["ls"])
  static let jsonFields = ModelRow.fieldNames

  @Argument(help: "Only this provider's", completion: CompletionValues.providers) var provider: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let providers = try context.store().providers
    let chosen = try provider.map { [try providers.require($0)] } ?? providers.list()
    let rows = chosen.flatMap { provider in
      provider.models.map { ModelRow.of($0, provider) }
    }
    try output.show(rows, in: context, empty: "no provider has a list of models")
  }
}

/// A model of a provider.
struct ModelRow {
  var provider: String
  var model: String
  var price: Price?

  /// A model of a provider, with the price its preset has.
  static func of(_ model: String, _ provider: Provider) -> ModelRow {
    let preset = provider.preset.flatMap(ProviderCatalog.preset(named:))
    return ModelRow(provider: provider.name, model: model, price: preset?.price(ofModel: model))
  }
}

extension ModelRow: Displayable {
  static let columns: [Table.Column] = [
    .init("PROVIDER"), .init("MODEL", canShrink: true), .init("INPUT $/M", alignment: .trailing),
    .init("OUTPUT $/M", alignment: .trailing),
  ]

  static var fields: [Field<ModelRow>] {
    [
      Field("name") { .text("\($0.provider)/\($0.model)") },
      Field("provider") { .text($0.provider) },
      Field("model") { .text($0.model) },
      Field("inputPrice") { .number($0.price?.input) },
      Field("outputPrice") { .number($0.price?.output) },
      Field("cacheReadPrice") { .number($0.price?.cacheRead) },
      Field("cacheWritePrice") { .number($0.price?.cacheWrite) },
    ]
  }

  func cells(in context: CommandContext) -> [Table.Cell] {
    func shown(_ price: Double?) -> Table.Cell {
      Table.Cell(OutputValue.number(price).plain == "null" ? "-" : OutputValue.number(price).plain)
    }
    return [Table.Cell(provider), Table.Cell(model), shown(price?.input), shown(price?.output)]
  }
}
