import ArgumentParser
import Routing
import Store

/// Moves a route within its group.
struct RouteMove: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "move", abstract: "Move a route within its group",
    discussion: HelpText.make(
      "The order decides between patterns that fit a name equally well: the earlier one wins.",
      examples: [
        ("To the top", "aor route move 'claude-*' --first"),
        ("Behind another", "aor route move 'claude-*' --after 'gpt-*'"),
      ]))

  @Argument(help: "The route's pattern, as listed", completion: CompletionValues.patterns) var pattern: String
  @Flag(help: "To the top") var first = false
  @Flag(help: "To the end") var last = false
  @Option(help: ArgumentHelp("In front of this route", valueName: "pattern"), completion: CompletionValues.patterns)
  var before: String?
  @Option(help: ArgumentHelp("Behind this route", valueName: "pattern"), completion: CompletionValues.patterns)
  var after: String?
  @OptionGroup var group: GroupOption
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func check() throws {
    let count = [first, last, before != nil, after != nil].filter { $0 }.count
    guard count == 1 else {
      throw UserFacingError.usage(
        "one of `--first`, `--last`, `--before` and `--after` is needed", hints: [.run("aor route move --help")])
    }
  }

  func run(in context: CommandContext) async throws {
    let store = try context.store()
    let group = try store.groups.require(group.name)
    let route = try RouteLookup.require(pattern, in: group)
    let position: RoutePosition
    if let before {
      position = .before(try RouteLookup.require(before, in: group).pattern)
    } else if let after {
      position = .after(try RouteLookup.require(after, in: group).pattern)
    } else {
      position = first ? .first : .last
    }
    try store.routes.move(route.pattern, to: position, group: group.name)
    try context.configurationChanged()
    context.done("moved route `\(route.pattern)` of group `\(group.name)`")
  }
}
