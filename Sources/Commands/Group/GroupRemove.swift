import ArgumentParser
import Routing
import Store

/// Removes a group with its routes.
struct GroupRemove: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove a group and its routes",
    discussion: HelpText.make(examples: [("Without being asked", "aor group remove work --yes")]), aliases: ["rm"])

  @Argument(help: "The group", completion: CompletionValues.groups) var name: String
  @OptionGroup var confirmation: ConfirmationOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let groups = try context.store().groups
    let group = try groups.require(name)
    let routes = group.routes.count == 1 ? "1 route" : "\(group.routes.count) routes"
    try context.confirm("Remove group `\(group.name)` with \(routes)?", yes: confirmation.yes)
    try groups.remove(group.name)
    try context.configurationChanged()
    context.done("removed group `\(group.name)` with \(routes)")
  }
}

/// The option of destructive commands.
struct ConfirmationOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Do not ask") var yes = false
}
