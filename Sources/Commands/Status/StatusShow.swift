import ArgumentParser
import Console
import Store

/// Shows the gateways that are running.
struct StatusShow: AorCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show running gateways",
    discussion: HelpText.make(
      "Every gateway of yours that answers on its socket, the generation of the configuration it works with, and what "
        + "it has done so far.",
      examples: [("The addresses only", "aor status --json address")]))
  static let jsonFields = GatewayRow.fieldNames

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  func run(in context: CommandContext) async throws {
    try output.check(Self.jsonFields)
    let current = try context.store().generation()
    let rows = GatewayStatus.all(in: try context.directories()).map { GatewayRow(status: $0, current: current) }
    try output.show(rows, in: context, empty: "no gateway is running")
  }
}

/// A running gateway beside the configuration as it is now.
struct GatewayRow {
  var status: GatewayStatus
  var current: Int64
}

extension GatewayRow: Displayable {
  static let columns: [Table.Column] = [
    .init("ADDRESS"), .init("PID", alignment: .trailing), .init("STARTED"), .init("CONFIGURATION"),
    .init("EXCHANGES", alignment: .trailing), .init("DROPPED", alignment: .trailing), .init("VERSION"),
  ]

  static var fields: [Field<GatewayRow>] {
    [
      Field("address") { .text($0.status.address) },
      Field("pid") { .integer(Int64($0.status.pid)) },
      Field("startedAt") { .time($0.status.startedAt) },
      Field("generation") { .integer($0.status.generation) },
      Field("isCurrent") { .flag($0.status.generation >= $0.current) },
      Field("exchanges") { .integer($0.status.exchanges) },
      Field("dropped") { .integer($0.status.dropped) },
      Field("version") { .text($0.status.version) },
    ]
  }

  func cells(in context: CommandContext) -> [Table.Cell] {
    let isCurrent = status.generation >= current
    return [
      Table.Cell(status.address), Table.Cell("\(status.pid)"),
      Table.Cell(Timestamp.relative(status.startedAt, now: context.now())),
      Table.Cell(isCurrent ? "current" : "behind (\(status.generation) of \(current))", isCurrent ? .good : .warning),
      Table.Cell("\(status.exchanges)"), Table.Cell("\(status.dropped)", status.dropped == 0 ? .plain : .warning),
      Table.Cell(status.version),
    ]
  }
}
