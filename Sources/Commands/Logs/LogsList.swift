import ArgumentParser
import Console
import Foundation
import Store

/// Lists exchanges, or follows them.
struct LogsList: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List exchanges, the newest first; -f follows",
    discussion: HelpText.make(
      "",
      examples: [
        ("The latest", "aor logs"), ("Live, of all gateways", "aor logs -f"),
        ("What failed since yesterday", "aor logs --errors --since 1d"),
        ("Tokens of a day", "aor logs --since 1d --limit 0 --json modelAsked,inputTokens,outputTokens"),
      ]), aliases: ["ls"])
  static let jsonFields = ExchangeRow.fieldNames

  @Flag(name: .shortAndLong, help: "Go on as exchanges end; JSON is one object a line then") var follow = false
  @Option(name: [.short, .long], help: ArgumentHelp("How many at most; 0 for all", valueName: "count")) var limit: Int?
  @OptionGroup var filter: LogFilterOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func check() throws {
    if let limit, limit < 0 { throw UserFacingError.usage("`--limit` must not be negative: \(limit)") }
  }

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    var filter = try filter.filter(now: context.now())
    filter.limit = limit == 0 ? nil : limit ?? (follow ? 10 : 50)
    let log = try context.exchanges()
    if follow { return try await LogFollower(log: log, output: output, context: context).run(filter) }
    let rows = try log.list(filter).map(ExchangeRow.init)
    try output.show(rows, in: context, empty: "no exchange is logged that fits")
  }
}
