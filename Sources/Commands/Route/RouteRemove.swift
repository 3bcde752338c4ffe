import ArgumentParser
import Routing
import Store

/// Removes a route.
struct RouteRemove: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove a route",
    discussion: HelpText.make(examples: [("Without being asked", "aor route remove 'claude-*' --yes")]),
    aliases: ["rm"])

  @Argument(help: "The route's pattern, as listed", completion: CompletionValues.patterns) var pattern: String
  @OptionGroup var group: GroupOption
  @OptionGroup var confirmation: ConfirmationOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let store = try context.store()
    let group = try store.groups.require(group.name)
    let route = try RouteLookup.require(pattern, in: group)
    let targets = route.targets.map(\.description).joined(separator: ", ")
    try context.confirm("Remove route `\(route.pattern)` (\(targets)) of group `\(group.name)`?", yes: confirmation.yes)
    try store.routes.remove(route.pattern, group: group.name)
    try context.configurationChanged()
    context.done("removed route `\(route.pattern)` of group `\(group.name)`")
  }
}
