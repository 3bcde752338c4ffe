import ArgumentParser
import Routing
import Store

/// Shows or chooses the default group.
struct GroupDefault: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "default", abstract: "Show or choose the default group",
    discussion: HelpText.make(
      "The default group answers at the root (`/v1/…`) as well as under `/oc/<group>/…`.",
      examples: [("Show it", "aor group default"), ("Choose another", "aor group default work")]))

  @Argument(help: "The group to choose; shows the present one when left out", completion: CompletionValues.groups)
  var name: String?
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    let groups = try context.store().groups
    guard let name else { return try context.print(try groups.defaultName()) }
    let group = try groups.require(name)
    try groups.setDefault(group.name)
    try context.configurationChanged()
    context.done("`\(group.name)` is the default group")
  }
}
