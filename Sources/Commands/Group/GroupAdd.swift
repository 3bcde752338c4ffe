import ArgumentParser
import Store

/// Adds a group.
struct GroupAdd: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add a group",
    discussion: HelpText.make(examples: [("A table for work", "aor group add work")]))

  @Argument(help: "Letters, digits, `_` and `-`; the name in `/oc/<name>/…`") var name: String
  @Flag(name: .customLong("no-direct"), help: "Do not understand `<provider>/<model>` without a route")
  var noDirect = false
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try context.store().groups.add(name, direct: !noDirect)
    try context.configurationChanged()
    context.done("added group `\(name)`, served under /oc/\(name)")
    context.hint("run `aor route set default <provider>/ --group \(name)`")
  }
}
