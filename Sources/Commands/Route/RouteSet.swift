import ArgumentParser
import Providers
import Routing
import Store

/// Adds a route, or gives one other targets.
struct RouteSet: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Add a route, or change its targets",
    usage: "aor route set <pattern> <provider>/[<model>] ... [options]",
    discussion: HelpText.make(
      "Targets are tried in order. Without a model the requested one is kept. Quote patterns with `*`.",
      examples: [
        ("Everything to one provider, models unchanged", "aor route set default main/"),
        ("A model of its own, and a fallback", "aor route set 'claude-*' anthropic/claude-sonnet-4-5 openrouter/"),
        ("In another group", "aor route set default deepseek/deepseek-chat --group work"),
      ]))

  @Argument(
    help: "What the model's name must hold; `=name` exactly; `default` for the rest",
    completion: CompletionValues.patterns)
  var pattern: String
  @Argument(
    help: ArgumentHelp("Where it goes: `provider/model` or `provider/`", valueName: "target"),
    completion: CompletionValues.targets)
  var targets: [String]
  @OptionGroup var group: GroupOption
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let store = try context.store()
    let pattern = try Route.validate(pattern: pattern)
    let parsed = try targets.map { try Self.target($0, in: store) }
    let group = try store.groups.require(group.name).name
    let previous = try store.routes.set(pattern, targets: parsed, group: group)
    try context.configurationChanged()
    let list = parsed.map { "`\($0)`" }.joined(separator: ", then ")
    context.done("\(previous == nil ? "added" : "changed") route `\(pattern)` of group `\(group)`: \(list)")
  }

  /// Reads a target and makes sure that its provider exists; a mistyped one would only be noticed by an agent.
  static func target(_ text: String, in store: Store) throws -> RouteTarget {
    var target = try RouteTarget(parsing: text)
    target.provider = try store.providers.require(target.provider).name
    return target
  }
}
