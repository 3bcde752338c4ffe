import ArgumentParser
import Routing
import Store

/// Lists routes.
struct RouteList: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List routes, in their order",
    discussion: HelpText.make(examples: [
      ("Of all groups", "aor route list"), ("Of one group", "aor route list --group work"),
    ]), aliases: ["ls"])
  static let jsonFields = RouteRow.fieldNames

  @Option(
    name: [.customLong("group"), .customShort("g")],
    help: ArgumentHelp("Only this group's", valueName: "group"), completion: CompletionValues.groups)
  var group: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let groups = try context.store().groups
    let chosen = try group.map { [try groups.require($0)] } ?? groups.list()
    let rows = chosen.flatMap { group in group.routes.map { RouteRow(route: $0, group: group.name) } }
    try output.show(rows, in: context, empty: "there is no route yet; add one with `aor route set default <provider>/`")
  }
}
