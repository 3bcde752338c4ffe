import ArgumentParser
import Console
import Providers
import Routing
import Store

/// Lists the models agents ask for, and adds routes for them.
struct RouteFromTemplate: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "template", abstract: "Show the models an agent asks for, or add routes for them",
    discussion: HelpText.make(
      "Alone it lists the templates; with a name it shows the patterns; with a provider too it adds those routes the "
        + "group lacks, models unchanged.",
      examples: [
        ("Which there are", "aor route template"),
        ("What Claude Code asks for", "aor route template claude-code"),
        ("Routes for all of it", "aor route template claude-code anthropic --group work"),
      ]))
  static let jsonFields = TemplateRow.fieldNames

  @Argument(help: "The agent", completion: .list(RouteTemplate.all.map(\.name))) var name: String?
  @Argument(help: "The provider to route to", completion: CompletionValues.providers) var provider: String?
  @OptionGroup var group: GroupOption
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    guard let name else {
      let rows = RouteTemplate.all.flatMap { template in
        template.patterns.map { TemplateRow(template: template, row: $0) }
      }
      return try output.show(rows, in: context, empty: "")
    }
    guard let template = RouteTemplate.named(name) else {
      let near = Suggestion.near(name, in: RouteTemplate.all.map(\.name))
      throw UserFacingError(
        "there is no template `\(name)`", hints: near.isEmpty ? [.run("aor route template")] : [.didYouMean(near)])
    }
    guard let provider else {
      try output.show(template.patterns.map { TemplateRow(template: template, row: $0) }, in: context, empty: "")
      return context.hint("run `aor route template \(template.name) <provider>` to add these routes")
    }
    try apply(template, to: provider, in: context)
  }

  private func apply(_ template: RouteTemplate, to provider: String, in context: CommandContext) throws {
    let store = try context.store()
    let provider = try store.providers.require(provider).name
    let group = try store.groups.require(group.name)
    let routes = template.routes(to: provider, besides: group.routes)
    for route in routes { try store.routes.set(route.pattern, targets: route.targets, group: group.name) }
    guard !routes.isEmpty else {
      return context.note("group `\(group.name)` has all routes of template `\(template.name)` already")
    }
    try context.configurationChanged()
    let patterns = routes.map { "`\($0.pattern)`" }.joined(separator: ", ")
    context.done("added to group `\(group.name)`, all to `\(provider)/`: \(patterns)")
  }
}

/// One pattern of a template.
struct TemplateRow {
  var template: RouteTemplate
  var row: RouteTemplate.Row
}

extension TemplateRow: Displayable {
  static let columns: [Table.Column] = [.init("TEMPLATE"), .init("PATTERN"), .init("WHAT FOR", canShrink: true)]

  static var fields: [Field<TemplateRow>] {
    [
      Field("template") { .text($0.template.name) },
      Field("agent") { .text($0.template.displayName) },
      Field("pattern") { .text($0.row.pattern) },
      Field("purpose") { .text($0.row.purpose) },
    ]
  }

  func cells(in context: CommandContext) -> [Table.Cell] {
    [Table.Cell(template.name), Table.Cell(row.pattern), Table.Cell(row.purpose)]
  }
}
