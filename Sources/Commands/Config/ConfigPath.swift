import ArgumentParser
import Store

/// Prints where the configuration is.
struct ConfigPath: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "path", abstract: "Print the path of the configuration database",
    discussion: HelpText.make(examples: [("Where everything is", "dirname \"$(aor config path)\"")]))

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try context.print(try context.directories().data + "/aor.db")
  }
}
