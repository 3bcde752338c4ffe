import ArgumentParser
import Store

/// Prints where the log is.
struct LogsPath: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "path", abstract: "Print the path of the log database",
    discussion: HelpText.make(examples: [("How large it is", "du -h \"$(aor logs path)\"")]))

  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try context.print(try context.directories().data + "/logs.db")
  }
}
