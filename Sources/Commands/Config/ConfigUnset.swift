import ArgumentParser
import Store

/// Puts a setting back to its default.
struct ConfigUnset: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "unset", abstract: "Put a setting back to its default",
    discussion: HelpText.make(examples: [("No key required any more", "aor config unset server.key")]))

  @Argument(help: "The setting", completion: CompletionValues.settings) var key: String
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let key = try SettingKey.named(key)
    guard try context.store().settings.unset(key) else {
      return context.note("`\(key.rawValue)` was not set")
    }
    try context.configurationChanged()
    context.done("`\(key.rawValue)` is back to " + (key.defaultValue.map { "its default: \($0.text)" } ?? "unset"))
  }
}
