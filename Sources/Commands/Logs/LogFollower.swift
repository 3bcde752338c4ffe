import Console
import Foundation
import Routing
import Store

/// Prints exchanges as gateways log them.
///
/// Reads the log by row id, so that it sees every gateway.
struct LogFollower {
  let log: ExchangeLog
  let output: OutputOptions
  let context: CommandContext

  /// Prints the latest, then new ones until interrupted.
  func run(_ filter: ExchangeFilter) async throws {
    // Taken before the first listing: what arrives in between is printed by the loop, never twice.
    var row = try log.lastRow()
    let names = try output.json.flatMap { try OutputOptions.selection($0, of: ExchangeRow.fieldNames) }
    for exchange in try log.list(filter).reversed() where exchange.row <= row { try show(exchange, names) }
    var next = filter
    next.limit = 500
    while !Task.isCancelled {
      next.afterRow = row
      let fresh = try log.list(next)
      for exchange in fresh { try show(exchange, names) }
      // Rows the filter leaves out need not be looked at again; a full page may have more behind it.
      row = fresh.count == 500 ? fresh.last?.row ?? row : max(row, fresh.last?.row ?? row)
      try await Task.sleep(nanoseconds: 250_000_000)
    }
  }

  private func show(_ exchange: LoggedExchange, _ names: [String]?) throws {
    let row = ExchangeRow(exchange: exchange)
    if output.json != nil { return try context.print(row.object(names).json(pretty: false)) }
    try context.print(line(row))
  }

  /// One exchange on one line.
  ///
  /// There is no table to align: the next row is not known yet.
  private func line(_ row: ExchangeRow) -> String {
    let record = row.record
    let stream = context.streams.output
    let clock = stream.isTerminal ? Self.clock(record.startedAt) : Timestamp.rfc3339(record.startedAt)
    let status = record.status == 0 ? "-" : "\(record.status)"
    let parts = [
      clock, row.shownID(in: context), row.isFailure ? stream.style.bad(status) : stream.style.good(status),
      record.modelAsked ?? "-", row.target.isEmpty ? "-" : row.target, row.protocols, row.tokens,
      Timestamp.duration(record.duration), record.errorMessage ?? "",
    ]
    let shown = parts.enumerated().map { $0.offset == 2 ? $0.element : DisplayWidth.sanitize($0.element) }
    return stream.isTerminal
      ? shown.filter { !$0.isEmpty }.joined(separator: "  ") : shown.joined(separator: "\t")
  }

  /// The time of day here, `14:03:59`.
  private static func clock(_ milliseconds: Int64) -> String {
    var time = time_t(milliseconds / 1000)
    var parts = tm()
    localtime_r(&time, &parts)
    return [parts.tm_hour, parts.tm_min, parts.tm_sec].map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: ":")
  }
}
