import ArgumentParser
import Store

/// Lists all settings.
struct ConfigList: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List settings, their values and where those come from",
    discussion: HelpText.make(examples: [("For a script", "aor config list --json key,value")]), aliases: ["ls"])
  static let jsonFields = SettingRow.fieldNames

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let rows = try context.store().settings.list().map(SettingRow.init)
    try output.show(rows, in: context, empty: "there are no settings")
  }
}
