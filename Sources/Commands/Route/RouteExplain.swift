import ArgumentParser
import Console
import Conversation
import Routing
import Store

/// Tells where a model would go, and why.
struct RouteExplain: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Tell where a model would go, and why",
    discussion: HelpText.make(
      "Nothing is sent. Every rule that was looked at is listed with the reason it won or lost.",
      examples: [
        ("For a client of the Anthropic protocol", "aor route explain claude-sonnet-4-5 --protocol anthropic"),
        ("For a script", "aor route explain gpt-5 --json candidates"),
      ]))
  static let jsonFields = RouteReport.fieldNames

  @Argument(help: "The model as a client would name it", completion: CompletionValues.models) var model: String
  @OptionGroup var group: GroupOption
  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp("What the client speaks", valueName: "protocol"))
  var dialect: DialectID = .openAIChat
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let store = try context.store()
    let group = try store.groups.require(group.name).name
    let explanation = try RoutePlanner.explain(
      model: model, group: group, snapshot: store.snapshots.read(), client: dialect)
    let report = RouteReport(explanation: explanation, client: dialect)
    if output.json != nil {
      try output.show(report, details: Details(), in: context)
    } else {
      try context.page(report.text(for: context.streams.output))
    }
    if case .failure(let error) = explanation.outcome { throw error }
  }
}
