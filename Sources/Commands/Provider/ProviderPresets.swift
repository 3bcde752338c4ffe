import ArgumentParser
import Console
import Conversation
import Providers

/// Lists the providers aor knows by name.
struct ProviderPresets: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "presets", abstract: "List the providers aor knows by name",
    discussion: HelpText.make(examples: [("Add one", "aor provider add openrouter --token-stdin < key.txt")]))
  static let jsonFields = PresetRow.fieldNames

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    try output.show(ProviderCatalog.all.map(PresetRow.init), in: context, empty: "")
  }
}

/// A preset as commands show it.
struct PresetRow {
  var preset: ProviderPreset
}

extension PresetRow: Displayable {
  static let columns: [Table.Column] = [
    .init("PRESET"), .init("NAME", canShrink: true), .init("KEY"), .init("PROTOCOLS", canShrink: true),
  ]

  static var fields: [Field<PresetRow>] {
    [
      Field("name") { .text($0.preset.name) },
      Field("displayName") { .text($0.preset.displayName) },
      Field("protocols") { .texts($0.preset.endpoints.map(\.dialect.rawValue)) },
      Field("endpoints") { row in
        .list(
          row.preset.endpoints.map {
            .object([
              "protocol": .text($0.dialect.rawValue), "baseURL": .text($0.baseURL),
              "auth": .text($0.authentication.name),
            ])
          })
      },
      Field("needsKey") { .flag($0.preset.needsKey) },
      Field("models") { .texts($0.preset.models) },
      Field("website") { .text($0.preset.website) },
      Field("source") { .text($0.preset.source.url) },
      Field("checked") { .text($0.preset.source.date) },
    ]
  }

  func cells(in context: CommandContext) -> [Table.Cell] {
    [
      Table.Cell(preset.name), Table.Cell(preset.displayName), Table.Cell(preset.needsKey ? "needed" : "-"),
      Table.Cell(preset.endpoints.map(\.dialect.rawValue).joined(separator: ", ")),
    ]
  }
}
