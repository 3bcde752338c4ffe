import ArgumentParser
import Routing
import Store

/// Shows one group with its routes.
struct GroupShow: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a group and its routes",
    discussion: HelpText.make(examples: [("The default group", "aor group show")]))
  static let jsonFields = GroupRow.fieldNames

  @Argument(help: "The group; the default group when left out", completion: CompletionValues.groups) var name: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let groups = try context.store().groups
    let group = try groups.require(name)
    let row = GroupRow(group: group, isDefault: try groups.defaultName() == group.name)
    var details = Details()
    details.add("group", group.name)
    details.add("default", row.isDefault ? "yes" : "no")
    details.add("path", row.path)
    details.add("direct", group.direct ? "on" : "off")
    details.add("routes", group.routes.isEmpty ? "none" : "\(group.routes.count)")
    if !group.routes.isEmpty { details.heading("Routes") }
    for route in group.routes {
      details.add(route.pattern, route.targets.map(\.description).joined(separator: ", "))
    }
    try output.show(row, details: details, in: context)
  }
}
