import ArgumentParser
import Store

/// Prints one setting.
struct ConfigGet: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Print the value of a setting",
    discussion: HelpText.make(
      "Secret settings are never printed: `--json isSet` tells whether they are set.",
      examples: [("The port", "aor config get server.port")]))
  static let jsonFields = SettingRow.fieldNames

  @Argument(help: "The setting", completion: CompletionValues.settings) var key: String
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let key = try SettingKey.named(key)
    guard let setting = try context.store().settings.list().first(where: { $0.key == key }) else { return }
    let row = SettingRow(setting: setting)
    if output.json != nil { return try output.show(row, details: Details(), in: context) }
    guard !key.isSecret else {
      throw UserFacingError(
        "`\(key.rawValue)` is secret and never printed",
        hints: [.text("it is \(setting.origin == .user ? "set" : "not set")")])
    }
    try context.print(setting.value?.text ?? "")
  }
}
