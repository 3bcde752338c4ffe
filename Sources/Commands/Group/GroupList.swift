import ArgumentParser
import Routing
import Store

/// Lists the groups.
struct GroupList: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List groups",
    discussion: HelpText.make(examples: [("The names only", "aor group list --json name")]), aliases: ["ls"])
  static let jsonFields = GroupRow.fieldNames

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let groups = try context.store().groups
    let defaultName = try groups.defaultName()
    let rows = try groups.list().map { GroupRow(group: $0, isDefault: $0.name == defaultName) }
    try output.show(rows, in: context, empty: "there is no group")
  }
}
