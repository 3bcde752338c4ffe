import ArgumentParser
import Console
import Store

/// Shows one exchange.
struct LogsShow: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show everything about one exchange",
    discussion: HelpText.make(
      "Bodies and headers are there when `logging.captureBody` was on; credentials are masked in any case.",
      examples: [("By its id, as `aor logs` and `x-request-id` have it", "aor logs show 9f2c41d07b3e")]))
  static let jsonFields = ExchangeRow.fieldNames + ["capture"]

  @Argument(help: "The id, or enough of it") var id: String
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let exchange = try context.exchanges().show(id)
    let detail = ExchangeDetail(row: ExchangeRow(exchange: exchange))
    if output.json != nil { return try output.show(detail, details: Details(), in: context) }
    try context.page(detail.text(for: context.streams.output))
  }
}
